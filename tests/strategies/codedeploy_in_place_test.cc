#include "rollcast/strategies/codedeploy_in_place.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using codedeploy::MinimumType;
using testing::Point;
using testing::ToyFleet;

constexpr AnalysisId kAlarms{0};

struct Deployment {
    explicit Deployment(CodeDeployInPlaceParams params)
        : fleet(params.replicas), controller(CodeDeployInPlace(params).start({.replicas = params.replicas})) {
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    }

    Directive step() { return fleet.step(*controller); }
    Directive decide() { return controller->decide(fleet.look()); }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller, 40); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

CodeDeployInPlaceParams hosts(int replicas, int minimum) {
    return {.replicas = replicas, .minimum_healthy = {MinimumType::kHostCount, minimum}};
}

TEST(CodeDeployInPlace, OneAtATimeEmptiesEachHostBeforeItIsGivenToTheNewRevision) {
    EXPECT_EQ(Deployment({.replicas = 3}).points(),
              (std::vector<Point>{{0, 2, 0, 0}, {0, 2, 1, 0}, {0, 1, 1, 0}, {0, 1, 2, 0}, {0, 0, 2, 0}, {0, 0, 3, 0}}));
}

// The User Guide: of nine instances HalfAtATime takes four at a time.
TEST(CodeDeployInPlace, HalfAtATimeTakesFourOfNine) {
    Deployment deployment({.replicas = 9, .minimum_healthy = {MinimumType::kFleetPercent, 50}});
    EXPECT_EQ(deployment.points(),
              (std::vector<Point>{{0, 5, 0, 0}, {0, 5, 4, 0}, {0, 1, 4, 0}, {0, 1, 8, 0}, {0, 0, 8, 0}, {0, 0, 9, 0}}));
}

// The API Reference: with a HOST_COUNT of six, up to three of nine at a time.
TEST(CodeDeployInPlace, SixHealthyHostsLeaveThreeOfNineAtATime) {
    Deployment deployment(hosts(9, 6));
    deployment.step();
    EXPECT_EQ(deployment.fleet.old_version().desired, 6);
}

TEST(CodeDeployInPlace, FailsAtOnceWhereTheMinimumLeavesNoHost) {
    Deployment deployment({.replicas = 10, .minimum_healthy = {MinimumType::kFleetPercent, 95}});
    const Directive failed = deployment.step();
    EXPECT_EQ(failed.phase, Phase::kStuck);
    EXPECT_EQ(failed.reason, "0 attempts failed: left as it is: 0/10 hosts succeeded, 0 failed, 0 under way");
    EXPECT_EQ(deployment.fleet.old_version().desired, 10);
}

TEST(CodeDeployInPlace, ACrashIsAFailureAndTheMinimumEndsTheDeployment) {
    Deployment deployment(hosts(10, 8));
    deployment.fleet.new_version_comes_up = false;
    while (deployment.fleet.new_version().desired < 2) deployment.step();
    deployment.fleet.cohort(1).restarts = 1;
    EXPECT_EQ(deployment.decide().phase, Phase::kMoving) << "nine are healthy";
    EXPECT_EQ(deployment.decide().targets[0].desired, 8) << "one more could be attempted, and one is";
    deployment.fleet.cohort(1).restarts = 2;
    const Directive failed = deployment.decide();
    EXPECT_EQ(failed.phase, Phase::kStuck);
    EXPECT_EQ(failed.reason, "2 attempts failed: left as it is: 0/10 hosts succeeded, 2 failed, 0 under way");
}

TEST(CodeDeployInPlace, TheLastHostMayFail) {
    Deployment deployment({.replicas = 2});
    while (deployment.fleet.new_version().available < 1) deployment.step();
    deployment.fleet.new_version_comes_up = false;
    while (deployment.fleet.new_version().desired < 2) deployment.step();
    deployment.fleet.cohort(1).restarts = 1;
    EXPECT_EQ(deployment.decide().phase, Phase::kPromoted);
}

TEST(CodeDeployInPlace, AHostThatIsNotInServiceInTimeHasFailed) {
    CodeDeployInPlaceParams params = hosts(4, 3);
    params.attempt_timeout = 10min;
    Deployment deployment(params);
    deployment.fleet.new_version_comes_up = false;
    EXPECT_EQ(deployment.run_to(Phase::kStuck).phase, Phase::kStuck);
    EXPECT_EQ(deployment.fleet.now(), Time(10min));
}

TEST(CodeDeployInPlace, IsOverAfterEightHours) {
    CodeDeployInPlaceParams params = hosts(4, 0);
    params.attempt_timeout = 24h;
    Deployment deployment(params);
    deployment.fleet.new_version_comes_up = false;
    EXPECT_EQ(deployment.run_to(Phase::kStuck).reason.substr(0, 18), "not done within 8h");
    EXPECT_EQ(deployment.fleet.now(), Time(8h));
}

TEST(CodeDeployInPlace, RollsBackTheHostsThatFailedBeforeThoseThatDidNot) {
    CodeDeployInPlaceParams params = hosts(4, 3);
    params.rollback.on_failure = true;
    Deployment deployment(params);
    while (deployment.fleet.new_version().available < 2) deployment.step();
    deployment.fleet.new_version_comes_up = false;
    while (deployment.fleet.new_version().desired < 3) deployment.step();
    ASSERT_EQ(deployment.fleet.new_version().available, 2);
    deployment.fleet.set_now(Time{});
    deployment.fleet.cohort(1).restarts = 1;
    EXPECT_EQ(deployment.points(),
              (std::vector<Point>{{0, 1, 2, 0}, {0, 2, 2, 0}, {0, 2, 1, 0}, {0, 3, 1, 0}, {0, 3, 0, 0}, {0, 4, 0, 0}}));
    EXPECT_EQ(deployment.decide().phase, Phase::kRolledBack);
}

TEST(CodeDeployInPlace, AnAlarmStopsItAndRollsBackIfTold) {
    for (const bool rollback : {true, false}) {
        CodeDeployInPlaceParams params = hosts(4, 2);
        params.alarms = kAlarms;
        params.rollback.on_alarm = rollback;
        Deployment deployment(params);
        while (deployment.fleet.new_version().available < 2) deployment.step();
        deployment.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
        const Directive end = deployment.fleet.run(*deployment.controller, 20);
        EXPECT_EQ(end.phase, rollback ? Phase::kRolledBack : Phase::kStuck);
        EXPECT_EQ(end.reason.substr(0, 14), "an alarm is on");
        EXPECT_EQ(deployment.fleet.old_version().available, rollback ? 4 : 2);
    }
}

// Two hosts in each of three zones. The API Reference: an hour after the first zone, ten minutes after others.
CodeDeployInPlaceParams zonal() {
    CodeDeployInPlaceParams params = hosts(6, 3);
    params.zonal = {.first_zone_monitor = 1h, .monitor = 10min};
    params.zones = 3;
    return params;
}

TEST(CodeDeployInPlace, GoesZoneAfterZoneAndWatchesAllButTheLast) {
    EXPECT_EQ(
        Deployment(zonal()).points(),
        (std::vector<Point>{{0, 4, 0, 0}, {0, 4, 2, 0}, {60, 2, 2, 0}, {60, 2, 4, 0}, {70, 0, 4, 0}, {70, 0, 6, 0}}));
}

TEST(CodeDeployInPlace, TakesHostsFromTheZoneThatIsUnderWay) {
    Deployment deployment(zonal());
    std::vector<std::size_t> zones;
    for (int i = 0; i < 12; ++i) {
        const Directive want = deployment.step();
        if (is_final(want.phase)) break;
        ASSERT_TRUE(want.targets[0].zone && want.targets[0].zone == want.targets[1].zone);
        const std::size_t zone = index_of(*want.targets[0].zone);
        if (zones.empty() || zones.back() != zone) zones.push_back(zone);
        EXPECT_EQ(want.phase == Phase::kBaking, want.reason.substr(0, 13) == "watched until");
    }
    EXPECT_EQ(zones, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(deployment.step().targets[1].zone, std::nullopt) << "it is over";
}

TEST(CodeDeployInPlace, AZonesMinimumHoldsBesideThatOfAll) {
    CodeDeployInPlaceParams params = zonal();
    params.zonal->minimum_healthy = {MinimumType::kHostCount, 1};
    Deployment deployment(params);
    deployment.fleet.new_version_comes_up = false;
    while (deployment.fleet.new_version().desired < 1) deployment.step();
    EXPECT_EQ(deployment.fleet.old_version().desired, 5);
    deployment.fleet.cohort(1).restarts = 1;
    EXPECT_EQ(deployment.decide().reason,
              "1 attempts failed: left as it is: zone 1/3, 0/6 hosts succeeded, 1 failed, 0 under way");
}

TEST(CodeDeployInPlace, AnAlarmWhileAZoneIsWatchedLeavesTheOtherZonesAlone) {
    CodeDeployInPlaceParams params = zonal();
    params.alarms = kAlarms;
    params.rollback.on_alarm = true;
    Deployment deployment(params);
    EXPECT_EQ(deployment.run_to(Phase::kBaking).wake_at, Time(1h));
    deployment.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(deployment.points(), (std::vector<Point>{{0, 4, 0, 0}, {0, 6, 0, 0}}));
    EXPECT_EQ(deployment.decide().phase, Phase::kRolledBack);
}

TEST(CodeDeployInPlace, GoesBackFromTheLastZoneOn) {
    CodeDeployInPlaceParams params = zonal();
    params.alarms = kAlarms;
    params.rollback.on_alarm = true;
    Deployment deployment(params);
    while (deployment.fleet.new_version().available < 4) deployment.step();
    deployment.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(index_of(deployment.decide().targets[1].zone.value()), 1u);
    EXPECT_EQ(deployment.points(), (std::vector<Point>{{60, 2, 2, 0}, {60, 4, 2, 0}, {120, 4, 0, 0}, {120, 6, 0, 0}}));
}

TEST(CodeDeployInPlace, DescribesItselfInFull) {
    EXPECT_EQ(CodeDeployInPlace(zonal()).describe(),
              "codedeploy_in_place(replicas=6, minimum_healthy=3, attempt_timeout=1h, zonal(zones=3, "
              "minimum_healthy=0%, monitor=1h and 10m))");

    EXPECT_EQ(CodeDeployInPlace({.replicas = 4}).describe(),
              "codedeploy_in_place(replicas=4, at_once=1, attempt_timeout=1h)");
    EXPECT_EQ(CodeDeployInPlace({.replicas = 4,
                                 .minimum_healthy = {MinimumType::kFleetPercent, 50},
                                 .alarms = kAlarms,
                                 .rollback = {.on_failure = true}})
                  .describe(),
              "codedeploy_in_place(replicas=4, minimum_healthy=50%, attempt_timeout=1h, alarms=analysis 0, "
              "rollback_on=[failure])");
}

TEST(CodeDeployInPlace, RefusesWhatCannotBe) {
    EXPECT_THROW(CodeDeployInPlace({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(CodeDeployInPlace(hosts(3, -1)), std::invalid_argument);
    EXPECT_THROW(CodeDeployInPlace({.minimum_healthy = {MinimumType::kFleetPercent, 101}}), std::invalid_argument);
    EXPECT_THROW(CodeDeployInPlace({.minimum_healthy = {MinimumType::kMostConcurrency, 0}}), std::invalid_argument);
    EXPECT_THROW(CodeDeployInPlace({.attempt_timeout = 0s}), std::invalid_argument);
    EXPECT_THROW(CodeDeployInPlace({.zonal = codedeploy::ZonalConfig{.monitor = -1s}}), std::invalid_argument);
    EXPECT_THROW(
        CodeDeployInPlace({.zonal = codedeploy::ZonalConfig{.minimum_healthy = {MinimumType::kMostConcurrency, 1}}}),
        std::invalid_argument);
    EXPECT_THROW(CodeDeployInPlace({.zones = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::strategies
