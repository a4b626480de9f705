#include "rollcast/strategies/codedeploy_blue_green.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
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
    explicit Deployment(const CodeDeployBlueGreenParams& params)
        : fleet(params.replicas), controller(CodeDeployBlueGreen(params).start({.replicas = params.replicas})) {
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
    }
    Directive decide() { return controller->decide(fleet.look()); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller, 60); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

/// Of four hosts, half at a time; registered within a minute.
CodeDeployBlueGreenParams half_of_four() {
    return {.replicas = 4,
            .hosts = {.minimum_healthy = {MinimumType::kFleetPercent, 50}, .registration = 1min},
            .rollback = {.on_failure = true, .on_alarm = true}};
}

// The User Guide: HalfAtATime deploys to half of the replacement hosts at a time and routes traffic to half of them at
// a time. Two of six hosts with the new version have a third of the traffic.
TEST(CodeDeployBlueGreen, HalfAtATimeDeploysAndReroutesByHalves) {
    CodeDeployBlueGreenParams params = half_of_four();
    params.hosts.provisioning = 5min;
    params.termination_wait = 1h;
    EXPECT_EQ(
        Deployment(params).points(),
        (std::vector<Point>{{0, 4, 0, 0}, {5, 4, 2, 0}, {5, 4, 4, 0}, {6, 4, 4, 33}, {7, 4, 4, 100}, {67, 0, 4, 100}}));
}

TEST(CodeDeployBlueGreen, AllAtOnceReroutesAsSoonAsTheHostsAreRegistered) {
    CodeDeployBlueGreenParams params{.replicas = 3};
    params.hosts.minimum_healthy = {MinimumType::kHostCount, 0};
    params.hosts.registration = 1min;
    EXPECT_EQ(Deployment(params).points(), (std::vector<Point>{{0, 3, 3, 0}, {1, 3, 3, 100}, {1, 0, 3, 100}}));
}

TEST(CodeDeployBlueGreen, OneAtATimeIsTheDefault) {
    const CodeDeployBlueGreen strategy({.replicas = 3});
    std::vector<int> permille;
    for (const traffic::Shift& shift : strategy.shifts()) permille.push_back(shift.permille);
    EXPECT_EQ(permille, (std::vector{0, 250, 400, 1000})) << "1 of 4, 2 of 5, and the original ones go";
    EXPECT_EQ(strategy.shifts().back().at, 90s);
}

TEST(CodeDeployBlueGreen, TheOriginalHostsMayBeKept) {
    CodeDeployBlueGreenParams params = half_of_four();
    params.hosts.keeps_original = true;
    Deployment deployment(params);
    EXPECT_EQ(deployment.fleet.run_to(*deployment.controller, Phase::kPromoted).phase, Phase::kPromoted);
    deployment.fleet.run(*deployment.controller, 10);
    EXPECT_EQ(deployment.fleet.old_version().desired, 4);
    EXPECT_EQ(deployment.fleet.old_version().weight, 0);
}

TEST(CodeDeployBlueGreen, HostsThatFailEndItWhenTheMinimumIsReached) {
    Deployment deployment(half_of_four());
    deployment.fleet.new_version_comes_up = false;
    while (deployment.fleet.new_version().desired < 2) deployment.fleet.step(*deployment.controller);
    deployment.fleet.cohort(1).restarts = 1;
    EXPECT_EQ(deployment.decide().reason, "new version: 0/4 hosts succeeded, 1 failed, 1 under way");
    deployment.fleet.cohort(1).restarts = 2;
    const Directive failed = deployment.decide();
    EXPECT_EQ(failed.phase, Phase::kRollingBack);
    EXPECT_EQ(failed.reason, "2 attempts failed: the old version has the traffic");
    EXPECT_EQ(failed.targets[1].desired, 0);
}

TEST(CodeDeployBlueGreen, AFailureThatTheMinimumAllowsLeavesFewerHostsToRegister) {
    CodeDeployBlueGreenParams params = half_of_four();
    params.hosts.minimum_healthy = {MinimumType::kHostCount, 0};
    params.hosts.attempt_timeout = 10min;
    Deployment deployment(params);
    deployment.fleet.new_version_comes_up = false;
    deployment.fleet.step(*deployment.controller);
    deployment.fleet.cohort(1).available = 2;
    EXPECT_EQ(deployment.fleet.run_to(*deployment.controller, Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_EQ(deployment.fleet.now(), Time(11min)) << "two time out, and two are registered at once";
}

TEST(CodeDeployBlueGreen, HostsThatGoWhileTrafficIsReroutedFailIt) {
    Deployment deployment(half_of_four());
    while (deployment.fleet.new_version().weight == 0) deployment.fleet.step(*deployment.controller);
    deployment.fleet.cohort(1).available = 2;
    EXPECT_EQ(deployment.decide().phase, Phase::kPaused) << "half are enough";
    deployment.fleet.cohort(1).available = 1;
    const Directive failed = deployment.decide();
    EXPECT_EQ(failed.reason.substr(0, 24), "hosts went out of servic");
    EXPECT_EQ(failed.targets[0].weight, 1.0);
}

TEST(CodeDeployBlueGreen, AnAlarmTurnsTheTrafficBackUntilTheOriginalHostsAreEnded) {
    CodeDeployBlueGreenParams params = half_of_four();
    params.termination_wait = 1h;
    params.alarms = kAlarms;
    Deployment deployment(params);
    while (deployment.fleet.new_version().weight < 1) deployment.fleet.step(*deployment.controller);
    deployment.fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
    EXPECT_EQ(deployment.fleet.run_to(*deployment.controller, Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(deployment.fleet.old_version().weight, 1);
    EXPECT_EQ(deployment.fleet.new_version().desired, 0);
}

TEST(CodeDeployBlueGreen, WithoutAPersonItStopsWhereOneIsAskedFor) {
    CodeDeployBlueGreenParams params = half_of_four();
    params.ready = {.stop_on_timeout = true, .wait = 30min};
    Deployment deployment(params);
    deployment.fleet.person_approves = false;
    EXPECT_EQ(deployment.fleet.run_to(*deployment.controller, Phase::kStuck).phase, Phase::kStuck);
    EXPECT_EQ(deployment.fleet.now(), Time(30min));
}

TEST(CodeDeployBlueGreen, DescribesItselfInFull) {
    CodeDeployBlueGreenParams params = half_of_four();
    params.hosts.keeps_original = true;
    EXPECT_EQ(CodeDeployBlueGreen(params).describe(),
              "codedeploy_blue_green(replicas=4, shifts=[0% at 0s, 33.3% at 1m, 100% at 2m], minimum_healthy=50%, "
              "attempt_timeout=1h, provisioning=0s, keeps_original, rollback_on=[failure alarm], fails_after=48h)");
}

TEST(CodeDeployBlueGreen, RefusesWhatCannotBe) {
    const auto refused = [](CodeDeployBlueGreenParams params) {
        EXPECT_THROW(CodeDeployBlueGreen{params}, std::invalid_argument);
    };
    refused({.replicas = 0});
    refused({.hosts = {.minimum_healthy = {MinimumType::kFleetPercent, 101}}});
    refused({.hosts = {.attempt_timeout = 0s}});
    refused({.hosts = {.provisioning = -1s}});
    refused({.hosts = {.registration = -1s}});
    refused({.termination_wait = 49h});
    EXPECT_NO_THROW(CodeDeployBlueGreen({.termination_wait = 48h}));
}

}  // namespace
}  // namespace rollcast::strategies
