#pragma once
// Evaluates a metric's query over telemetry, with PromQL's rules for empty vectors and for 0/0.

#include <optional>

#include "rollcast/model/metric.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// The answer at `now`: one number (NaN and infinities included) or nothing, like an instant vector without labels.
/// Throws std::invalid_argument for a program that is not well formed.
std::optional<double> evaluate(const Query& query, const Telemetry& telemetry, Time now);

/// How far back the query looks from the time of its evaluation: the longest window + offset.
Duration lookback(const Query& query);

}  // namespace rollcast
