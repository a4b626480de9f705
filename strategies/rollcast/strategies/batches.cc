#include "rollcast/strategies/batches.h"

#include <algorithm>

namespace rollcast::strategies {

void Batches::begin(int size, int limit, Time now) {
    goal = std::min(goal + size, std::max(limit, goal));
    begun = now;
}

void Batches::place(const Observation& seen, bool through, Directive& want) const {
    int leave = through && is_last() ? 0 : std::max(instances + surge - goal, 0);
    for (std::size_t i = want.targets.size(); i-- > 0;) {
        if (i == to) continue;
        want.targets[i].desired = std::min(seen.cohorts[i].desired, leave);
        leave -= want.targets[i].desired;
    }
    want.targets[to].desired = goal;
}

int Batches::others(const Observation& seen) const {
    int sum = 0;
    for (std::size_t i = 0; i < seen.cohorts.size(); ++i) {
        if (i != to) sum += std::max(seen.cohorts[i].instances, seen.cohorts[i].desired) + seen.cohorts[i].draining;
    }
    return sum;
}

bool Setback::fail(const std::string& what, bool rolls_back) {
    why = why.empty() ? what : why + ", and then " + what;
    stopped = back || !rolls_back;
    back |= rolls_back;
    return !stopped;
}

void Setback::abort() {
    why = "aborted from outside";
    back = true;
    stopped = false;
}

std::string Setback::explain(const std::string& state) const {
    return why.empty() ? state : why + ": " + (stopped ? "left as it is: " : "") + state;
}

}  // namespace rollcast::strategies
