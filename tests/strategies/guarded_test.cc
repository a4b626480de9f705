#include "rollcast/strategies/guarded.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/rolling.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

constexpr AnalysisId kWatch{1};

std::shared_ptr<const Strategy> rolling() { return std::make_shared<Rolling>(RollingParams{.replicas = 10}); }

std::shared_ptr<const Strategy> routed_canary() {
    CanaryParams params;
    params.replicas = 10;
    params.steps = {SetWeight{20}, Pause{5min}, SetWeight{60}, Pause{}};
    params.routed = true;
    params.dynamic_stable_scale = true;
    return std::make_shared<Canary>(params);
}

struct Rollout {
    explicit Rollout(std::shared_ptr<const Strategy> inner, Duration bake = {})
        : controller(Guarded(std::move(inner), {.analysis = kWatch, .bake = bake}).start({.replicas = 10})) {
        fleet.verdicts[kWatch] = AnalysisPhase::kRunning;
    }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }

    ToyFleet fleet{10};
    std::unique_ptr<Controller> controller;
};

TEST(Guarded, LetsAQuietRolloutPassAndEndsItsGuardWithIt) {
    Rollout rollout(rolling());
    EXPECT_EQ(rollout.fleet.step(*rollout.controller).analyses.size(), 1u);
    const Directive done = rollout.run_to(Phase::kPromoted);
    EXPECT_EQ(done.phase, Phase::kPromoted);
    EXPECT_TRUE(done.analyses.empty());
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kFailed;
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 5).phase, Phase::kPromoted) << "too late";
}

TEST(Guarded, EachOfSeveralGuardsCanTakeItBack) {
    constexpr AnalysisId kOther{2};
    for (const AnalysisId fails : {kWatch, kOther}) {
        const auto inner = std::make_shared<Guarded>(rolling(), GuardParams{.analysis = kOther});
        Rollout rollout(inner);
        rollout.fleet.verdicts[kOther] = AnalysisPhase::kRunning;
        EXPECT_EQ(rollout.fleet.step(*rollout.controller).analyses.size(), 2u);
        while (rollout.fleet.new_version().available < 5) rollout.fleet.step(*rollout.controller);
        rollout.fleet.verdicts[fails] = AnalysisPhase::kFailed;
        EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    }
}

TEST(Guarded, TakesAnUnroutedRolloutBackWithoutLosingAvailability) {
    Rollout rollout(rolling());
    while (rollout.fleet.new_version().available < 5) rollout.fleet.step(*rollout.controller);
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kError;
    Directive want;
    for (int i = 0; i < 50 && want.phase != Phase::kRolledBack; ++i) {
        want = rollout.fleet.step(*rollout.controller);
        EXPECT_GE(rollout.fleet.available(), 8) << "as many as the rollout left";
    }
    EXPECT_EQ(want.phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.old_version().available, 10);
    EXPECT_EQ(rollout.fleet.new_version().desired, 0);
}

TEST(Guarded, TrafficGoesBackAsFastAsTheOldVersionGrows) {
    Rollout rollout(routed_canary());
    rollout.fleet.person_approves = false;
    while (rollout.fleet.old_version().desired > 4) rollout.fleet.step(*rollout.controller);
    ASSERT_DOUBLE_EQ(rollout.fleet.new_version().weight, .6);
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kFailed;
    rollout.fleet.settle();
    rollout.fleet.apply(rollout.controller->decide(rollout.fleet.look()));
    EXPECT_EQ(rollout.fleet.old_version().desired, 10);
    EXPECT_DOUBLE_EQ(rollout.fleet.new_version().weight, .6) << "four instances bear no more";
    rollout.fleet.cohort(0).available = 7;
    EXPECT_NEAR(*rollout.controller->decide(rollout.fleet.look()).targets[1].weight, .3, 1e-12);
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.new_version().weight, 0);
    EXPECT_EQ(rollout.fleet.new_version().desired, 0);
}

TEST(Guarded, BakesAfterTheStrategysEndAndCanStillGoBack) {
    for (const bool fails : {false, true}) {
        Rollout rollout(rolling(), 30min);
        const Directive baking = rollout.run_to(Phase::kBaking);
        ASSERT_EQ(baking.phase, Phase::kBaking);
        const Time ends = rollout.fleet.now() + 30min;
        EXPECT_EQ(baking.wake_at, ends);
        EXPECT_EQ(rollout.fleet.old_version().desired, 0);
        if (fails) rollout.fleet.verdicts[kWatch] = AnalysisPhase::kFailed;
        const Phase end = fails ? Phase::kRolledBack : Phase::kPromoted;
        EXPECT_EQ(rollout.run_to(end).phase, end);
        EXPECT_EQ(rollout.fleet.now(), fails ? ends - 30min : ends);
        EXPECT_EQ(rollout.fleet.old_version().available, fails ? 10 : 0);
    }
}

TEST(Guarded, DescribesItselfWithWhatItGuards) {
    EXPECT_EQ(Guarded(rolling(), {.analysis = kWatch, .bake = 10min}).describe(),
              "guarded(rolling(replicas=10, max_surge=25%, max_unavailable=25%, progress_deadline=10m), analysis=1, "
              "bake=10m)");
}

TEST(Guarded, RefusesNothingToGuardAndATimeBelowZero) {
    EXPECT_THROW(Guarded(nullptr, {}), std::invalid_argument);
    EXPECT_THROW(Guarded(rolling(), {.bake = -1s}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::strategies
