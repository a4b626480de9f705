#include "rollcast/strategies/blue_green.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

constexpr AnalysisId kBefore{0};
constexpr AnalysisId kAfter{1};

struct Rollout {
    explicit Rollout(const BlueGreenParams& params)
        : fleet(params.replicas), controller(BlueGreen(params).start({.replicas = params.replicas})) {}

    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    Directive step() { return fleet.step(*controller); }
    Directive decide() { return controller->decide(fleet.look()); }
    std::pair<int, int> sizes() const { return {fleet.old_version().desired, fleet.new_version().desired}; }
    bool switched() const { return fleet.new_version().weight == 1; }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};
using Sizes = std::pair<int, int>;

TEST(BlueGreen, SwitchesAtOnceWhenThePreviewIsFullyAvailable) {
    Rollout rollout({.replicas = 5});
    rollout.fleet.apply(rollout.decide());
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5));
    rollout.fleet.cohort(1).available = 4;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0);
    rollout.fleet.cohort(1).available = 5;
    EXPECT_EQ(rollout.decide().targets[1].weight, 1);
    EXPECT_EQ(rollout.decide().targets[0].weight, 0);
}

TEST(BlueGreen, KeepsTheOldVersionForTheScaleDownDelay) {
    Rollout rollout({.replicas = 5});
    rollout.run_to(Phase::kPromoted);
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5));
    const Directive waiting = rollout.decide();
    EXPECT_EQ(waiting.wake_at, Time(30s));
    rollout.fleet.set_now(Time(30s));
    EXPECT_EQ(rollout.decide().targets[0].desired, 0);
}

TEST(BlueGreen, ARevisionLimitOfZeroKeepsNothing) {
    Rollout rollout({.replicas = 5, .scale_down_delay_revision_limit = 0});
    rollout.run_to(Phase::kPromoted);
    EXPECT_EQ(rollout.sizes(), Sizes(0, 5));
}

TEST(BlueGreen, WaitsForAPersonWhenAutoPromotionIsOff) {
    Rollout rollout({.replicas = 5, .auto_promotion_enabled = false});
    rollout.fleet.person_approves = false;
    rollout.run_to(Phase::kPaused);
    const Directive paused = rollout.fleet.run(*rollout.controller, 10);
    EXPECT_TRUE(paused.asks_approval);
    EXPECT_EQ(paused.reason, "before promotion until a person promotes");
    EXPECT_FALSE(rollout.switched());
    rollout.fleet.person_approves = true;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(BlueGreen, PromotesItselfStrictlyAfterAutoPromotionSeconds) {
    Rollout rollout({.replicas = 5, .auto_promotion = 90s});
    const Directive paused = rollout.run_to(Phase::kPaused);
    EXPECT_FALSE(paused.asks_approval);
    EXPECT_EQ(paused.reason, "before promotion until 1m30s");
    rollout.fleet.set_now(Time(90s));
    EXPECT_EQ(rollout.decide().phase, Phase::kPaused);
    rollout.fleet.set_now(paused.wake_at);
    EXPECT_EQ(rollout.decide().targets[1].weight, 1);
}

TEST(BlueGreen, APauseThatEndsWhileAnInstanceIsMissingEndsWhenItIsBack) {
    Rollout rollout({.replicas = 5, .auto_promotion = 90s});
    rollout.run_to(Phase::kPaused);
    rollout.fleet.set_now(Time(100s));
    rollout.fleet.cohort(1).available = 4;
    EXPECT_EQ(rollout.decide().targets[1].weight, 0);
    rollout.fleet.cohort(1).available = 5;
    EXPECT_EQ(rollout.decide().targets[1].weight, 1);
}

TEST(BlueGreen, APreviewOfItsOwnSizeGrowsAfterThePause) {
    Rollout rollout({.replicas = 5, .preview_replica_count = 1, .auto_promotion_enabled = false});
    rollout.fleet.person_approves = false;
    rollout.run_to(Phase::kPaused);
    EXPECT_EQ(rollout.sizes(), Sizes(5, 1));
    rollout.fleet.person_approves = true;
    while (rollout.fleet.new_version().desired == 1) rollout.step();
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5));
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(BlueGreen, AFailureBeforePromotionAbortsWithoutASwitch) {
    Rollout rollout({.replicas = 5, .auto_promotion_enabled = false, .pre_promotion = kBefore});
    rollout.fleet.verdicts[kBefore] = AnalysisPhase::kFailed;
    EXPECT_EQ(rollout.run_to(Phase::kBaking).reason, "pre-promotion analysis running");
    for (int i = 0; i < 20; ++i) {
        EXPECT_NE(rollout.step().phase, Phase::kPaused) << "a pause begins only after a successful analysis";
        EXPECT_FALSE(rollout.switched());
    }
    EXPECT_EQ(rollout.decide().phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.decide().reason, "abort: pre-promotion analysis failed");
    EXPECT_EQ(rollout.fleet.now(), Time(30s));
    EXPECT_EQ(rollout.sizes(), Sizes(5, 0));
}

TEST(BlueGreen, AFailureAfterPromotionSwitchesBack) {
    Rollout rollout({.replicas = 5, .post_promotion = kAfter});
    rollout.fleet.verdicts[kAfter] = AnalysisPhase::kRunning;
    const Directive baking = rollout.run_to(Phase::kBaking);
    EXPECT_TRUE(rollout.switched());
    EXPECT_EQ(baking.analyses, (std::vector<AnalysisWish>{{1, kAfter}}));
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5)) << "the old version is whole as long as it may be needed";

    rollout.fleet.verdicts[kAfter] = AnalysisPhase::kFailed;
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_FALSE(rollout.switched());
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5));
    rollout.fleet.run(*rollout.controller, 5);
    EXPECT_EQ(rollout.sizes(), Sizes(5, 0));
}

TEST(BlueGreen, SwitchesBackEvenWhenTheNewVersionIsDown) {
    Rollout rollout({.replicas = 5, .post_promotion = kAfter});
    rollout.fleet.verdicts[kAfter] = AnalysisPhase::kRunning;
    rollout.run_to(Phase::kBaking);
    rollout.fleet.new_version_comes_up = false;
    rollout.fleet.cohort(1).available = 0;
    rollout.fleet.verdicts[kAfter] = AnalysisPhase::kFailed;
    rollout.run_to(Phase::kRolledBack);
    EXPECT_FALSE(rollout.switched());
}

TEST(BlueGreen, AnInconclusiveAnalysisHoldsTheRolloutForGood) {
    Rollout rollout({.replicas = 5, .post_promotion = kAfter});
    rollout.fleet.verdicts[kAfter] = AnalysisPhase::kInconclusive;
    rollout.run_to(Phase::kPaused);
    const Directive paused = rollout.fleet.run(*rollout.controller, 10);
    EXPECT_EQ(paused.phase, Phase::kPaused);
    EXPECT_EQ(paused.wake_at, kNever);
    EXPECT_FALSE(paused.asks_approval);
    EXPECT_TRUE(rollout.switched());
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5));
}

TEST(BlueGreen, AnExplicitZeroKeepsThePreviewOfAnAbortedRollout) {
    Rollout rollout({.replicas = 5, .abort_scale_down_delay = 0s, .pre_promotion = kBefore});
    rollout.fleet.verdicts[kBefore] = AnalysisPhase::kError;
    rollout.run_to(Phase::kRolledBack);
    rollout.fleet.run(*rollout.controller, 10);
    EXPECT_EQ(rollout.sizes(), Sizes(5, 5));
}

// Argo Rollouts exempts a canary's analysis step from the deadline, but not this one.
TEST(BlueGreen, ALongAnalysisBeforePromotionExceedsTheDeadline) {
    Rollout rollout({.replicas = 5, .pre_promotion = kBefore});
    rollout.fleet.verdicts[kBefore] = AnalysisPhase::kRunning;
    EXPECT_EQ(rollout.run_to(Phase::kStuck).reason,
              "no progress for 10m, still trying: pre-promotion analysis running");
    rollout.fleet.verdicts[kBefore] = AnalysisPhase::kSuccessful;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(BlueGreen, APreviewThatNeverComesUpIsStuckOrAborted) {
    BlueGreenParams params{.replicas = 5};
    Rollout rollout(params);
    rollout.fleet.new_version_comes_up = false;
    EXPECT_EQ(rollout.run_to(Phase::kStuck).phase, Phase::kStuck);
    EXPECT_EQ(rollout.fleet.now(), Time(10min + 1s));
    params.progress_deadline_abort = true;
    Rollout aborting(params);
    aborting.fleet.new_version_comes_up = false;
    EXPECT_EQ(aborting.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
}

TEST(BlueGreen, RefusesNegativeNumbers) {
    EXPECT_THROW(BlueGreen({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(BlueGreen({.preview_replica_count = -1}), std::invalid_argument);
    EXPECT_THROW(BlueGreen({.auto_promotion = -1s}), std::invalid_argument);
    EXPECT_THROW(BlueGreen({.scale_down_delay = -1s}), std::invalid_argument);
    EXPECT_THROW(BlueGreen({.scale_down_delay_revision_limit = -1}), std::invalid_argument);
    EXPECT_THROW(BlueGreen({.progress_deadline = 0s}), std::invalid_argument);
}

TEST(BlueGreen, DescribesItselfInFull) {
    EXPECT_EQ(BlueGreen({.replicas = 5}).describe(),
              "blue_green(replicas=5, auto_promotion=0s, progress_deadline=10m)");
    EXPECT_EQ(BlueGreen({.replicas = 5,
                         .preview_replica_count = 2,
                         .auto_promotion_enabled = false,
                         .scale_down_delay = 5min,
                         .progress_deadline_abort = true,
                         .pre_promotion = kBefore})
                  .describe(),
              "blue_green(replicas=5, preview_replica_count=2, auto_promotion=off, scale_down_delay=5m, "
              "progress_deadline=10m, progress_deadline_abort, pre_promotion=analysis 0)");
}

}  // namespace
}  // namespace rollcast::strategies
