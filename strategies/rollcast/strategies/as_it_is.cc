#include "rollcast/strategies/as_it_is.h"

#include <algorithm>
#include <optional>
#include <span>

namespace rollcast::strategies {

std::vector<Target> as_it_is(const Observation& seen, LocationId location) {
    const std::span<const Cohort> cohorts = seen.in(location);
    const auto is_there = [](const Cohort& cohort) { return cohort.desired > 0; };
    const bool alone = std::count_if(cohorts.begin(), cohorts.end(), is_there) == 1;
    const std::optional<int> replicas = alone ? seen.replicas_in(location) : std::nullopt;
    std::vector<Target> targets;
    for (const Cohort& cohort : cohorts) {
        Target target;
        target.desired = is_there(cohort) ? replicas.value_or(cohort.desired) : 0;
        if (cohort.routed) {
            target.weight = cohort.weight;
            target.mirrored = cohort.mirrored;
        }
        targets.push_back(target);
    }
    return targets;
}

}  // namespace rollcast::strategies
