#include "rollcast/control/toy_fleet.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Controller> all_at_once(int replicas) { return testing::AllAtOnce().start({.replicas = replicas}); }

TEST(ToyFleet, IsThereAStepLater) {
    ToyFleet fleet(4);
    const auto controller = all_at_once(4);
    EXPECT_EQ(fleet.step(*controller).phase, Phase::kMoving);
    EXPECT_EQ(fleet.new_version().available, 4);
    EXPECT_EQ(fleet.step(*controller).phase, Phase::kPromoted);
    EXPECT_EQ(fleet.old_version().instances, 0);
    EXPECT_EQ(fleet.now(), Time{});
}

TEST(ToyFleet, StartsOneAfterTheOtherWhereThatTakesTime) {
    ToyFleet fleet(4);
    fleet.start = 20s;
    const auto controller = all_at_once(4);
    while (fleet.new_version().available < 3) fleet.step(*controller);
    EXPECT_EQ(fleet.now(), Time{} + 60s);
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_EQ(fleet.now(), Time{} + 80s);
}

TEST(ToyFleet, CrashesAfterAWhile) {
    ToyFleet fleet(4);
    fleet.start = 1s;
    fleet.life = 10s;
    fleet.crashes = 1;
    const auto controller = all_at_once(4);
    while (fleet.new_version().restarts == 0) fleet.step(*controller);
    EXPECT_EQ(fleet.now(), Time{} + 14s);
    EXPECT_EQ(fleet.new_version().available, 0);
    EXPECT_EQ(fleet.new_version().restarts, 4);
    while (fleet.new_version().available < 4) fleet.step(*controller);
    EXPECT_EQ(fleet.now(), Time{} + 18s);
    fleet.run(*controller, 20);
    EXPECT_EQ(fleet.new_version().restarts, 4) << "once is enough";
}

TEST(ToyFleet, NeverComesUpWhenItIsDead) {
    ToyFleet fleet(4);
    fleet.new_version_comes_up = false;
    const auto controller = all_at_once(4);
    EXPECT_EQ(fleet.run(*controller, 20).phase, Phase::kMoving);
    EXPECT_EQ(fleet.new_version().pending, 4);
    EXPECT_EQ(fleet.old_version().available, 4);
}

TEST(ToyFleet, IsAskedForItsSizeInEachLocation) {
    ToyFleet fleet(4, 2, 3);
    EXPECT_FALSE(fleet.look().replicas);
    fleet.resized_to = 7;
    EXPECT_EQ(fleet.look().replicas, 21);
    EXPECT_EQ(fleet.look().replicas_in(LocationId{2}), 7);
}

TEST(ToyFleet, EndsAnalysesAsItIsTold) {
    ToyFleet fleet(4);
    fleet.verdict = AnalysisPhase::kFailed;
    fleet.verdicts[AnalysisId{1}] = AnalysisPhase::kError;
    Directive want(2);
    want.targets[0].desired = 4;
    want.analyses = {{.run = 1, .analysis = AnalysisId{0}}, {.run = 2, .analysis = AnalysisId{1}}};
    EXPECT_TRUE(fleet.apply(want));
    EXPECT_EQ(fleet.look().analysis(1), AnalysisPhase::kRunning);
    EXPECT_TRUE(fleet.settle());
    EXPECT_EQ(fleet.look().analysis(1), AnalysisPhase::kFailed);
    EXPECT_EQ(fleet.look().analysis(2), AnalysisPhase::kError);
    EXPECT_FALSE(fleet.settle());
}

}  // namespace
}  // namespace rollcast
