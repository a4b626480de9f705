#include "rollcast/strategies/asg_replacing.h"

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
    explicit Update(const AsgReplacingParams& params)
        : fleet(params.replicas), controller(AsgReplacing(params).start({.replicas = params.replicas})) {
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller, 60); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

TEST(AsgReplacing, RemovesTheOldGroupWhenTheNewOneHasSignalled) {
    Update update({.replicas = 4, .signals = CreationSignals{.count = 3}});
    update.fleet.start = 60s;
    EXPECT_EQ(update.points(), (std::vector<Point>{{0, 4, 4, 0}, {3, 0, 4, 0}}));
}

TEST(AsgReplacing, TheOldGroupStaysForTheMonitoringTime) {
    Update update({.replicas = 4, .stack = {.monitoring = 30min}});
    EXPECT_EQ(update.points(), (std::vector<Point>{{0, 4, 4, 0}, {30, 0, 4, 0}}));
}

TEST(AsgReplacing, TooFewSignalsInTimeRemoveTheNewGroup) {
    Update update({.replicas = 4, .signals = CreationSignals{.count = 4, .timeout = 15min}});
    update.fleet.new_version_comes_up = false;
    EXPECT_EQ(update.run_to(Phase::kRolledBack).reason, "0/4 signals within 15m: 0/4 of the new group available");
    EXPECT_EQ(update.fleet.now(), Time{15min});
    EXPECT_EQ(update.fleet.old_version().desired, 4);
}

TEST(AsgReplacing, WithoutRollbackBothGroupsStay) {
    Update update({.replicas = 4, .signals = CreationSignals{.count = 4}, .stack = {.rollback = false}});
    update.fleet.new_version_comes_up = false;
    update.run_to(Phase::kStuck);
    EXPECT_EQ(update.fleet.desired(), 8);
}

TEST(AsgReplacing, ATriggerTakesItBack) {
    Update update({.replicas = 4, .stack = {.triggers = kAlarms, .monitoring = 30min}});
    update.run_to(Phase::kBaking);
    update.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(update.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(update.fleet.new_version().desired, 0);
}

TEST(AsgReplacing, AnAbortOfAnUpdateThatWasLeftAsItIsTakesItBack) {
    Update update({.replicas = 4, .signals = CreationSignals{.count = 4}, .stack = {.rollback = false}});
    update.fleet.new_version_comes_up = false;
    EXPECT_EQ(update.run_to(Phase::kStuck).reason.substr(0, 40), "0/4 signals within 5m: left as it is: 0/");
    update.fleet.person_aborts = true;
    EXPECT_EQ(update.run_to(Phase::kRolledBack).reason, "aborted from outside: 0/4 of the new group available");
}

TEST(AsgReplacing, BothGroupsFollowAnAutoscaler) {
    Update update({.replicas = 4, .signals = CreationSignals{.count = 4}, .stack = {.monitoring = 30min}});
    update.run_to(Phase::kBaking);
    update.fleet.resized_to = 2;
    EXPECT_EQ(update.controller->decide(update.fleet.look()).targets.front().desired, 2);
    EXPECT_EQ(update.points(), (std::vector<Point>{{30, 0, 2, 0}}));
}

TEST(AsgReplacing, RefusesWhatCouldNeverBeEnough) {
    for (const AsgReplacingParams& params :
         {AsgReplacingParams{.replicas = 0}, AsgReplacingParams{.replicas = 2, .signals = CreationSignals{.count = 3}},
          AsgReplacingParams{.signals = CreationSignals{.min_successful_percent = 101}},
          AsgReplacingParams{.signals = CreationSignals{.timeout = 0s}}}) {
        EXPECT_THROW(AsgReplacing{params}, std::invalid_argument);
    }
}

}  // namespace
}  // namespace rollcast::strategies
