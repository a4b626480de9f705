// Every strategy of the catalogue keeps its promises: see rollcast/control/rehearsal.h.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "rollcast/control/rehearsal.h"
#include "rollcast/control/toy_fleet.h"
#include "rollcast/strategies/all_at_once.h"
#include "rollcast/strategies/app_runner.h"
#include "rollcast/strategies/asg_replacing.h"
#include "rollcast/strategies/asg_rolling.h"
#include "rollcast/strategies/baseline.h"
#include "rollcast/strategies/blue_green.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/codedeploy_blue_green.h"
#include "rollcast/strategies/codedeploy_in_place.h"
#include "rollcast/strategies/codedeploy_shift.h"
#include "rollcast/strategies/ecs_rolling.h"
#include "rollcast/strategies/ecs_shift.h"
#include "rollcast/strategies/eks_nodes.h"
#include "rollcast/strategies/feature_flag.h"
#include "rollcast/strategies/flagger.h"
#include "rollcast/strategies/guarded.h"
#include "rollcast/strategies/instance_refresh.h"
#include "rollcast/strategies/plan.h"
#include "rollcast/strategies/rolling.h"
#include "rollcast/strategies/shadow.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;

constexpr int kReplicas = 10;
constexpr AnalysisId kCheck{0};
constexpr AnalysisId kWatch{1};

struct Example {
    const char* name;
    std::shared_ptr<const Strategy> strategy;
    int quota;  // most replicas asked for at a time
    bool baseline = false;
    bool keeps_old = false;
};
void PrintTo(const Example& it, std::ostream* out) { *out << it.strategy->describe(); }

template <typename Recipe, typename Params>
Example example(const char* name, int quota, Params params) {
    return {name, std::make_shared<Recipe>(std::move(params)), quota};
}

Example with_baseline(Example example) {
    example.baseline = true;
    return example;
}

Example keeping_old(Example example) {
    example.keeps_old = true;
    return example;
}

const std::vector<CanaryStep> kSteps{SetWeight{20}, Pause{5min},         SetWeight{50}, Pause{},
                                     Pause{},       RunAnalysis{kCheck}, SetWeight{80}, Pause{1s}};
const std::vector<CanaryStep> kRoutedSteps{SetCanaryScale{.replicas = 3},
                                           SetWeight{5},
                                           Pause{5min},
                                           SetCanaryScale{.match_traffic_weight = true},
                                           SetWeight{50},
                                           RunAnalysis{kCheck},
                                           Pause{},
                                           SetWeight{80},
                                           Pause{1s}};
const RunExperiment kExperiment{.stable = {.replicas = 2},
                                .canary = {.replicas = 2},
                                .duration = 10min,
                                .analyses = {{kCheck, true}, {kWatch, false}}};

/// The steps, and an experiment of its own before each that gives a weight, one of them until a person ends it.
std::vector<CanaryStep> with_experiments(const std::vector<CanaryStep>& steps, RunExperiment experiment) {
    std::vector<CanaryStep> all;
    for (const CanaryStep& step : steps) {
        if (std::holds_alternative<SetWeight>(step)) all.push_back(experiment);
        all.push_back(step);
    }
    experiment.duration.reset();
    experiment.analyses.clear();
    all.push_back(experiment);
    return all;
}

FlaggerParams flagger_params(flagger::Plan plan) {
    FlaggerParams params;
    params.replicas = kReplicas;
    params.plan = std::move(plan);
    params.analysis = kCheck;
    params.matched = .2;
    return params;
}
FlaggerParams with_gates(flagger::Plan plan) {
    FlaggerParams params = flagger_params(std::move(plan));
    params.confirm_rollout = params.confirm_promotion = true;
    return params;
}

CanaryParams routed_with_experiments() {
    RunExperiment experiment = kExperiment;
    experiment.stable.weight = experiment.canary.weight = 10;
    return {.replicas = kReplicas,
            .steps = with_experiments(kRoutedSteps, experiment),
            .routed = true,
            .background = BackgroundAnalysis{kWatch, 2},
            .dynamic_stable_scale = true};
}

std::vector<Example> examples() {
    return {
        example<Rolling>("Rolling", 13, RollingParams{.replicas = kReplicas}),
        example<Rolling>("RollingWithoutSurge", 10,
                         RollingParams{.replicas = kReplicas, .max_surge = count(0), .max_unavailable = count(1)}),
        example<Rolling>("RollingWithoutUnavailable", 11,
                         RollingParams{.replicas = kReplicas, .max_surge = count(1), .max_unavailable = count(0)}),
        example<Rolling>("Recreate", 10, RollingParams{.replicas = kReplicas, .type = DeploymentType::kRecreate}),
        example<Canary>("CanaryWithoutSteps", 13, CanaryParams{.replicas = kReplicas}),
        example<Canary>("BasicCanary", 13, CanaryParams{.replicas = kReplicas, .steps = kSteps}),
        example<Canary>(
            "BasicCanaryWithoutSurge", 10,
            CanaryParams{.replicas = kReplicas, .max_surge = count(0), .max_unavailable = count(1), .steps = kSteps}),
        example<Canary>("RoutedCanary", 20,
                        CanaryParams{.replicas = kReplicas,
                                     .steps = kRoutedSteps,
                                     .routed = true,
                                     .background = BackgroundAnalysis{kWatch, 2}}),
        example<Canary>("RoutedCanaryThatAborts", 20,
                        CanaryParams{.replicas = kReplicas,
                                     .steps = kRoutedSteps,
                                     .routed = true,
                                     .progress_deadline_abort = true,
                                     .background = BackgroundAnalysis{kWatch, 0}}),
        example<Canary>("RoutedCanaryWithDynamicStableScale", 20,
                        CanaryParams{.replicas = kReplicas,
                                     .steps = kRoutedSteps,
                                     .routed = true,
                                     .progress_deadline_abort = true,
                                     .dynamic_stable_scale = true}),
        example<Canary>("BasicCanaryThatAborts", 13,
                        CanaryParams{.replicas = kReplicas, .steps = kSteps, .progress_deadline_abort = true}),
        with_baseline(
            example<Canary>("BasicCanaryWithExperiments", 25,
                            CanaryParams{.replicas = kReplicas, .steps = with_experiments(kSteps, kExperiment)})),
        with_baseline(example<Canary>("RoutedCanaryWithExperiments", 28, routed_with_experiments())),
        example<Canary>("CanaryWithAnExperimentOfItsOwnOnly", 15,
                        CanaryParams{.replicas = kReplicas,
                                     .steps = {RunExperiment{.canary = {.replicas = 2}, .duration = 10min},
                                               SetWeight{50}, RunAnalysis{kCheck}}}),
        example<BlueGreen>("BlueGreen", 20, BlueGreenParams{.replicas = kReplicas}),
        example<BlueGreen>("BlueGreenInFull", 20,
                           BlueGreenParams{.replicas = kReplicas,
                                           .preview_replica_count = 2,
                                           .auto_promotion_enabled = false,
                                           .scale_down_delay = 5min,
                                           .progress_deadline_abort = true,
                                           .pre_promotion = kCheck,
                                           .post_promotion = kWatch}),
        example<BlueGreen>("BlueGreenWithAutoPromotion", 20,
                           BlueGreenParams{.replicas = kReplicas, .auto_promotion = 90s}),
        // A whole canary beside the primary and its surge.
        example<Flagger>("FlaggerByWeight", 23,
                         with_gates({.step_weight = 30, .step_weight_promotion = 50, .threshold = 3})),
        example<Flagger>("FlaggerBlueGreen", 23, flagger_params({.iterations = 3})),
        example<Flagger>("FlaggerWithoutARouter", 23, flagger_params({.iterations = 3, .routed = false})),
        example<Flagger>("FlaggerAbTest", 23, flagger_params({.iterations = 3, .match = true})),
        example<Flagger>("FlaggerWithoutAnalysis", 23, flagger_params({.skip_analysis = true})),
        example<AllAtOnce>("AllAtOnce", 10, AllAtOnceParams{.replicas = kReplicas}),
        {"GuardedRolling",
         std::make_shared<Guarded>(std::make_shared<Rolling>(RollingParams{.replicas = kReplicas}),
                                   GuardParams{.analysis = kWatch, .bake = 5min}),
         20},  // on the way back what is there of the new version stays until the old one is
        {"ShadowThenCanary",
         std::make_shared<Shadow>(
             std::make_shared<Canary>(CanaryParams{.replicas = kReplicas, .steps = kRoutedSteps, .routed = true}),
             ShadowParams{.replicas = kReplicas, .instances = percent(25), .mirrored = .5, .analysis = kCheck}),
         20},
        {"FlagByCanary",
         std::make_shared<FeatureFlag>(
             std::make_shared<Canary>(CanaryParams{.replicas = kReplicas, .steps = kRoutedSteps, .routed = true})),
         10},
        {"GuardedFlagByPlan",
         std::make_shared<Guarded>(
             std::make_shared<FeatureFlag>(std::make_shared<Plan>(PlanParams{
                 .replicas = kReplicas,
                 .steps = {plan::Scale{.new_version = count(1)}, plan::Shift{.1}, plan::Wait{5min}, plan::Shift{1}}})),
             GuardParams{.analysis = kWatch, .bake = 5min}),
         10},
        example<FeatureFlag>("FlagByInstances", 10, std::make_shared<Rolling>(RollingParams{.replicas = kReplicas})),
        {"GuardedShadowThenRolling",
         std::make_shared<Guarded>(
             std::make_shared<Shadow>(std::make_shared<Rolling>(RollingParams{.replicas = kReplicas}),
                                      ShadowParams{.replicas = kReplicas, .instances = count(3)}),
             GuardParams{.analysis = kWatch}),
         20},
        {"BaselineAndCanary",
         std::make_shared<Baseline>(std::make_shared<Canary>(CanaryParams{.replicas = kReplicas,
                                                                          .steps = kRoutedSteps,
                                                                          .routed = true,
                                                                          .background = BackgroundAnalysis{kWatch, 0}}),
                                    BaselineParams{}),
         26, true},  // when the canary has grown for its next weight, and so has the baseline
        {"BaselineAndGuardedRolling",
         std::make_shared<Baseline>(
             std::make_shared<Guarded>(std::make_shared<Rolling>(RollingParams{.replicas = kReplicas}),
                                       GuardParams{.analysis = kWatch}),
             BaselineParams{.scale_down_delay = 0s}),
         20, true},
        {"ShadowThenGuardedBaselineAndCodeDeploy",
         std::make_shared<Shadow>(
             std::make_shared<Guarded>(
                 std::make_shared<Baseline>(
                     std::make_shared<CodeDeployShift>(CodeDeployShiftParams{
                         .replicas = kReplicas, .config = {codedeploy::TrafficType::kTimeBasedLinear, 10, 1min}}),
                     BaselineParams{}),
                 GuardParams{.analysis = kWatch}),
             ShadowParams{.replicas = kReplicas, .instances = count(3)}),
         30, true},
        example<Plan>("PlanInFull", 20,
                      PlanParams{.replicas = kReplicas,
                                 .steps = {plan::Scale{.new_version = percent(25)}, plan::Shift{.1}, plan::Wait{5min},
                                           plan::Analyse{kCheck}, plan::Approve{.within = 1h}, plan::Approve{},
                                           plan::Scale{.new_version = percent(100), .within = 1h}, plan::Shift{1},
                                           plan::Wait{1min}, plan::Scale{.old_version = count(2)}}}),
        example<Plan>("PlanWithoutARouter", 20,
                      PlanParams{.replicas = kReplicas,
                                 .steps = {plan::Scale{.old_version = count(9), .new_version = count(1)},
                                           plan::Analyse{kCheck}}}),
        example<EcsRolling>("EcsRolling", 20, EcsRollingParams{.replicas = kReplicas}),
        example<EcsRolling>("EcsRollingInFull", 15,
                            EcsRollingParams{.replicas = kReplicas,
                                             .minimum_healthy_percent = 75,
                                             .maximum_percent = 150,
                                             .counts_stopping = true,
                                             .circuit_breaker = EcsCircuitBreaker{.rollback = true},
                                             .alarms = EcsAlarms{.analysis = kWatch, .rollback = true, .bake = 5min}}),
        example<EcsShift>("EcsBlueGreen", 20, EcsShiftParams{.replicas = kReplicas, .bake = 15min}),
        example<EcsShift>("EcsLinearInFull", 20,
                          EcsShiftParams{.replicas = kReplicas,
                                         .shifting = ecs::Shifting::kLinear,
                                         .percent = 33.4,
                                         .bake = 15min,
                                         .test = Hook{kCheck},
                                         .pause = 1h,
                                         .validate = Hook{kCheck},
                                         .alarms = kWatch,
                                         .alarms_rollback = true}),
        example<CodeDeployShift>(
            "CodeDeployLambda", 20,
            CodeDeployShiftParams{.replicas = kReplicas,
                                  .platform = codedeploy::Platform::kLambda,
                                  .config = {codedeploy::TrafficType::kTimeBasedCanary, 10, 5min}}),
        example<CodeDeployShift>(
            "CodeDeployEcsInFull", 20,
            CodeDeployShiftParams{.replicas = kReplicas,
                                  .config = {codedeploy::TrafficType::kTimeBasedLinear, 10, 1min},
                                  .test = kCheck,
                                  .ready = {.stop_on_timeout = true, .wait = 1h},
                                  .validate = kCheck,
                                  .termination_wait = 1h,
                                  .alarms = kWatch,
                                  .rollback = {.on_failure = true, .on_alarm = true, .on_request = true}}),
        example<CodeDeployInPlace>("CodeDeployOneAtATime", 10, CodeDeployInPlaceParams{.replicas = kReplicas}),
        example<CodeDeployInPlace>(
            "CodeDeployInPlaceInFull", 10,
            CodeDeployInPlaceParams{.replicas = kReplicas,
                                    .minimum_healthy = {codedeploy::MinimumType::kFleetPercent, 75},
                                    .alarms = kWatch,
                                    .rollback = {.on_failure = true, .on_alarm = true}}),
        example<CodeDeployInPlace>("CodeDeployZonal", 10,
                                   CodeDeployInPlaceParams{.replicas = kReplicas,
                                                           .minimum_healthy = {codedeploy::MinimumType::kHostCount, 7},
                                                           .zonal = codedeploy::ZonalConfig{.monitor = 10min},
                                                           .zones = 3,
                                                           .alarms = kWatch,
                                                           .rollback = {.on_failure = true, .on_alarm = true}}),
        example<CodeDeployBlueGreen>("CodeDeployBlueGreen", 20, CodeDeployBlueGreenParams{.replicas = kReplicas}),
        example<CodeDeployBlueGreen>(
            "CodeDeployBlueGreenInFull", 20,
            CodeDeployBlueGreenParams{
                .replicas = kReplicas,
                .hosts = {.minimum_healthy = {codedeploy::MinimumType::kFleetPercent, 50}, .provisioning = 2min},
                .test = kCheck,
                .ready = {.stop_on_timeout = true, .wait = 1h},
                .validate = kCheck,
                .termination_wait = 1h,
                .alarms = kWatch,
                .rollback = {.on_failure = true, .on_alarm = true, .on_request = true}}),
        keeping_old(example<CodeDeployBlueGreen>(
            "CodeDeployBlueGreenThatKeepsTheOriginal", 20,
            CodeDeployBlueGreenParams{.replicas = kReplicas, .hosts = {.keeps_original = true}})),
        example<InstanceRefresh>("InstanceRefresh", 10, InstanceRefreshParams{.replicas = kReplicas}),
        example<InstanceRefresh>("InstanceRefreshInFull", 12,
                                 InstanceRefreshParams{.replicas = kReplicas,
                                                       .max_healthy_percentage = 120,
                                                       .warmup = 3min,
                                                       .checkpoints = {10, 50, 100},
                                                       .checkpoint_delay = 10min,
                                                       .alarms = kWatch,
                                                       .auto_rollback = true,
                                                       .bake = 15min}),
        example<AsgRolling>("AsgRolling", 10, AsgRollingParams{.replicas = kReplicas}),
        example<AsgRolling>("AsgRollingInFull", 12,
                            AsgRollingParams{.replicas = kReplicas,
                                             .max_size = 12,
                                             .max_batch_size = 4,
                                             .min_instances_in_service = 9,
                                             .pause = 5min,
                                             .waits_for_signals = true,
                                             .min_successful_percent = 90,
                                             .stack = {.triggers = kWatch, .monitoring = 15min}}),
        example<AsgReplacing>("AsgReplacing", 20, AsgReplacingParams{.replicas = kReplicas}),
        example<AsgReplacing>("AsgReplacingInFull", 20,
                              AsgReplacingParams{.replicas = kReplicas,
                                                 .signals = CreationSignals{.count = 10, .min_successful_percent = 80},
                                                 .stack = {.triggers = kWatch, .monitoring = 15min}}),
        example<EksNodes>("EksNodes", 20, EksNodesParams{.replicas = kReplicas}),
        example<EksNodes>(
            "EksNodesMinimal", 20,
            EksNodesParams{
                .replicas = kReplicas, .max_unavailable = 3, .strategy = eks::UpdateStrategy::kMinimal, .force = true}),
        example<EksNodes>("EksNodesWithABudget", 20,
                          EksNodesParams{.replicas = kReplicas,
                                         .max_unavailable = 3,
                                         .disruption_budget = DisruptionBudget{.max_unavailable = percent(10)}}),
        example<AppRunner>("AppRunner", 20, AppRunnerParams{.replicas = kReplicas}),
    };
}

class Contract : public ::testing::TestWithParam<Example> {};

TEST_P(Contract, IsKept) {
    const Terms terms{.replicas = kReplicas,
                      .quota = GetParam().quota,
                      .baseline = GetParam().baseline,
                      .resized = true,
                      .keeps_old = GetParam().keeps_old};
    for (const Breach& breach : rehearse(*GetParam().strategy, terms)) ADD_FAILURE() << describe(breach);
}

TEST_P(Contract, SurvivesInstancesThatComeAndGo) {
    const auto controller = watched(GetParam().strategy, GetParam().quota)->start({.replicas = kReplicas});
    ToyFleet fleet(kReplicas, GetParam().baseline ? 3 : 2);
    bool promoted = false;
    for (int i = 0; i < 200; ++i) {
        // A pod of each version is lost now and then, in steps without a common divisor.
        if (i < 60 && i % 3 == 0 && fleet.cohort(0).available > 0) --fleet.cohort(0).available;
        if (i < 60 && i % 5 == 0 && fleet.cohort(1).available > 0) --fleet.cohort(1).available;
        promoted = fleet.step(*controller).phase == Phase::kPromoted;
    }
    EXPECT_TRUE(promoted);
}

TEST(Identity, OfEveryExampleIsItsOwn) {
    std::vector<std::string> identities;
    for (const Example& it : examples()) identities.push_back(it.strategy->describe());
    std::sort(identities.begin(), identities.end());
    EXPECT_EQ(std::adjacent_find(identities.begin(), identities.end()), identities.end());
}

INSTANTIATE_TEST_SUITE_P(Strategies, Contract, ::testing::ValuesIn(examples()),
                         [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace rollcast::strategies
