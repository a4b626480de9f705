#include "rollcast/strategies/canary.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

constexpr AnalysisId kCheck{0};
constexpr AnalysisId kWatch{1};

struct Rollout {
    explicit Rollout(CanaryParams params)
        : fleet(params.replicas), controller(Canary(params).start({.replicas = params.replicas})) {}

    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    Directive step() { return fleet.step(*controller); }
    Directive decide() { return controller->decide(fleet.look()); }
    std::pair<int, int> sizes() const { return {fleet.old_version().desired, fleet.new_version().desired}; }
    double weight() const { return fleet.new_version().weight; }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

CanaryParams ten(std::vector<CanaryStep> steps) { return {.replicas = 10, .steps = std::move(steps)}; }
CanaryParams ten_routed(std::vector<CanaryStep> steps) {
    return {.replicas = 10, .steps = std::move(steps), .routed = true};
}
using Sizes = std::pair<int, int>;

TEST(BasicCanary, SplitsReplicasByWeight) {
    Rollout rollout(ten({SetWeight{20}, Pause{}}));
    const Directive paused = rollout.run_to(Phase::kPaused);
    EXPECT_EQ(rollout.sizes(), Sizes(8, 2));
    EXPECT_FALSE(paused.targets[0].weight.has_value()) << "traffic follows instances";
    EXPECT_EQ(paused.reason, "step 2/2: pause until a person promotes");
}

TEST(BasicCanary, IsPromotedOnlyWhenTheOldVersionIsGone) {
    Rollout rollout(ten({SetWeight{50}}));
    while (rollout.step().phase != Phase::kPromoted) {
        ASSERT_GT(rollout.fleet.old_version().desired + rollout.fleet.new_version().desired, 0);
    }
    EXPECT_EQ(rollout.sizes(), Sizes(0, 10));
}

TEST(Canary, APauseIsOverStrictlyAfterItsDuration) {
    Rollout rollout(ten({SetWeight{10}, Pause{5min}, SetWeight{50}}));
    const Directive paused = rollout.run_to(Phase::kPaused);
    EXPECT_FALSE(paused.asks_approval);
    EXPECT_EQ(paused.reason, "step 2/3: pause 5m until 5m");
    EXPECT_EQ(paused.wake_at, Time(5min) + Duration(1));

    rollout.fleet.set_now(Time(5min));
    EXPECT_EQ(rollout.decide().phase, Phase::kPaused);
    rollout.fleet.set_now(paused.wake_at);
    EXPECT_EQ(rollout.decide().phase, Phase::kMoving);
}

TEST(Canary, APauseWithoutDurationEndsByAPerson) {
    Rollout rollout(ten({SetWeight{10}, Pause{}}));
    rollout.fleet.person_approves = false;
    EXPECT_TRUE(rollout.run_to(Phase::kPaused).asks_approval);
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 10).phase, Phase::kPaused);
    rollout.fleet.person_approves = true;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(Canary, OneGrantIsGoodForOnePause) {
    Rollout rollout(ten({Pause{}, Pause{}, SetWeight{10}}));
    int grants = 0;
    for (int i = 0; i < 100; ++i) {
        const bool before = rollout.fleet.look().approved;
        rollout.step();
        grants += !before && rollout.fleet.look().approved;
    }
    EXPECT_EQ(grants, 2);
    EXPECT_EQ(rollout.decide().phase, Phase::kPromoted);
}

TEST(Canary, APauseDoesNotCountAgainstTheDeadline) {
    Rollout rollout(ten({SetWeight{10}, Pause{1h}}));
    for (bool paused = false; !paused || rollout.fleet.now() < Time(59min);) {
        const Phase phase = rollout.step().phase;
        ASSERT_NE(phase, Phase::kStuck);
        paused = phase == Phase::kPaused;
        if (paused) rollout.fleet.set_now(rollout.fleet.now() + 10min);
    }
}

TEST(RoutedCanary, RaisesTheWeightOnlyWhenTheCanaryIsAvailable) {
    Rollout rollout(ten_routed({SetWeight{20}, Pause{}}));
    rollout.fleet.apply(rollout.decide());
    EXPECT_EQ(rollout.sizes(), Sizes(10, 2)) << "the stable version stays whole";
    EXPECT_EQ(rollout.weight(), 0);

    rollout.fleet.cohort(1).available = 1;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0);
    rollout.fleet.cohort(1).available = 2;
    const Directive raised = rollout.decide();
    EXPECT_EQ(raised.targets[1].weight, 0.2);
    EXPECT_EQ(raised.phase, Phase::kMoving) << "the routers have not been told yet";

    rollout.fleet.apply(raised);
    EXPECT_EQ(rollout.decide().phase, Phase::kPaused);
}

TEST(RoutedCanary, FallsBackToTheWeightBeforeWhenTheCanaryLosesInstances) {
    Rollout rollout(ten_routed({SetWeight{10}, SetWeight{30}, SetWeight{30}, Pause{}}));
    rollout.run_to(Phase::kPaused);
    ASSERT_EQ(rollout.weight(), 0.3);
    rollout.fleet.cohort(1).available = 2;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0.3) << "at a later step the weight stays";
    rollout.fleet.cohort(1).available = 0;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0) << "nothing is left to bear it";
}

TEST(RoutedCanary, KeepsTheWeightWhileTheStableVersionCouldNotBearTheRest) {
    CanaryParams params = ten_routed({SetWeight{50}, RunAnalysis{kCheck}});
    Rollout rollout(params);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    rollout.run_to(Phase::kBaking);
    ASSERT_EQ(rollout.weight(), 0.5);
    rollout.fleet.cohort(0).available = 9;
    rollout.fleet.settle();
    rollout.fleet.cohort(0).available = 9;

    const Directive aborted = rollout.decide();
    EXPECT_EQ(aborted.phase, Phase::kRollingBack);
    EXPECT_EQ(aborted.targets[1].weight, 0.5);
    rollout.fleet.set_now(Time(10min));
    EXPECT_EQ(rollout.decide().targets[1].desired, 5) << "the delay begins when the stable version is whole";
    rollout.fleet.cohort(0).available = 10;
    const Directive back = rollout.decide();
    EXPECT_EQ(back.targets[1].weight, 0);
    EXPECT_EQ(back.phase, Phase::kRollingBack) << "the routers have not been told yet";
    EXPECT_EQ(back.wake_at, Time(10min + 30s));
}

TEST(BasicCanary, TakesOlderVersionsAwayBeforeTheStableOne) {
    ToyFleet fleet(10, 3);
    fleet.cohort(1) = fleet.cohort(0);
    fleet.cohort(0).desired = fleet.cohort(0).instances = fleet.cohort(0).available = 8;
    fleet.cohort(1).desired = fleet.cohort(1).instances = fleet.cohort(1).available = 3;
    const auto controller = Canary(ten({SetWeight{50}, Pause{}})).start({.replicas = 8});

    Directive want = controller->decide(fleet.look());
    fleet.apply(want);
    EXPECT_EQ(want.targets[0].desired, 8);
    EXPECT_EQ(want.targets[2].desired, 2) << "13 may be there";
    want = controller->decide(fleet.look());
    EXPECT_EQ(want.targets[1].desired, 0) << "11 are available, 8 have to be";
    EXPECT_EQ(want.targets[0].desired, 8);

    EXPECT_EQ(fleet.run_to(*controller, Phase::kPaused).phase, Phase::kPaused);
    EXPECT_EQ(fleet.old_version().desired, 5);
    EXPECT_EQ(fleet.new_version().desired, 5);
}

TEST(RoutedCanary, ScalesTheCanaryApartFromTheTraffic) {
    Rollout rollout(ten_routed({SetCanaryScale{.replicas = 3}, SetWeight{10}, Pause{},
                                SetCanaryScale{.match_traffic_weight = true}, Pause{}}));
    rollout.run_to(Phase::kPaused);
    EXPECT_EQ(rollout.fleet.new_version().desired, 3);
    EXPECT_EQ(rollout.weight(), 0.1);
    while (rollout.fleet.new_version().desired == 3) rollout.step();
    EXPECT_EQ(rollout.fleet.new_version().desired, 1);
}

TEST(RoutedCanary, MirrorsFromAStepOnUntilAnotherOrTheEnd) {
    Rollout rollout(ten_routed({SetCanaryScale{.replicas = 2}, SetMirror{35}, Pause{1min}, SetMirror{0}, Pause{1min},
                                SetMirror{100}, SetWeight{50}, Pause{}}));
    std::vector<double> mirrored;
    for (int i = 0; i < 40; ++i) {
        const double now = rollout.step().targets[1].mirrored;
        if (mirrored.empty() || mirrored.back() != now) mirrored.push_back(now);
    }
    EXPECT_EQ(mirrored, (std::vector<double>{0, .35, 0, 1, 0}));
    EXPECT_EQ(rollout.weight(), 1);

    Rollout aborted(ten_routed({SetCanaryScale{.replicas = 2}, SetMirror{35}, Pause{}}));
    while (aborted.step().targets[1].mirrored == 0) continue;
    aborted.fleet.person_aborts = true;
    EXPECT_EQ(aborted.decide().targets[1].mirrored, 0);
}

TEST(RoutedCanary, IsPromotedBeforeTheOldVersionIsScaledDown) {
    Rollout rollout(ten_routed({SetWeight{20}, Pause{1min}}));
    rollout.run_to(Phase::kPromoted);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 10));
    EXPECT_EQ(rollout.weight(), 1);
    const Time promoted = rollout.fleet.now();

    const Directive waiting = rollout.decide();
    EXPECT_EQ(waiting.wake_at, promoted + 30s);
    rollout.fleet.set_now(waiting.wake_at - Duration(1));
    EXPECT_EQ(rollout.decide().targets[0].desired, 10);
    rollout.fleet.set_now(waiting.wake_at);
    EXPECT_EQ(rollout.decide().targets[0].desired, 0);
}

TEST(RoutedCanary, AnEarlyThresholdGoesOnWithoutTheLastInstances) {
    CanaryParams params = ten_routed({SetWeight{50}, Pause{}});
    params.progress_threshold = percent(80);
    Rollout rollout(params);
    rollout.fleet.apply(rollout.decide());
    ASSERT_EQ(rollout.fleet.new_version().desired, 5);
    rollout.fleet.cohort(1).available = 3;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0);
    rollout.fleet.cohort(1).available = 4;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0.5);
}

TEST(RoutedCanary, KeepsALeastNumberOfPods) {
    CanaryParams params = ten_routed({SetWeight{5}, Pause{}});
    params.min_pods_per_replica_set = 2;
    Rollout rollout(params);
    rollout.run_to(Phase::kPaused);
    EXPECT_EQ(rollout.fleet.new_version().desired, 2);
}

TEST(CanaryAnalysis, AFailedStepAborts) {
    Rollout rollout(ten_routed({SetWeight{20}, RunAnalysis{kCheck}, SetWeight{60}}));
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    const Directive baking = rollout.run_to(Phase::kBaking);
    ASSERT_EQ(baking.analyses.size(), 1u);
    EXPECT_EQ(baking.analyses[0].analysis, kCheck);

    const Directive back = rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(back.phase, Phase::kRolledBack);
    EXPECT_TRUE(back.analyses.empty());
    EXPECT_EQ(back.reason.substr(0, 51), "abort at step 2/3: analysis 0: step analysis failed");
    EXPECT_EQ(rollout.weight(), 0);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 2)) << "kept for a while";
    const Directive later = rollout.fleet.run(*rollout.controller, 3);
    EXPECT_EQ(rollout.fleet.now(), Time(30s));
    EXPECT_EQ(later.phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 0));
}

TEST(CanaryAnalysis, AnErrorAbortsABasicCanaryAndGivesReplicasBack) {
    Rollout rollout(ten({SetWeight{40}, RunAnalysis{kCheck}}));
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kError;
    rollout.run_to(Phase::kBaking);
    ASSERT_EQ(rollout.sizes(), Sizes(6, 4));
    while (rollout.step().phase != Phase::kRolledBack) {
        ASSERT_GE(rollout.fleet.available(), 8) << "availability holds on the way back, too";
    }
    EXPECT_EQ(rollout.sizes(), Sizes(10, 0));
}

TEST(CanaryAnalysis, AnInconclusiveOneHoldsTheRolloutForGood) {
    Rollout rollout(ten_routed({SetWeight{20}, RunAnalysis{kCheck}}));
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kInconclusive;
    rollout.run_to(Phase::kPaused);
    const Directive paused = rollout.fleet.run(*rollout.controller, 10);
    EXPECT_EQ(paused.phase, Phase::kPaused);
    EXPECT_FALSE(paused.asks_approval);
    EXPECT_EQ(paused.wake_at, kNever);
    EXPECT_EQ(rollout.weight(), 0.2);
    EXPECT_EQ(paused.reason, "step 2/2: analysis 0: step analysis was inconclusive");
}

TEST(CanaryAnalysis, TheBackgroundOneRunsFromItsStepToTheEnd) {
    CanaryParams params = ten_routed({SetWeight{10}, Pause{1min}, SetWeight{40}, Pause{1min}});
    params.background = BackgroundAnalysis{kWatch, 2};
    Rollout rollout(params);
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kRunning;
    EXPECT_TRUE(rollout.run_to(Phase::kPaused).analyses.empty());
    while (rollout.weight() < 0.4) rollout.step();
    const Directive later = rollout.decide();
    ASSERT_EQ(later.analyses.size(), 1u);
    EXPECT_EQ(later.analyses[0].analysis, kWatch);
    EXPECT_TRUE(rollout.run_to(Phase::kPromoted).analyses.empty());
}

TEST(CanaryAnalysis, AFailedBackgroundOneAbortsEvenDuringAPause) {
    CanaryParams params = ten_routed({SetWeight{10}, Pause{}});
    params.background = BackgroundAnalysis{kWatch, 0};
    Rollout rollout(params);
    rollout.fleet.person_approves = false;
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kRunning;
    rollout.run_to(Phase::kPaused);
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kFailed;
    const Directive back = rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(back.phase, Phase::kRolledBack);
    EXPECT_NE(back.reason.find("background analysis failed"), std::string::npos) << back.reason;
}

TEST(CanaryAbort, AnExplicitZeroKeepsTheCanaryForGood) {
    CanaryParams params = ten_routed({SetWeight{20}, RunAnalysis{kCheck}});
    params.abort_scale_down_delay = 0s;
    Rollout rollout(params);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    rollout.run_to(Phase::kRolledBack);
    rollout.fleet.run(*rollout.controller, 10);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 2));
}

TEST(CanaryDeadline, LeavesTheRolloutStuckUnlessItIsToldToAbort) {
    CanaryParams params = ten_routed({SetWeight{20}, SetWeight{50}});
    Rollout rollout(params);
    rollout.fleet.new_version_comes_up = false;
    EXPECT_EQ(rollout.run_to(Phase::kStuck).reason,
              "step 1/2: setWeight 20: no progress for 10m, still trying: 0/2 canary available, 10/10 stable");
    rollout.fleet.new_version_comes_up = true;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted) << "it goes on when instances come up";

    params.progress_deadline_abort = true;
    Rollout aborting(params);
    aborting.fleet.new_version_comes_up = false;
    EXPECT_EQ(aborting.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(aborting.fleet.now(), Time(10min + 1s));
}

CanaryParams ten_dynamic(std::vector<CanaryStep> steps) {
    CanaryParams params = ten_routed(std::move(steps));
    params.dynamic_stable_scale = true;
    return params;
}

TEST(DynamicStableScale, TheStableVersionShrinksOnceItsTrafficDid) {
    Rollout rollout(ten_dynamic({SetWeight{20}, Pause{1min}, SetWeight{60}, Pause{}}));
    rollout.fleet.apply(rollout.decide());
    EXPECT_EQ(rollout.sizes(), Sizes(10, 2));
    rollout.run_to(Phase::kPaused);
    EXPECT_EQ(rollout.sizes(), Sizes(8, 2));
    while (rollout.step().reason.substr(0, 8) != "step 4/4") {
        ASSERT_GE(rollout.fleet.old_version().available, 10 * (1 - rollout.weight())) << "enough for its traffic";
    }
    EXPECT_EQ(rollout.sizes(), Sizes(4, 6));
    rollout.run_to(Phase::kPromoted);
    rollout.step();
    EXPECT_EQ(rollout.sizes(), Sizes(0, 10)) << "there is no delay";
}

TEST(DynamicStableScale, AnAbortGoesBackThroughTheStepsAsTheStableVersionGrows) {
    Rollout rollout(ten_dynamic({SetWeight{20}, SetWeight{60}, RunAnalysis{kCheck}}));
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    rollout.run_to(Phase::kBaking);
    ASSERT_EQ(rollout.sizes(), Sizes(4, 6));
    std::vector<std::pair<double, Sizes>> seen{{rollout.weight(), rollout.sizes()}};
    while (rollout.step().phase != Phase::kRolledBack) {
        if (seen.back() != std::pair(rollout.weight(), rollout.sizes())) {
            seen.emplace_back(rollout.weight(), rollout.sizes());
        }
        ASSERT_GE(rollout.fleet.new_version().available, 10 * rollout.weight() - 1e-9);
        ASSERT_GE(rollout.fleet.old_version().available, 10 * (1 - rollout.weight()) - 1e-9);
    }
    EXPECT_EQ(seen[1].second, Sizes(8, 6)) << "the next step down is 20: eight of ten";
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 5).phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 0));
    EXPECT_EQ(rollout.fleet.now(), Time{}) << "nothing waits for a delay";
}

TEST(DynamicStableScale, AnExplicitDelayKeepsTheCanaryInAnAbort) {
    CanaryParams params = ten_dynamic({SetWeight{20}, SetWeight{60}, RunAnalysis{kCheck}});
    params.abort_scale_down_delay = 1min;
    Rollout rollout(params);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 6));
    rollout.fleet.run(*rollout.controller, 4);
    EXPECT_EQ(rollout.sizes(), Sizes(10, 0));
    EXPECT_EQ(rollout.fleet.now(), Time(1min));
}

TEST(Canary, RefusesWhatArgoRefuses) {
    const auto refused = [](CanaryParams params) { EXPECT_THROW(Canary(std::move(params)), std::invalid_argument); };
    refused({.replicas = 0});
    refused({.max_surge = count(0), .max_unavailable = count(0)});
    refused({.max_surge = count(-1)});
    refused(ten({SetWeight{101}}));
    refused(ten({SetWeight{-1}}));
    refused(ten({Pause{-1s}}));
    refused(ten({SetCanaryScale{.replicas = 1}}));
    refused(ten({SetMirror{50}}));
    refused(ten_routed({SetMirror{101}}));
    refused(ten_routed({SetCanaryScale{}}));
    refused(ten_routed({SetCanaryScale{.replicas = 1, .match_traffic_weight = true}}));
    refused({.scale_down_delay = 10s});
    refused({.dynamic_stable_scale = true});
    CanaryParams both = ten_dynamic({SetWeight{10}});
    both.scale_down_delay = 10s;
    refused(both);
    CanaryParams late = ten_routed({SetWeight{10}});
    late.background = BackgroundAnalysis{kWatch, 1};
    refused(late);
    CanaryParams fine = ten_routed({SetWeight{5000}});
    fine.max_weight = 10000;
    EXPECT_NO_THROW(Canary{fine});
}

TEST(Canary, DescribesItselfInFull) {
    CanaryParams params = ten_routed({SetWeight{5}, Pause{90s}, SetCanaryScale{.weight = 50}, RunAnalysis{kWatch}});
    params.abort_scale_down_delay = 1h;
    params.background = BackgroundAnalysis{kCheck, 1};
    EXPECT_EQ(Canary(params).describe(),
              "canary(replicas=10, max_surge=25%, max_unavailable=25%, steps=[setWeight 5, pause 1m30s, setCanaryScale "
              "weight 50, analysis 1], routed, abort_scale_down_delay=1h, progress_deadline=10m, background=analysis 0 "
              "from step 2)");
}

}  // namespace
}  // namespace rollcast::strategies
