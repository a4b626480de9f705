#include "bind.h"
#include "rollcast/strategies/flagger_rules.h"

namespace rollcast::bindings {

using namespace strategies::flagger;

void bind_flagger(py::module_& module) {
    py::module_ rules = module.def_submodule("flagger", "Flagger's controller, rule by rule.");
    rules.def("analysis_interval", &analysis_interval, py::arg("given"));
    rules.attr("highest_passing_status") = kHighestPassingStatus;
    rules.attr("webhook_timeout") = to_seconds(kWebhookTimeout);
    rules.def("webhook_passes", &webhook_passes, py::arg("status"));

    bind_struct(rules, "Plan", "The fields of an analysis by which traffic moves; 0: not given.",
                field("step_weight", &Plan::step_weight), field("step_weights", &Plan::step_weights),
                field("max_weight", &Plan::max_weight), field("step_weight_promotion", &Plan::step_weight_promotion),
                field("iterations", &Plan::iterations), field("threshold", &Plan::threshold),
                field("mirror", &Plan::mirror), field("match", &Plan::match), field("routed", &Plan::routed),
                field("skip_analysis", &Plan::skip_analysis));
    bind_enum<Kind>(rules, "Kind", "How a canary is tested.",
                    {{"canary", Kind::kCanary}, {"ab_testing", Kind::kAbTesting}, {"blue_green", Kind::kBlueGreen}});
    rules.def("kind", &kind, py::arg("plan"));
    rules.def("iterations", &iterations, py::arg("plan"));
    rules.def("threshold", &threshold, py::arg("plan"));
    rules.def("max_weight", &max_weight, py::arg("plan"));
    rules.def("next_step_weight", &next_step_weight, py::arg("plan"), py::arg("canary_weight"));

    bind_enum<CanaryPhase>(rules, "Phase", "Of a canary object.",
                           {{"initialized", CanaryPhase::kInitialized},
                            {"waiting", CanaryPhase::kWaiting},
                            {"progressing", CanaryPhase::kProgressing},
                            {"waiting_promotion", CanaryPhase::kWaitingPromotion},
                            {"promoting", CanaryPhase::kPromoting},
                            {"finalising", CanaryPhase::kFinalising},
                            {"succeeded", CanaryPhase::kSucceeded},
                            {"failed", CanaryPhase::kFailed}});
    bind_struct(rules, "Routes", "Weights of 100.", field("primary", &Routes::primary),
                field("canary", &Routes::canary), field("mirrored", &Routes::mirrored));
    bind_struct(rules, "Status", "What is remembered from tick to tick.", field("phase", &Status::phase),
                field("failed_checks", &Status::failed_checks), field("iterations", &Status::iterations),
                field("canary_weight", &Status::canary_weight), field("routes", &Status::routes),
                field("canary_up", &Status::canary_up), field("promoted", &Status::promoted));
    bind_struct(rules, "Workload", "A Deployment, as the readiness check sees it.",
                field("generation", &Workload::generation),
                field("observed_generation", &Workload::observed_generation),
                field("spec_replicas", &Workload::spec_replicas), field("status_replicas", &Workload::status_replicas),
                field("updated", &Workload::updated), field("available", &Workload::available),
                field("progressing", &Workload::progressing), field("unavailable_for", &Workload::unavailable_for));
    bind_struct(rules, "Readiness", "Not retriable: given up.", field("ready", &Readiness::ready),
                field("retriable", &Readiness::retriable));
    rules.def("workload_readiness", &workload_readiness, py::arg("workload"), py::arg("deadline"),
              py::arg("threshold"));

    bind_struct(rules, "Sight", "What a tick finds.", field("changed", &Sight::changed),
                field("primary", &Sight::primary), field("canary", &Sight::canary),
                field("checks_pass", &Sight::checks_pass), field("pre_rollout_passes", &Sight::pre_rollout_passes),
                field("confirm_rollout", &Sight::confirm_rollout),
                field("confirm_traffic_increase", &Sight::confirm_traffic_increase),
                field("confirm_promotion", &Sight::confirm_promotion), field("rollback", &Sight::rollback));
    rules.def("rollback_due", &rollback_due, py::arg("plan"), py::arg("failed_checks"), py::arg("retriable"));
    rules.def(
        "tick",
        [](const Plan& plan, Status status, const Sight& seen) {
            const bool done = tick(plan, status, seen);
            return std::pair(done, status);
        },
        py::arg("plan"), py::arg("status"), py::arg("seen"),
        "Whether it got to its end (not when it waits for the checks), and the status afterwards.");
    rules.def("ticks_to_success", &ticks_to_success, py::arg("plan"), "None: it never comes to that.");
    rules.def("least_promotion_time", &least_promotion_time, py::arg("interval"), py::arg("plan"));
    rules.def("rollback_time", &rollback_time, py::arg("interval"), py::arg("plan"));
}

}  // namespace rollcast::bindings
