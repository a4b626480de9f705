#pragma once
// Kayenta's NetflixACAJudge-v1.0: is the canary's series above or below the baseline's, and what do many such
// verdicts add up to? Semantics: spinnaker/kayenta, kayenta-judge and kayenta-mannwhitney.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/kayenta.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/stats/interval.h"

namespace rollcast::kayenta {

inline constexpr double kTolerance = .25;
inline constexpr double kConfidence = .98;
inline constexpr double kNodataFailPercent = 50;

/// Kayenta's words, in its order.
enum class Classification : std::uint8_t { kPass, kHigh, kLow, kNodata, kNodataFailMetric, kError };

/// What one metric is found to be.
struct MetricVerdict {
    Classification classification = Classification::kPass;
    bool critical = false;            // fails the canary unless it is a Pass
    double deviation = 1;             // the mean ratio, whatever the effect measure; NaN where there is none
    std::optional<Interval> shift{};  // of canary against baseline, when it came to a test
};

/// `tolerance`: changes below this share of the estimated shift do not count. `confidence`: two-sided.
struct TestLevel {
    double tolerance = kTolerance;
    double confidence = kConfidence;
};

/// The default of all effects that are not given.
double no_effect(EffectMeasure measure);

/// Handles missing values, then outliers.
std::vector<double> prepare(std::span<const double> values, const MetricConfig& config);

/// Classifies prepared data. Error where the test has no answer (one value on each side, tied) or a value is infinite.
/// Where each side is constant Kayenta adds random noise to have ranks; here the same data get the same noise.
MetricVerdict classify(std::span<const double> control, std::span<const double> experiment, const MetricConfig& config,
                       const TestLevel& level = {});

/// prepare() and classify() at the judge's own level: the whole way of one metric. NaN: missing.
MetricVerdict judge_metric(std::span<const double> control, std::span<const double> experiment,
                           const MetricConfig& config);

/// Kayenta's other classifier, by the means alone; High or Low at any difference in a direction that matters.
Classification mean_inequality(std::span<const double> control, std::span<const double> experiment,
                               const MetricConfig& config);

/// A verdict as the score sees it.
struct ScoredMetric {
    Classification classification = Classification::kPass;
    bool critical = false;
    bool muted = false;
    std::vector<std::string> groups{};
};

/// In [0, 100] if the weights are sound; two decimals.
struct Score {
    double total = 0;
    std::map<std::string, double> groups{};
    bool critical_failure = false;  // a critical metric did not pass
    bool too_little_data = false;   // half of the metrics or more have none
};
Score score(std::span<const ScoredMetric> metrics, const GroupWeights& weights);

enum class Grade : std::uint8_t { kPass, kMarginal, kFail };
Grade grade(double score, const Thresholds& thresholds);

/// What a whole analysis comes to.
struct Judgement {
    Score score{};
    Grade grade = Grade::kFail;
    std::vector<MetricVerdict> series{};  // parallel to Judge::series

    bool has_error() const;
};

/// A judgement at `now`. Each point is what its query answered at the point's own time, with the data there were then.
Judgement judge(const Judge& judge, const Telemetry& telemetry, Time now);

/// How far back a judgement looks.
Duration lookback(const Judge& judge);

}  // namespace rollcast::kayenta
