#pragma once
// What voluntary disruptions must leave alone. Semantics: kubernetes/kubernetes v1.28, pkg/controller/disruption.

#include <algorithm>
#include <optional>

#include "rollcast/base/amount.h"

namespace rollcast {

/// Kubernetes' PodDisruptionBudget; exactly one of the two is given. It limits evictions, not what a rollout or an
/// autoscaler takes away.
struct DisruptionBudget {
    std::optional<Amount> min_available{};
    std::optional<Amount> max_unavailable{};
};

/// Instances that have to be ready, of `expected`. Percentages round up, both ways.
inline int desired_healthy(const DisruptionBudget& budget, int expected) {
    if (budget.min_available) return resolve(*budget.min_available, expected, Rounding::kUp);
    return std::max(0, expected - resolve(budget.max_unavailable.value_or(count(0)), expected, Rounding::kUp));
}

/// How many ready instances may be evicted now.
inline int disruptions_allowed(const DisruptionBudget& budget, int expected, int ready) {
    return expected <= 0 ? 0 : std::max(0, ready - desired_healthy(budget, expected));
}

}  // namespace rollcast
