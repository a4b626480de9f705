#include "rollcast/strategies/instance_refresh.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "rollcast/strategies/instance_refresh_rules.h"
#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::Point;
using testing::ToyFleet;

constexpr AnalysisId kAlarms{0};

struct Refresh {
    explicit Refresh(const InstanceRefreshParams& params)
        : fleet(params.replicas), controller(InstanceRefresh(params).start({.replicas = params.replicas})) {
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    }
    Directive step() { return fleet.step(*controller); }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller, 60); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

// The User Guide: at 80 % of ten instances two are replaced at a time; a checkpoint at 20 % waits for an hour after the
// first two are warm.
TEST(InstanceRefresh, WaitsAtACheckpointWhenItsInstancesAreWarm) {
    Refresh refresh({.replicas = 10, .min_healthy_percentage = 80, .warmup = 5min, .checkpoints = {20, 100}});
    EXPECT_EQ(refresh.points(),
              (std::vector<Point>{{0, 8, 2, 0}, {65, 6, 4, 0}, {70, 4, 6, 0}, {75, 2, 8, 0}, {80, 0, 10, 0}}));
}

// What joins comes with the new version, what goes is old; batches are of a fifth of the size at the time.
TEST(InstanceRefresh, FollowsAnAutoscaler) {
    Refresh refresh({.replicas = 10, .min_healthy_percentage = 80, .warmup = 5min});
    refresh.step();
    refresh.fleet.resized_to = 20;
    EXPECT_EQ(refresh.points(), (std::vector<Point>{{0, 8, 12, 0}, {5, 4, 16, 0}, {10, 0, 20, 0}}));
    Refresh shrinks({.replicas = 10, .min_healthy_percentage = 80, .warmup = 5min});
    shrinks.step();
    shrinks.fleet.resized_to = 5;
    EXPECT_EQ(shrinks.points(), (std::vector<Point>{{0, 3, 2, 0}, {5, 2, 3, 0}, {10, 1, 4, 0}, {15, 0, 5, 0}}));
}

TEST(InstanceRefresh, GoesByTheTimelineOfItsRule) {
    const instance_refresh::RefreshPlan plan{.instances = 40,
                                             .checkpoints = {10, 33, 50, 100},
                                             .checkpoint_delay = 20min,
                                             .min_healthy_percentage = 75,
                                             .warmup = 3min};
    std::vector<Point> expected;
    int replaced = 0;
    for (const instance_refresh::RefreshStep& step : instance_refresh::timeline(plan)) {
        if (step.event != instance_refresh::RefreshEvent::kReplace) continue;
        replaced += step.instances;
        expected.push_back({to_seconds(step.at) / 60, 40 - replaced, replaced, 0});
    }
    Refresh refresh({.replicas = 40,
                     .min_healthy_percentage = 75,
                     .warmup = 3min,
                     .checkpoints = {10, 33, 50, 100},
                     .checkpoint_delay = 20min});
    EXPECT_EQ(refresh.points(), expected);
}

// The User Guide: at 100 % one at a time, at 0 % all at once.
TEST(InstanceRefresh, TakesOneAtATimeOrAllAtOnce) {
    EXPECT_EQ(Refresh({.replicas = 3, .min_healthy_percentage = 100, .warmup = 1min}).points(),
              (std::vector<Point>{{0, 2, 1, 0}, {1, 1, 2, 0}, {2, 0, 3, 0}}));
    EXPECT_EQ(Refresh({.replicas = 3, .min_healthy_percentage = 0}).points(), (std::vector<Point>{{0, 0, 3, 0}}));
}

// The User Guide: with a maximum above 100 % new instances are launched before old ones are terminated.
TEST(InstanceRefresh, LaunchesFirstWithinTheMaximum) {
    Refresh refresh({.replicas = 4, .min_healthy_percentage = 100, .max_healthy_percentage = 150, .warmup = 2min});
    EXPECT_EQ(refresh.points(), (std::vector<Point>{{0, 4, 2, 0}, {2, 2, 4, 0}, {4, 0, 4, 0}}));
}

TEST(InstanceRefresh, FailsWithoutAHealthyReplacementForAnHourAndLeavesAllAsItIs) {
    Refresh refresh({.replicas = 10});
    refresh.fleet.new_version_comes_up = false;
    const Directive failed = refresh.run_to(Phase::kStuck);
    EXPECT_EQ(refresh.fleet.now(), Time{60min});
    EXPECT_EQ(failed.reason, "no healthy replacement for an hour: left as it is: 0/10 replaced");
    EXPECT_EQ(refresh.fleet.old_version().desired, 9);
}

TEST(InstanceRefresh, RollsBackByItselfWhereItIsToldTo) {
    Refresh refresh({.replicas = 10, .warmup = 1min, .auto_rollback = true});
    while (refresh.fleet.new_version().available < 4) refresh.step();
    refresh.fleet.new_version_comes_up = false;
    EXPECT_EQ(refresh.run_to(Phase::kRollingBack).reason, "no healthy replacement for an hour: 5/10 back");
    const Time begun = refresh.fleet.now();
    refresh.run_to(Phase::kRolledBack);
    EXPECT_EQ(refresh.fleet.now() - begun, 5min) << "five are brought back, one by one, and warm up";
    EXPECT_EQ(refresh.fleet.new_version().desired, 0);
}

TEST(InstanceRefresh, AnAlarmFailsItAndIsWatchedUntilTheEndOfTheBake) {
    const InstanceRefreshParams params{
        .replicas = 4, .min_healthy_percentage = 50, .alarms = kAlarms, .auto_rollback = true, .bake = 30min};
    Refresh good(params);
    EXPECT_EQ(good.run_to(Phase::kBaking).reason, "baking until 30m: 4/4 replaced");
    EXPECT_TRUE(good.run_to(Phase::kPromoted).analyses.empty());
    EXPECT_EQ(good.fleet.now(), Time{30min});
    Refresh bad(params);
    bad.run_to(Phase::kBaking);
    bad.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(bad.run_to(Phase::kRolledBack).reason, "an alarm is on: 4/4 back");
}

TEST(InstanceRefresh, RefusesWhatTheServiceDoes) {
    for (const InstanceRefreshParams& params :
         {InstanceRefreshParams{.replicas = 0}, InstanceRefreshParams{.min_healthy_percentage = 101},
          InstanceRefreshParams{.max_healthy_percentage = 99}, InstanceRefreshParams{.max_healthy_percentage = 201},
          InstanceRefreshParams{.min_healthy_percentage = 50, .max_healthy_percentage = 151},
          InstanceRefreshParams{.warmup = -1s}, InstanceRefreshParams{.checkpoints = {50, 20, 100}},
          InstanceRefreshParams{.checkpoints = {20, 50}}}) {
        EXPECT_THROW(InstanceRefresh{params}, std::invalid_argument);
    }
}

}  // namespace
}  // namespace rollcast::strategies
