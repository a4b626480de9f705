#include "rollcast/observe/pod_autoscaler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rollcast {

namespace {

enum class Sight : std::uint8_t { kCounted, kUnready, kMissing };

/// What the controller makes of a pod: its start-up must not pass for load, nor its silence for idleness.
Sight sight_of(const HorizontalPodAutoscaler& rules, LoadMetric metric, const InstanceLoad& pod, Time now) {
    if (pod.pending) return Sight::kUnready;
    if (!pod.reading) return Sight::kMissing;
    if (metric != LoadMetric::kUtilization) return Sight::kCounted;
    const bool starts = after(pod.created, rules.cpu_initialization) > now;
    const bool unready = starts ? !pod.ready || pod.reading->at < after(pod.ready_changed, pod.reading->window)
                                : !pod.ready && after(pod.created, rules.initial_readiness) > pod.ready_changed;
    return unready ? Sight::kUnready : Sight::kCounted;
}

/// The mean of a metric over its target. The utilization is cut to a whole percentage, as the controller's is.
double ratio(const LoadTarget& target, double sum, int pods) {
    const double mean = sum / pods;
    if (target.metric == LoadMetric::kRequests) return mean / target.value;
    return std::floor(100 * mean + 1e-9) / std::round(100 * target.value);
}

}  // namespace

std::optional<int> replicas_by_load(const HorizontalPodAutoscaler& rules, const LoadTarget& target,
                                    std::span<const InstanceLoad> pods, int replicas, Time now) {
    int counted = 0, unready = 0, missing = 0;
    double sum = 0;
    for (const InstanceLoad& pod : pods) {
        switch (sight_of(rules, target.metric, pod, now)) {
            case Sight::kCounted:
                ++counted;
                sum += value_of(*pod.reading, target.metric);
                break;
            case Sight::kUnready:
                ++unready;
                break;
            case Sight::kMissing:
                ++missing;
                break;
        }
    }
    if (counted == 0) return std::nullopt;

    const auto is_near = [&](double of) { return std::abs(1 - of) <= rules.tolerance; };
    const double seen = ratio(target, sum, counted);
    const bool fills_up = unready > 0 && seen > 1;
    if (!fills_up && missing == 0) return is_near(seen) ? replicas : static_cast<int>(std::ceil(seen * counted));

    // Pods that nothing is known of are taken to be busy on the way down, and idle on the way up.
    int all = counted;
    if (seen < 1) {
        const double busy = target.metric == LoadMetric::kUtilization ? std::max(1.0, target.value) : target.value;
        sum += missing * busy;
        all += missing;
    } else if (seen > 1) {
        all += missing;
    }
    if (fills_up) all += unready;
    const double expected = ratio(target, sum, all);
    const bool turns = (seen < 1 && expected > 1) || (seen > 1 && expected < 1);
    if (is_near(expected) || turns) return replicas;
    const int wanted = static_cast<int>(std::ceil(expected * all));
    const bool backwards = (expected < 1 && wanted > replicas) || (expected > 1 && wanted < replicas);
    return backwards ? replicas : wanted;
}

std::optional<int> replicas_by_load(const HorizontalPodAutoscaler& rules, std::span<const InstanceLoad> pods,
                                    int replicas, Time now) {
    std::optional<int> most;
    bool unknown = false;
    for (const LoadTarget& target : rules.targets) {
        const std::optional<int> wanted = replicas_by_load(rules, target, pods, replicas, now);
        unknown = unknown || !wanted;
        if (wanted) most = std::max(most.value_or(0), *wanted);
    }
    return unknown && most && *most < replicas ? std::nullopt : most;
}

int PodAutoscaler::sync(std::span<const InstanceLoad> pods, int replicas, Time now) {
    if (recommendations_.empty()) recommendations_.push_back({now, replicas});
    if (replicas > most_) return most_;
    if (replicas < least_) return least_;
    const std::optional<int> wanted = replicas_by_load(rules_, pods, replicas, now);
    return wanted ? follow(*wanted, replicas, now) : replicas;
}

int PodAutoscaler::follow(int recommended, int replicas, Time now) {
    int wanted = stabilized(recommended, replicas, now);
    if (wanted > replicas) wanted = std::min(wanted, highest(replicas, now));
    if (wanted < replicas) wanted = std::max(wanted, lowest(replicas, now));
    wanted = std::clamp(wanted, least_, most_);
    if (wanted > replicas) ups_.push_back({now, wanted - replicas});
    if (wanted < replicas) downs_.push_back({now, replicas - wanted});
    return wanted;
}

/// As few as the largest recommendation of the window to scale down lets, and as many as the smallest of the one to
/// scale up does.
int PodAutoscaler::stabilized(int recommended, int replicas, Time now) {
    int up = recommended, down = recommended;
    for (const Recommendation& one : recommendations_) {
        if (after(one.at, rules_.up.stabilization) > now) up = std::min(up, one.replicas);
        if (after(one.at, rules_.down.stabilization) > now) down = std::max(down, one.replicas);
    }
    const Duration kept = std::max(rules_.up.stabilization, rules_.down.stabilization);
    std::erase_if(recommendations_, [&](const Recommendation& one) { return after(one.at, kept) <= now; });
    recommendations_.push_back({now, recommended});
    return std::min(std::max(replicas, up), down);
}

int PodAutoscaler::changed(const std::vector<Change>& changes, Duration period, Time now) {
    int sum = 0;
    for (const Change& change : changes) {
        if (after(change.at, period) > now) sum += change.replicas;
    }
    return sum;
}

int PodAutoscaler::highest(int replicas, Time now) const {
    if (rules_.up.select == SelectPolicy::kDisabled) return replicas;
    const bool least = rules_.up.select == SelectPolicy::kMin;
    int limit = least ? std::numeric_limits<int>::max() : 0;
    for (const ScalingPolicy& policy : rules_.up.policies) {
        const int before = replicas - changed(ups_, policy.period, now) + changed(downs_, policy.period, now);
        const int most =
            policy.percent ? static_cast<int>(std::ceil(before * (1 + policy.value / 100.0))) : before + policy.value;
        limit = least ? std::min(limit, most) : std::max(limit, most);
    }
    return std::max(limit, replicas);
}

int PodAutoscaler::lowest(int replicas, Time now) const {
    if (rules_.down.select == SelectPolicy::kDisabled) return replicas;
    const bool least = rules_.down.select == SelectPolicy::kMin;
    int limit = least ? 0 : std::numeric_limits<int>::max();
    for (const ScalingPolicy& policy : rules_.down.policies) {
        const int before = replicas - changed(ups_, policy.period, now) + changed(downs_, policy.period, now);
        const int fewest =
            policy.percent ? static_cast<int>(before * (1 - policy.value / 100.0)) : before - policy.value;
        limit = least ? std::max(limit, fewest) : std::min(limit, fewest);
    }
    return std::min(limit, replicas);
}

}  // namespace rollcast
