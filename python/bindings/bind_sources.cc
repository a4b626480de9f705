#include "bind.h"
#include "rollcast/model/source.h"

namespace rollcast::bindings {
namespace {

void bind_alarms(py::module_& module) {
    bind_enum<AlarmState>(
        module, "AlarmState", "Of a CloudWatch alarm.",
        {{"ok", AlarmState::kOk}, {"alarm", AlarmState::kAlarm}, {"insufficient_data", AlarmState::kInsufficientData}});
    bind_enum<Comparison>(module, "Comparison", "Of a value with a threshold.",
                          {{"greater", Comparison::kGreater},
                           {"greater_or_equal", Comparison::kGreaterOrEqual},
                           {"less", Comparison::kLess},
                           {"less_or_equal", Comparison::kLessOrEqual}});
    bind_enum<MissingData>(module, "MissingData", "What a point without data counts as.",
                           {{"missing", MissingData::kMissing},
                            {"ignore", MissingData::kIgnore},
                            {"breaching", MissingData::kBreaching},
                            {"not_breaching", MissingData::kNotBreaching}});
    bind_enum<LowSamples>(module, "LowSamples", "What becomes of a percentile of too few samples.",
                          {{"evaluate", LowSamples::kEvaluate}, {"ignore", LowSamples::kIgnore}});
    bind_enum<AlarmStatistic>(module, "AlarmStatistic", "What a CloudWatch alarm watches: one point a period.",
                              {{"error_ratio", AlarmStatistic::kErrorRatio},
                               {"error_count", AlarmStatistic::kErrorCount},
                               {"request_count", AlarmStatistic::kRequestCount},
                               {"mean_latency", AlarmStatistic::kMeanLatency},
                               {"latency_percentile", AlarmStatistic::kLatencyPercentile}});
    using Alarm = CloudWatchAlarm;
    bind_struct(module, "CloudWatchAlarm", "An alarm of Amazon CloudWatch.", field("statistic", &Alarm::statistic),
                field("vantage", &Alarm::vantage), field("scope", &Alarm::scope),
                field("percentile", &Alarm::percentile), field("metric_namespace", &Alarm::metric_namespace),
                field("period", &Alarm::period), field("evaluation_periods", &Alarm::evaluation_periods),
                field("datapoints_to_alarm", &Alarm::datapoints_to_alarm),
                field("evaluation_range", &Alarm::evaluation_range), field("comparison", &Alarm::comparison),
                field("threshold", &Alarm::threshold), field("treat_missing", &Alarm::treat_missing),
                field("low_samples", &Alarm::low_samples), field("actions_enabled", &Alarm::actions_enabled));
}

void bind_composite(py::module_& module) {
    using Op = AlarmRuleStep::Op;
    bind_enum<Op>(
        module, "AlarmRuleOp", "What a step of a composite alarm's rule does.",
        {{"truth", Op::kTruth}, {"at_least", Op::kAtLeast}, {"and_", Op::kAnd}, {"or_", Op::kOr}, {"not_", Op::kNot}});
    bind_struct(module, "AlarmRuleStep", "One step of a composite alarm's rule in postfix order.",
                field("op", &AlarmRuleStep::op), field("least", &AlarmRuleStep::least),
                field("state", &AlarmRuleStep::state), field("negated", &AlarmRuleStep::negated),
                field("alarms", &AlarmRuleStep::alarms));
    bind_struct(module, "AlarmRule", "A composite alarm's rule.", field("alarms", &AlarmRule::alarms),
                field("steps", &AlarmRule::steps));
    bind_struct(module, "ActionSuppressor", "Holds back the actions of a composite alarm.",
                field("alarm", &ActionSuppressor::alarm), field("wait", &ActionSuppressor::wait),
                field("extension", &ActionSuppressor::extension));
    bind_struct(module, "NamedAlarm", "An alarm that a composite alarm watches.", field("name", &NamedAlarm::name),
                field("alarm", &NamedAlarm::alarm));
    bind_struct(module, "CompositeAlarm", "A composite alarm of Amazon CloudWatch.",
                field("alarms", &CompositeAlarm::alarms), field("rule", &CompositeAlarm::rule),
                field("suppressor", &CompositeAlarm::suppressor));
}

void bind_burn_rate(py::module_& module) {
    bind_enum<Severity>(module, "Severity", "Of a burn-rate alert.",
                        {{"none", Severity::kNone}, {"ticket", Severity::kTicket}, {"page", Severity::kPage}});
    bind_struct(module, "BurnRateRule", "Fires while the burn rate is above `burn_rate` in both windows.",
                field("long_window", &BurnRateRule::long_window), field("short_window", &BurnRateRule::short_window),
                field("burn_rate", &BurnRateRule::burn_rate), field("severity", &BurnRateRule::severity),
                field("hold", &BurnRateRule::hold));
    bind_struct(module, "BurnRateAlert", "An alert on how fast an error budget burns.",
                field("objective", &BurnRateAlert::objective), field("vantage", &BurnRateAlert::vantage),
                field("scope", &BurnRateAlert::scope), field("rules", &BurnRateAlert::rules),
                field("fails_on", &BurnRateAlert::fails_on),
                field("recording_interval", &BurnRateAlert::recording_interval));
}

}  // namespace

void bind_sources(py::module_& module) {
    bind_struct(module, "QueryCheck", "A query, and the conditions on its answer.", field("query", &QueryCheck::query),
                field("success", &QueryCheck::success), field("failure", &QueryCheck::failure));
    bind_alarms(module);
    bind_composite(module);
    bind_burn_rate(module);
    bind_kayenta(module);
    bind_struct(module, "SequentialCheck", "A sequential test of the new version, or of the new against another one.",
                field("test", &SequentialCheck::test), field("vantage", &SequentialCheck::vantage),
                field("baseline", &SequentialCheck::baseline));
    bind_python_guard(module);
    module.def("selects", py::overload_cast<const Source&, Scope>(&selects), py::arg("source"), py::arg("scope"),
               "Whether it looks at those requests.");
    module.def("complaint", py::overload_cast<const SequentialCheck&>(&complaint), py::arg("check"),
               "Why it could never decide; None when it could.");
}

}  // namespace rollcast::bindings
