#pragma once
// How Kayenta is told to judge: the "canary" part of a metric's analysisConfigurations and the classifier's thresholds.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/query.h"

namespace rollcast::kayenta {

/// Which change matters.
enum class Direction : std::uint8_t { kEither, kIncrease, kDecrease };

/// What a missing value counts as: nothing, or 0.
enum class NanStrategy : std::uint8_t { kRemove, kReplace };

/// How large a change is: mean(canary) / mean(baseline), or the share of pairs in which the canary is above.
enum class EffectMeasure : std::uint8_t { kMeanRatio, kCles };

inline constexpr double kOutlierFactor = 3;

/// Effects that a change must reach before it counts: upwards at least, downwards at most. Not given: no change, which
/// is 1 for the mean ratio and 0.5 for the common language effect.
struct MetricConfig {
    Direction direction = Direction::kEither;
    NanStrategy nan_strategy = NanStrategy::kRemove;
    bool remove_outliers = false;
    double outlier_factor = kOutlierFactor;  // > 0
    bool critical = false;                   // its failure fails the canary
    bool must_have_data = false;             // no data counts as a failure
    bool muted = false;                      // looked at, but not counted
    EffectMeasure effect = EffectMeasure::kMeanRatio;
    std::optional<double> allowed_increase{};
    std::optional<double> allowed_decrease{};
    std::optional<double> critical_increase{};
    std::optional<double> critical_decrease{};
    std::vector<std::string> groups{};
};

/// Of scores in [0, 100]. The values are those of Kayenta's documents; it has no defaults.
struct Thresholds {
    double pass = 95;
    double marginal = 75;
};

/// Per cent by group. Groups without a weight share what is left evenly.
using GroupWeights = std::map<std::string, double>;

/// One series, asked for twice.
struct ComparedSeries {
    std::string name{};
    Query canary{};
    Query baseline{};
    MetricConfig config{};
};

/// A whole canary analysis. Each judgement looks at the points of the last `lookback`, one each `step`, from the first
/// at which a series of the canary has an answer: before that it had no instances.
struct Judge {
    std::vector<ComparedSeries> series{};
    GroupWeights group_weights{};
    Thresholds thresholds{};
    Duration step = std::chrono::minutes(1);
    Duration lookback = std::chrono::hours(1);
};

/// Why it can never judge; nothing when it can. `latency_buckets`: how many the metric store has.
std::optional<std::string> complaint(const Judge& judge, std::size_t latency_buckets);

}  // namespace rollcast::kayenta
