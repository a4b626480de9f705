#include "bind.h"
#include "rollcast/observe/analysis.h"
#include "rollcast/observe/condition.h"
#include "rollcast/observe/query.h"
#include "rollcast/observe/rehearsal.h"

namespace rollcast::bindings {
namespace {

void bind_rehearsal(py::module_& module) {
    bind_struct(module, "RehearsedAnswers", "How a version answers, without chance.",
                field("errors", &RehearsedAnswers::errors), field("within_bucket", &RehearsedAnswers::within_bucket),
                field("mean_latency", &RehearsedAnswers::mean_latency));
    bind_struct(module, "RehearsedStretch", "For so long the new version has this share of the requests.",
                field("lasts", &RehearsedStretch::lasts), field("share", &RehearsedStretch::share));
    bind_struct(module, "Rehearsal", "Even traffic during a rollout.", field("rate", &Rehearsal::rate),
                field("plan", &Rehearsal::plan), field("starts", &Rehearsal::starts),
                field("old_version", &Rehearsal::old_version), field("new_version", &Rehearsal::new_version),
                field("baseline", &Rehearsal::baseline));
    bind_struct(module, "Measurement", "One line of an analysis' log.", field("at", &Measurement::at),
                field("metric", &Measurement::metric), field("phase", &Measurement::phase),
                field("value", &Measurement::value));
    bind_struct(module, "Rehearsed", "What an analysis made of it; running: the plan was over first.",
                field("phase", &Rehearsed::phase), field("ended", &Rehearsed::ended), field("log", &Rehearsed::log));
    module.def("rehearse", &rehearse, py::arg("analysis"), py::arg("observability"), py::arg("rehearsal"),
               py::call_guard<py::gil_scoped_release>(),
               "An analysis over a rollout in which nothing is left to chance.");
}

}  // namespace

void bind_observe(py::module_& module) {
    module.def(
        "evaluate_condition",
        [](const Condition& condition, const std::vector<double>& result) { return evaluate(condition, result); },
        py::arg("condition"), py::arg("result"), "True or False; None for an evaluation error.");
    module.def("lookback", py::overload_cast<const Query&>(&lookback), py::arg("query"),
               "How many seconds the query looks back.");

    py::module_ rules = module.def_submodule("analysis", "Argo's AnalysisRun, rule by rule.");
    rules.attr("measurements_kept") = kMeasurementsKept;
    bind_enum<ConditionValue>(rules, "ConditionValue", "What became of a condition.",
                              {{"absent", ConditionValue::kAbsent},
                               {"error", ConditionValue::kError},
                               {"false", ConditionValue::kFalse},
                               {"true", ConditionValue::kTrue}});
    bind_struct(rules, "MetricResult", "The counters of one metric in one run.", field("phase", &MetricResult::phase),
                field("last", &MetricResult::last), field("last_finished", &MetricResult::last_finished),
                field("count", &MetricResult::count), field("successful", &MetricResult::successful),
                field("failed", &MetricResult::failed), field("inconclusive", &MetricResult::inconclusive),
                field("error", &MetricResult::error), field("consecutive_error", &MetricResult::consecutive_error),
                field("consecutive_success", &MetricResult::consecutive_success));
    rules.def("measurement_phase", &measurement_phase, py::arg("success"), py::arg("failure"));
    rules.def("effective_count", &effective_count, py::arg("metric"), "None: unlimited.");
    rules.def("metric_phase", &metric_phase, py::arg("metric"), py::arg("result"), py::arg("terminating"));
    bind_struct(rules, "JudgedMetric", "A metric as the judgement of a run sees it.",
                field("phase", &JudgedMetric::phase), field("dry_run", &JudgedMetric::dry_run));
    rules.def(
        "run_phase",
        [](const std::vector<JudgedMetric>& metrics, bool terminating) { return run_phase(metrics, terminating); },
        py::arg("metrics"), py::arg("terminating"));
    rules.def("first_measurement_at", &first_measurement_at, py::arg("metric"), py::arg("started"), "inf: never.");
    rules.def("next_measurement_at", &next_measurement_at, py::arg("metric"), py::arg("result"), "inf: never.");
    rules.def("first_measurement_due", &first_measurement_due, py::arg("metric"), py::arg("started"), py::arg("now"));
    rules.def("next_measurement_due", &next_measurement_due, py::arg("metric"), py::arg("result"), py::arg("now"));
    bind_struct(rules, "Ttl", "How long a finished run is kept.", field("after_completion", &Ttl::after_completion),
                field("after_success", &Ttl::after_success), field("after_failure", &Ttl::after_failure));
    bind_rehearsal(rules);
    rules.def("analysis_ttl_expired", &analysis_ttl_expired, py::arg("phase"), py::arg("age"), py::arg("ttl"));
}

}  // namespace rollcast::bindings
