#include "rollcast/model/cloudwatch_alarm.h"

#include <cmath>

namespace rollcast {

using namespace std::chrono_literals;

int datapoints_to_alarm(const CloudWatchAlarm& alarm) {
    return alarm.datapoints_to_alarm.value_or(alarm.evaluation_periods);
}

int evaluation_range(const CloudWatchAlarm& alarm) {
    return alarm.evaluation_range.value_or(alarm.evaluation_periods + 2);
}

bool period_valid(Duration period) {
    return period == 10s || period == 20s || period == 30s || (period > 0s && period % 60s == 0s);
}

bool span_valid(Duration period, int evaluation_periods) {
    return evaluation_periods <= (period >= 1h ? 7 * 24h : 24h) / period;
}

Duration evaluation_every(Duration period) { return period < 60s ? 10s : 60s; }

Duration evaluation_interval(Duration period, int evaluation_periods) { return period * evaluation_periods; }

std::optional<std::string> complaint(const CloudWatchAlarm& alarm) {
    if (!period_valid(alarm.period)) return "must have a period of 10, 20, 30 or a multiple of 60 seconds";
    if (alarm.evaluation_periods < 1) return "must have at least one evaluation period";
    if (!span_valid(alarm.period, alarm.evaluation_periods)) {
        return "must not look back on more than a day, or a week where periods are of an hour or more";
    }
    const int needed = datapoints_to_alarm(alarm);
    if (needed < 1 || needed > alarm.evaluation_periods) {
        return "must have from 1 to evaluation_periods datapoints to alarm";
    }
    if (evaluation_range(alarm) < alarm.evaluation_periods) {
        return "must have an evaluation range of at least evaluation_periods";
    }
    if (evaluation_range(alarm) > 2 * alarm.evaluation_periods + 10) return "has an evaluation range beyond reason";
    if (!std::isfinite(alarm.threshold)) return "must have a finite threshold";
    if (!(alarm.percentile > 0 && alarm.percentile < 1)) return "must have a percentile above 0 and below 1";
    return std::nullopt;
}

}  // namespace rollcast
