#include "rollcast/strategies/way_back.h"

#include <algorithm>

#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

Directive way_back(const Observation& seen, int replicas, const std::string& why, bool under_way) {
    const Cohort& old = seen.cohorts.front();
    const Cohort& fresh = seen.cohorts.back();
    const double borne = std::min(1.0, static_cast<double>(old.available) / std::max(1, replicas));
    const bool whole = old.available >= replicas;
    Directive want(seen.cohorts.size());
    want.targets.front().desired = replicas;
    // Until the old version is whole, what is there of the others keeps the service up.
    int missing = std::max(0, replicas - old.available);
    int others = 0;
    for (std::size_t i = under_way ? 1 : seen.cohorts.size() - 1; i < seen.cohorts.size(); ++i) {
        want.targets[i].desired = std::min(seen.cohorts[i].desired, missing);
        missing -= want.targets[i].desired;
        others += seen.cohorts[i].instances;
    }
    if (seen.routed) {
        for (Target& target : want.targets) target.weight = 0;
        want.targets.back().weight = std::min(fresh.weight, 1 - borne);
        want.targets.front().weight = 1 - *want.targets.back().weight;
    }
    const bool alone = seen.routed ? fresh.weight == 0 : others == 0;
    want.phase = whole && alone ? Phase::kRolledBack : Phase::kRollingBack;
    want.reason =
        why + ": " + of(old.available, replicas) + " old available, " + std::to_string(fresh.instances) + " new left";
    return want;
}

}  // namespace rollcast::strategies
