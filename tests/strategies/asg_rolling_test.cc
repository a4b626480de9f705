#include "rollcast/strategies/asg_rolling.h"

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

constexpr AnalysisId kAlarms{0};

struct Update {
    explicit Update(const AsgRollingParams& params)
        : fleet(params.replicas), controller(AsgRolling(params).start({.replicas = params.replicas})) {
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    }
    Directive step() { return fleet.step(*controller); }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller, 60); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

TEST(AsgRolling, TakesOneAtATimeAndPausesAfterEach) {
    EXPECT_EQ(Update({.replicas = 3, .pause = 10min}).points(),
              (std::vector<Point>{{0, 2, 1, 0}, {10, 1, 2, 0}, {20, 0, 3, 0}}));
}

// The log of such an update: "batches of 1, while keeping at least 2 in service" raises the size to 3 meanwhile, and
// terminates each old instance when a new one has signalled.
TEST(AsgRolling, GrowsTheGroupWhereTheMinimumInServiceNeedsIt) {
    Update update(
        {.replicas = 2, .max_size = 4, .min_instances_in_service = 2, .pause = 5min, .waits_for_signals = true});
    update.fleet.start = 60s;
    EXPECT_EQ(update.points(), (std::vector<Point>{{0, 2, 1, 0}, {1, 1, 2, 0}, {2, 0, 2, 0}}));
}

TEST(AsgRolling, SmallerBatchesKeepTheMinimumWhereTheGroupMayNotGrow) {
    Update update({.replicas = 4, .max_size = 4, .max_batch_size = 3, .min_instances_in_service = 3});
    EXPECT_EQ(update.points(), (std::vector<Point>{{0, 3, 1, 0}, {0, 2, 2, 0}, {0, 1, 3, 0}, {0, 0, 4, 0}}));
}

TEST(AsgRolling, WithoutSignalsAProcessThatRunsIsEnough) {
    Update update({.replicas = 2, .pause = 5min});
    update.fleet.new_version_comes_up = false;
    EXPECT_EQ(update.run_to(Phase::kStuck).reason, "0/2 updated") << "it does not run";
    EXPECT_EQ(update.fleet.now(), Time{65min});
    Cohort& fresh = update.fleet.cohort(1);
    for (int running = 1; running <= 2; ++running) {
        fresh.pending = 0;  // it runs, and answers nothing
        Observation seen = update.fleet.look();
        seen.now += 10min * running;
        const Directive want = update.controller->decide(seen);
        update.fleet.apply(want);
    }
    EXPECT_EQ(fresh.desired, 2);
    EXPECT_EQ(fresh.available, 0);
}

// The User Guide: of five instances at 50 % three have to signal.
TEST(AsgRolling, EnoughSignalsAreEnough) {
    const AsgRollingParams params{
        .replicas = 5, .max_batch_size = 1, .pause = 5min, .waits_for_signals = true, .min_successful_percent = 50};
    Update good(params);
    good.fleet.new_version_comes_up = false;
    while (good.fleet.new_version().desired < 3) good.step();
    EXPECT_EQ(good.fleet.now(), Time{10min}) << "two did not signal";
    good.fleet.new_version_comes_up = true;
    EXPECT_EQ(good.run_to(Phase::kPromoted).phase, Phase::kPromoted);
    Update bad(params);
    bad.fleet.new_version_comes_up = false;
    EXPECT_EQ(bad.run_to(Phase::kRolledBack).reason, "3 did not signal within 5m: 5/5 back");
}

TEST(AsgRolling, ARollbackIsARollingUpdateItself) {
    Update update({.replicas = 4, .pause = 5min, .waits_for_signals = true});
    while (update.fleet.new_version().available < 2) update.step();
    update.fleet.new_version_comes_up = false;
    update.run_to(Phase::kRollingBack);
    EXPECT_EQ(update.fleet.old_version().desired, 2);
    EXPECT_EQ(update.points(), (std::vector<Point>{{5, 3, 1, 0}, {5, 4, 0, 0}}));
}

TEST(AsgRolling, WithoutRollbackAFailureIsLeftAsItIs) {
    Update update({.replicas = 4, .pause = 5min, .waits_for_signals = true, .stack = {.rollback = false}});
    update.fleet.new_version_comes_up = false;
    EXPECT_EQ(update.run_to(Phase::kStuck).reason, "1 did not signal within 5m: left as it is: 0/4 updated");
}

TEST(AsgRolling, ATriggerTakesItBackWhileItIsMonitored) {
    Update update({.replicas = 3, .stack = {.triggers = kAlarms, .monitoring = 30min}});
    EXPECT_EQ(update.run_to(Phase::kBaking).reason, "monitoring until 30m: 3/3 updated");
    update.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(update.run_to(Phase::kRolledBack).reason, "an alarm is on: 3/3 back");
}

// Instances that an autoscaler adds come with the new template; those that it takes away are old ones.
TEST(AsgRolling, FollowsAnAutoscaler) {
    Update update({.replicas = 4, .pause = 10min});
    while (update.fleet.new_version().desired < 2) update.step();
    update.fleet.resized_to = 6;
    EXPECT_EQ(update.points(), (std::vector<Point>{{10, 2, 4, 0}, {20, 1, 5, 0}, {30, 0, 6, 0}}));
    Update shrinks({.replicas = 4, .pause = 10min});
    while (shrinks.fleet.new_version().desired < 2) shrinks.step();
    shrinks.fleet.resized_to = 3;
    EXPECT_EQ(shrinks.points(), (std::vector<Point>{{10, 1, 2, 0}, {20, 0, 3, 0}}));
}

TEST(AsgRolling, SuspendedScalingWaitsForTheEnd) {
    Update update({.replicas = 2, .pause = 10min, .suspends_scaling = true});
    update.step();
    update.fleet.resized_to = 5;
    EXPECT_EQ(update.points(), (std::vector<Point>{{0, 1, 1, 0}, {10, 0, 2, 0}, {20, 0, 5, 0}}));
}

TEST(AsgRolling, NotAllHaveToBeInServiceWhereLessIsEnough) {
    Update update({.replicas = 4, .min_active_percent = 75});
    update.fleet.new_version_comes_up = false;
    EXPECT_EQ(update.run_to(Phase::kStuck).reason, "0/4 updated");
    EXPECT_EQ(update.fleet.new_version().desired, 2) << "one of four may be out of service, two may not";
}

TEST(AsgRolling, RefusesWhatCloudFormationDoes) {
    for (const AsgRollingParams& params :
         {AsgRollingParams{.replicas = 0}, AsgRollingParams{.replicas = 3, .max_size = 2},
          AsgRollingParams{.replicas = 3, .max_size = 3, .min_instances_in_service = 3},
          AsgRollingParams{.max_batch_size = 0}, AsgRollingParams{.max_batch_size = 101},
          AsgRollingParams{.min_instances_in_service = -1}, AsgRollingParams{.pause = 61min},
          AsgRollingParams{.min_successful_percent = 101}, AsgRollingParams{.min_active_percent = 101},
          AsgRollingParams{.stack = {.monitoring = 181min}}}) {
        EXPECT_THROW(AsgRolling{params}, std::invalid_argument);
    }
}

}  // namespace
}  // namespace rollcast::strategies
