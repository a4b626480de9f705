#pragma once
// Evaluates a success or failure condition over a query's answer, as Argo Rollouts does with Expr (expr-lang/expr).

#include <optional>
#include <span>

#include "rollcast/model/query.h"

namespace rollcast {

/// True or false; empty for an evaluation error: an index out of range, a result that is not a truth value, or types
/// that do not go together (a list compared with a number). Expr finds the latter before it evaluates anything, so they
/// are errors even where a short-circuit passes them over.
/// Throws std::invalid_argument for a program that complaint() finds fault with, and for an empty one.
std::optional<bool> evaluate(const Condition& condition, std::span<const double> result);

}  // namespace rollcast
