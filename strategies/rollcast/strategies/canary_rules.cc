#include "rollcast/strategies/canary_rules.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace rollcast::strategies::argo {

namespace {

/// Whether both ways of rounding the canary's share are equally far off. The order of operations is Argo's.
bool rounds_either_way(int total, int weight, int max_weight) {
    const double exact = static_cast<double>(total) * (static_cast<double>(weight) / static_cast<double>(max_weight));
    return exact - std::floor(exact) == 0.5;
}

/// The last number of this kind of step at or before `step`, if it is a step.
template <typename Step>
const Step* last_of(std::span<const CanaryStep> steps, std::size_t step) {
    for (std::size_t i = step + 1; i-- > 0;) {
        if (const Step* it = std::get_if<Step>(&steps[i])) return it;
    }
    return nullptr;
}

/// A side that has any pods has `min_pods` of them.
int at_least(std::optional<int> min_pods, int replicas, int count) {
    return count == 0 ? 0 : std::max(count, std::min(min_pods.value_or(0), replicas));
}

/// The last correction: `kept` gives way to the maximum, but not below the availability that is needed.
void stay_within_limits(const std::optional<ReplicaSet>& drained_set, const std::optional<ReplicaSet>& kept_set,
                        int& drained, int& kept, int most, int min_available) {
    if (!kept_set) return;
    kept -= std::max(0, kept + drained - most);
    const int available =
        std::min(kept_set->available, kept) + (drained_set ? std::min(drained_set->available, drained) : 0);
    const int given_up = std::max(0, kept_set->available - kept);
    kept += std::min(given_up, std::max(0, min_available - available));
    drained -= std::max(0, kept + drained - most);
}

}  // namespace

Counts approximate_split(int replicas, int weight, int max_weight, int max_surge) {
    if (replicas == 0) return {};
    const double exact = static_cast<double>(std::int64_t{replicas} * weight) / max_weight;
    const int up = static_cast<int>(std::ceil(exact));
    const int down = static_cast<int>(std::floor(exact));
    const bool none_allowed = weight == 0 || weight == max_weight || (replicas == 1 && max_surge == 0);

    std::optional<Counts> best;
    double best_error = 0;
    const auto consider = [&](int canary, int total) {
        const double error = std::abs(static_cast<double>(std::int64_t{canary} * max_weight) / total - weight);
        if (best && error >= best_error) return;
        best = Counts{canary, total - canary};
        best_error = error;
    };
    const auto consider_down = [&](int total) {
        if (!rounds_either_way(total, weight, max_weight) && (down != 0 || none_allowed)) consider(down, total);
    };
    if (up < replicas || none_allowed) consider(up, replicas);
    consider_down(replicas);
    if (max_surge > 0) {
        consider(up, replicas + 1);
        consider_down(replicas + 1);
    }
    return best.value_or(Counts{0, replicas});
}

int weight_to_replicas(int replicas, int weight, int max_weight) {
    return static_cast<int>(std::ceil(static_cast<double>(weight) * replicas / max_weight));
}

int replicas_for_scale_down(std::optional<ReplicaSet> set, bool ignore_availability) {
    if (!set) return 0;
    return ignore_availability ? set->spec : std::min(set->spec, set->available);
}

Counts basic_counts(int replicas, int weight, int max_weight, Fenceposts limits, std::optional<ReplicaSet> canary,
                    std::optional<ReplicaSet> stable, int older_spec) {
    const Counts wish = stable ? approximate_split(replicas, weight, max_weight, limits.surge) : Counts{replicas, 0};
    const ReplicaSet now_canary = canary.value_or(ReplicaSet{});
    const ReplicaSet now_stable = stable.value_or(ReplicaSet{});
    const int most = replicas + limits.surge;
    Counts next{now_canary.spec, now_stable.spec};

    int up = std::max(0, most - older_spec - now_canary.spec - now_stable.spec);
    const auto grow = [&up](int& spec, int wished) {
        const int more = std::clamp(wished - spec, 0, up);
        spec += more;
        up -= more;
    };
    if (stable) grow(next.stable, wish.stable);
    if (canary) grow(next.canary, wish.canary);
    if (older_spec > 0) return next;

    // The side to be shrunk counts with all that was asked for: pods that never come up must not keep it from going.
    const bool increasing = !canary || wish.canary >= now_canary.spec;
    const int counted = replicas_for_scale_down(canary, !increasing) + replicas_for_scale_down(stable, increasing);
    const int min_available = replicas - limits.unavailable;
    const int spare = counted - min_available;
    if (spare <= 0) return next;
    if (!increasing) {
        next.canary = std::max(wish.canary, now_canary.spec - spare);
        stay_within_limits(canary, stable, next.canary, next.stable, most, min_available);
    } else if (stable) {
        if (now_stable.spec > wish.stable) next.stable = std::max(wish.stable, now_stable.spec - spare);
        stay_within_limits(stable, canary, next.stable, next.canary, most, min_available);
    }
    return next;
}

int current_set_weight(std::span<const CanaryStep> steps, std::size_t step, bool aborted, int max_weight) {
    if (aborted) return 0;
    if (step >= steps.size()) return max_weight;
    const SetWeight* last = last_of<SetWeight>(steps, step);
    return last ? last->weight : 0;
}

int mirrored(std::span<const CanaryStep> steps, std::size_t step) {
    const SetMirror* last = step < steps.size() ? last_of<SetMirror>(steps, step) : nullptr;
    return last ? last->percentage : 0;
}

ReplicasOrWeight canary_replicas_or_weight(std::span<const CanaryStep> steps, const CanaryPosition& at, bool routed,
                                           int max_weight) {
    if (at.promoted) return {std::nullopt, max_weight};
    if (routed && at.step < steps.size() && (!at.aborted || at.keeps_scale)) {
        const SetCanaryScale* scale = last_of<SetCanaryScale>(steps, at.step);
        if (scale && !scale->match_traffic_weight) {
            if (scale->replicas) return {scale->replicas, 0};
            if (scale->weight) return {std::nullopt, *scale->weight};
        }
    }
    if (at.aborted) return {std::nullopt, at.abort_weight};
    return {std::nullopt, current_set_weight(steps, at.step, false, max_weight)};
}

Counts routed_counts(int replicas, ReplicasOrWeight wanted, int max_weight, std::optional<int> min_pods) {
    if (wanted.replicas) return {*wanted.replicas, replicas};
    return {at_least(min_pods, replicas, weight_to_replicas(replicas, wanted.weight, max_weight)), replicas};
}

Counts dynamic_counts(int replicas, ReplicasOrWeight wanted, int max_weight, std::optional<int> min_pods,
                      std::optional<RouterWeights> actual, bool aborted) {
    Counts counts = routed_counts(replicas, wanted, max_weight, min_pods);
    counts.stable = weight_to_replicas(replicas, max_weight - wanted.weight, max_weight);
    if (actual) {
        counts.stable = std::max(counts.stable, weight_to_replicas(replicas, actual->stable, max_weight));
        if (aborted) counts.canary = std::max(counts.canary, weight_to_replicas(replicas, actual->canary, max_weight));
    }
    return {at_least(min_pods, replicas, counts.canary), at_least(min_pods, replicas, counts.stable)};
}

int abort_canary_weight(std::span<const CanaryStep> steps, int replicas, int max_weight, bool delay_was_set,
                        int canary_available, int stable_available) {
    const int missing = replicas - stable_available;
    const int needed = delay_was_set ? missing : std::max(missing, canary_available);
    for (std::size_t i = steps.size(); i-- > 0;) {
        const SetWeight* step = std::get_if<SetWeight>(&steps[i]);
        if (step && weight_to_replicas(replicas, step->weight, max_weight) < needed) return step->weight;
    }
    return 0;
}

int abort_traffic_weight(int replicas, int max_weight, int wanted, int stable_available, std::optional<int> present) {
    const int bearable = static_cast<int>(std::int64_t{max_weight} * stable_available / replicas);
    const int lacking = std::max(0, max_weight - bearable);
    if (!present) return std::max(lacking, wanted);
    if (wanted <= 0) return std::min(lacking, *present);
    return lacking > wanted ? *present : std::min(wanted, *present);
}

int promote_full_weight(int replicas, int max_weight, bool dynamic_stable_scale, int canary_available, int present) {
    if (canary_available == 0) return 0;
    if (!dynamic_stable_scale) return present;
    return static_cast<int>(std::int64_t{max_weight} * canary_available / replicas);
}

bool progress_threshold_met(std::optional<Amount> threshold, std::optional<ReplicaSet> set, int desired) {
    if (!set) return false;
    if (!threshold || threshold->value < 0) return set->spec == desired && set->available == desired;
    if (!threshold->percent) return set->available >= threshold->value;
    return std::int64_t{set->available} * 100 >= std::int64_t{threshold->value} * desired;
}

bool replicas_available_for_weight(int replicas, int available, int weight, int max_weight,
                                   std::optional<Amount> threshold) {
    const int wanted = static_cast<int>(std::int64_t{weight} * replicas / max_weight);
    return available >= wanted || progress_threshold_met(threshold, ReplicaSet{wanted, available}, wanted);
}

bool at_desired_counts(Counts wanted, std::optional<ReplicaSet> canary, std::optional<ReplicaSet> stable,
                       int stable_status, int older_available, std::optional<Amount> threshold,
                       bool dynamic_stable_scale) {
    const bool stable_is_there = stable && stable->spec == wanted.stable && stable_status == wanted.stable;
    return progress_threshold_met(threshold, canary, wanted.canary) && (stable_is_there || dynamic_stable_scale) &&
           older_available == 0;
}

int traffic_weight(std::span<const CanaryStep> steps, const CanaryPosition& at, bool at_desired_counts,
                   int canary_available, int max_weight) {
    if (at.promoted) return max_weight;
    if (at.aborted || canary_available == 0 || steps.empty()) return 0;
    if (at_desired_counts) return current_set_weight(steps, at.step, false, max_weight);
    const SetWeight* before = at.step == 0 ? nullptr : last_of<SetWeight>(steps, at.step - 1);
    return before ? before->weight : 0;
}

bool before_starting_step(int current_step, int starting_step) { return current_step < starting_step; }

}  // namespace rollcast::strategies::argo
