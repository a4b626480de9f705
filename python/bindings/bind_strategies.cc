#include "bind.h"
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
#include "rollcast/strategies/registry.h"
#include "rollcast/strategies/rolling.h"
#include "rollcast/strategies/shadow.h"
#include "rollcast/strategies/stack_set.h"
#include "rollcast/strategies/waves.h"

namespace rollcast::bindings {
namespace {

using namespace strategies;

/// A recipe over a struct of parameters.
template <typename Recipe, typename Params>
py::class_<Recipe, Strategy, std::shared_ptr<Recipe>> bind_recipe(py::module_& module, const char* name,
                                                                  const char* doc) {
    return py::class_<Recipe, Strategy, std::shared_ptr<Recipe>>(module, name, doc)
        .def(py::init<Params>(), py::arg("params"))
        .def_property_readonly("params", [](const Recipe& self) { return self.params(); })
        .def(py::pickle([](const Recipe& self) { return py::make_tuple(self.params()); },
                        [](const py::tuple& state) { return std::make_shared<Recipe>(state[0].cast<Params>()); }));
}

template <typename Recipe, typename Params>
void bind_wrapper(py::module_& module, const char* name, const char* doc) {
    const auto make = [](std::shared_ptr<Strategy> inner, Params params) {
        return std::make_shared<Recipe>(std::move(inner), std::move(params));
    };
    const auto inner = [](const Recipe& self) { return std::const_pointer_cast<Strategy>(self.inner()); };
    py::class_<Recipe, Strategy, std::shared_ptr<Recipe>>(module, name, doc)
        .def(py::init(make), py::arg("inner"), py::arg("params"))
        .def_property_readonly("inner", inner)
        .def_property_readonly("params", [](const Recipe& self) { return self.params(); })
        .def(py::pickle([inner](const Recipe& self) { return py::make_tuple(inner(self), self.params()); },
                        [make](const py::tuple& state) {
                            return make(state[0].cast<std::shared_ptr<Strategy>>(), state[1].cast<Params>());
                        }));
}

/// A recipe over strategies of locations.
template <typename Recipe, typename Params>
void bind_waves(py::module_& module, const char* name, const char* doc) {
    using Inner = std::vector<std::shared_ptr<Strategy>>;
    const auto make = [](const Inner& inner, Params params) {
        return std::make_shared<Recipe>(std::vector<std::shared_ptr<const Strategy>>(inner.begin(), inner.end()),
                                        std::move(params));
    };
    const auto inner = [](const Recipe& self) {
        Inner all;
        for (const auto& each : self.inner()) all.push_back(std::const_pointer_cast<Strategy>(each));
        return all;
    };
    py::class_<Recipe, Strategy, std::shared_ptr<Recipe>>(module, name, doc)
        .def(py::init(make), py::arg("inner"), py::arg("params"))
        .def_property_readonly("inner", inner, "One for all locations, or one for each.")
        .def_property_readonly("params", [](const Recipe& self) { return self.params(); })
        .def(py::pickle(
            [inner](const Recipe& self) { return py::make_tuple(inner(self), self.params()); },
            [make](const py::tuple& state) { return make(state[0].cast<Inner>(), state[1].cast<Params>()); }));
}

void bind_locations(py::module_& module) {
    bind_enum<OnWaveFailure>(module, "OnWaveFailure", "What a wave that fails leads to.",
                             {{"roll_back", OnWaveFailure::kRollBack}, {"stop", OnWaveFailure::kStop}});
    bind_struct(module, "WavesParams", "Waves over locations.", field("waves", &WavesParams::waves),
                field("parallel", &WavesParams::parallel), field("max_concurrent", &WavesParams::max_concurrent),
                field("failure_tolerance", &WavesParams::failure_tolerance), field("mode", &WavesParams::mode),
                field("on_failure", &WavesParams::on_failure), field("bake", &WavesParams::bake),
                field("analysis", &WavesParams::analysis));
    bind_waves<Waves, WavesParams>(module, "Waves", "A strategy in each location, begun wave by wave.");
    bind_struct(module, "StackSetParams", "A StackSets operation; the defaults are StackSets'.",
                field("regions", &StackSetParams::regions),
                field("region_concurrency", &StackSetParams::region_concurrency),
                field("max_concurrent", &StackSetParams::max_concurrent),
                field("failure_tolerance", &StackSetParams::failure_tolerance), field("mode", &StackSetParams::mode));
    bind_waves<StackSet, StackSetParams>(module, "StackSet", "The update of a stack in each account and Region.");
}

void bind_wrappers(py::module_& module) {
    bind_struct(module, "GuardParams", "The guard of a rollout.", field("analysis", &GuardParams::analysis),
                field("bake", &GuardParams::bake));
    bind_wrapper<Guarded, GuardParams>(module, "Guarded", "Any strategy, taken back by a guard.");
    bind_struct(module, "ShadowParams", "Copies of requests before a rollout.",
                field("replicas", &ShadowParams::replicas), field("instances", &ShadowParams::instances),
                field("mirrored", &ShadowParams::mirrored), field("duration", &ShadowParams::duration),
                field("analysis", &ShadowParams::analysis),
                field("progress_deadline", &ShadowParams::progress_deadline));
    bind_wrapper<Shadow, ShadowParams>(module, "Shadow", "Mirrors requests, then rolls out by another strategy.");
    const auto exposure = [](const FeatureFlag& self) { return std::const_pointer_cast<Strategy>(self.inner()); };
    py::class_<FeatureFlag, Strategy, std::shared_ptr<FeatureFlag>>(
        module, "FeatureFlag", "Exposes users to code that every instance has, as another strategy shifts traffic.")
        .def(py::init([](std::shared_ptr<Strategy> inner) { return std::make_shared<FeatureFlag>(std::move(inner)); }),
             py::arg("inner"))
        .def_property_readonly("inner", exposure)
        .def(py::pickle([exposure](const FeatureFlag& self) { return py::make_tuple(exposure(self)); },
                        [](const py::tuple& state) {
                            return std::make_shared<FeatureFlag>(state[0].cast<std::shared_ptr<Strategy>>());
                        }));
    bind_struct(module, "BaselineParams", "Fresh instances of the old version beside the new one.",
                field("progress_deadline", &BaselineParams::progress_deadline),
                field("scale_down_delay", &BaselineParams::scale_down_delay));
    bind_wrapper<Baseline, BaselineParams>(module, "Baseline", "Any strategy, with a baseline as old as the canary.");
}

void bind_aws_strategies(py::module_& module) {
    bind_struct(module, "CodeDeployInPlaceParams", "CodeDeploy to servers in place; the defaults are CodeDeploy's.",
                field("replicas", &CodeDeployInPlaceParams::replicas),
                field("minimum_healthy", &CodeDeployInPlaceParams::minimum_healthy),
                field("zonal", &CodeDeployInPlaceParams::zonal), field("zones", &CodeDeployInPlaceParams::zones),
                field("attempt_timeout", &CodeDeployInPlaceParams::attempt_timeout),
                field("alarms", &CodeDeployInPlaceParams::alarms),
                field("ignore_poll_failure", &CodeDeployInPlaceParams::ignore_poll_failure),
                field("rollback", &CodeDeployInPlaceParams::rollback));
    bind_recipe<CodeDeployInPlace, CodeDeployInPlaceParams>(module, "CodeDeployInPlace",
                                                            "AWS CodeDeploy to servers in place.");
    bind_struct(module, "ReplacementHosts", "Servers that CodeDeploy deploys to beside the original ones.",
                field("minimum_healthy", &ReplacementHosts::minimum_healthy),
                field("attempt_timeout", &ReplacementHosts::attempt_timeout),
                field("provisioning", &ReplacementHosts::provisioning),
                field("registration", &ReplacementHosts::registration),
                field("keeps_original", &ReplacementHosts::keeps_original));
    bind_struct(
        module, "CodeDeployBlueGreenParams", "CodeDeploy to replacement servers; the defaults are CodeDeploy's.",
        field("replicas", &CodeDeployBlueGreenParams::replicas), field("hosts", &CodeDeployBlueGreenParams::hosts),
        field("test", &CodeDeployBlueGreenParams::test), field("ready", &CodeDeployBlueGreenParams::ready),
        field("validate", &CodeDeployBlueGreenParams::validate),
        field("termination_wait", &CodeDeployBlueGreenParams::termination_wait),
        field("alarms", &CodeDeployBlueGreenParams::alarms),
        field("ignore_poll_failure", &CodeDeployBlueGreenParams::ignore_poll_failure),
        field("rollback", &CodeDeployBlueGreenParams::rollback));
    bind_recipe<CodeDeployBlueGreen, CodeDeployBlueGreenParams>(module, "CodeDeployBlueGreen",
                                                                "AWS CodeDeploy to servers, blue/green.")
        .def_property_readonly("shifts", &CodeDeployBlueGreen::shifts, "When how much of the traffic moves.");
    bind_struct(module, "CodeDeployShiftParams", "CodeDeploy for ECS and Lambda; the defaults are CodeDeploy's.",
                field("replicas", &CodeDeployShiftParams::replicas),
                field("platform", &CodeDeployShiftParams::platform), field("config", &CodeDeployShiftParams::config),
                field("test", &CodeDeployShiftParams::test), field("ready", &CodeDeployShiftParams::ready),
                field("validate", &CodeDeployShiftParams::validate),
                field("termination_wait", &CodeDeployShiftParams::termination_wait),
                field("alarms", &CodeDeployShiftParams::alarms),
                field("ignore_poll_failure", &CodeDeployShiftParams::ignore_poll_failure),
                field("rollback", &CodeDeployShiftParams::rollback));
    bind_recipe<CodeDeployShift, CodeDeployShiftParams>(module, "CodeDeployShift",
                                                        "AWS CodeDeploy for ECS services and Lambda functions.")
        .def_property_readonly("shifts", &CodeDeployShift::shifts, "When how much of the traffic moves.");

    bind_struct(module, "EcsCircuitBreaker", "ECS's deployment circuit breaker.",
                field("threshold", &EcsCircuitBreaker::threshold),
                field("reset_on_healthy_task", &EcsCircuitBreaker::reset_on_healthy_task),
                field("rollback", &EcsCircuitBreaker::rollback));
    bind_struct(module, "EcsAlarms", "ECS's deployment alarms.", field("analysis", &EcsAlarms::analysis),
                field("rollback", &EcsAlarms::rollback), field("bake", &EcsAlarms::bake));
    bind_struct(module, "EcsRollingParams", "ECS's rolling update; the defaults are ECS's.",
                field("replicas", &EcsRollingParams::replicas),
                field("minimum_healthy_percent", &EcsRollingParams::minimum_healthy_percent),
                field("maximum_percent", &EcsRollingParams::maximum_percent),
                field("counts_stopping", &EcsRollingParams::counts_stopping),
                field("unhealthy_after", &EcsRollingParams::unhealthy_after),
                field("circuit_breaker", &EcsRollingParams::circuit_breaker),
                field("alarms", &EcsRollingParams::alarms));
    bind_recipe<EcsRolling, EcsRollingParams>(module, "EcsRolling", "Amazon ECS's rolling update.");
    bind_struct(module, "Hook", "An analysis that has to be successful in time.", field("analysis", &Hook::analysis),
                field("timeout", &Hook::timeout));
    bind_struct(module, "EcsShiftParams", "ECS's own blue/green, linear and canary; the defaults are ECS's.",
                field("replicas", &EcsShiftParams::replicas), field("shifting", &EcsShiftParams::shifting),
                field("percent", &EcsShiftParams::percent), field("step_bake", &EcsShiftParams::step_bake),
                field("bake", &EcsShiftParams::bake), field("test", &EcsShiftParams::test),
                field("pause", &EcsShiftParams::pause), field("validate", &EcsShiftParams::validate),
                field("alarms", &EcsShiftParams::alarms), field("alarms_rollback", &EcsShiftParams::alarms_rollback),
                field("unhealthy_after", &EcsShiftParams::unhealthy_after));
    bind_recipe<EcsShift, EcsShiftParams>(module, "EcsShift", "Amazon ECS's blue/green, linear and canary.")
        .def_property_readonly("shifts", &EcsShift::shifts, "When how much of the traffic moves.");
}

void bind_aws_compute(py::module_& module) {
    bind_struct(
        module, "InstanceRefreshParams", "EC2 Auto Scaling's instance refresh; the defaults are its API's.",
        field("replicas", &InstanceRefreshParams::replicas),
        field("min_healthy_percentage", &InstanceRefreshParams::min_healthy_percentage),
        field("max_healthy_percentage", &InstanceRefreshParams::max_healthy_percentage),
        field("warmup", &InstanceRefreshParams::warmup), field("checkpoints", &InstanceRefreshParams::checkpoints),
        field("checkpoint_delay", &InstanceRefreshParams::checkpoint_delay),
        field("alarms", &InstanceRefreshParams::alarms), field("auto_rollback", &InstanceRefreshParams::auto_rollback),
        field("bake", &InstanceRefreshParams::bake));
    bind_recipe<InstanceRefresh, InstanceRefreshParams>(module, "InstanceRefresh",
                                                        "EC2 Auto Scaling's instance refresh.");
    bind_struct(module, "StackOptions", "Of an update of a CloudFormation stack.",
                field("triggers", &StackOptions::triggers), field("monitoring", &StackOptions::monitoring),
                field("rollback", &StackOptions::rollback));
    bind_struct(
        module, "AsgRollingParams", "CloudFormation's AutoScalingRollingUpdate, with its defaults.",
        field("replicas", &AsgRollingParams::replicas), field("max_size", &AsgRollingParams::max_size),
        field("max_batch_size", &AsgRollingParams::max_batch_size),
        field("min_instances_in_service", &AsgRollingParams::min_instances_in_service),
        field("pause", &AsgRollingParams::pause), field("waits_for_signals", &AsgRollingParams::waits_for_signals),
        field("min_successful_percent", &AsgRollingParams::min_successful_percent),
        field("min_active_percent", &AsgRollingParams::min_active_percent),
        field("suspends_scaling", &AsgRollingParams::suspends_scaling), field("stack", &AsgRollingParams::stack));
    bind_recipe<AsgRolling, AsgRollingParams>(module, "AsgRolling", "CloudFormation's AutoScalingRollingUpdate.");
    bind_struct(module, "CreationSignals", "A creation policy's signals.", field("count", &CreationSignals::count),
                field("min_successful_percent", &CreationSignals::min_successful_percent),
                field("timeout", &CreationSignals::timeout));
    bind_struct(module, "AsgReplacingParams", "CloudFormation's AutoScalingReplacingUpdate.",
                field("replicas", &AsgReplacingParams::replicas), field("signals", &AsgReplacingParams::signals),
                field("stack", &AsgReplacingParams::stack));
    bind_recipe<AsgReplacing, AsgReplacingParams>(module, "AsgReplacing",
                                                  "CloudFormation's AutoScalingReplacingUpdate.");
    bind_struct(module, "EksNodesParams", "An update of an EKS managed node group; the defaults are EKS's.",
                field("replicas", &EksNodesParams::replicas),
                field("max_unavailable", &EksNodesParams::max_unavailable), field("zones", &EksNodesParams::zones),
                field("strategy", &EksNodesParams::strategy), field("force", &EksNodesParams::force),
                field("disruption_budget", &EksNodesParams::disruption_budget),
                field("unhealthy_after", &EksNodesParams::unhealthy_after));
    bind_recipe<EksNodes, EksNodesParams>(module, "EksNodes", "An update of an EKS managed node group.");
    bind_struct(module, "AppRunnerParams", "A deployment of App Runner.", field("replicas", &AppRunnerParams::replicas),
                field("unhealthy_after", &AppRunnerParams::unhealthy_after));
    bind_recipe<AppRunner, AppRunnerParams>(module, "AppRunner", "A deployment of AWS App Runner.");
}

void bind_plan(py::module_& module) {
    bind_struct(module, "PlanScale", "A step: so many instances.", field("old_version", &plan::Scale::old_version),
                field("new_version", &plan::Scale::new_version), field("enough", &plan::Scale::enough),
                field("within", &plan::Scale::within));
    bind_struct(module, "PlanShift", "A step: so much of the traffic.", field("weight", &plan::Shift::weight));
    bind_struct(module, "PlanWait", "A step: so long.", field("duration", &plan::Wait::duration));
    bind_struct(module, "PlanAnalyse", "A step: an analysis that must be successful.",
                field("analysis", &plan::Analyse::analysis), field("within", &plan::Analyse::within));
    bind_struct(module, "PlanApprove", "A step: a person has to promote.", field("within", &plan::Approve::within));
    bind_struct(module, "PlanParams", "A plan of one's own.", field("replicas", &PlanParams::replicas),
                field("steps", &PlanParams::steps), field("progress_deadline", &PlanParams::progress_deadline));
    bind_recipe<Plan, PlanParams>(module, "Plan", "A plan of one's own, as data.");
}

void bind_registry(py::module_& module) {
    module.def("registered", &registered, "The names of the strategies in C++ that were linked in.");
    module.def(
        "make_registered",
        [](const std::string& name, int replicas, std::map<std::string, AnalysisId> analyses,
           std::map<std::string, double> args) {
            Order order;
            order.replicas = replicas;
            order.analyses = std::move(analyses);
            order.args = std::move(args);
            return std::const_pointer_cast<Strategy>(make_registered(name, std::move(order)));
        },
        py::arg("name"), py::arg("replicas"), py::arg("analyses") = py::dict(), py::arg("args") = py::dict(),
        "One of them. Raises ValueError for an unknown name and for arguments that it does not have.");
}

}  // namespace

void bind_strategies(py::module_& module) {
    bind_enum<DeploymentType>(
        module, "DeploymentType", "Kubernetes' strategy type.",
        {{"rolling_update", DeploymentType::kRollingUpdate}, {"recreate", DeploymentType::kRecreate}});
    bind_struct(module, "RollingParams", "A Deployment's fields; the defaults are Kubernetes'.",
                field("replicas", &RollingParams::replicas), field("type", &RollingParams::type),
                field("max_surge", &RollingParams::max_surge),
                field("max_unavailable", &RollingParams::max_unavailable),
                field("progress_deadline", &RollingParams::progress_deadline));
    bind_recipe<Rolling, RollingParams>(module, "Rolling", "Kubernetes' Deployment.");

    bind_struct(module, "SetWeight", "A step: the canary's weight, of max_weight.",
                field("weight", &SetWeight::weight));
    bind_struct(module, "Pause", "A step: wait so long, or until a person promotes.",
                field("duration", &Pause::duration));
    bind_struct(module, "SetCanaryScale", "A step: the canary's size; exactly one of the three.",
                field("replicas", &SetCanaryScale::replicas), field("weight", &SetCanaryScale::weight),
                field("match_traffic_weight", &SetCanaryScale::match_traffic_weight));
    bind_struct(module, "RunAnalysis", "A step: an analysis that must be successful.",
                field("analysis", &RunAnalysis::analysis));
    bind_struct(module, "SetMirror", "A step: the percentage of the traffic that is copied to the canary.",
                field("percentage", &SetMirror::percentage));
    bind_struct(module, "ExperimentSide", "The instances of one version that an experiment starts.",
                field("replicas", &ExperimentSide::replicas), field("weight", &ExperimentSide::weight));
    bind_struct(module, "ExperimentAnalysis", "An analysis of an experiment.",
                field("analysis", &ExperimentAnalysis::analysis), field("required", &ExperimentAnalysis::required));
    bind_struct(module, "RunExperiment", "A step: instances of both versions for a while, and analyses of them.",
                field("stable", &RunExperiment::stable), field("canary", &RunExperiment::canary),
                field("duration", &RunExperiment::duration), field("analyses", &RunExperiment::analyses),
                field("scale_down_delay", &RunExperiment::scale_down_delay));
    bind_struct(module, "BackgroundAnalysis", "An analysis from a step to the end.",
                field("analysis", &BackgroundAnalysis::analysis),
                field("starting_step", &BackgroundAnalysis::starting_step));
    bind_struct(module, "CanaryParams", "A Rollout's canary fields; the defaults are Argo's.",
                field("replicas", &CanaryParams::replicas), field("max_surge", &CanaryParams::max_surge),
                field("max_unavailable", &CanaryParams::max_unavailable), field("steps", &CanaryParams::steps),
                field("routed", &CanaryParams::routed), field("max_weight", &CanaryParams::max_weight),
                field("min_pods_per_replica_set", &CanaryParams::min_pods_per_replica_set),
                field("progress_threshold", &CanaryParams::progress_threshold),
                field("scale_down_delay", &CanaryParams::scale_down_delay),
                field("abort_scale_down_delay", &CanaryParams::abort_scale_down_delay),
                field("progress_deadline", &CanaryParams::progress_deadline),
                field("progress_deadline_abort", &CanaryParams::progress_deadline_abort),
                field("background", &CanaryParams::background),
                field("dynamic_stable_scale", &CanaryParams::dynamic_stable_scale));
    bind_recipe<Canary, CanaryParams>(module, "Canary", "Argo Rollouts' canary.")
        .def_property_readonly("brings_baseline", &Canary::brings_baseline,
                               "Whether an experiment starts instances of the old version.");

    bind_struct(module, "BlueGreenParams", "A Rollout's blue/green fields; the defaults are Argo's.",
                field("replicas", &BlueGreenParams::replicas),
                field("preview_replica_count", &BlueGreenParams::preview_replica_count),
                field("auto_promotion_enabled", &BlueGreenParams::auto_promotion_enabled),
                field("auto_promotion", &BlueGreenParams::auto_promotion),
                field("scale_down_delay", &BlueGreenParams::scale_down_delay),
                field("scale_down_delay_revision_limit", &BlueGreenParams::scale_down_delay_revision_limit),
                field("abort_scale_down_delay", &BlueGreenParams::abort_scale_down_delay),
                field("progress_deadline", &BlueGreenParams::progress_deadline),
                field("progress_deadline_abort", &BlueGreenParams::progress_deadline_abort),
                field("pre_promotion", &BlueGreenParams::pre_promotion),
                field("post_promotion", &BlueGreenParams::post_promotion));
    bind_recipe<BlueGreen, BlueGreenParams>(module, "BlueGreen", "Argo Rollouts' blue/green.");

    bind_struct(module, "AllAtOnceParams", "Every instance is replaced at the same moment.",
                field("replicas", &AllAtOnceParams::replicas),
                field("progress_deadline", &AllAtOnceParams::progress_deadline));
    bind_recipe<AllAtOnce, AllAtOnceParams>(module, "AllAtOnce", "Every instance is replaced at the same moment.");
    bind_wrappers(module);
    bind_locations(module);
    bind_plan(module);
    bind_registry(module);
    bind_aws_strategies(module);
    bind_aws_compute(module);
}

void bind_flagger_strategy(py::module_& module) {
    bind_struct(
        module, "FlaggerParams", "A Canary's fields; the defaults are Flagger's, and Kubernetes' for its Deployments.",
        field("replicas", &FlaggerParams::replicas), field("plan", &FlaggerParams::plan),
        field("interval", &FlaggerParams::interval), field("progress_deadline", &FlaggerParams::progress_deadline),
        field("primary_ready_threshold", &FlaggerParams::primary_ready_threshold),
        field("canary_ready_threshold", &FlaggerParams::canary_ready_threshold),
        field("matched", &FlaggerParams::matched), field("mirrored", &FlaggerParams::mirrored),
        field("analysis", &FlaggerParams::analysis), field("confirm_rollout", &FlaggerParams::confirm_rollout),
        field("confirm_promotion", &FlaggerParams::confirm_promotion), field("max_surge", &FlaggerParams::max_surge),
        field("max_unavailable", &FlaggerParams::max_unavailable),
        field("deployment_deadline", &FlaggerParams::deployment_deadline));
    bind_recipe<Flagger, FlaggerParams>(module, "Flagger", "Flagger's canary, blue/green and A/B test.");
}

}  // namespace rollcast::bindings
