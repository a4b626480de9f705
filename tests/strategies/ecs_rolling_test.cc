#include "rollcast/strategies/ecs_rolling.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::Point;
using testing::ToyFleet;
using testing::trajectory;

constexpr AnalysisId kAlarms{0};

struct Rollout {
    explicit Rollout(EcsRollingParams params)
        : fleet(params.replicas), controller(EcsRolling(params).start({.replicas = params.replicas})) {}

    Directive step() { return fleet.step(*controller); }
    Directive decide() { return controller->decide(fleet.look()); }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return trajectory(fleet, *controller, 20); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

EcsRollingParams of_four(int minimum, int maximum) {
    return {.replicas = 4, .minimum_healthy_percent = minimum, .maximum_percent = maximum};
}

// The Developer Guide's examples for minimumHealthyPercent and maximumPercent, each with four tasks.

TEST(EcsRolling, WithFiftyPercentAndNoRoomStopsTwoTasksBeforeItStartsTwo) {
    EXPECT_EQ(Rollout(of_four(50, 100)).points(),
              (std::vector<Point>{{0, 2, 0, 0}, {0, 2, 2, 0}, {0, 0, 2, 0}, {0, 0, 4, 0}}));
}

TEST(EcsRolling, WithTwoHundredPercentStartsFourTasksBeforeItStopsFour) {
    EXPECT_EQ(Rollout(of_four(100, 200)).points(), (std::vector<Point>{{0, 4, 4, 0}, {0, 0, 4, 0}}));
}

TEST(EcsRolling, DoesBothAtOnceWhereBothBoundsHaveRoom) {
    EXPECT_EQ(Rollout(of_four(50, 150)).points(), (std::vector<Point>{{0, 2, 2, 0}, {0, 2, 4, 0}, {0, 0, 4, 0}}));
}

TEST(EcsRolling, ADesiredCountThatChangesOnTheWayMovesTheBounds) {
    Rollout rollout(of_four(100, 200));
    rollout.fleet.new_version_comes_up = false;
    rollout.step();
    EXPECT_EQ(rollout.fleet.new_version().desired, 4);
    rollout.fleet.resized_to = 10;  // up to 20 tasks, of these 10 new ones; no old one goes
    const Directive want = rollout.step();
    EXPECT_EQ(want.targets[0].desired, 4);
    EXPECT_EQ(want.targets[1].desired, 10);
    rollout.fleet.new_version_comes_up = true;
    rollout.fleet.resized_to = 3;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).targets[1].desired, 3);
}

TEST(EcsRolling, SaysSoWhenTheBoundsLetNothingMove) {
    const Directive stuck = Rollout(of_four(100, 100)).step();
    EXPECT_EQ(stuck.phase, Phase::kStuck);
    EXPECT_EQ(stuck.reason, "the bounds let no task start or stop: 0/4 healthy, 4 others left");
}

class EcsRollingWithin : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(EcsRollingWithin, KeepsBothBoundsOnEveryStepAndGetsThere) {
    const auto [minimum, maximum] = GetParam();
    EcsRollingParams params{.replicas = 7, .minimum_healthy_percent = minimum, .maximum_percent = maximum};
    const ecs::Bounds limits = ecs::bounds(7, minimum, maximum);
    Rollout rollout(params);
    Directive want;
    for (int i = 0; want.phase != Phase::kPromoted; ++i) {
        ASSERT_LT(i, 100) << "it dithers";
        want = rollout.fleet.step(*rollout.controller, [&](const Directive&) {
            ASSERT_LE(rollout.fleet.desired(), limits.upper);
            ASSERT_GE(rollout.fleet.available(), limits.lower);
        });
    }
    EXPECT_EQ(rollout.fleet.new_version().available, 7);
    EXPECT_EQ(rollout.fleet.old_version().desired, 0);
}

INSTANTIATE_TEST_SUITE_P(Bounds, EcsRollingWithin,
                         ::testing::Values(std::pair(100, 200), std::pair(0, 100), std::pair(50, 100),
                                           std::pair(50, 150), std::pair(100, 115), std::pair(85, 100)));

TEST(EcsRolling, StoppingTasksCountOnlyIfAsked) {
    EcsRollingParams params = of_four(50, 100);
    params.counts_stopping = true;
    Rollout rollout(params);
    rollout.fleet.apply(rollout.decide());
    ASSERT_EQ(rollout.fleet.old_version().draining, 2);
    EXPECT_EQ(rollout.decide().targets[1].desired, 0);
    rollout.fleet.cohort(0).draining = 0;
    EXPECT_EQ(rollout.decide().targets[1].desired, 2);
}

TEST(EcsRolling, StopsUnhealthyOldTasksWhateverTheMinimum) {
    Rollout rollout(of_four(100, 200));
    rollout.fleet.cohort(0).available = 3;
    EXPECT_EQ(rollout.decide().targets[0].desired, 3);
}

TEST(EcsRolling, WaitsForTasksThatDoNotGetHealthyAndRecovers) {
    Rollout rollout(of_four(100, 200));
    rollout.fleet.new_version_comes_up = false;
    const Directive stuck = rollout.run_to(Phase::kStuck);
    EXPECT_EQ(rollout.fleet.now(), Time(5min));
    EXPECT_EQ(stuck.reason, "tasks do not get healthy, still trying: 0/4 healthy, 4 others left");
    rollout.fleet.new_version_comes_up = true;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

EcsRollingParams with_breaker(bool rollback) {
    EcsRollingParams params = of_four(100, 200);
    params.circuit_breaker = EcsCircuitBreaker{.rollback = rollback};
    return params;
}

TEST(EcsCircuitBreaker, OpensAtTheThresholdAndRollsBack) {
    Rollout rollout(with_breaker(true));
    rollout.fleet.new_version_comes_up = false;
    rollout.step();
    rollout.fleet.cohort(1).restarts = 2;
    EXPECT_EQ(rollout.decide().phase, Phase::kMoving) << "three failures are the least that count";
    rollout.fleet.cohort(1).restarts = 3;
    const Directive back = rollout.decide();
    EXPECT_EQ(back.phase, Phase::kRollingBack);
    EXPECT_EQ(back.reason.substr(0, 31), "circuit breaker: 3 failed tasks");
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.old_version().available, 4);
    EXPECT_EQ(rollout.fleet.new_version().desired, 0);
}

TEST(EcsCircuitBreaker, WithoutRollbackStartsNothingMore) {
    EcsRollingParams params = with_breaker(false);
    params.maximum_percent = 150;
    Rollout rollout(params);
    rollout.fleet.new_version_comes_up = false;
    rollout.step();
    ASSERT_EQ(rollout.fleet.new_version().desired, 2);
    rollout.fleet.cohort(1).restarts = 3;
    EXPECT_EQ(rollout.decide().phase, Phase::kStuck);
    rollout.fleet.cohort(1).available = 2;
    const Directive want = rollout.decide();
    EXPECT_EQ(want.targets[0].desired, 4);
    EXPECT_EQ(want.targets[1].desired, 2);
    EXPECT_EQ(want.phase, Phase::kStuck);
}

TEST(EcsCircuitBreaker, AHealthyTaskStartsTheCountAgain) {
    Rollout rollout(with_breaker(true));
    rollout.fleet.new_version_comes_up = false;
    rollout.step();
    rollout.fleet.cohort(1).restarts = 2;
    rollout.decide();
    rollout.fleet.cohort(1).available = 1;
    rollout.decide();
    rollout.fleet.cohort(1).restarts = 4;
    EXPECT_EQ(rollout.decide().phase, Phase::kMoving);
    rollout.fleet.cohort(1).restarts = 5;
    EXPECT_EQ(rollout.decide().phase, Phase::kRollingBack);
}

TEST(EcsCircuitBreaker, CountsTasksThatAreGivenUpAsUnhealthy) {
    EcsRollingParams params = with_breaker(true);
    params.replicas = 2;
    Rollout rollout(params);
    rollout.fleet.new_version_comes_up = false;
    rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.now(), Time(10min)) << "two tasks after five minutes, two more after ten";
}

EcsRollingParams with_alarms(bool rollback) {
    EcsRollingParams params = of_four(100, 200);
    params.alarms = EcsAlarms{.analysis = kAlarms, .rollback = rollback, .bake = 3min};
    return params;
}

TEST(EcsAlarms, AreWatchedUntilTheBakeTimeIsOver) {
    Rollout rollout(with_alarms(true));
    rollout.fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    const Directive baking = rollout.run_to(Phase::kBaking);
    EXPECT_EQ(baking.wake_at, Time(3min));
    EXPECT_EQ(baking.analyses.size(), 1u);
    EXPECT_EQ(rollout.fleet.old_version().desired, 0);
    EXPECT_TRUE(rollout.run_to(Phase::kPromoted).analyses.empty());
    EXPECT_EQ(rollout.fleet.now(), Time(3min));
}

TEST(EcsAlarms, DuringTheBakeBringTheOldTasksBack) {
    Rollout rollout(with_alarms(true));
    rollout.fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    rollout.run_to(Phase::kBaking);
    rollout.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.old_version().available, 4);
}

TEST(EcsAlarms, WithoutRollbackLeaveTheDeploymentFailed) {
    Rollout rollout(with_alarms(false));
    rollout.fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    rollout.run_to(Phase::kBaking);
    rollout.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(rollout.run_to(Phase::kStuck).phase, Phase::kStuck);
    EXPECT_EQ(rollout.fleet.new_version().available, 4);
}

TEST(EcsAlarms, ThatAreOnBeforeAnyNewTaskIsHealthyAreIgnored) {
    Rollout rollout(with_alarms(true));
    rollout.fleet.new_version_comes_up = false;
    rollout.fleet.verdicts[kAlarms] = AnalysisPhase::kFailed;
    rollout.step();
    rollout.fleet.new_version_comes_up = true;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(EcsRolling, DescribesItselfInFull) {
    EXPECT_EQ(EcsRolling({.replicas = 4}).describe(),
              "ecs_rolling(replicas=4, minimum_healthy=100%, maximum=200%, unhealthy_after=5m)");
    EcsRollingParams params = with_alarms(true);
    params.circuit_breaker = EcsCircuitBreaker{.reset_on_healthy_task = false};
    params.unhealthy_after.reset();
    EXPECT_EQ(EcsRolling(params).describe(),
              "ecs_rolling(replicas=4, minimum_healthy=100%, maximum=200%, unhealthy_after=never, "
              "circuit_breaker=[50% from 3 to 200, no reset], alarms=analysis 0, bake=3m, rollback)");
}

TEST(EcsRolling, RefusesWhatCannotBe) {
    const auto refused = [](EcsRollingParams params) { EXPECT_THROW(EcsRolling{params}, std::invalid_argument); };
    refused({.replicas = 0});
    refused(of_four(-1, 200));
    refused(of_four(101, 200));
    refused(of_four(50, 99));
    refused({.unhealthy_after = 0s});
    refused({.circuit_breaker = EcsCircuitBreaker{.threshold = {.value = 0}}});
    refused({.circuit_breaker = EcsCircuitBreaker{.threshold = {.value = 101}}});
    refused({.alarms = EcsAlarms{.bake = -1s}});
    EXPECT_NO_THROW(EcsRolling(of_four(0, 100)));
}

}  // namespace
}  // namespace rollcast::strategies
