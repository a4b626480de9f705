#pragma once
// How an alarm of Amazon CloudWatch comes to its state, rule by rule.
// Semantics: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms", tables included.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rollcast/base/time.h"
#include "rollcast/model/cloudwatch_alarm.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

enum class AlarmPoint : std::uint8_t { kOk, kBreach, kMissing };

bool breaches(Comparison comparison, double value, double threshold);

/// Alarms on metrics of the namespace AWS/DynamoDB always ignore missing data.
MissingData effective_treatment(std::string_view metric_namespace, MissingData setting);

/// Below so many samples a percentile, in (0, 1), means nothing.
double percentile_min_samples(double percentile);
/// Does an alarm on a percentile keep its state, because there are too few samples to evaluate it?
bool keeps_state(LowSamples setting, double percentile, double samples);

struct AlarmEvaluation {
    AlarmState state = kInitialAlarmState;
    int filled = 0;  // points that data lacked and the treatment of missing data supplied
};

/// The state after an evaluation. `points`: the evaluation range, oldest first; it may be shorter where a metric is
/// young. `needed` of `periods` points raise the alarm.
AlarmEvaluation evaluate_points(std::span<const AlarmPoint> points, int periods, int needed, MissingData treatment,
                                AlarmState current);

/// One period's datum.
struct AlarmDatum {
    std::optional<double> value{};
    double samples = 0;  // requests
};

/// What the alarm's metric is over the period that ends at `end`.
AlarmDatum datum(const CloudWatchAlarm& alarm, const Telemetry& telemetry, Time end);

struct AlarmReading {
    AlarmState state = kInitialAlarmState;
    std::optional<double> newest{};  // the latest period's datum
};

/// One evaluation of the alarm. The newest period is the latest whose scrapes have all arrived.
AlarmReading evaluate(const CloudWatchAlarm& alarm, AlarmState current, const Telemetry& telemetry, Time now);

/// How far back an evaluation looks.
Duration lookback(const CloudWatchAlarm& alarm);

}  // namespace rollcast
