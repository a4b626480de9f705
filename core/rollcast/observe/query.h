#pragma once
// Evaluates a metric's query over telemetry, with PromQL's rules for empty vectors and for 0/0.

#include <optional>
#include <span>

#include "rollcast/model/query.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// The answer at `now`: one number (NaN and infinities included) or nothing, like an instant vector without labels.
/// Throws std::invalid_argument for a program that complaint() finds fault with.
std::optional<double> evaluate(const Query& query, const Telemetry& telemetry, Time now);

/// PromQL's histogram_quantile: linear interpolation inside the bucket that holds the quantile, the lowest one starting
/// at 0; the highest finite limit if the quantile lies beyond it; NaN without observations or without a finite bucket.
/// `cumulative` has one entry more than `limits`: the bucket up to infinity.
double histogram_quantile(double q, std::span<const double> limits, std::span<const double> cumulative);

/// How far back a query looks from the time of its evaluation: the longest window + offset.
Duration lookback(const Query& query);

}  // namespace rollcast
