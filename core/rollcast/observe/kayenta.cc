#include "rollcast/observe/kayenta.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <boost/random/normal_distribution.hpp>

#include "rollcast/base/check.h"
#include "rollcast/observe/query.h"
#include "rollcast/random/streams.h"
#include "rollcast/stats/mann_whitney.h"
#include "rollcast/stats/sample.h"

namespace rollcast::kayenta {
namespace {

constexpr double kNoise = 1e-5;  // of the value
constexpr PhiloxKey kNoiseKey{0x6B617965, 0x6E746121};
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const MetricVerdict kError{Classification::kError, false, kNaN};

bool matters(Direction direction, Direction change) { return direction == Direction::kEither || direction == change; }

bool constant(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

bool finite(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

std::vector<double> with_noise(std::span<const double> values, Stream& random) {
    boost::random::normal_distribution<double> normal;
    std::vector<double> noisy(values.begin(), values.end());
    for (double& value : noisy) value += normal(random) * kNoise * values.front();
    return noisy;
}

/// What becomes of a metric when a side has no values.
MetricVerdict without_data(const MetricConfig& config) {
    if (config.nan_strategy == NanStrategy::kReplace) return {};
    if (config.must_have_data && !config.critical) return {Classification::kNodataFailMetric};
    return {Classification::kNodata, config.critical};
}

/// An effect that cannot be computed (NaN) is beyond every gate.
bool reaches(double effect, double at_least) { return !(effect < at_least); }
bool falls_to(double effect, double at_most) { return !(effect > at_most); }

MetricVerdict compare(const MannWhitney& test, std::span<const double> control, std::span<const double> experiment,
                      const MetricConfig& config, const TestLevel& level) {
    const std::optional<Interval> shift = test.shift(level.confidence);
    if (!shift) return kError;
    const double ratio = mean_ratio(control, experiment);
    const double effect = config.effect == EffectMeasure::kCles ? test.effect() : ratio;
    const double none = no_effect(config.effect);
    const double negligible = level.tolerance * std::abs(shift->value);
    MetricVerdict verdict{Classification::kPass, false, ratio, shift};
    if (matters(config.direction, Direction::kIncrease) && shift->low > negligible &&
        reaches(effect, config.allowed_increase.value_or(none))) {
        verdict.classification = Classification::kHigh;
        verdict.critical = config.critical && reaches(effect, config.critical_increase.value_or(none));
    } else if (matters(config.direction, Direction::kDecrease) && shift->high < -negligible &&
               falls_to(effect, config.allowed_decrease.value_or(none))) {
        verdict.classification = Classification::kLow;
        verdict.critical = config.critical && falls_to(effect, config.critical_decrease.value_or(none));
    }
    return verdict;
}

/// BigDecimal's way: half up in the shortest decimal digits that mean the number, so that 1.005 becomes 1.01.
double two_decimals(double value) {
    std::array<char, 400> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::fixed).ptr;
    const auto point = std::find(text.data(), end, '.');
    if (end - point <= 3) return value;
    double cents = 0;
    for (const char* digit = text.data(); digit != point + 3; ++digit) {
        if (digit != point) cents = 10 * cents + (*digit - '0');
    }
    if (point[3] >= '5') ++cents;
    return std::copysign(cents / 100, value);
}

/// How the metrics of a group fared.
struct Tally {
    int passed = 0;
    int counted = 0;
    double score() const { return counted == 0 ? 0 : static_cast<double>(passed) / counted * 100; }
    /// A group without any data does no harm.
    double effective() const { return counted == 0 ? 100 : score(); }
};

bool counts(Classification classification) {
    return classification != Classification::kNodata && classification != Classification::kError;
}

/// Of one query, oldest first; NaN where it has no answer.
std::vector<double> points(const Query& query, const Judge& judge, const Telemetry& telemetry, Time now) {
    std::vector<double> values;
    const auto steps = judge.lookback / judge.step;
    for (auto back = steps - 1; back >= 0; --back) {
        values.push_back(evaluate(query, telemetry, now - back * judge.step).value_or(kNaN));
    }
    return values;
}

double weighted(const std::map<std::string, Tally>& tallies, const GroupWeights& weights) {
    double given = 0, unweighted = 0;
    for (const auto& [group, weight] : weights) given += weight;
    for (const auto& [group, tally] : tallies) unweighted += !weights.contains(group);
    double total = 0;
    for (const auto& [group, tally] : tallies) {
        const auto weight = weights.find(group);
        total += tally.effective() * ((weight == weights.end() ? (100 - given) / unweighted : weight->second) / 100);
    }
    return two_decimals(total);
}

}  // namespace

double no_effect(EffectMeasure measure) { return measure == EffectMeasure::kCles ? .5 : 1; }

std::vector<double> prepare(std::span<const double> values, const MetricConfig& config) {
    std::vector<double> kept(values.begin(), values.end());
    if (config.nan_strategy == NanStrategy::kRemove) {
        std::erase_if(kept, [](double value) { return std::isnan(value); });
    } else {
        std::replace_if(kept.begin(), kept.end(), [](double value) { return std::isnan(value); }, 0.0);
    }
    if (config.remove_outliers) {
        const auto [low, high] = quartile_fences(kept, config.outlier_factor, true);
        std::erase_if(kept, [low = low, high = high](double value) { return value < low || value > high; });
    }
    return kept;
}

MetricVerdict classify(std::span<const double> control, std::span<const double> experiment, const MetricConfig& config,
                       const TestLevel& level) {
    if (control.empty() || experiment.empty()) return without_data(config);
    if (!finite(control) || !finite(experiment)) return kError;
    const MannWhitney test(experiment, control);
    if (test.identical()) return {};
    if (!constant(control) || !constant(experiment)) return compare(test, control, experiment, config, level);
    if (control.front() == experiment.front()) return {};
    Stream random(kNoiseKey, {});
    const std::vector<double> above = with_noise(experiment, random), below = with_noise(control, random);
    return compare(MannWhitney(above, below), below, above, config, level);
}

MetricVerdict judge_metric(std::span<const double> control, std::span<const double> experiment,
                           const MetricConfig& config) {
    return classify(prepare(control, config), prepare(experiment, config), config);
}

Classification mean_inequality(std::span<const double> control, std::span<const double> experiment,
                               const MetricConfig& config) {
    if (control.empty() || experiment.empty()) return without_data(config).classification;
    const double before = sample_mean(control), after = sample_mean(experiment);
    if (matters(config.direction, Direction::kIncrease) && after > before) return Classification::kHigh;
    if (matters(config.direction, Direction::kDecrease) && after < before) return Classification::kLow;
    return Classification::kPass;
}

Score score(std::span<const ScoredMetric> metrics, const GroupWeights& weights) {
    Score result;
    std::map<std::string, Tally> tallies;
    int looked_at = 0, without_data = 0;
    for (const ScoredMetric& metric : metrics) {
        if (metric.muted) continue;
        ++looked_at;
        without_data += metric.classification == Classification::kNodata;
        const bool passed = metric.classification == Classification::kPass;
        result.critical_failure |= metric.critical && !passed;
        for (const std::string& group : metric.groups) {
            Tally& tally = tallies[group];
            tally.passed += passed;
            tally.counted += counts(metric.classification);
        }
    }
    for (const auto& [group, tally] : tallies) result.groups[group] = tally.score();
    result.too_little_data = looked_at > 0 && 100. * without_data / looked_at >= kNodataFailPercent;
    if (!result.critical_failure && !result.too_little_data) result.total = weighted(tallies, weights);
    return result;
}

Grade grade(double score, const Thresholds& thresholds) {
    if (score >= thresholds.pass) return Grade::kPass;
    return score >= thresholds.marginal ? Grade::kMarginal : Grade::kFail;
}

bool Judgement::has_error() const {
    return std::any_of(series.begin(), series.end(),
                       [](const MetricVerdict& each) { return each.classification == Classification::kError; });
}

Judgement judge(const Judge& judge, const Telemetry& telemetry, Time now) {
    struct Points {
        std::vector<double> canary, baseline;
    };
    std::vector<Points> of_series;
    auto first = judge.lookback / judge.step;  // point at which the canary is there
    for (const ComparedSeries& each : judge.series) {
        Points& both = of_series.emplace_back();
        both.canary = points(each.canary, judge, telemetry, now);
        both.baseline = points(each.baseline, judge, telemetry, now);
        const auto answered = std::find_if(both.canary.begin(), both.canary.end(), [](double v) { return v == v; });
        first = std::min(first, answered - both.canary.begin());
    }
    Judgement result;
    std::vector<ScoredMetric> scored;
    for (std::size_t i = 0; i < of_series.size(); ++i) {
        const auto from = static_cast<std::size_t>(first);
        const std::span<const double> canary = of_series[i].canary, baseline = of_series[i].baseline;
        const MetricConfig& config = judge.series[i].config;
        const MetricVerdict verdict = judge_metric(baseline.subspan(from), canary.subspan(from), config);
        scored.push_back({verdict.classification, verdict.critical, config.muted, config.groups});
        result.series.push_back(verdict);
    }
    result.score = score(scored, judge.group_weights);
    result.grade = grade(result.score.total, judge.thresholds);
    return result;
}

Duration lookback(const Judge& judge) {
    Duration longest{};
    for (const ComparedSeries& each : judge.series) {
        longest = std::max({longest, rollcast::lookback(each.canary), rollcast::lookback(each.baseline)});
    }
    return judge.lookback + longest;
}

}  // namespace rollcast::kayenta
