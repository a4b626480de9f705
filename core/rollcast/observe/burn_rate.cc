#include "rollcast/observe/burn_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr double kRounding = 1e-12;  // 1 - 0.9 is a little less than 0.1

/// How long errors have to be in the window until its ratio reaches the limit.
double seconds_to_limit(double objective, Duration window, double burn, double error_ratio) {
    return burn * (1 - objective) * to_seconds(window) / error_ratio;
}

/// The latest multiple of the interval.
Time recorded_by(Time now, Duration interval) {
    if (interval == Duration::zero()) return now;
    const Duration since = now.time_since_epoch() % interval;
    return now - (since < Duration::zero() ? since + interval : since);
}

double burn_over(const BurnRateAlert& alert, Duration window, const Telemetry& telemetry, Time end) {
    const auto seen = telemetry.brought(alert.vantage, alert.scope, end - window, end);
    if (!seen) return std::numeric_limits<double>::quiet_NaN();
    return burn_rate(seen->errors(), seen->requests(), alert.objective);
}

}  // namespace

double burn_rate(double errors, double requests, double objective) { return errors / requests / (1 - objective); }

bool is_above(const BurnRateRule& rule, double long_burn, double short_burn) {
    return long_burn > rule.burn_rate && short_burn > rule.burn_rate;
}

bool has_held(const BurnRateRule& rule, std::optional<Time> since, Time now) {
    return since && now - *since >= rule.hold;
}

Severity worst(std::span<const BurnRateRule> rules, const std::vector<bool>& fires) {
    ensure(rules.size() == fires.size(), "each rule fires or does not");
    Severity found = Severity::kNone;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (fires[i]) found = std::max(found, rules[i].severity);
    }
    return found;
}

BurnRateReading evaluate(const BurnRateAlert& alert, BurnRateMemory& memory, const Telemetry& telemetry, Time now) {
    const Time end = recorded_by(now - telemetry.delay(), alert.recording_interval);
    memory.above_since.resize(alert.rules.size());
    std::vector<bool> fires(alert.rules.size());
    BurnRateReading reading;
    for (std::size_t i = 0; i < alert.rules.size(); ++i) {
        const BurnRateRule& rule = alert.rules[i];
        const double long_burn = burn_over(alert, rule.long_window, telemetry, end);
        const double short_burn = burn_over(alert, rule.short_window, telemetry, end);
        std::optional<Time>& since = memory.above_since[i];
        if (!is_above(rule, long_burn, short_burn)) {
            since.reset();
        } else if (!since) {
            since = now;
        }
        fires[i] = has_held(rule, since, now);
        if (std::isnan(long_burn) || std::isnan(short_burn)) continue;
        const double nearness = std::min(long_burn, short_burn) / rule.burn_rate;
        reading.nearness = std::max(reading.nearness.value_or(nearness), nearness);
    }
    reading.severity = worst(alert.rules, fires);
    return reading;
}

Duration lookback(const BurnRateAlert& alert) {
    Duration longest{};
    for (const BurnRateRule& rule : alert.rules) longest = std::max(longest, rule.long_window);
    return longest + alert.recording_interval;
}

Duration exhaustion_time(double burn, Duration period) { return from_seconds(to_seconds(period) / burn); }

double burn_rate_for_budget(double fraction, Duration window, Duration period) {
    return fraction * (to_seconds(period) / to_seconds(window));
}

double budget_used(double burn, Duration window, Duration period) {
    return burn * (to_seconds(window) / to_seconds(period));
}

double budget_used_by(double failed, double rate, double objective, Duration period) {
    return failed / (rate * to_seconds(period) * (1 - objective));
}

double failures_allowed(double rate, double objective, Duration period) {
    return std::floor(rate * to_seconds(period) * (1 - objective) * (1 + kRounding));
}

std::optional<Duration> detection_time(double objective, Duration window, double burn, double error_ratio) {
    const double needed = seconds_to_limit(objective, window, burn, error_ratio);
    if (needed * (1 + kRounding) >= to_seconds(window)) return std::nullopt;
    return from_seconds(needed);
}

std::optional<IncidentSpan> above_during(double objective, Duration window, double burn, double error_ratio,
                                         Duration length) {
    const double needed = seconds_to_limit(objective, window, burn, error_ratio);
    if (needed * (1 + kRounding) >= to_seconds(std::min(window, length))) return std::nullopt;
    const double over = to_seconds(length) + to_seconds(window) - needed;  // too long for a Duration: for ever
    return IncidentSpan{.from = from_seconds(needed), .to = from_seconds(over)};
}

std::optional<IncidentSpan> fires_during(const BurnRateRule& rule, double objective, double error_ratio,
                                         Duration length) {
    const auto in_long = above_during(objective, rule.long_window, rule.burn_rate, error_ratio, length);
    const auto in_short = above_during(objective, rule.short_window, rule.burn_rate, error_ratio, length);
    if (!in_long || !in_short) return std::nullopt;
    const IncidentSpan both{.from = std::max(in_long->from, in_short->from) + rule.hold,
                            .to = std::min(in_long->to, in_short->to)};
    if (both.from >= both.to) return std::nullopt;
    return both;
}

}  // namespace rollcast
