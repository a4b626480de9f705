#include "rollcast/strategies/rolling.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <stdexcept>
#include <vector>

#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

class RollingWithin : public ::testing::TestWithParam<RollingParams> {};

TEST_P(RollingWithin, KeepsBothLimitsOnEveryStepAndGetsThere) {
    const RollingParams& params = GetParam();
    const kubernetes::Fenceposts limits =
        kubernetes::limits(params.type, params.replicas, params.max_surge, params.max_unavailable);
    ToyFleet fleet(params.replicas);
    const auto controller = Rolling(params).start({.replicas = params.replicas});

    Directive want;
    for (int step = 0; want.phase != Phase::kPromoted; ++step) {
        ASSERT_LT(step, 10 * params.replicas) << "it dithers";
        want = fleet.step(*controller, [&](const Directive&) {
            ASSERT_LE(fleet.desired(), params.replicas + limits.surge) << "at step " << step;
            ASSERT_GE(fleet.available(), params.replicas - limits.unavailable) << "at step " << step;
        });
    }
    EXPECT_EQ(fleet.new_version().available, params.replicas);
    EXPECT_EQ(fleet.old_version().desired, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Limits, RollingWithin,
    ::testing::Values(RollingParams{.replicas = 1, .max_surge = count(1), .max_unavailable = count(0)},
                      RollingParams{.replicas = 1, .max_surge = count(0), .max_unavailable = count(1)},
                      RollingParams{.replicas = 10, .max_surge = count(0), .max_unavailable = count(1)},
                      RollingParams{.replicas = 10, .max_surge = count(3), .max_unavailable = count(2)},
                      RollingParams{.replicas = 100, .max_surge = percent(25), .max_unavailable = percent(25)},
                      RollingParams{.replicas = 10, .max_surge = percent(100), .max_unavailable = percent(100)}));

// The worked example in the Kubernetes controller's own comments: 10 replicas, surge 3, unavailable 2, crash loop.
TEST(Rolling, StopsAtEightOldAndFiveNewWhenTheNewVersionNeverComesUp) {
    ToyFleet fleet(10);
    fleet.new_version_comes_up = false;
    const auto controller =
        Rolling({.replicas = 10, .max_surge = count(3), .max_unavailable = count(2)}).start({.replicas = 10});

    fleet.run(*controller, 50);

    EXPECT_EQ(fleet.old_version().available, 8);
    EXPECT_EQ(fleet.new_version().desired, 5);

    fleet.cohort(0).available = 7;
    EXPECT_EQ(controller->decide(fleet.look()).targets[0].desired, 8) << "a failed node takes no old instance with it";
}

// kubernetes.io, Deployments, "Proportional scaling": of the five new replicas three go to the old ReplicaSet and two
// to the new one.
TEST(Rolling, AnAutoscalerInMidRolloutIsFollowedInProportion) {
    ToyFleet fleet(10);
    fleet.new_version_comes_up = false;
    const auto controller =
        Rolling({.replicas = 10, .max_surge = count(3), .max_unavailable = count(2)}).start({.replicas = 10});
    fleet.run(*controller, 50);

    fleet.resized_to = 15;
    const Directive want = controller->decide(fleet.look());
    EXPECT_EQ(want.targets[0].desired, 11);
    EXPECT_EQ(want.targets[1].desired, 7);

    fleet.new_version_comes_up = true;
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).targets[1].desired, 15);
    fleet.resized_to = 4;
    EXPECT_EQ(fleet.run(*controller, 5).targets[1].desired, 4);
}

TEST(Rolling, IsStuckOnceTheDeadlinePassedAndRecoversWhenInstancesDo) {
    ToyFleet fleet(4);
    fleet.new_version_comes_up = false;
    const auto controller = Rolling({.replicas = 4, .progress_deadline = 10min}).start({.replicas = 4});

    const Directive stuck = fleet.run_to(*controller, Phase::kStuck);
    EXPECT_EQ(stuck.phase, Phase::kStuck);
    EXPECT_EQ(fleet.now(), Time(10min + 1s)) << "the controller looks a second late";
    EXPECT_EQ(stuck.reason, "no progress for 10m, still trying: 0/4 new available, 3 old left");

    fleet.new_version_comes_up = true;
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(Rolling, NeverIsStuckWithoutADeadline) {
    ToyFleet fleet(4);
    fleet.new_version_comes_up = false;
    const auto controller = Rolling({.replicas = 4, .progress_deadline = std::nullopt}).start({.replicas = 4});
    const Directive want = fleet.run(*controller, 20);
    EXPECT_EQ(want.phase, Phase::kMoving);
    EXPECT_EQ(want.wake_at, kNever);
}

TEST(Rolling, ProgressRestartsTheDeadline) {
    ToyFleet fleet(2);
    fleet.new_version_comes_up = false;
    const auto controller = Rolling({.replicas = 2, .progress_deadline = 60s}).start({.replicas = 2});
    fleet.apply(controller->decide(fleet.look()));

    fleet.set_now(Time(50s));
    fleet.cohort(1).ready = 1;
    EXPECT_EQ(controller->decide(fleet.look()).wake_at, Time(50s + 60s + 1s));
}

TEST(Rolling, TakesUnavailableInstancesOfTheOldestVersionsFirst) {
    ToyFleet fleet(6, 3);
    fleet.cohort(1) = fleet.cohort(0);
    fleet.cohort(0).desired = fleet.cohort(0).instances = fleet.cohort(0).available = 4;
    fleet.cohort(1).desired = fleet.cohort(1).instances = 4;
    fleet.cohort(1).available = 2;
    fleet.cohort(2).exists = true;
    fleet.cohort(2).desired = fleet.cohort(2).instances = fleet.cohort(2).available = 2;
    const auto controller =
        Rolling({.replicas = 10, .max_surge = count(0), .max_unavailable = count(3)}).start({.replicas = 10});

    const Directive want = controller->decide(fleet.look());

    EXPECT_EQ(want.targets[0].desired, 3) << "8 are available, 7 have to be";
    EXPECT_EQ(want.targets[1].desired, 2) << "two serve nobody";
    EXPECT_EQ(want.targets[2].desired, 2) << "there are ten already";
}

TEST(Rolling, CleansUpNothingWhenNothingMayGo) {
    std::vector<kubernetes::ReplicaSet> old{{.spec = 10, .available = 8}};
    EXPECT_EQ(kubernetes::cleanup_unhealthy(old, -1), 0);
    EXPECT_EQ(old[0].spec, 10);
}

TEST(Rolling, AScaledReplicaSetEndsTheReconcile) {
    ToyFleet fleet(10);
    const auto controller = Rolling({.replicas = 10}).start({.replicas = 10});
    fleet.apply(controller->decide(fleet.look()));
    ASSERT_EQ(fleet.new_version().desired, 3);
    ASSERT_EQ(fleet.old_version().desired, 8) << "the reconcile that creates the new ReplicaSet goes on";
    fleet.settle();

    const Directive want = controller->decide(fleet.look());
    EXPECT_EQ(want.targets[1].desired, 5);
    EXPECT_EQ(want.targets[0].desired, 8);
}

TEST(Rolling, ADeploymentOfAnotherSizeIsResizedBeforeItsTemplateIsRolledOut) {
    ToyFleet fleet(10);
    const auto controller = Rolling({.replicas = 14, .max_surge = count(2)}).start({.replicas = 10});
    const Directive resized = controller->decide(fleet.look());
    EXPECT_EQ(resized.targets[0].desired, 14);
    EXPECT_EQ(resized.targets[1].desired, 0);
    fleet.apply(resized);
    EXPECT_EQ(controller->decide(fleet.look()).targets[1].desired, 2);
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_EQ(fleet.new_version().desired, 14);
}

TEST(Rolling, AResizeInMidRolloutKeepsTheProportion) {
    ToyFleet fleet(6);
    fleet.cohort(1) = fleet.cohort(0);
    const auto controller = Rolling({.replicas = 20, .max_surge = count(2)}).start({.replicas = 10});
    const Directive resized = controller->decide(fleet.look());
    EXPECT_EQ(resized.targets[0].desired, 11);
    EXPECT_EQ(resized.targets[1].desired, 11);
}

TEST(Recreate, StartsTheNewVersionOnlyWhenTheLastOldInstanceIsGone) {
    ToyFleet fleet(3);
    const auto controller = Rolling({.replicas = 3, .type = DeploymentType::kRecreate}).start({.replicas = 3});

    fleet.apply(controller->decide(fleet.look()));
    EXPECT_EQ(fleet.old_version().desired, 0);
    ASSERT_EQ(fleet.old_version().draining, 3);

    const Directive waiting = controller->decide(fleet.look());
    EXPECT_EQ(waiting.targets[1].desired, 0);
    EXPECT_EQ(waiting.reason, "waiting for 3 old instances to end");

    fleet.cohort(0).draining = 0;
    EXPECT_EQ(controller->decide(fleet.look()).targets[1].desired, 3);
}

TEST(Rolling, DescribesItselfInFull) {
    EXPECT_EQ(Rolling({.replicas = 10, .max_surge = count(3)}).describe(),
              "rolling(replicas=10, max_surge=3, max_unavailable=25%, progress_deadline=10m)");
    EXPECT_EQ(Rolling({.type = DeploymentType::kRecreate, .progress_deadline = std::nullopt}).describe(),
              "recreate(replicas=1, progress_deadline=none)");
}

TEST(Rolling, RefusesWhatKubernetesRefuses) {
    EXPECT_THROW(Rolling({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(Rolling({.max_surge = count(-1)}), std::invalid_argument);
    EXPECT_THROW(Rolling({.max_unavailable = percent(101)}), std::invalid_argument);
    EXPECT_THROW(Rolling({.max_surge = percent(0), .max_unavailable = count(0)}), std::invalid_argument);
    EXPECT_THROW(Rolling({.progress_deadline = 0s}), std::invalid_argument);
    EXPECT_NO_THROW(Rolling({.max_surge = count(0), .max_unavailable = percent(1)}));
}

}  // namespace
}  // namespace rollcast::strategies
