#pragma once
// Evaluates a success or failure condition over a query's answer, as Argo Rollouts does.

#include <optional>
#include <span>

#include "rollcast/model/metric.h"

namespace rollcast {

/// True or false; empty for an evaluation error (an index out of range, a comparison of a list with a number, a result
/// that is not a truth value).
std::optional<bool> evaluate(const Condition& condition, std::span<const double> result);

}  // namespace rollcast
