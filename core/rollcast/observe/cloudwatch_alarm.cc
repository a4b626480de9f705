#include "rollcast/observe/cloudwatch_alarm.h"

#include <iterator>
#include <numeric>
#include <vector>

#include "rollcast/observe/query.h"

namespace rollcast {
namespace {

AlarmState alarm_if(bool breached) { return breached ? AlarmState::kAlarm : AlarmState::kOk; }

/// As exact as the store's buckets are; CloudWatch has finer ones.
double latency_percentile(double percentile, const std::vector<double>& limits, const WindowCounts& seen) {
    std::vector<double> cumulative(limits.size() + 1);
    std::partial_sum(seen.by_latency.begin(), seen.by_latency.begin() + std::ssize(cumulative), cumulative.begin());
    return histogram_quantile(percentile, limits, cumulative);
}

}  // namespace

bool breaches(Comparison comparison, double value, double threshold) {
    switch (comparison) {
        case Comparison::kGreater:
            return value > threshold;
        case Comparison::kGreaterOrEqual:
            return value >= threshold;
        case Comparison::kLess:
            return value < threshold;
        case Comparison::kLessOrEqual:
            return value <= threshold;
    }
    return false;
}

MissingData effective_treatment(std::string_view metric_namespace, MissingData setting) {
    return metric_namespace == "AWS/DynamoDB" ? MissingData::kIgnore : setting;
}

double percentile_min_samples(double percentile) { return 10 / (percentile >= .5 ? 1 - percentile : percentile); }

bool keeps_state(LowSamples setting, double percentile, double samples) {
    constexpr double kRounding = 1e-9;  // 1 - 0.9 is a little less than 0.1
    return setting == LowSamples::kIgnore && samples < percentile_min_samples(percentile) * (1 - kRounding);
}

AlarmEvaluation evaluate_points(std::span<const AlarmPoint> points, int periods, int needed, MissingData treatment,
                                AlarmState current) {
    // The latest real points, as many as the alarm wants; gaps between them do not matter.
    int real = 0, breaching = 0;
    int age = 0, oldest_breach = 0;  // in periods; the newest point is of age 1
    for (auto point = points.rbegin(); point != points.rend() && real < periods; ++point) {
        ++age;
        if (*point == AlarmPoint::kMissing) continue;
        ++real;
        if (*point == AlarmPoint::kOk) continue;
        ++breaching;
        oldest_breach = age;
    }
    const bool breached = breaching >= needed;
    const bool only_breaches = breaching == real;  // also without any
    AlarmEvaluation after{.state = alarm_if(breached), .filled = periods - real};
    if (after.filled == 0) return after;
    switch (treatment) {
        case MissingData::kBreaching:
            after.state = alarm_if(breaching + after.filled >= needed);
            break;
        case MissingData::kNotBreaching:
            break;
        case MissingData::kIgnore:
            if (only_breaches && !breached) after.state = current;
            break;
        case MissingData::kMissing:
            // Nothing but breaches is an alarm, too, though not at once: the first may only be late.
            if (real == 0) {
                after.state = AlarmState::kInsufficientData;
            } else if (only_breaches) {
                after.state = alarm_if(breached || oldest_breach >= needed);
            }
            break;
    }
    return after;
}

AlarmDatum datum(const CloudWatchAlarm& alarm, const Telemetry& telemetry, Time end) {
    const auto seen = telemetry.brought(alarm.vantage, alarm.scope, end - alarm.period, end);
    if (!seen) return {};
    AlarmDatum point{.samples = seen->requests()};
    const bool any = point.samples > 0;
    switch (alarm.statistic) {
        case AlarmStatistic::kErrorCount:
            point.value = seen->errors();
            break;
        case AlarmStatistic::kRequestCount:
            point.value = point.samples;
            break;
        case AlarmStatistic::kErrorRatio:
            if (any) point.value = seen->errors() / point.samples;
            break;
        case AlarmStatistic::kMeanLatency:
            if (any) point.value = seen->latency_sum / point.samples;
            break;
        case AlarmStatistic::kLatencyPercentile:
            if (any) point.value = latency_percentile(alarm.percentile, telemetry.latency_buckets(), *seen);
            break;
    }
    return point;
}

AlarmReading evaluate(const CloudWatchAlarm& alarm, AlarmState current, const Telemetry& telemetry, Time now) {
    const Time end = now - telemetry.delay();
    const AlarmDatum newest = datum(alarm, telemetry, end);
    if (newest.value && alarm.statistic == AlarmStatistic::kLatencyPercentile &&
        keeps_state(alarm.low_samples, alarm.percentile, newest.samples)) {
        return {current, newest.value};
    }

    std::vector<AlarmPoint> points(static_cast<std::size_t>(evaluation_range(alarm)));
    Time to = end;
    for (auto point = points.rbegin(); point != points.rend(); ++point, to -= alarm.period) {
        const std::optional<double> value = datum(alarm, telemetry, to).value;
        *point = !value                                                ? AlarmPoint::kMissing
                 : breaches(alarm.comparison, *value, alarm.threshold) ? AlarmPoint::kBreach
                                                                       : AlarmPoint::kOk;
    }
    const MissingData treatment = effective_treatment(alarm.metric_namespace, alarm.treat_missing);
    const int needed = datapoints_to_alarm(alarm);
    return {evaluate_points(points, alarm.evaluation_periods, needed, treatment, current).state, newest.value};
}

Duration lookback(const CloudWatchAlarm& alarm) {
    const int points = evaluation_range(alarm);
    return evaluation_interval(alarm.period, points);
}

}  // namespace rollcast
