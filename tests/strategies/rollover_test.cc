// A new revision arrives while another rollout is under way: what controllers do with two old versions at once.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <ostream>
#include <vector>

#include "rollcast/control/rehearsal.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/ecs_rolling.h"
#include "rollcast/strategies/guarded.h"
#include "rollcast/strategies/rolling.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

/// Ten instances, four of them of the intermediate revision unless said otherwise.
struct Rollout {
    explicit Rollout(const Strategy& strategy, UnderWay before = {.instances = 4})
        : fleet(10, 3, 1, before), controller(strategy.start({.replicas = 10, .under_way = before.instances})) {}

    /// Old, intermediate and new instances wanted once the controller wants nothing else at that instant.
    std::array<int, 3> step() {
        want = fleet.step(*controller);
        return {want.targets[0].desired, want.targets[1].desired, want.targets[2].desired};
    }
    /// The same at its next decision, none of which is followed.
    std::array<int, 3> decide() const {
        const Directive next = controller->clone()->decide(const_cast<ToyFleet&>(fleet).look());
        return {next.targets[0].desired, next.targets[1].desired, next.targets[2].desired};
    }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
    Directive want;
};
using Sizes = std::array<int, 3>;

// Kubernetes. Surge 3 and unavailable 2 of ten: at most 13 in all, at least 8 available.
const RollingParams kTen{.replicas = 10};

TEST(KubernetesRollover, ScalesBothOldReplicaSetsDownTheOldestFirst) {
    Rollout rollout{Rolling(kTen)};
    // New 3 = 13 - 10; room 13 - 8 - 3 = 2, of the oldest. Then new +2, for there are 11.
    EXPECT_EQ(rollout.decide(), (Sizes{4, 4, 3}));
    EXPECT_EQ(rollout.step(), (Sizes{4, 4, 5}));
    // 13 available: 5 may go, 4 old and 1 intermediate. Then new +5, for there are 8.
    EXPECT_EQ(rollout.decide(), (Sizes{0, 3, 5}));
    EXPECT_EQ(rollout.step(), (Sizes{0, 3, 10}));
    EXPECT_EQ(rollout.step(), (Sizes{0, 0, 10}));
    EXPECT_EQ(rollout.want.phase, Phase::kPromoted);
}

TEST(KubernetesRollover, CleansUpUnhealthyReplicasOfTheIntermediateOneBeforeItTouchesTheOldest) {
    Rollout rollout{Rolling(kTen)};
    rollout.fleet.cohort(1).available = rollout.fleet.cohort(1).ready = 1;
    // Room for 2, which are unavailable in the intermediate one; with 7 available nothing else may go.
    EXPECT_EQ(rollout.decide(), (Sizes{6, 2, 3}));
}

TEST(KubernetesRollover, ANewRevisionThatNeverComesUpLeavesEightOldInstancesOfBothKinds) {
    Rollout rollout{Rolling(kTen)};
    rollout.fleet.new_version_comes_up = false;
    rollout.fleet.run_to(*rollout.controller, Phase::kStuck);
    EXPECT_EQ(rollout.step(), (Sizes{4, 4, 5}));
}

TEST(KubernetesRollover, UndoneItIsAnotherRolloverToTheOldVersion) {
    Rollout rollout{Rolling(kTen)};
    EXPECT_EQ(rollout.step(), (Sizes{4, 4, 5}));
    rollout.fleet.person_aborts = true;
    // 13 are available, 5 may go: 4 intermediate ones, which are older, and 1 new one. Then old +5.
    EXPECT_EQ(rollout.decide(), (Sizes{4, 0, 4}));
    EXPECT_EQ(rollout.step(), (Sizes{9, 0, 4}));
    EXPECT_EQ(rollout.step(), (Sizes{10, 0, 0}));
    rollout.step();  // the last old one is available
    EXPECT_EQ(rollout.want.phase, Phase::kRolledBack);
}

TEST(KubernetesRollover, RecreateWaitsForBothOldReplicaSets) {
    Rollout rollout{Rolling({.replicas = 10, .type = DeploymentType::kRecreate})};
    EXPECT_EQ(rollout.step(), (Sizes{0, 0, 0}));
    EXPECT_EQ(rollout.want.reason, "waiting for 10 old instances to end");
    EXPECT_EQ(rollout.step(), (Sizes{0, 0, 10}));
    rollout.step();
    EXPECT_EQ(rollout.want.phase, Phase::kPromoted);
}

// Argo Rollouts.

TEST(ArgoRollover, ABasicCanaryStartsFromItsFirstStepAndTakesTheIntermediateOneAway) {
    Rollout rollout{Canary({.replicas = 10, .steps = {SetWeight{20}, Pause{}}})};
    // Two of ten are wanted beside eight stable ones. These grow first, the canary as far as 13 in all allow; then 2 of
    // the intermediate ones go, for 8 of 10 have to be available, and the canary gets its second.
    EXPECT_EQ(rollout.decide(), (Sizes{8, 4, 0}));
    EXPECT_EQ(rollout.step(), (Sizes{8, 2, 2}));
    EXPECT_EQ(rollout.want.phase, Phase::kMoving) << "older instances are in the way of the step's end";
    EXPECT_EQ(rollout.step(), (Sizes{8, 0, 2}));
    EXPECT_EQ(rollout.want.reason, "step 2/2: pause until a person promotes");
}

TEST(ArgoRollover, ARoutedCanaryGivesTheIntermediateOneNoTraffic) {
    Rollout rollout{Canary({.replicas = 10, .steps = {SetWeight{20}, Pause{}}, .routed = true}),
                    {.instances = 2, .on_top = true}};
    EXPECT_EQ(rollout.fleet.desired(), 12);
    EXPECT_EQ(rollout.decide(), (Sizes{10, 2, 2}));
    EXPECT_EQ(rollout.step(), (Sizes{10, 0, 2}));
    for (const std::size_t version : {1, 2}) EXPECT_EQ(rollout.want.targets[version].weight, 0) << version;
    EXPECT_EQ(rollout.step(), (Sizes{10, 0, 2}));
    EXPECT_EQ(rollout.want.targets[0].weight, .8);
    EXPECT_EQ(rollout.want.targets[1].weight, 0);
    EXPECT_EQ(rollout.want.targets[2].weight, .2);
}

// Amazon ECS.

TEST(EcsRollover, TheNewDeploymentDrainsBothOthers) {
    Rollout rollout{EcsRolling({.replicas = 10})};
    EXPECT_EQ(rollout.step(), (Sizes{6, 4, 10}));  // 200 %
    EXPECT_EQ(rollout.step(), (Sizes{0, 0, 10}));
}

TEST(EcsRollover, WithinTheBoundsBothOthersCount) {
    Rollout rollout{EcsRolling({.replicas = 10, .minimum_healthy_percent = 50, .maximum_percent = 150})};
    EXPECT_EQ(rollout.decide(), (Sizes{1, 4, 5}));  // 15 at most, 5 healthy at least
    EXPECT_EQ(rollout.step(), (Sizes{1, 4, 10}));
    EXPECT_EQ(rollout.step(), (Sizes{0, 0, 10}));
}

// The contract, on both kinds of start.

struct Example {
    const char* name;
    std::shared_ptr<const Strategy> strategy;
    int quota;
    UnderWay before{.instances = 4};
};
void PrintTo(const Example& it, std::ostream* out) { *out << it.strategy->describe(); }

template <typename Recipe, typename Params>
std::shared_ptr<const Strategy> make(Params params) {
    return std::make_shared<Recipe>(std::move(params));
}

std::vector<Example> examples() {
    constexpr AnalysisId kCheck{0};
    const std::vector<CanaryStep> steps{SetWeight{20}, Pause{5min}, RunAnalysis{kCheck}, SetWeight{60}, Pause{1s}};
    const CanaryParams basic{.replicas = 10, .steps = steps};
    CanaryParams routed = basic, aborting = basic;
    routed.routed = aborting.progress_deadline_abort = true;
    return {
        {"Rolling", make<Rolling>(kTen), 13},
        {"RollingWithoutSurge",
         make<Rolling>(RollingParams{.replicas = 10, .max_surge = count(0), .max_unavailable = count(1)}), 10},
        {"Recreate", make<Rolling>(RollingParams{.replicas = 10, .type = DeploymentType::kRecreate}), 10},
        {"BasicCanary", make<Canary>(basic), 13},
        {"BasicCanaryThatAborts", make<Canary>(aborting), 13},
        {"RoutedCanary", make<Canary>(routed), 22, {.instances = 4, .on_top = true}},
        {"EcsRolling", make<EcsRolling>(EcsRollingParams{.replicas = 10}), 20},
        {"EcsRollingWithRollback",
         make<EcsRolling>(EcsRollingParams{.replicas = 10,
                                           .minimum_healthy_percent = 75,
                                           .maximum_percent = 150,
                                           .circuit_breaker = EcsCircuitBreaker{.rollback = true}}),
         15},
        {"GuardedRolling",
         std::make_shared<Guarded>(make<Rolling>(kTen), GuardParams{.analysis = kCheck, .bake = 5min}), 20},
        {"GuardedRoutedCanary",
         std::make_shared<Guarded>(make<Canary>(routed), GuardParams{.analysis = kCheck}),
         22,
         {.instances = 4, .on_top = true}},
    };
}

class RolloverContract : public ::testing::TestWithParam<Example> {};

TEST_P(RolloverContract, IsKept) {
    const Terms terms{.replicas = 10, .quota = GetParam().quota, .under_way = GetParam().before, .resized = true};
    for (const Breach& breach : rehearse(*GetParam().strategy, terms)) ADD_FAILURE() << describe(breach);
}

INSTANTIATE_TEST_SUITE_P(Strategies, RolloverContract, ::testing::ValuesIn(examples()),
                         [](const auto& given) { return given.param.name; });

TEST(RolloverContract, IsBrokenByWhoKeepsTheIntermediateRevision) {
    /// A switch that knows of two versions.
    struct Blind final : Strategy, Controller {
        std::string describe() const override { return "blind"; }
        std::unique_ptr<Controller> start(const Launch&) const override { return std::make_unique<Blind>(); }
        std::unique_ptr<Controller> clone() const override { return std::make_unique<Blind>(*this); }
        Directive decide(const Observation& seen) override {
            Directive want(seen.cohorts.size());
            if (seen.cohorts.size() > 2) want.targets[1].desired = seen.cohorts[1].desired;
            back |= seen.aborted && !over;
            want.targets.front().desired = over || !back ? 0 : 10;
            want.targets.back().desired = back ? 0 : 10;
            over |= !back && seen.cohorts.back().available == 10;
            want.phase = over ? Phase::kPromoted : back ? Phase::kRolledBack : Phase::kStuck;
            want.reason = "blind";
            return want;
        }
        bool back = false, over = false;
    };
    EXPECT_TRUE(rehearse(Blind(), {.replicas = 10}).empty());
    const std::vector<Breach> found = rehearse(Blind(), {.replicas = 10, .under_way = {.instances = 4}});
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front().what, "it is over and keeps instances of the intermediate revision");
}

TEST(MostWanted, CountsWhatWasUnderWay) {
    EXPECT_EQ(most_wanted(Rolling(kTen), 10, false, {.instances = 4}), 13);
    EXPECT_EQ(most_wanted(Canary({.replicas = 10, .steps = {SetWeight{20}}, .routed = true}), 10, false,
                          {.instances = 4, .on_top = true}),
              20);
}

}  // namespace
}  // namespace rollcast::strategies
