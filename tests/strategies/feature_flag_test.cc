#include "rollcast/strategies/feature_flag.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/rolling.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

std::shared_ptr<const Strategy> by_steps() {
    return std::make_shared<Canary>(CanaryParams{
        .replicas = 10,
        .steps = {SetWeight{1}, Pause{10min}, SetWeight{25}, Pause{10min}},
        .routed = true,
    });
}

TEST(FeatureFlag, ExposesUsersStepByStepAndMovesNoInstances) {
    ToyFleet fleet(10);
    const std::unique_ptr<Controller> controller = FeatureFlag(by_steps()).start({.replicas = 10});
    std::vector<double> exposed;
    std::vector<Time> when;  // pauses end just after their time
    for (Phase phase = Phase::kMoving; phase != Phase::kPromoted;) {
        const Directive want = fleet.step(*controller);
        phase = want.phase;
        EXPECT_EQ(want.targets[0].desired, 10);
        EXPECT_EQ(want.targets[1].desired, 0);
        EXPECT_TRUE(want.targets[1].behind_flag);
        if (!exposed.empty() && exposed.back() == *want.targets[1].weight) continue;
        exposed.push_back(*want.targets[1].weight);
        when.push_back(std::chrono::floor<std::chrono::minutes>(fleet.now()));
        ASSERT_LT(exposed.size(), 10u);
    }
    EXPECT_EQ(exposed, (std::vector<double>{.01, .25, 1}));
    EXPECT_EQ(when, (std::vector<Time>{Time{}, Time{} + 10min, Time{} + 20min})) << "nothing has to start";
}

TEST(FeatureFlag, IsTurnedOffAtOnce) {
    ToyFleet fleet(10);
    const std::unique_ptr<Controller> controller = FeatureFlag(by_steps()).start({.replicas = 10});
    fleet.run(*controller, 2);
    fleet.person_aborts = true;
    const Time then = fleet.now();
    const Directive want = fleet.run_to(*controller, Phase::kRolledBack);
    EXPECT_EQ(want.targets[1].weight, 0);
    EXPECT_LT(fleet.now() - then, 11min) << "not later than its next step would have been";
}

TEST(FeatureFlag, ExposesAsItWouldHaveMovedInstances) {
    ToyFleet fleet(10);
    const auto rolling = std::make_shared<Rolling>(RollingParams{.replicas = 10});
    const std::unique_ptr<Controller> controller = FeatureFlag(rolling).start({.replicas = 10});
    const Directive want = fleet.run_to(*controller, Phase::kPromoted);
    EXPECT_EQ(want.targets[1].weight, 1);
    EXPECT_EQ(fleet.now(), Time{}) << "no instance is waited for";
}

TEST(FeatureFlag, NeedsAStrategyInside) { EXPECT_THROW(FeatureFlag(nullptr), std::invalid_argument); }

}  // namespace
}  // namespace rollcast::strategies
