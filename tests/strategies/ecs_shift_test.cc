#include "rollcast/strategies/ecs_shift.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using ecs::Shifting;
using testing::Point;
using testing::ToyFleet;

constexpr AnalysisId kAlarms{0};

std::vector<Point> points(const EcsShiftParams& params) {
    ToyFleet fleet(params.replicas);
    const auto controller = EcsShift(params).start({.replicas = params.replicas});
    return testing::trajectory(fleet, *controller);
}

// The Developer Guide: green comes up beside blue, takes all of the traffic, and blue stays for the bake.
TEST(EcsShift, BlueGreenBakesWithBothRevisionsRunning) {
    EXPECT_EQ(points({.replicas = 2, .bake = 15min}),
              (std::vector<Point>{{0, 2, 2, 0}, {0, 2, 2, 100}, {15, 0, 2, 100}}));
}

TEST(EcsShift, LinearGoesByTenPercentEverySixMinutesUnlessToldOtherwise) {
    const std::vector<Point> table = points({.replicas = 2, .shifting = Shifting::kLinear, .bake = 5min});
    ASSERT_EQ(table.size(), 12u);
    EXPECT_EQ(table[1], (Point{0, 2, 2, 10}));
    EXPECT_EQ(table[2], (Point{6, 2, 2, 20}));
    EXPECT_EQ(table[10], (Point{54, 2, 2, 100}));
    EXPECT_EQ(table[11], (Point{59, 0, 2, 100})) << "no step bakes after the last shift";
}

TEST(EcsShift, CanaryTakesFivePercentForTenMinutesUnlessToldOtherwise) {
    EXPECT_EQ(points({.replicas = 2, .shifting = Shifting::kCanary}),
              (std::vector<Point>{{0, 2, 2, 0}, {0, 2, 2, 5}, {10, 2, 2, 100}, {10, 0, 2, 100}}));
    EXPECT_EQ(points({.replicas = 2, .shifting = Shifting::kCanary, .percent = 25, .step_bake = 30min}),
              (std::vector<Point>{{0, 2, 2, 0}, {0, 2, 2, 25}, {30, 2, 2, 100}, {30, 0, 2, 100}}));
}

TEST(EcsShift, APauseThatNobodyEndsRollsBack) {
    ToyFleet fleet(2);
    fleet.person_approves = false;
    const auto controller = EcsShift({.replicas = 2, .pause = ecs::kHookTimeout}).start({.replicas = 2});
    EXPECT_EQ(fleet.run_to(*controller, Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(fleet.now(), Time(24h));
}

TEST(EcsShift, AlarmsDuringTheBakeSwitchTheTrafficBackIfTheyMay) {
    for (const bool rollback : {true, false}) {
        ToyFleet fleet(2);
        fleet.verdicts[kAlarms] = AnalysisPhase::kRunning;
        const auto controller = EcsShift({.replicas = 2, .bake = 15min, .alarms = kAlarms, .alarms_rollback = rollback})
                                    .start({.replicas = 2});
        fleet.run_to(*controller, Phase::kBaking);
        fleet.end_analysis(kAlarms, AnalysisPhase::kFailed);
        const Directive end = fleet.run(*controller, 10);
        EXPECT_EQ(end.phase, rollback ? Phase::kRolledBack : Phase::kStuck);
        EXPECT_EQ(fleet.old_version().weight, rollback ? 1 : 0);
    }
}

TEST(EcsShift, RefusesWhatEcsRefuses) {
    const auto refused = [](EcsShiftParams params) { EXPECT_THROW(EcsShift{params}, std::invalid_argument); };
    refused({.replicas = 0});
    refused({.percent = 10});
    refused({.shifting = Shifting::kLinear, .percent = 2.9});
    refused({.shifting = Shifting::kLinear, .percent = 3.05});
    refused({.shifting = Shifting::kCanary, .percent = 0});
    refused({.shifting = Shifting::kCanary, .percent = 100.1});
    refused({.shifting = Shifting::kCanary, .step_bake = 1441min});
    refused({.bake = 1441min});
    refused({.bake = -1min});
    EXPECT_NO_THROW(EcsShift({.shifting = Shifting::kLinear, .percent = 3}));
}

TEST(EcsShift, DescribesItselfInFull) {
    EXPECT_EQ(EcsShift({.replicas = 2, .shifting = Shifting::kCanary, .percent = 0.5, .bake = 5min}).describe(),
              "ecs_canary(replicas=2, shifts=[0.5% at 0s, 100% at 10m], bake=5m, ignore_poll_failure, "
              "rollback_on=[failure request], patience=5m)");
}

}  // namespace
}  // namespace rollcast::strategies
