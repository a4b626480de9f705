#include "bind.h"
#include "rollcast/observe/kayenta.h"

namespace rollcast::bindings {
namespace {

using namespace kayenta;
using Values = std::vector<double>;

void bind_config(py::module_& judge) {
    bind_enum<Direction>(
        judge, "Direction", "Which change matters.",
        {{"either", Direction::kEither}, {"increase", Direction::kIncrease}, {"decrease", Direction::kDecrease}});
    bind_enum<NanStrategy>(judge, "NanStrategy", "What a missing value counts as: nothing, or 0.",
                           {{"remove", NanStrategy::kRemove}, {"replace", NanStrategy::kReplace}});
    bind_enum<EffectMeasure>(judge, "EffectMeasure", "How large a change is.",
                             {{"mean_ratio", EffectMeasure::kMeanRatio}, {"cles", EffectMeasure::kCles}});
    bind_enum<Classification>(judge, "Classification", "What a metric is found to be.",
                              {{"pass_", Classification::kPass},
                               {"high", Classification::kHigh},
                               {"low", Classification::kLow},
                               {"nodata", Classification::kNodata},
                               {"nodata_fail_metric", Classification::kNodataFailMetric},
                               {"error", Classification::kError}});
    bind_struct(judge, "MetricConfig", "How a metric is judged. Effects that are None: no change.",
                field("direction", &MetricConfig::direction), field("nan_strategy", &MetricConfig::nan_strategy),
                field("remove_outliers", &MetricConfig::remove_outliers),
                field("outlier_factor", &MetricConfig::outlier_factor), field("critical", &MetricConfig::critical),
                field("must_have_data", &MetricConfig::must_have_data), field("muted", &MetricConfig::muted),
                field("effect", &MetricConfig::effect), field("allowed_increase", &MetricConfig::allowed_increase),
                field("allowed_decrease", &MetricConfig::allowed_decrease),
                field("critical_increase", &MetricConfig::critical_increase),
                field("critical_decrease", &MetricConfig::critical_decrease), field("groups", &MetricConfig::groups));
    bind_struct(judge, "Thresholds", "Of scores from 0 to 100.", field("pass_", &Thresholds::pass),
                field("marginal", &Thresholds::marginal));
    bind_struct(judge, "ComparedSeries", "One series, asked for twice.", field("name", &ComparedSeries::name),
                field("canary", &ComparedSeries::canary), field("baseline", &ComparedSeries::baseline),
                field("config", &ComparedSeries::config));
    bind_struct(judge, "Judge", "A whole canary analysis.", field("series", &Judge::series),
                field("group_weights", &Judge::group_weights), field("thresholds", &Judge::thresholds),
                field("step", &Judge::step), field("lookback", &Judge::lookback));
    judge.def("complaint", &kayenta::complaint, py::arg("judge"), py::arg("latency_buckets"),
              "Why it can never judge; None when it can.");
}

void bind_metrics(py::module_& judge) {
    bind_struct(judge, "TestLevel", "Changes that do not count, as a share of the estimated one, and the confidence.",
                field("tolerance", &TestLevel::tolerance), field("confidence", &TestLevel::confidence));
    bind_struct(judge, "MetricVerdict", "What one metric is found to be.",
                field("classification", &MetricVerdict::classification), field("critical", &MetricVerdict::critical),
                field("deviation", &MetricVerdict::deviation), field("shift", &MetricVerdict::shift));
    judge.def("no_effect", &no_effect, py::arg("measure"));
    judge.def(
        "prepare", [](const Values& values, const MetricConfig& config) { return prepare(values, config); },
        py::arg("values"), py::arg("config"), "Without missing values, and without outliers if so configured.");
    judge.def(
        "classify",
        [](const Values& control, const Values& experiment, const MetricConfig& config, const TestLevel& level) {
            return classify(control, experiment, config, level);
        },
        py::arg("control"), py::arg("experiment"), py::arg("config"), py::arg_v("level", TestLevel{}, "..."),
        "Classifies prepared data.");
    judge.def(
        "judge_metric",
        [](const Values& control, const Values& experiment, const MetricConfig& config) {
            return judge_metric(control, experiment, config);
        },
        py::arg("control"), py::arg("experiment"), py::arg("config"), "Prepares and classifies at the judge's level.");
    judge.def(
        "mean_inequality",
        [](const Values& control, const Values& experiment, const MetricConfig& config) {
            return mean_inequality(control, experiment, config);
        },
        py::arg("control"), py::arg("experiment"), py::arg("config"), "Classifies by the means alone.");
}

void bind_scores(py::module_& judge) {
    bind_struct(judge, "ScoredMetric", "A verdict as the score sees it.",
                field("classification", &ScoredMetric::classification), field("critical", &ScoredMetric::critical),
                field("muted", &ScoredMetric::muted), field("groups", &ScoredMetric::groups));
    bind_struct(judge, "Score", "From 0 to 100.", field("total", &Score::total), field("groups", &Score::groups),
                field("critical_failure", &Score::critical_failure), field("too_little_data", &Score::too_little_data));
    judge.def(
        "score",
        [](const std::vector<ScoredMetric>& metrics, const GroupWeights& weights) { return score(metrics, weights); },
        py::arg("metrics"), py::arg("weights"));
    bind_enum<Grade>(judge, "Grade", "What a score comes to.",
                     {{"pass_", Grade::kPass}, {"marginal", Grade::kMarginal}, {"fail", Grade::kFail}});
    judge.def("grade", &grade, py::arg("score"), py::arg("thresholds"));
}

}  // namespace

void bind_kayenta(py::module_& module) {
    py::module_ judge = module.def_submodule("kayenta", "Kayenta's judge, rule by rule.");
    judge.attr("nodata_fail_percent") = kNodataFailPercent;
    bind_config(judge);
    bind_metrics(judge);
    bind_scores(judge);
}

}  // namespace rollcast::bindings
