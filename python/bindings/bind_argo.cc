#include "bind.h"
#include "rollcast/strategies/argo_rules.h"
#include "rollcast/strategies/blue_green_rules.h"
#include "rollcast/strategies/canary_rules.h"

namespace rollcast::bindings {
namespace {

using namespace strategies;
using namespace strategies::argo;

void bind_common(py::module_& rules) {
    rules.attr("revision_history_limit") = argo::kRevisionHistoryLimit;
    rules.attr("successful_analysis_runs_kept") = kSuccessfulAnalysisRunsKept;
    rules.attr("unsuccessful_analysis_runs_kept") = kUnsuccessfulAnalysisRunsKept;
    bind_enum<RolloutKind>(rules, "RolloutKind", "What the defaults depend on.",
                           {{"basic_canary", RolloutKind::kBasicCanary},
                            {"routed_canary", RolloutKind::kRoutedCanary},
                            {"blue_green", RolloutKind::kBlueGreen}});
    rules.def("limits", &argo::limits, py::arg("kind"), py::arg("replicas"), py::arg("max_surge"),
              py::arg("max_unavailable"));
    rules.def("scale_down_delay", &scale_down_delay, py::arg("kind"), py::arg("given"));
    bind_struct(rules, "AbortDelay", "None: for good.", field("delay", &AbortDelay::delay),
                field("was_set", &AbortDelay::was_set));
    rules.def("abort_scale_down_delay", &abort_scale_down_delay, py::arg("kind"), py::arg("given"));

    bind_struct(rules, "PauseStatus", "A pause as the status of a rollout keeps it.",
                field("by_controller", &PauseStatus::by_controller), field("since", &PauseStatus::since));
    rules.def("canary_pause_completed", &canary_pause_completed, py::arg("duration"), py::arg("pause"), py::arg("now"));
    rules.def("blue_green_pause_completed", &blue_green_pause_completed, py::arg("auto_promotion_enabled"),
              py::arg("auto_promotion"), py::arg("checkpoint"), py::arg("pause"), py::arg("now"));

    bind_enum<AnalysisRole>(rules, "AnalysisRole", "Where an analysis stands.",
                            {{"step", AnalysisRole::kStep},
                             {"background", AnalysisRole::kBackground},
                             {"pre_promotion", AnalysisRole::kPrePromotion},
                             {"post_promotion", AnalysisRole::kPostPromotion}});
    bind_enum<Consequence>(rules, "Consequence", "What the rollout does.",
                           {{"wait", Consequence::kWait},
                            {"continue_", Consequence::kContinue},
                            {"pause", Consequence::kPause},
                            {"abort", Consequence::kAbort},
                            {"abort_before_switch", Consequence::kAbortBeforeSwitch},
                            {"abort_switch_back", Consequence::kAbortSwitchBack}});
    rules.def("analysis_consequence", &analysis_consequence, py::arg("role"), py::arg("phase"));

    rules.def(
        "reconcile_new_replica_set",
        [](int wanted, int spec, int replicas, int stable_available, bool aborted, std::optional<Duration> abort_delay,
           std::optional<Time> scale_down_at, Time now) {
            const int next = argo::reconcile_new_replica_set(wanted, spec, replicas, stable_available, aborted,
                                                             abort_delay, scale_down_at, now);
            return std::pair(next, scale_down_at);
        },
        py::arg("wanted"), py::arg("spec"), py::arg("replicas"), py::arg("stable_available"), py::arg("aborted"),
        py::arg("abort_delay"), py::arg("scale_down_at"), py::arg("now"), "The next size and scale_down_at.");
    bind_struct(rules, "RetiredReplicaSet", "A ReplicaSet that nothing refers to any more.",
                field("spec", &RetiredReplicaSet::spec), field("scale_down_at", &RetiredReplicaSet::scale_down_at));
    rules.def(
        "scale_down_retired",
        [](std::vector<RetiredReplicaSet> newest_first, std::optional<int> revision_limit, Duration delay,
           std::optional<int> kept_size, Time now) {
            scale_down_retired(newest_first, revision_limit, delay, kept_size, now);
            return newest_first;
        },
        py::arg("newest_first"), py::arg("revision_limit"), py::arg("delay"), py::arg("kept_size"), py::arg("now"),
        "The ReplicaSets afterwards.");
    rules.def("rollback_within_window", &rollback_within_window, py::arg("target_older_than_stable"),
              py::arg("revisions_between"), py::arg("window"));
}

void bind_canary(py::module_& rules) {
    bind_struct(rules, "Counts", "Sizes of both ReplicaSets.", field("canary", &Counts::canary),
                field("stable", &Counts::stable));
    rules.def("approximate_split", &approximate_split, py::arg("replicas"), py::arg("weight"), py::arg("max_weight"),
              py::arg("max_surge"));
    rules.def("weight_to_replicas", &weight_to_replicas, py::arg("replicas"), py::arg("weight"), py::arg("max_weight"));
    rules.def("replicas_for_scale_down", &replicas_for_scale_down, py::arg("set"), py::arg("ignore_availability"));
    rules.def("basic_counts", &basic_counts, py::arg("replicas"), py::arg("weight"), py::arg("max_weight"),
              py::arg("limits"), py::arg("canary"), py::arg("stable"), py::arg("older_spec"));
    rules.def(
        "current_set_weight",
        [](const std::vector<CanaryStep>& steps, std::size_t step, bool aborted, int max_weight) {
            return current_set_weight(steps, step, aborted, max_weight);
        },
        py::arg("steps"), py::arg("step"), py::arg("aborted"), py::arg("max_weight"));
    bind_struct(rules, "ReplicasOrWeight", "What the canary is sized for.",
                field("replicas", &ReplicasOrWeight::replicas), field("weight", &ReplicasOrWeight::weight));
    bind_struct(rules, "CanaryPosition", "Where a canary stands.", field("step", &CanaryPosition::step),
                field("promoted", &CanaryPosition::promoted), field("aborted", &CanaryPosition::aborted),
                field("keeps_scale", &CanaryPosition::keeps_scale),
                field("abort_weight", &CanaryPosition::abort_weight));
    rules.def(
        "canary_replicas_or_weight",
        [](const std::vector<CanaryStep>& steps, const CanaryPosition& at, bool routed, int max_weight) {
            return canary_replicas_or_weight(steps, at, routed, max_weight);
        },
        py::arg("steps"), py::arg("at"), py::arg("routed"), py::arg("max_weight"));
    rules.def("routed_counts", &routed_counts, py::arg("replicas"), py::arg("wanted"), py::arg("max_weight"),
              py::arg("min_pods"));
    bind_struct(rules, "RouterWeights", "The traffic weights in force.", field("canary", &RouterWeights::canary),
                field("stable", &RouterWeights::stable));
    rules.def("dynamic_counts", &dynamic_counts, py::arg("replicas"), py::arg("wanted"), py::arg("max_weight"),
              py::arg("min_pods"), py::arg("actual"), py::arg("aborted"));
    rules.def(
        "abort_canary_weight",
        [](const std::vector<CanaryStep>& steps, int replicas, int max_weight, bool delay_was_set, int canary_available,
           int stable_available) {
            return abort_canary_weight(steps, replicas, max_weight, delay_was_set, canary_available, stable_available);
        },
        py::arg("steps"), py::arg("replicas"), py::arg("max_weight"), py::arg("delay_was_set"),
        py::arg("canary_available"), py::arg("stable_available"));
    rules.def("abort_traffic_weight", &abort_traffic_weight, py::arg("replicas"), py::arg("max_weight"),
              py::arg("wanted"), py::arg("stable_available"), py::arg("present"));
    rules.def("promote_full_weight", &promote_full_weight, py::arg("replicas"), py::arg("max_weight"),
              py::arg("dynamic_stable_scale"), py::arg("canary_available"), py::arg("present"));
    rules.def("progress_threshold_met", &progress_threshold_met, py::arg("threshold"), py::arg("set"),
              py::arg("desired"));
    rules.def("replicas_available_for_weight", &replicas_available_for_weight, py::arg("replicas"),
              py::arg("available"), py::arg("weight"), py::arg("max_weight"), py::arg("threshold"));
    rules.def("at_desired_counts", &at_desired_counts, py::arg("wanted"), py::arg("canary"), py::arg("stable"),
              py::arg("stable_status"), py::arg("older_available"), py::arg("threshold"),
              py::arg("dynamic_stable_scale") = false);
    rules.def("before_starting_step", &before_starting_step, py::arg("current_step"), py::arg("starting_step"));
}

void bind_blue_green(py::module_& rules) {
    bind_struct(rules, "BlueGreenPosition", "Where a blue/green rollout stands.",
                field("has_active", &BlueGreenPosition::has_active),
                field("active_is_new", &BlueGreenPosition::active_is_new),
                field("template_seen", &BlueGreenPosition::template_seen),
                field("promote_full", &BlueGreenPosition::promote_full),
                field("checkpoint", &BlueGreenPosition::checkpoint), field("paused", &BlueGreenPosition::paused));
    rules.def("new_rs_count", &new_rs_count, py::arg("replicas"), py::arg("preview_replica_count"), py::arg("at"));
}

}  // namespace

void bind_argo(py::module_& module) {
    py::module_ rules = module.def_submodule("argo", "Argo Rollouts' controller, rule by rule.");
    bind_common(rules);
    bind_canary(rules);
    bind_blue_green(rules);
}

}  // namespace rollcast::bindings
