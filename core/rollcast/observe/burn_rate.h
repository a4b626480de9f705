#pragma once
// How fast an error budget burns, and when that raises an alert: the rules over telemetry, and their closed forms for a
// steady stream of requests. Semantics: The Site Reliability Workbook (Google, 2018), chapter 5, "Alerting on SLOs".

#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/burn_rate.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// 1: the budget is used up just at the end of the SLO's period. NaN without requests.
double burn_rate(double errors, double requests, double objective);

/// Does the rule's condition hold? NaN: not.
bool is_above(const BurnRateRule& rule, double long_burn, double short_burn);

/// Has it been so for long enough? `since`: when it began to be; empty: it is not.
bool has_held(const BurnRateRule& rule, std::optional<Time> since, Time now);

/// The worst of what fires; lower alerts are silent then. `fires`: parallel to `rules`.
Severity worst(std::span<const BurnRateRule> rules, const std::vector<bool>& fires);

/// What an alert remembers from one evaluation to the next.
struct BurnRateMemory {
    std::vector<std::optional<Time>> above_since{};  // parallel to BurnRateAlert::rules
};

struct BurnRateReading {
    Severity severity = Severity::kNone;
    /// How near the nearest rule is to firing: the lower burn rate of its two windows over its limit; fires above 1.
    std::optional<double> nearness{};
};

/// One evaluation of the alert. Windows end with the latest scrapes that have all arrived.
BurnRateReading evaluate(const BurnRateAlert& alert, BurnRateMemory& memory, const Telemetry& telemetry, Time now);

/// How far back an evaluation looks.
Duration lookback(const BurnRateAlert& alert);

// Closed forms. `period`: the SLO's. Time is continuous, traffic even, and nothing failed before.

/// Until the whole budget is gone.
Duration exhaustion_time(double burn, Duration period);

/// The burn rate that uses `fraction` of the budget within `window`, and the reverse.
double burn_rate_for_budget(double fraction, Duration window, Duration period);
double budget_used(double burn, Duration window, Duration period);

/// The share of the budget that `failed` requests use, and how many there may be. `rate`: requests per second.
double budget_used_by(double failed, double rate, double objective, Duration period);
double failures_allowed(double rate, double objective, Duration period);

/// From the start of an error ratio that lasts to the time at which the window's is above the limit; empty: never.
std::optional<Duration> detection_time(double objective, Duration window, double burn, double error_ratio);

/// A time with a beginning and an end, counted from the start of an incident.
struct IncidentSpan {
    Duration from{};
    Duration to{};
};

/// When a window is above the limit because of an incident that lasts for `length`; empty: never.
std::optional<IncidentSpan> above_during(double objective, Duration window, double burn, double error_ratio,
                                         Duration length);
/// Likewise when the rule fires.
std::optional<IncidentSpan> fires_during(const BurnRateRule& rule, double objective, double error_ratio,
                                         Duration length);

}  // namespace rollcast
