#include "bind.h"
#include "rollcast/base/check.h"
#include "rollcast/observe/burn_rate.h"
#include "rollcast/observe/cloudwatch_alarm.h"
#include "rollcast/observe/composite_alarm.h"
#include "rollcast/observe/source.h"

namespace rollcast::bindings {
namespace {

/// The actions by `until` of a composite alarm with a suppressor. Events: time, whether the suppressor's, new state.
std::vector<AlarmActionTaken> suppressed_actions(const ActionSuppressor& suppressor,
                                                 const std::vector<std::tuple<Time, bool, AlarmState>>& events,
                                                 Time until) {
    SuppressedActions actions;
    std::vector<AlarmActionTaken> taken;
    const auto take = [&](Time now) {
        if (const auto action = actions.take(now)) taken.push_back(*action);
    };
    for (const auto& [at, is_suppressor, state] : events) {
        take(at - Duration(1));
        if (is_suppressor) {
            actions.suppressor_changed(state, at, suppressor);
        } else {
            actions.composite_changed(state, at, suppressor);
        }
    }
    take(until);
    return taken;
}

void bind_cloudwatch(py::module_& module) {
    py::module_ rules = module.def_submodule("cloudwatch", "Amazon CloudWatch's alarms, rule by rule.");
    rules.attr("most_children") = kMostChildAlarms;
    rules.attr("most_parents") = kMostParentAlarms;
    rules.attr("most_rule_elements") = kMostRuleElements;
    rules.attr("initial_state") = py::cast(kInitialAlarmState);
    bind_enum<AlarmPoint>(
        rules, "AlarmPoint", "One point of an evaluation range.",
        {{"ok", AlarmPoint::kOk}, {"breach", AlarmPoint::kBreach}, {"missing", AlarmPoint::kMissing}});
    bind_enum<AlarmAction>(rules, "AlarmAction", "What an alarm does when its state changes.",
                           {{"notify", AlarmAction::kNotify}, {"auto_scaling", AlarmAction::kAutoScaling}});
    rules.def("repeats", &repeats, py::arg("action"), "Every minute while the state lasts?");
    rules.def("breaches", &breaches, py::arg("comparison"), py::arg("value"), py::arg("threshold"));
    rules.def("effective_treatment", &effective_treatment, py::arg("metric_namespace"), py::arg("setting"));
    rules.def("percentile_min_samples", &percentile_min_samples, py::arg("percentile"));
    rules.def("keeps_state", &keeps_state, py::arg("setting"), py::arg("percentile"), py::arg("samples"));
    bind_struct(rules, "AlarmEvaluation", "The state after an evaluation.", field("state", &AlarmEvaluation::state),
                field("filled", &AlarmEvaluation::filled));
    rules.def(
        "evaluate_points",
        [](const std::vector<AlarmPoint>& points, int periods, int needed, MissingData treatment, AlarmState current) {
            return evaluate_points(points, periods, needed, treatment, current);
        },
        py::arg("points"), py::arg("periods"), py::arg("needed"), py::arg("treatment"), py::arg("current"));
    rules.def("evaluation_every", py::overload_cast<Duration>(&evaluation_every), py::arg("period"));
    rules.def("evaluation_every", py::overload_cast<const CompositeAlarm&>(&evaluation_every), py::arg("composite"));
    rules.def("evaluation_interval", &evaluation_interval, py::arg("period"), py::arg("evaluation_periods"));
    rules.def("period_valid", &period_valid, py::arg("period"));
    rules.def("span_valid", &span_valid, py::arg("period"), py::arg("evaluation_periods"));
    rules.def("parse_alarm_rule", &parse_alarm_rule, py::arg("text"));
    rules.def(
        "holds", [](const AlarmRule& rule, const std::vector<AlarmState>& states) { return holds(rule, states); },
        py::arg("rule"), py::arg("states"));
    bind_struct(rules, "AlarmActionTaken", "What was done about a state, and when.", field("at", &AlarmActionTaken::at),
                field("state", &AlarmActionTaken::state));
    rules.def("suppressed_actions", &suppressed_actions, py::arg("suppressor"), py::arg("events"), py::arg("until"));
    rules.def("complaint", [](const CloudWatchAlarm& alarm) { return complaint(alarm); }, py::arg("alarm"));
    rules.def("complaint", [](const CompositeAlarm& composite) { return complaint(composite); }, py::arg("alarm"));
}

void bind_burn_rate(py::module_& module) {
    py::module_ rules = module.def_submodule("burn_rate", "Burn-rate alerts, rule by rule. Times are seconds.");
    rules.def("recommended_rules", &recommended_rules, py::arg("with_a_day") = false);
    rules.def("short_window", &short_window, py::arg("long_window"));
    rules.def("burn_rate", &burn_rate, py::arg("errors"), py::arg("requests"), py::arg("objective"));
    rules.def("is_above", &is_above, py::arg("rule"), py::arg("long_burn"), py::arg("short_burn"));
    rules.def("has_held", &has_held, py::arg("rule"), py::arg("since"), py::arg("now"));
    rules.def(
        "worst",
        [](const std::vector<BurnRateRule>& given, const std::vector<bool>& fires) {
            require(given.size() == fires.size(), "each rule fires or does not");
            return worst(given, fires);
        },
        py::arg("rules"), py::arg("fires"));
    rules.def("exhaustion_time", &exhaustion_time, py::arg("burn"), py::arg("period"));
    rules.def("burn_rate_for_budget", &burn_rate_for_budget, py::arg("fraction"), py::arg("window"), py::arg("period"));
    rules.def("budget_used", &budget_used, py::arg("burn"), py::arg("window"), py::arg("period"));
    rules.def("budget_used_by", &budget_used_by, py::arg("failed"), py::arg("rate"), py::arg("objective"),
              py::arg("period"));
    rules.def("failures_allowed", &failures_allowed, py::arg("rate"), py::arg("objective"), py::arg("period"));
    rules.def("detection_time", &detection_time, py::arg("objective"), py::arg("window"), py::arg("burn"),
              py::arg("error_ratio"), "None: never.");
    bind_struct(rules, "IncidentSpan", "Counted from the start of an incident.", field("start", &IncidentSpan::from),
                field("end", &IncidentSpan::to));
    rules.def("above_during", &above_during, py::arg("objective"), py::arg("window"), py::arg("burn"),
              py::arg("error_ratio"), py::arg("length"), "None: never.");
    rules.def("fires_during", &fires_during, py::arg("rule"), py::arg("objective"), py::arg("error_ratio"),
              py::arg("length"), "None: never.");
    rules.def("complaint", [](const BurnRateAlert& alert) { return complaint(alert); }, py::arg("alert"));
}

}  // namespace

void bind_guards(py::module_& module) {
    bind_cloudwatch(module);
    bind_burn_rate(module);
    module.def("lookback", py::overload_cast<const Source&, Duration>(&lookback), py::arg("source"),
               py::arg("interval") = Duration{}, "How many seconds it looks back from the time of a measurement.");
}

}  // namespace rollcast::bindings
