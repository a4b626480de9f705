#include "rollcast/strategies/traffic_shift.h"

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

constexpr AnalysisId kTest{0};
constexpr AnalysisId kValidate{1};
constexpr AnalysisId kAlarms{2};

ShiftPlan canary() {
    return {.replicas = 4, .shifts = traffic::canary_shifts(100, 5min), .bake = 10min, .alarms = kAlarms};
}

struct Deployment {
    explicit Deployment(const ShiftPlan& plan)
        : fleet(plan.replicas), controller(shift_traffic(plan, {.replicas = plan.replicas})) {
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    }

    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

TEST(TrafficShift, InstallsShiftsBakesAndCleansUp) {
    EXPECT_EQ(Deployment(canary()).points(),
              (std::vector<Point>{{0, 4, 4, 0}, {0, 4, 4, 10}, {5, 4, 4, 100}, {15, 0, 4, 100}}));
}

TEST(TrafficShift, CountsTheTimeFromTheFirstShift) {
    Deployment deployment(canary());
    deployment.fleet.new_version_comes_up = false;
    deployment.fleet.step(*deployment.controller);
    deployment.fleet.set_now(Time(3min));
    deployment.fleet.new_version_comes_up = true;
    deployment.fleet.settle();
    const Directive first = deployment.run_to(Phase::kPaused);
    EXPECT_EQ(first.wake_at, Time(8min));
    EXPECT_EQ(first.reason, "10% of the traffic");
}

TEST(TrafficShift, HooksHoldItUpBeforeAndAfterTheTraffic) {
    ShiftPlan plan = canary();
    plan.test = Hook{kTest};
    plan.validate = Hook{kValidate};
    Deployment deployment(plan);
    deployment.fleet.verdicts[kTest] = deployment.fleet.verdicts[kValidate] = AnalysisPhase::kRunning;

    EXPECT_EQ(deployment.run_to(Phase::kBaking).reason, "test running");
    EXPECT_EQ(deployment.fleet.new_version().weight, 0);
    deployment.fleet.end_analysis(kTest, AnalysisPhase::kSuccessful);
    deployment.run_to(Phase::kPaused);
    EXPECT_EQ(deployment.run_to(Phase::kBaking).reason, "validation running");
    EXPECT_EQ(deployment.fleet.new_version().weight, 1);
    deployment.fleet.end_analysis(kValidate, AnalysisPhase::kSuccessful);
    EXPECT_EQ(deployment.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(TrafficShift, AHookThatFailsOrDoesNotAnswerFailsTheDeployment) {
    ShiftPlan plan = canary();
    plan.test = Hook{kTest, 1h};
    plan.rollback.on_failure = true;
    for (const bool answers : {true, false}) {
        Deployment deployment(plan);
        deployment.fleet.verdicts[kTest] = answers ? AnalysisPhase::kFailed : AnalysisPhase::kRunning;
        const Directive back = deployment.run_to(Phase::kRolledBack);
        EXPECT_EQ(back.phase, Phase::kRolledBack);
        EXPECT_EQ(back.reason, answers ? "test failed: the old version has the traffic"
                                       : "test did not answer in 1h: the old version has the traffic");
        EXPECT_EQ(deployment.fleet.now(), Time(answers ? 0h : 1h));
        EXPECT_EQ(deployment.fleet.new_version().desired, 0);
    }
}

TEST(TrafficShift, AnAlarmSendsTheTrafficBackBeforeTheNewFleetGoes) {
    ShiftPlan plan = canary();
    plan.rollback.on_alarm = true;
    Deployment early(plan);
    early.run_to(Phase::kPaused);
    early.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(early.points(), (std::vector<Point>{{0, 4, 4, 0}, {0, 4, 0, 0}}));

    Deployment late(plan);
    late.run_to(Phase::kBaking);
    late.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(late.points(), (std::vector<Point>{{5, 4, 4, 0}, {5, 4, 0, 0}}));
}

TEST(TrafficShift, WithoutRollbackAnAlarmLeavesAllAsItIs) {
    Deployment deployment(canary());
    deployment.run_to(Phase::kPaused);
    deployment.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    const Directive stopped = deployment.run_to(Phase::kStuck);
    EXPECT_EQ(stopped.reason, "an alarm is on: left as it is");
    EXPECT_EQ(deployment.fleet.new_version().weight, 0.1);
    EXPECT_EQ(deployment.fleet.new_version().desired, 4);
}

TEST(TrafficShift, AnAlarmThatCannotBeReadStopsItUnlessThatIsIgnored) {
    ShiftPlan plan = canary();
    for (const bool ignore : {false, true}) {
        plan.ignore_poll_failure = ignore;
        Deployment deployment(plan);
        deployment.fleet.verdicts[kAlarms] = AnalysisPhase::kError;
        EXPECT_EQ(deployment.fleet.run(*deployment.controller, 50).phase, ignore ? Phase::kPromoted : Phase::kStuck);
    }
}

TEST(TrafficShift, APersonHasToLetItGoOnInTime) {
    ShiftPlan plan = canary();
    plan.ready = {.stop_on_timeout = true, .wait = 30min};
    Deployment deployment(plan);
    deployment.fleet.person_approves = false;
    const Directive waiting = deployment.run_to(Phase::kPaused);
    EXPECT_TRUE(waiting.asks_approval);
    EXPECT_EQ(waiting.wake_at, Time(30min));
    EXPECT_EQ(deployment.run_to(Phase::kStuck).reason, "nobody let the traffic go on: left as it is");
    EXPECT_EQ(deployment.fleet.now(), Time(30min));

    Deployment answered(plan);
    EXPECT_EQ(answered.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(TrafficShift, ANewFleetThatDoesNotComeUpIsStuckOrFails) {
    ShiftPlan plan = canary();
    plan.patience = 20min;
    plan.rollback.on_failure = true;
    Deployment waiting(plan);
    waiting.fleet.new_version_comes_up = false;
    EXPECT_EQ(waiting.run_to(Phase::kStuck).reason, "still waiting for the new version: 0/4 available");
    EXPECT_EQ(waiting.fleet.now(), Time(20min));
    waiting.fleet.new_version_comes_up = true;
    EXPECT_EQ(waiting.run_to(Phase::kPromoted).phase, Phase::kPromoted);

    plan.patience_fails = true;
    Deployment failing(plan);
    failing.fleet.new_version_comes_up = false;
    EXPECT_EQ(failing.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(failing.fleet.now(), Time(20min));
}

TEST(TrafficShift, KeepsTheNewFleetUntilTheOldOneCanServe) {
    ShiftPlan plan = canary();
    plan.rollback.on_alarm = true;
    Deployment deployment(plan);
    deployment.run_to(Phase::kPaused);
    deployment.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    deployment.fleet.cohort(0).available = 3;
    deployment.fleet.apply(deployment.controller->decide(deployment.fleet.look()));
    EXPECT_EQ(deployment.controller->decide(deployment.fleet.look()).targets[1].desired, 4);
    deployment.fleet.cohort(0).available = 4;
    EXPECT_EQ(deployment.controller->decide(deployment.fleet.look()).targets[1].desired, 0);
}

TEST(TrafficShift, RefusesWhatNoPlatformCouldDo) {
    const auto refused = [](const auto& change) {
        ShiftPlan plan = canary();
        change(plan);
        EXPECT_THROW(require_valid(plan), std::invalid_argument);
    };
    refused([](ShiftPlan& plan) { plan.replicas = 0; });
    refused([](ShiftPlan& plan) { plan.shifts.clear(); });
    refused([](ShiftPlan& plan) { plan.shifts.pop_back(); });
    refused([](ShiftPlan& plan) { plan.bake = -1s; });
    refused([](ShiftPlan& plan) { plan.patience = 0s; });
    refused([](ShiftPlan& plan) { plan.test = Hook{kTest, 0s}; });
    EXPECT_NO_THROW(require_valid(canary()));
}

}  // namespace
}  // namespace rollcast::strategies
