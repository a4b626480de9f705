#include "rollcast/strategies/baseline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/rolling.h"
#include "support/scenarios.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::Reflex;
using testing::ToyFleet;

constexpr int kReplicas = 10;
constexpr AnalysisId kCheck{0};

/// The old version, the baseline and the new version, all as wanted.
struct Scene {
    std::vector<Cohort> cohorts{3};
    std::vector<AnalysisStatus> analyses{};
    bool routed = true;

    Scene() {
        for (const std::size_t i : {0, 1, 2}) cohorts[i].exists = true;
        cohorts[0].version = kOldVersion, cohorts[1].version = kBaselineVersion, cohorts[2].version = kNewVersion;
        cohorts[0].desired = cohorts[0].available = kReplicas;
        cohorts[0].weight = 1;
    }
    void set(std::size_t cohort, int instances, double weight) {
        cohorts[cohort].desired = cohorts[cohort].instances = cohorts[cohort].available = instances;
        cohorts[cohort].weight = weight;
    }
    Observation at(Duration since) const {
        return {.now = Time(since), .cohorts = cohorts, .analyses = analyses, .routed = routed};
    }
};

/// Wants the same whatever it sees.
std::shared_ptr<const Strategy> always(int fresh, std::optional<double> weight, Phase phase = Phase::kMoving,
                                       double mirrored = 0, int old = kReplicas) {
    return std::make_shared<Reflex>([=](const Observation& seen) {
        Directive want(seen.cohorts.size());
        want.targets[0].desired = old;
        want.targets[1].desired = fresh;
        if (weight) want.targets[0].weight = 1 - *weight;
        want.targets[1].weight = weight;
        want.targets[1].mirrored = mirrored;
        want.analyses.push_back({1, kCheck});
        want.phase = phase;
        want.reason = "as always";
        return want;
    });
}

std::unique_ptr<Controller> beside(std::shared_ptr<const Strategy> inner, BaselineParams params = {}) {
    return Baseline(std::move(inner), params).start({.replicas = kReplicas});
}

/// What it comes to once the baseline is there.
Directive settled(std::shared_ptr<const Strategy> inner) {
    const std::unique_ptr<Controller> controller = beside(std::move(inner));
    Scene scene;
    Directive want = controller->decide(scene.at(0s));
    scene.set(1, want.targets[1].desired, 0);
    return controller->decide(scene.at(1min));
}

TEST(Baseline, HasAsManyInstancesAndAsMuchTrafficAsTheNewVersionOrWhatIsLeft) {
    struct Case {
        int fresh;
        double weight;
        int instances;
        double share;
    };
    for (const Case& c : {Case{3, 0, 3, 0},
                          {1, .05, 1, .05},
                          {10, .05, 10, .05},
                          {5, .5, 5, .5},
                          {6, .6, 4, .4},
                          {9, .9, 1, .1},
                          {10, 1, 0, 0}}) {
        SCOPED_TRACE(c.weight);
        const Directive want = settled(always(c.fresh, c.weight));
        ASSERT_EQ(want.targets.size(), 3u);
        EXPECT_EQ(want.targets[0].desired, kReplicas);
        EXPECT_EQ(want.targets[1].desired, c.instances);
        EXPECT_EQ(want.targets[2].desired, c.fresh);
        EXPECT_EQ(*want.targets[2].weight, c.weight);
        EXPECT_NEAR(*want.targets[1].weight, c.share, 1e-12);
        EXPECT_NEAR(*want.targets[0].weight, 1 - c.weight - c.share, 1e-12);
        EXPECT_GE(*want.targets[0].weight, 0);
    }
}

TEST(Baseline, DoesNotGrowWithAVersionThatIsAboutToBePromoted) {
    const std::unique_ptr<Controller> controller = beside(always(kReplicas, .2));
    Scene scene;
    scene.set(0, kReplicas, .6), scene.set(1, 2, .2), scene.set(2, 2, .2);
    EXPECT_EQ(controller->decide(scene.at(0s)).targets[1].desired, 2);
    scene.set(0, kReplicas, 1), scene.set(1, 0, 0), scene.set(2, 0, 0);
    EXPECT_EQ(controller->decide(scene.at(1s)).targets[1].desired, kReplicas) << "it had that size from the start";
}

TEST(Baseline, WithoutWeightsIsAsLargeAsTheNewVersionAndNoLargerThanTheOldOne) {
    EXPECT_EQ(settled(always(2, std::nullopt)).targets[1].desired, 2);
    EXPECT_EQ(settled(always(8, std::nullopt, Phase::kMoving, 0, 3)).targets[1].desired, 3);
    EXPECT_FALSE(settled(always(2, std::nullopt)).targets[1].weight);
}

TEST(Baseline, GetsCopiesAsTheNewVersionDoes) {
    const Directive want = settled(always(3, 0, Phase::kBaking, .4));
    EXPECT_EQ(want.targets[1].mirrored, .4);
    EXPECT_EQ(want.targets[2].mirrored, .4);
}

TEST(Baseline, IsWaitedForByTrafficAndByAnalyses) {
    const std::unique_ptr<Controller> controller = beside(always(4, .2));
    Scene scene;
    scene.set(0, kReplicas, .9), scene.set(1, 1, .05), scene.set(2, 4, .05);
    Directive want = controller->decide(scene.at(0s));
    EXPECT_EQ(want.targets[1].desired, 4);
    EXPECT_DOUBLE_EQ(*want.targets[2].weight, .05) << "as before";
    EXPECT_DOUBLE_EQ(*want.targets[1].weight, .05);
    EXPECT_DOUBLE_EQ(*want.targets[0].weight, .9);
    EXPECT_TRUE(want.analyses.empty());
    EXPECT_EQ(want.reason, "as always; waits for the baseline, 1/4 available");
    scene.set(1, 4, .05);
    want = controller->decide(scene.at(1min));
    EXPECT_DOUBLE_EQ(*want.targets[2].weight, .2);
    EXPECT_DOUBLE_EQ(*want.targets[1].weight, .2);
    EXPECT_EQ(want.analyses.size(), 1u);
}

TEST(Baseline, ThatLosesAnInstanceHoldsUpNothingThatHasBegun) {
    const std::unique_ptr<Controller> controller = beside(always(4, .2), {.progress_deadline = 1min});
    Scene scene;
    scene.set(0, kReplicas, .6), scene.set(1, 4, .2), scene.set(2, 4, .2);
    scene.cohorts[1].available = 3;
    scene.analyses = {{.run = 1, .phase = AnalysisPhase::kRunning}};
    for (const Duration since : {Duration(1min), Duration(1h)}) {
        const Directive want = controller->decide(scene.at(since));
        EXPECT_EQ(want.phase, Phase::kMoving);
        EXPECT_DOUBLE_EQ(*want.targets[2].weight, .2);
        EXPECT_EQ(want.analyses.size(), 1u);
    }
    scene.cohorts[1].available = 0;
    EXPECT_EQ(*controller->decide(scene.at(2h)).targets[1].weight, 0) << "nobody would answer";
}

TEST(Baseline, ThatDoesNotComeInTimeTakesTheReleaseBack) {
    const std::unique_ptr<Controller> controller = beside(always(4, .2), {.progress_deadline = 2min});
    Scene scene;
    scene.set(2, 4, 0);
    EXPECT_EQ(controller->decide(scene.at(1min)).wake_at, Time(3min));
    EXPECT_EQ(controller->decide(scene.at(3min - 1s)).phase, Phase::kMoving);
    Directive want = controller->decide(scene.at(3min));
    EXPECT_EQ(want.targets[2].desired, 0);
    EXPECT_EQ(want.targets[1].desired, 0);
    EXPECT_EQ(want.phase, Phase::kRolledBack);
    EXPECT_EQ(want.reason.rfind("no baseline in time", 0), 0u);
    scene.cohorts[0].available = 5;
    EXPECT_EQ(controller->decide(scene.at(4min)).phase, Phase::kRolledBack) << "what is over stays over";
}

TEST(Baseline, OutlivesItsTrafficForAWhile) {
    for (const Phase phase : {Phase::kPromoted, Phase::kRollingBack, Phase::kRolledBack}) {
        const double weight = phase == Phase::kPromoted ? 1 : 0;
        const std::unique_ptr<Controller> controller = beside(always(4, weight, phase), {.scale_down_delay = 30s});
        Scene scene;
        scene.set(0, kReplicas, .6), scene.set(1, 4, .2), scene.set(2, 4, .2);
        Directive want = controller->decide(scene.at(1min));
        EXPECT_EQ(*want.targets[1].weight, 0);
        EXPECT_EQ(want.targets[1].desired, 4);
        EXPECT_EQ(want.wake_at, Time(90s));
        EXPECT_EQ(controller->decide(scene.at(89s)).targets[1].desired, 4);
        want = controller->decide(scene.at(90s));
        EXPECT_EQ(want.targets[1].desired, 0);
        EXPECT_EQ(want.phase, phase);
    }
}

TEST(Baseline, IsHiddenFromTheStrategyInside) {
    Scene scene;
    scene.set(0, kReplicas, .6), scene.set(1, 4, .2), scene.set(2, 4, .2);
    const auto looks = std::make_shared<Reflex>([](const Observation& seen) {
        EXPECT_EQ(seen.cohorts.size(), 2u);
        EXPECT_DOUBLE_EQ(seen.cohorts[0].weight, .8);
        EXPECT_EQ(seen.cohorts[1].version, kNewVersion);
        Directive want(seen.cohorts.size());
        want.targets[0].desired = kReplicas;
        return want;
    });
    beside(looks)->decide(scene.at(0s));
}

TEST(Baseline, NeedsAScenarioThatHasOne) {
    ToyFleet two(kReplicas);
    EXPECT_THROW(beside(always(1, .1))->decide(two.look()), InvariantError);
}

TEST(Baseline, GoesWithACanaryThroughAllItsSteps) {
    CanaryParams params{.replicas = kReplicas, .routed = true};
    params.steps = {SetWeight{20}, Pause{5min}, RunAnalysis{kCheck}, SetWeight{80}, Pause{5min}};
    const std::unique_ptr<Controller> controller = beside(std::make_shared<Canary>(params));
    ToyFleet fleet(kReplicas, 3);
    fleet.run_to(*controller, Phase::kPaused);
    EXPECT_EQ(fleet.cohort(1).available, 2);
    EXPECT_DOUBLE_EQ(fleet.cohort(1).weight, .2);
    fleet.run_to(*controller, Phase::kMoving);
    fleet.run_to(*controller, Phase::kPaused);
    EXPECT_EQ(fleet.cohort(1).available, 2) << "as busy as the 8 new ones";
    EXPECT_DOUBLE_EQ(fleet.cohort(1).weight, .2);
    EXPECT_DOUBLE_EQ(fleet.cohort(0).weight, 0);
    fleet.run_to(*controller, Phase::kPromoted);
    fleet.run(*controller, 10);
    EXPECT_EQ(fleet.cohort(1).desired, 0);
    EXPECT_EQ(fleet.new_version().available, kReplicas);
}

TEST(Baseline, RefusesWhatMakesNoSense) {
    EXPECT_THROW(Baseline(nullptr, {}), std::invalid_argument);
    EXPECT_THROW(Baseline(always(1, .1), {.progress_deadline = 0s}), std::invalid_argument);
    EXPECT_THROW(Baseline(always(1, .1), {.scale_down_delay = -1s}), std::invalid_argument);
}

TEST(Baseline, DescribesItselfInFull) {
    EXPECT_EQ(Baseline(always(1, .1), {}).describe(), "baseline(reflex, progress_deadline=10m, scale_down_delay=30s)");
}

}  // namespace
}  // namespace rollcast::strategies
