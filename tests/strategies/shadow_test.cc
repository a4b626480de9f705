#include "rollcast/strategies/shadow.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "rollcast/strategies/rolling.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

constexpr AnalysisId kWatch{1};

std::shared_ptr<const Strategy> rolling() { return std::make_shared<Rolling>(RollingParams{.replicas = 10}); }

struct Rollout {
    explicit Rollout(ShadowParams params = {.replicas = 10, .instances = count(3), .mirrored = .5, .analysis = kWatch})
        : controller(Shadow(rolling(), params).start({.replicas = 10})) {
        fleet.verdicts[kWatch] = AnalysisPhase::kRunning;
    }
    Directive mirror() {
        Directive want = fleet.step(*controller);
        while (want.targets[1].mirrored == 0) want = fleet.step(*controller);
        return want;
    }
    ToyFleet fleet{10};
    std::unique_ptr<Controller> controller;
};

TEST(Shadow, MirrorsToInstancesBesideTheOldOnesAndThenRollsOut) {
    Rollout rollout;
    Directive want = rollout.controller->decide(rollout.fleet.look());
    EXPECT_EQ(want.targets[1].desired, 3);
    EXPECT_EQ(want.targets[1].mirrored, 0) << "not before they are there";
    want = rollout.mirror();
    EXPECT_EQ(want.phase, Phase::kBaking);
    EXPECT_EQ(want.targets[0].desired, 10);
    EXPECT_EQ(want.targets[0].weight, 1);
    EXPECT_EQ(want.targets[1].weight, 0);
    EXPECT_EQ(want.targets[1].mirrored, .5);
    EXPECT_EQ(want.analyses.size(), 1u);
    const Time ends = want.wake_at;
    want = rollout.fleet.run_to(*rollout.controller, Phase::kMoving);
    EXPECT_EQ(rollout.fleet.now(), ends);
    EXPECT_EQ(want.targets[1].mirrored, 0);
    EXPECT_TRUE(want.analyses.empty());
    rollout.fleet.run_to(*rollout.controller, Phase::kPromoted);
    EXPECT_EQ(rollout.fleet.new_version().available, 10);
}

TEST(Shadow, GoesBackUnlessItsAnalysisSucceeds) {
    for (const AnalysisPhase verdict : {AnalysisPhase::kFailed, AnalysisPhase::kError, AnalysisPhase::kInconclusive}) {
        Rollout rollout;
        rollout.mirror();
        rollout.fleet.end_analysis(kWatch, verdict);
        rollout.fleet.run_to(*rollout.controller, Phase::kRolledBack);
        EXPECT_EQ(rollout.fleet.new_version().desired, 0);
        EXPECT_EQ(rollout.fleet.old_version().available, 10);
    }
    Rollout rollout;
    rollout.mirror();
    rollout.fleet.end_analysis(kWatch, AnalysisPhase::kSuccessful);
    EXPECT_EQ(rollout.fleet.run_to(*rollout.controller, Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(Shadow, GoesBackWhenItsInstancesAreLate) {
    Rollout rollout({.replicas = 10, .progress_deadline = 2min});
    rollout.fleet.new_version_comes_up = false;
    rollout.fleet.run_to(*rollout.controller, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.now(), Time(2min));
}

TEST(Shadow, RefusesWhatMakesNoSense) {
    const auto refused = [](ShadowParams params) { EXPECT_THROW(Shadow(rolling(), params), std::invalid_argument); };
    refused({.replicas = 0});
    refused({.instances = count(0)});
    refused({.mirrored = 0});
    refused({.mirrored = 1.1});
    refused({.duration = 0s});
    refused({.progress_deadline = 0s});
}

TEST(Shadow, DescribesItselfInFull) {
    EXPECT_EQ(Shadow(rolling(), {.replicas = 10, .analysis = kWatch}).describe(),
              "shadow(replicas=10, instances=100%, mirrored=1.000000, duration=10m, analysis=1, "
              "progress_deadline=10m, then=" +
                  rolling()->describe() + ")");
}

}  // namespace
}  // namespace rollcast::strategies
