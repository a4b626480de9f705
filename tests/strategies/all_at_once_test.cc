#include "rollcast/strategies/all_at_once.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

TEST(AllAtOnce, EndsTheOldInstancesAndStartsTheNewOnesAtTheSameMoment) {
    ToyFleet fleet(5);
    const auto controller = AllAtOnce({.replicas = 5}).start({.replicas = 5});
    fleet.apply(controller->decide(fleet.look()));
    EXPECT_EQ(fleet.old_version().desired, 0);
    EXPECT_EQ(fleet.new_version().desired, 5);
    EXPECT_EQ(fleet.available(), 0) << "an outage";
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_EQ(fleet.now(), Time{});
}

TEST(AllAtOnce, IsStuckAtItsDeadlineAndStaysPromotedAfterItsEnd) {
    ToyFleet fleet(5);
    fleet.new_version_comes_up = false;
    const auto controller = AllAtOnce({.replicas = 5, .progress_deadline = 3min}).start({.replicas = 5});
    EXPECT_EQ(fleet.run_to(*controller, Phase::kStuck).phase, Phase::kStuck);
    EXPECT_EQ(fleet.now(), Time(3min));
    fleet.new_version_comes_up = true;
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).phase, Phase::kPromoted);
    fleet.cohort(1).available = 1;
    EXPECT_EQ(controller->decide(fleet.look()).phase, Phase::kPromoted);
}

TEST(AllAtOnce, DescribesItselfAndRefusesNothingToReplace) {
    EXPECT_EQ(AllAtOnce({.replicas = 5}).describe(), "all_at_once(replicas=5, progress_deadline=10m)");
    EXPECT_EQ(AllAtOnce({.progress_deadline = std::nullopt}).describe(),
              "all_at_once(replicas=1, progress_deadline=none)");
    EXPECT_THROW(AllAtOnce({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(AllAtOnce({.progress_deadline = 0s}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::strategies
