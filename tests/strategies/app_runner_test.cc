#include "rollcast/strategies/app_runner.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::Point;
using testing::ToyFleet;

// The Developer Guide: the provisioned instances are doubled, and then the traffic moves.
TEST(AppRunner, DoublesItsInstancesAndMovesAllOfTheTraffic) {
    ToyFleet fleet(3);
    const auto controller = AppRunner({.replicas = 3}).start({.replicas = 3});
    EXPECT_EQ(testing::trajectory(fleet, *controller, 20),
              (std::vector<Point>{{0, 3, 3, 0}, {0, 3, 3, 100}, {0, 0, 3, 100}}));
}

TEST(AppRunner, StaysWithTheOldVersionWhereTheNewOneIsNotHealthy) {
    ToyFleet fleet(3);
    fleet.new_version_comes_up = false;
    const auto controller = AppRunner({.replicas = 3}).start({.replicas = 3});
    fleet.run_to(*controller, Phase::kRolledBack);
    EXPECT_EQ(fleet.now(), Time{10min});
    EXPECT_EQ(fleet.desired(), 3);
}

TEST(AppRunner, NeedsInstancesAndPatience) {
    EXPECT_THROW(AppRunner({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(AppRunner({.unhealthy_after = 0s}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::strategies
