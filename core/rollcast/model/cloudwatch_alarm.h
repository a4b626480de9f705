#pragma once
// An alarm of Amazon CloudWatch: what it watches, and when it goes off.
// Semantics: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms"; PutMetricAlarm.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/model/query.h"

namespace rollcast {

enum class AlarmState : std::uint8_t { kOk, kAlarm, kInsufficientData };
inline constexpr AlarmState kInitialAlarmState = AlarmState::kInsufficientData;

enum class Comparison : std::uint8_t { kGreater, kGreaterOrEqual, kLess, kLessOrEqual };

/// What a point without data counts as.
enum class MissingData : std::uint8_t { kMissing, kIgnore, kBreaching, kNotBreaching };

/// What becomes of a percentile of too few samples to mean anything.
enum class LowSamples : std::uint8_t { kEvaluate, kIgnore };

/// What an alarm watches: one point a period. A count has a point whenever a scrape saw the version; the others only
/// where there were requests.
enum class AlarmStatistic : std::uint8_t { kErrorRatio, kErrorCount, kRequestCount, kMeanLatency, kLatencyPercentile };

/// What an alarm does when its state changes.
enum class AlarmAction : std::uint8_t { kNotify, kAutoScaling };
/// Does the action run every minute while the state lasts? Otherwise once at each change.
constexpr bool repeats(AlarmAction action) { return action == AlarmAction::kAutoScaling; }

struct CloudWatchAlarm {
    AlarmStatistic statistic = AlarmStatistic::kErrorRatio;
    Vantage vantage = Vantage::kProxy;
    Scope scope = Scope::kService;
    double percentile = .99;         // of kLatencyPercentile: above 0, below 1
    std::string metric_namespace{};  // matters only where CloudWatch makes an exception
    Duration period = std::chrono::seconds(60);
    int evaluation_periods = 1;
    std::optional<int> datapoints_to_alarm{};  // of evaluation_periods; none: all
    /// Points looked at. CloudWatch does not publish how many; none: two more than evaluation_periods, as in the tables
    /// of its documentation.
    std::optional<int> evaluation_range{};
    Comparison comparison = Comparison::kGreater;
    double threshold = 0;
    MissingData treat_missing = MissingData::kMissing;
    LowSamples low_samples = LowSamples::kEvaluate;
    bool actions_enabled = true;  // otherwise its state changes have no consequences
};

int datapoints_to_alarm(const CloudWatchAlarm& alarm);
int evaluation_range(const CloudWatchAlarm& alarm);

/// 10, 20, 30 or a multiple of 60 seconds.
bool period_valid(Duration period);
/// At most a day together; a week for periods of an hour or more.
bool span_valid(Duration period, int evaluation_periods);

/// From one evaluation to the next; it slides the windows, also within longer periods.
Duration evaluation_every(Duration period);
/// What N periods cover.
Duration evaluation_interval(Duration period, int evaluation_periods);

/// What CloudWatch, or the model, would refuse; nothing when all is well.
std::optional<std::string> complaint(const CloudWatchAlarm& alarm);

}  // namespace rollcast
