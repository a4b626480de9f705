#include <pybind11/typing.h>

#include "bind.h"
#include "rollcast/strategies/app_runner_rules.h"
#include "rollcast/strategies/cloudformation_rules.h"
#include "rollcast/strategies/codedeploy_rules.h"
#include "rollcast/strategies/ecs_rules.h"
#include "rollcast/strategies/eks_rules.h"
#include "rollcast/strategies/instance_refresh_rules.h"
#include "rollcast/strategies/traffic_rules.h"

namespace rollcast::bindings {
namespace {

using namespace strategies;

void bind_traffic(py::module_& module) {
    using namespace traffic;
    py::module_ rules = module.def_submodule("traffic", "Traffic that moves by a clock.");
    bind_struct(rules, "Shift", "The new version's share of the traffic, so long after the first shift.",
                field("at", &Shift::at), field("permille", &Shift::permille));
    rules.def("linear_shifts", &linear_shifts, py::arg("step_permille"), py::arg("interval"));
    rules.def("canary_shifts", &canary_shifts, py::arg("permille"), py::arg("interval"));
}

void bind_codedeploy_configs(py::module_& rules) {
    using namespace codedeploy;
    bind_enum<Platform>(rules, "Platform", "What is deployed to.",
                        {{"server", Platform::kServer}, {"ecs", Platform::kEcs}, {"lambda_", Platform::kLambda}});
    bind_enum<TrafficType>(rules, "TrafficType", "How traffic shifts.",
                           {{"all_at_once", TrafficType::kAllAtOnce},
                            {"time_based_linear", TrafficType::kTimeBasedLinear},
                            {"time_based_canary", TrafficType::kTimeBasedCanary}});
    bind_struct(rules, "TrafficConfig", "How the traffic of a function or an ECS service shifts.",
                field("type", &TrafficConfig::type), field("percent", &TrafficConfig::percent),
                field("interval", &TrafficConfig::interval));
    rules.def("shifts", &shifts, py::arg("config"));
    rules.def(
        "predefined_traffic_configs",
        [] {
            py::typing::Dict<py::str, py::typing::Tuple<Platform, TrafficConfig>> configs;
            for (const auto& [name, platform, config] : predefined_traffic_configs()) {
                configs[py::cast(name)] = py::make_tuple(platform, config);
            }
            return configs;
        },
        "By name: the platform and the TrafficConfig.");

    bind_enum<MinimumType>(rules, "MinimumType", "What a minimum of healthy hosts counts.",
                           {{"host_count", MinimumType::kHostCount},
                            {"fleet_percent", MinimumType::kFleetPercent},
                            {"most_concurrency", MinimumType::kMostConcurrency}});
    bind_struct(rules, "MinimumHealthy", "How many hosts have to stay healthy.", field("type", &MinimumHealthy::type),
                field("value", &MinimumHealthy::value));
    rules.def(
        "predefined_server_configs",
        [] {
            py::typing::Dict<py::str, py::typing::Tuple<MinimumHealthy, MinimumHealthy>> configs;
            for (const auto& [name, described, reported] : predefined_server_configs()) {
                configs[py::cast(name)] = py::make_tuple(described, reported);
            }
            return configs;
        },
        "By name, the default first: what the guide says, and what the API reports and deployments follow.");
}

void bind_codedeploy(py::module_& module) {
    using namespace codedeploy;
    py::module_ rules = module.def_submodule("codedeploy", "AWS CodeDeploy, rule by rule.");
    bind_codedeploy_configs(rules);
    rules.attr("most_increment_percent") = kMostIncrementPercent;
    rules.attr("longest_shift") = kLongestShift;
    rules.attr("longest_termination_wait") = kLongestTerminationWait;
    rules.attr("longest_in_place") = kLongestInPlace;
    rules.attr("longest_ecs_install") = kLongestEcsInstall;
    rules.attr("longest_green_install") = kLongestGreenInstall;
    rules.attr("lifecycle_event_timeout") = kLifecycleEventTimeout;

    rules.def("minimum_hosts", &minimum_hosts, py::arg("minimum"), py::arg("instances"));
    rules.def("successes_needed", &successes_needed, py::arg("minimum"));
    bind_enum<Status>(rules, "Status", "Of a deployment.",
                      {{"in_progress", Status::kInProgress},
                       {"succeeded", Status::kSucceeded},
                       {"failed", Status::kFailed},
                       {"stopped", Status::kStopped}});
    bind_struct(rules, "ServerDeployment", "A deployment to servers as the results of its attempts come in.",
                field("minimum", &ServerDeployment::minimum), field("healthy", &ServerDeployment::healthy),
                field("unhealthy_left", &ServerDeployment::unhealthy_left),
                field("healthy_left", &ServerDeployment::healthy_left),
                field("succeeded", &ServerDeployment::succeeded))
        .def("most_at_once", &ServerDeployment::most_at_once)
        .def("finish", &ServerDeployment::finish, py::arg("success"))
        .def("status", &ServerDeployment::status);
    bind_enum<Revision>(rules, "Revision", "What an instance runs, in the order in which they are attempted.",
                        {{"unhealthy", Revision::kUnhealthy},
                         {"unknown", Revision::kUnknown},
                         {"old", Revision::kOld},
                         {"current", Revision::kCurrent}});
    rules.def("attempted_before", &attempted_before, py::arg("a"), py::arg("b"));
    rules.def("revision_after_success", &revision_after_success, py::arg("before"), py::arg("instance_succeeded"));
    rules.def("healthy_after_failure", &healthy_after_failure, py::arg("before"), py::arg("result"));
    bind_struct(rules, "ZonalConfig", "How a deployment goes from zone to zone.",
                field("first_zone_monitor", &ZonalConfig::first_zone_monitor), field("monitor", &ZonalConfig::monitor),
                field("minimum_healthy", &ZonalConfig::minimum_healthy));
    rules.def("watched_for", &watched_for, py::arg("config"), py::arg("zone"));
    rules.def(
        "zone_starts",
        [](const std::vector<Duration>& deploy, const ZonalConfig& config) { return zone_starts(deploy, config); },
        py::arg("deploy"), py::arg("config"));

    bind_enum<Style>(rules, "Style", "Which instances of which deployment.",
                     {{"in_place", Style::kInPlace},
                      {"blue_green_replacement", Style::kBlueGreenReplacement},
                      {"blue_green_original", Style::kBlueGreenOriginal},
                      {"rollback_replacement", Style::kRollbackReplacement},
                      {"rollback_original", Style::kRollbackOriginal}});
    rules.def("hook_order", &hook_order, py::arg("platform"), py::arg("style"), py::arg("load_balancer"));
    rules.def("ecs_hook_failure_can_roll_back", &ecs_hook_failure_can_roll_back, py::arg("hook"));
    rules.def("next_after_ignored_failure", &next_after_ignored_failure, py::arg("failed_hook"));

    bind_enum<AlarmState>(rules, "AlarmState", "As a deployment polls it.",
                          {{"ok", AlarmState::kOk},
                           {"insufficient_data", AlarmState::kInsufficientData},
                           {"alarm", AlarmState::kAlarm},
                           {"unavailable", AlarmState::kUnavailable}});
    rules.def("alarm_effect", &alarm_effect, py::arg("enabled"), py::arg("state"), py::arg("ignore_poll_failure"));
    bind_enum<RollbackEvent>(rules, "RollbackEvent", "How a deployment ended.",
                             {{"deployment_failure", RollbackEvent::kFailure},
                              {"deployment_stop_on_alarm", RollbackEvent::kStopOnAlarm},
                              {"deployment_stop_on_request", RollbackEvent::kStopOnRequest}});
    bind_struct(rules, "AutoRollback", "Which ends of a deployment bring the last successful revision back.",
                field("on_failure", &AutoRollback::on_failure), field("on_alarm", &AutoRollback::on_alarm),
                field("on_request", &AutoRollback::on_request));
    rules.def("rolls_back", &rolls_back, py::arg("rollback"), py::arg("event"));
    bind_struct(rules, "ReadyOption", "How a blue/green deployment goes on when the replacement is ready.",
                field("stop_on_timeout", &ReadyOption::stop_on_timeout), field("wait", &ReadyOption::wait));
    bind_enum<Reroute>(rules, "Reroute", "What happens with the traffic.",
                       {{"now", Reroute::kNow},
                        {"at_resume", Reroute::kAtResume},
                        {"wait", Reroute::kWait},
                        {"stopped", Reroute::kStopped}});
    rules.def("reroute", &reroute, py::arg("option"), py::arg("waited"), py::arg("resumed"));
}

void bind_ecs(py::module_& module) {
    using namespace ecs;
    py::module_ rules = module.def_submodule("ecs", "Amazon ECS's service scheduler, rule by rule.");
    rules.attr("running_before_healthy") = kRunningBeforeHealthy;
    rules.attr("linear_percent") = kLinearPercent;
    rules.attr("canary_percent") = kCanaryPercent;
    rules.attr("linear_step_bake") = kLinearStepBake;
    rules.attr("canary_bake") = kCanaryBake;
    rules.attr("hook_timeout") = kHookTimeout;
    rules.attr("least_linear_permille") = kLeastLinearPermille;
    rules.attr("least_canary_permille") = kLeastCanaryPermille;
    rules.attr("longest_bake") = kLongestBake;
    rules.attr("longest_bakes_in_cloudformation") = kLongestBakesInCloudFormation;
    rules.attr("cloudformation_operation_timeout") = kCloudFormationOperationTimeout;

    bind_struct(rules, "Bounds", "Least healthy tasks, and most tasks running or pending.",
                field("lower", &Bounds::lower), field("upper", &Bounds::upper));
    rules.def("bounds", &bounds, py::arg("desired"), py::arg("minimum_healthy_percent"), py::arg("maximum_percent"));
    bind_struct(rules, "Budget", "What one decision may start and stop.", field("start", &Budget::start),
                field("stop_healthy", &Budget::stop_healthy));
    rules.def("budget", &budget, py::arg("limits"), py::arg("running_or_pending"), py::arg("healthy"));
    rules.def("is_stuck", &is_stuck, py::arg("limits"), py::arg("desired"));
    bind_struct(rules, "HealthSigns", "What a task needs to count as healthy.",
                field("running_for_40_s", &HealthSigns::running_for_40_s),
                field("container_healthy", &HealthSigns::container_healthy),
                field("target_healthy", &HealthSigns::target_healthy));
    rules.def("counts_as_healthy_when", &counts_as_healthy_when, py::arg("load_balancer"),
              py::arg("container_health_check"));

    bind_enum<ThresholdType>(rules, "ThresholdType", "What a circuit breaker's threshold counts.",
                             {{"count", ThresholdType::kCount},
                              {"bounded_percent", ThresholdType::kBoundedPercent},
                              {"unbounded_percent", ThresholdType::kUnboundedPercent}});
    bind_struct(rules, "BreakerThreshold", "Failures that open the circuit breaker.",
                field("type", &BreakerThreshold::type), field("value", &BreakerThreshold::value),
                field("least", &BreakerThreshold::least), field("most", &BreakerThreshold::most));
    rules.def("breaker_threshold", &breaker_threshold, py::arg("threshold"), py::arg("desired"));
    bind_enum<TaskEvent>(rules, "TaskEvent", "Of a new task.",
                         {{"start_failed", TaskEvent::kStartFailed},
                          {"running", TaskEvent::kRunning},
                          {"healthy", TaskEvent::kHealthy},
                          {"health_failed", TaskEvent::kHealthFailed}});
    bind_struct(rules, "CircuitBreaker", "Counts failed starts, and later failed health checks.",
                field("threshold", &CircuitBreaker::threshold),
                field("reset_on_healthy_task", &CircuitBreaker::reset_on_healthy_task),
                field("failures", &CircuitBreaker::failures), field("running", &CircuitBreaker::running))
        .def("count", &CircuitBreaker::count, py::arg("event"))
        .def("is_open", &CircuitBreaker::is_open);

    bind_enum<RolloutState>(rules, "RolloutState", "Of a deployment.",
                            {{"in_progress", RolloutState::kInProgress},
                             {"completed", RolloutState::kCompleted},
                             {"failed", RolloutState::kFailed}});
    bind_struct(rules, "Detection", "A way to find that a deployment failed.", field("enabled", &Detection::enabled),
                field("rollback", &Detection::rollback));
    bind_struct(rules, "Consequence", "What happens when it triggers.", field("state", &Consequence::state),
                field("rolls_back", &Consequence::rolls_back));
    rules.def("consequence_of", &consequence_of, py::arg("triggered"));
    bind_enum<AlarmState>(
        rules, "AlarmState", "CloudWatch's.",
        {{"ok", AlarmState::kOk}, {"insufficient_data", AlarmState::kInsufficientData}, {"alarm", AlarmState::kAlarm}});
    rules.def(
        "alarms_are_watched", [](const std::vector<AlarmState>& at_start) { return alarms_are_watched(at_start); },
        py::arg("at_start"));
    rules.def("alarms_fail", [](const std::vector<AlarmState>& now) { return alarms_fail(now); }, py::arg("now"));
    rules.def("rollout_state", &rollout_state, py::arg("steady_state"), py::arg("alarms"), py::arg("bake_time_over"));

    bind_enum<Shifting>(
        rules, "Shifting", "How traffic goes to the new revision.",
        {{"blue_green", Shifting::kBlueGreen}, {"linear", Shifting::kLinear}, {"canary", Shifting::kCanary}});
    rules.def("is_valid_percent", &is_valid_percent, py::arg("value"), py::arg("least_permille"));
    rules.def("linear_bakes", &linear_bakes, py::arg("step_permille"));
    rules.def("total_bake", &total_bake, py::arg("step_permille"), py::arg("step_bake"), py::arg("bake"));
    bind_enum<Stage>(rules, "Stage", "Of a deployment that shifts traffic.",
                     {{"reconcile_service", Stage::kReconcileService},
                      {"pre_scale_up", Stage::kPreScaleUp},
                      {"scale_up", Stage::kScaleUp},
                      {"post_scale_up", Stage::kPostScaleUp},
                      {"test_traffic_shift", Stage::kTestTrafficShift},
                      {"post_test_traffic_shift", Stage::kPostTestTrafficShift},
                      {"pre_production_traffic_shift", Stage::kPreProductionTrafficShift},
                      {"production_traffic_shift", Stage::kProductionTrafficShift},
                      {"post_production_traffic_shift", Stage::kPostProductionTrafficShift},
                      {"bake_time", Stage::kBakeTime},
                      {"clean_up", Stage::kCleanUp}});
    rules.def("lifecycle_stages", &lifecycle_stages, py::arg("shifting"));
    bind_struct(rules, "StageTraffic", "Who serves what, in percent.",
                field("blue_production", &StageTraffic::blue_production),
                field("green_production", &StageTraffic::green_production),
                field("green_test", &StageTraffic::green_test), field("blue_runs", &StageTraffic::blue_runs));
    rules.def("stage_traffic", &stage_traffic, py::arg("stage"));
    bind_struct(rules, "HookTargets", "Which hooks a stage may have.", field("lambda_", &HookTargets::lambda),
                field("pause", &HookTargets::pause));
    rules.def("hooks_allowed", &hooks_allowed, py::arg("stage"));
    bind_enum<HookTimeoutAction>(
        rules, "HookTimeoutAction", "When a hook has not answered in time.",
        {{"rollback", HookTimeoutAction::kRollback}, {"continue_", HookTimeoutAction::kContinue}});
    bind_enum<DeploymentStatus>(rules, "DeploymentStatus", "Of a service deployment.",
                                {{"in_progress", DeploymentStatus::kInProgress},
                                 {"rollback_in_progress", DeploymentStatus::kRollbackInProgress}});
    rules.def("after_hook_timeout", &after_hook_timeout, py::arg("action"));
    rules.def("stage_invocations", &stage_invocations, py::arg("shifting"), py::arg("stage"), py::arg("shifts"));
}

void bind_instance_refresh(py::module_& module) {
    using namespace instance_refresh;
    py::module_ rules = module.def_submodule("instance_refresh", "EC2 Auto Scaling's instance refresh, rule by rule.");
    rules.attr("stuck_retry") = kStuckRetry;
    rules.def("effective_warmup", &effective_warmup, py::arg("health_check_grace"), py::arg("default_instance_warmup"),
              py::arg("instance_warmup"));
    rules.def("batch_size", &batch_size, py::arg("instances"), py::arg("min_healthy_percentage"),
              py::arg("max_healthy_percentage"));
    rules.def("replaced_at", &replaced_at, py::arg("instances"), py::arg("percentage"));
    bind_struct(rules, "CheckpointsReached", "What a batch means for checkpoints.",
                field("notified", &CheckpointsReached::notified), field("skipped", &CheckpointsReached::skipped));
    rules.def(
        "checkpoints_reached",
        [](int instances, const std::vector<int>& percentages, int replaced) {
            return checkpoints_reached(instances, percentages, replaced);
        },
        py::arg("instances"), py::arg("percentages"), py::arg("replaced"));
    bind_enum<RefreshEvent>(rules, "RefreshEvent", "A batch begins or is warm.",
                            {{"replace", RefreshEvent::kReplace}, {"warm", RefreshEvent::kWarm}});
    bind_struct(rules, "RefreshStep", "What happens when to how many.", field("at", &RefreshStep::at),
                field("event", &RefreshStep::event), field("instances", &RefreshStep::instances));
    bind_struct(rules, "RefreshPlan", "A refresh whose replacements take no time but for the warm-up.",
                field("instances", &RefreshPlan::instances), field("checkpoints", &RefreshPlan::checkpoints),
                field("checkpoint_delay", &RefreshPlan::checkpoint_delay),
                field("min_healthy_percentage", &RefreshPlan::min_healthy_percentage),
                field("max_healthy_percentage", &RefreshPlan::max_healthy_percentage),
                field("warmup", &RefreshPlan::warmup));
    rules.def("timeline", &timeline, py::arg("plan"));
    bind_enum<RefreshStatus>(rules, "RefreshStatus", "Of a refresh.",
                             {{"in_progress", RefreshStatus::kInProgress},
                              {"successful", RefreshStatus::kSuccessful},
                              {"failed", RefreshStatus::kFailed},
                              {"cancelled", RefreshStatus::kCancelled},
                              {"rollback_successful", RefreshStatus::kRollbackSuccessful}});
    bind_enum<RefreshEnd>(rules, "RefreshEnd", "Why a refresh ends early.",
                          {{"cancelled", RefreshEnd::kCancelled},
                           {"failed", RefreshEnd::kFailed},
                           {"no_healthy_replacement", RefreshEnd::kNoHealthyReplacement},
                           {"all_match", RefreshEnd::kAllMatch}});
    bind_struct(rules, "RefreshOutcome", "What is left behind.", field("status", &RefreshOutcome::status),
                field("rolled_back", &RefreshOutcome::rolled_back));
    rules.def("outcome", &outcome, py::arg("end"), py::arg("auto_rollback"));
    rules.def("rollback_possible", &rollback_possible, py::arg("status"), py::arg("desired_configuration"),
              py::arg("image_from_parameter_store"), py::arg("group_template_version"));
    rules.def("rebalancing_max_size", &rebalancing_max_size, py::arg("max_size"));
}

void bind_app_runner(py::module_& module) {
    using namespace app_runner;
    py::module_ rules = module.def_submodule("app_runner", "AWS App Runner, rule by rule.");
    rules.attr("busy_status") = kBusyStatus;
    rules.def("instances_during_deployment", &instances_during_deployment, py::arg("provisioned"));
    bind_struct(rules, "HealthCheck", "Whether an instance is in use, by its last health checks.",
                field("healthy_threshold", &HealthCheck::healthy_threshold),
                field("unhealthy_threshold", &HealthCheck::unhealthy_threshold),
                field("healthy", &HealthCheck::healthy), field("against", &HealthCheck::against))
        .def("observe", &HealthCheck::observe, py::arg("success"));
}

void bind_eks(py::module_& module) {
    using namespace eks;
    py::module_ rules = module.def_submodule("eks", "Amazon EKS's managed node groups, rule by rule.");
    rules.attr("most_unavailable") = kMostUnavailable;
    rules.attr("drain_timeout") = kDrainTimeout;
    rules.attr("wait_after_cordon") = kWaitAfterCordon;
    rules.def("scale_up_increment", &scale_up_increment, py::arg("availability_zones"), py::arg("max_unavailable"));
    rules.def("drain_goes_on", &drain_goes_on, py::arg("until_evicted"), py::arg("force"));
    bind_enum<UpdateStrategy>(rules, "UpdateStrategy", "Of a node group.",
                              {{"default", UpdateStrategy::kDefault}, {"minimal", UpdateStrategy::kMinimal}});
    bind_enum<UpdatePhase>(rules, "UpdatePhase", "Of a node group's update, in order.",
                           {{"setup", UpdatePhase::kSetup},
                            {"scale_up", UpdatePhase::kScaleUp},
                            {"upgrade", UpdatePhase::kUpgrade},
                            {"scale_down", UpdatePhase::kScaleDown}});
    rules.def("launches_first", &launches_first, py::arg("strategy"));
    rules.def("control_plane_update_allowed", &control_plane_update_allowed, py::arg("from_"), py::arg("to"));
    rules.def("kubelet_skew_allowed", &kubelet_skew_allowed, py::arg("kubelet"), py::arg("control_plane"));
}

void bind_cloudformation(py::module_& module) {
    using namespace cloudformation;
    py::module_ rules = module.def_submodule("cloudformation", "AWS CloudFormation, rule by rule.");
    rules.def("max_concurrent", &max_concurrent, py::arg("accounts"), py::arg("percentage"));
    rules.def("failures_tolerated", &failures_tolerated, py::arg("accounts"), py::arg("percentage"));
    bind_enum<ConcurrencyMode>(rules, "ConcurrencyMode", "Of a StackSets operation.",
                               {{"strict_failure_tolerance", ConcurrencyMode::kStrictFailureTolerance},
                                {"soft_failure_tolerance", ConcurrencyMode::kSoftFailureTolerance}});
    rules.def("actual_concurrency", &actual_concurrency, py::arg("mode"), py::arg("most"), py::arg("failure_tolerance"),
              py::arg("failures_so_far"));
    bind_enum<OperationResult>(rules, "OperationResult", "Of a Region, or of the operation.",
                               {{"succeeded", OperationResult::kSucceeded},
                                {"failed", OperationResult::kFailed},
                                {"cancelled", OperationResult::kCancelled}});
    bind_enum<RegionConcurrency>(
        rules, "RegionConcurrency", "How Regions follow one another.",
        {{"sequential", RegionConcurrency::kSequential}, {"parallel", RegionConcurrency::kParallel}});
    rules.def(
        "region_results",
        [](RegionConcurrency concurrency, int failure_tolerance, const std::vector<int>& failed_accounts) {
            return region_results(concurrency, failure_tolerance, failed_accounts);
        },
        py::arg("concurrency"), py::arg("failure_tolerance"), py::arg("failed_accounts"));
    rules.def(
        "operation_result", [](const std::vector<OperationResult>& regions) { return operation_result(regions); },
        py::arg("regions"));
    bind_struct(rules, "TriggeredOutcome", "How a stack operation ends that alarms watch.",
                field("rolls_back", &TriggeredOutcome::rolls_back), field("at", &TriggeredOutcome::at));
    rules.def("watch_triggers", &watch_triggers, py::arg("work"), py::arg("monitoring"), py::arg("alarm_at"));
    rules.attr("longest_monitoring") = kLongestMonitoring;
    rules.attr("longest_pause") = kLongestPause;
    rules.attr("most_batch") = kMostBatch;
    rules.attr("pause_for_signals") = kPauseForSignals;
    bind_struct(rules, "RollingLimits", "How a rolling update replaces a group's instances.",
                field("batch", &RollingLimits::batch), field("surge", &RollingLimits::surge));
    rules.def("rolling_limits", &rolling_limits, py::arg("instances"), py::arg("max_size"), py::arg("max_batch_size"),
              py::arg("min_instances_in_service"));
    rules.def("signals_needed", &signals_needed, py::arg("instances"), py::arg("min_successful_percent"));
    bind_enum<UpdatePolicy>(rules, "UpdatePolicy", "Of an Auto Scaling group.",
                            {{"none", UpdatePolicy::kNone},
                             {"rolling_update", UpdatePolicy::kRollingUpdate},
                             {"replacing_update", UpdatePolicy::kReplacingUpdate}});
    rules.def("policy_in_force", &policy_in_force, py::arg("will_replace"), py::arg("rolling_present"));
    rules.def("max_batch_during_rollback", &max_batch_during_rollback, py::arg("before_update"),
              py::arg("in_failed_update"));
}

}  // namespace

void bind_aws(py::module_& module) {
    bind_traffic(module);
    bind_codedeploy(module);
    bind_ecs(module);
    bind_instance_refresh(module);
    bind_app_runner(module);
    bind_eks(module);
    bind_cloudformation(module);
}

}  // namespace rollcast::bindings
