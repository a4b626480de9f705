#include "rollcast/strategies/kubernetes_rules.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

namespace rollcast::strategies::kubernetes {

using namespace std::chrono_literals;

namespace {

int sum(std::span<const ReplicaSet> sets, int ReplicaSet::* field) {
    return std::accumulate(sets.begin(), sets.end(), 0, [=](int n, const ReplicaSet& set) { return n + set.*field; });
}

}  // namespace

Fenceposts resolve_fenceposts(Amount max_surge, Amount max_unavailable, int desired) {
    Fenceposts posts{.surge = resolve(max_surge, desired, Rounding::kUp),
                     .unavailable = resolve(max_unavailable, desired, Rounding::kDown)};
    if (posts.surge == 0 && posts.unavailable == 0) posts.unavailable = 1;
    return posts;
}

Fenceposts limits(DeploymentType type, int replicas, Amount max_surge, Amount max_unavailable) {
    Fenceposts posts = resolve_fenceposts(max_surge, max_unavailable, replicas);
    posts.unavailable = type == DeploymentType::kRecreate ? 0 : std::min(posts.unavailable, replicas);
    return posts;
}

int new_rs_replicas(DeploymentType type, int replicas, int surge, int all_spec, int new_spec) {
    if (type == DeploymentType::kRecreate) return replicas;
    const int room = replicas + surge - all_spec;
    return room <= 0 ? new_spec : new_spec + std::min(room, replicas - new_spec);
}

int reconcile_new_replica_set(DeploymentType type, int replicas, int surge, int all_spec, int new_spec) {
    if (new_spec >= replicas) return replicas;
    return new_rs_replicas(type, replicas, surge, all_spec, new_spec);
}

int max_scaled_down(int replicas, int unavailable, int all_spec, int new_unavailable) {
    return std::max(0, all_spec - (replicas - unavailable) - new_unavailable);
}

int cleanup_unhealthy(std::span<ReplicaSet> old, int most) {
    int taken = 0;
    for (ReplicaSet& set : old) {
        const int go = std::max(0, std::min(set.spec - set.available, most - taken));
        set.spec -= go;
        taken += go;
    }
    return taken;
}

int scale_down_old(int replicas, int unavailable, std::span<ReplicaSet> old, ReplicaSet fresh) {
    const int available = sum(old, &ReplicaSet::available) + fresh.available;
    const int spare = std::max(0, available - (replicas - unavailable));
    int taken = 0;
    for (ReplicaSet& set : old) {
        const int go = std::min(set.spec, spare - taken);
        set.spec -= go;
        taken += go;
    }
    return taken;
}

int reconcile_old_replica_sets(int replicas, Fenceposts limits, std::span<ReplicaSet> old, ReplicaSet fresh) {
    const int old_spec = sum(old, &ReplicaSet::spec);
    if (old_spec == 0) return 0;
    const int room = max_scaled_down(replicas, limits.unavailable, old_spec + fresh.spec, fresh.spec - fresh.available);
    if (room == 0) return 0;
    const int cleaned = cleanup_unhealthy(old, room);
    return cleaned + scale_down_old(replicas, limits.unavailable, old, fresh);
}

bool reconcile_rolling_update(int replicas, Fenceposts limits, std::span<ReplicaSet> old, ReplicaSet& fresh,
                              bool exists) {
    const int before = fresh.spec;
    fresh.spec = reconcile_new_replica_set(DeploymentType::kRollingUpdate, replicas, limits.surge,
                                           sum(old, &ReplicaSet::spec) + before, before);
    const bool scaled = fresh.spec != before;
    if (scaled && exists) return true;
    return reconcile_old_replica_sets(replicas, limits, old, fresh) > 0 || scaled;
}

bool is_resized(int replicas, std::span<const SizedReplicaSet> sets) {
    return std::any_of(sets.begin(), sets.end(),
                       [=](const SizedReplicaSet& set) { return set.spec > 0 && set.desired != replicas; });
}

std::vector<int> scale(int replicas, int surge, std::span<const SizedReplicaSet> oldest_first) {
    std::vector<int> sizes;
    std::vector<std::size_t> active;
    std::size_t fresh = oldest_first.size();  // none
    for (std::size_t i = 0; i < oldest_first.size(); ++i) {
        sizes.push_back(oldest_first[i].spec);
        if (oldest_first[i].spec > 0) active.push_back(i);
        if (oldest_first[i].is_new) fresh = i;
    }
    if (sizes.empty()) return sizes;
    if (active.size() < 2) {
        const std::size_t latest = fresh < sizes.size() ? fresh : sizes.size() - 1;
        sizes[active.empty() ? latest : active.front()] = replicas;
        return sizes;
    }
    if (fresh < sizes.size()) {
        const SizedReplicaSet& set = oldest_first[fresh];
        if (set.spec == replicas && set.desired == replicas && set.available == replicas) {
            std::fill(sizes.begin(), sizes.end(), 0);
            sizes[fresh] = replicas;
            return sizes;
        }
    }

    const int most = replicas > 0 ? replicas + surge : 0;
    int left = most - std::accumulate(sizes.begin(), sizes.end(), 0);
    if (left == 0) return sizes;
    std::sort(active.begin(), active.end(), [&](std::size_t a, std::size_t b) {
        if (sizes[a] != sizes[b]) return sizes[a] > sizes[b];
        return left > 0 ? a > b : a < b;
    });
    const bool grows = left > 0;
    for (const std::size_t i : active) {
        const double target = static_cast<double>(sizes[i]) * most / oldest_first[i].most;
        const int share = static_cast<int>(std::lround(target)) - sizes[i];
        const int change = grows ? std::min(share, left) : std::max(share, left);
        sizes[i] += change;
        left -= change;
        if (left == 0) break;
    }
    int& biggest = sizes[active.front()];
    biggest = std::max(0, biggest + left);
    return sizes;
}

std::vector<std::size_t> expired_history(std::span<const OldReplicaSet> oldest_first, std::optional<int> limit) {
    if (!limit || *limit == std::numeric_limits<std::int32_t>::max()) return {};
    std::vector<std::size_t> order(oldest_first.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return oldest_first[a].revision < oldest_first[b].revision; });
    const auto kept = std::min(order.size(), static_cast<std::size_t>(*limit));
    order.resize(order.size() - kept);
    // Those with pods are passed over, but nothing newer goes in their place.
    std::erase_if(order,
                  [&](std::size_t i) { return oldest_first[i].spec != 0 || oldest_first[i].status_replicas != 0; });
    return order;
}

bool old_pods_running(int status_replicas, int unfinished_pods) { return status_replicas > 0 || unfinished_pods > 0; }

Status status_of(std::span<const Cohort> cohorts) {
    Status status{.updated = cohorts.back().instances};
    for (const Cohort& cohort : cohorts) {
        status.replicas += cohort.instances;
        status.ready += cohort.ready;
        status.available += cohort.available;
    }
    return status;
}

bool deployment_complete(int replicas, const Status& status) {
    return status.updated == replicas && status.replicas == replicas && status.available == replicas;
}

bool deployment_progressing(const Status& before, const Status& after) {
    return after.updated > before.updated || after.replicas - after.updated < before.replicas - before.updated ||
           after.ready > before.ready || after.available > before.available;
}

bool has_progress_deadline(std::optional<Duration> deadline) {
    return deadline && *deadline != std::chrono::seconds(std::numeric_limits<std::int32_t>::max());
}

bool deployment_timed_out(std::optional<Duration> deadline, const MaybeProgress& condition, Time now) {
    if (!has_progress_deadline(deadline) || !condition) return false;
    if (condition->reason == ProgressReason::kNewReplicaSetAvailable) return false;
    if (condition->reason == ProgressReason::kProgressDeadlineExceeded) return true;
    return after(condition->last_update, *deadline) < now;
}

std::optional<Duration> requeue_stuck_after(std::optional<Duration> deadline, bool complete,
                                            const MaybeProgress& condition, Time now) {
    if (!has_progress_deadline(deadline) || !condition || complete) return std::nullopt;
    if (condition->reason == ProgressReason::kProgressDeadlineExceeded) return std::nullopt;
    const Time end = after(condition->last_update, *deadline);
    if (end == kNever) return std::nullopt;
    return end - now < 1s ? Duration::zero() : end - now;
}

Time deadline_check_at(std::optional<Duration> deadline, bool complete, const MaybeProgress& condition, Time now) {
    const std::optional<Duration> wait = requeue_stuck_after(deadline, complete, condition, now);
    if (!wait) return kNever;
    if (*wait > Duration::zero()) return after(now, *wait + 1s);
    return std::max(now, after(condition->last_update, *deadline)) + 5ms;
}

MaybeProgress sync_rollout_status(std::optional<Duration> deadline, int replicas, const Status& before,
                                  const Status& after, const MaybeProgress& condition, Time now) {
    if (!has_progress_deadline(deadline)) return std::nullopt;
    const auto has = [&](ProgressReason reason) { return condition && condition->reason == reason; };
    // A new template has not been noticed yet, or the rollout is over and what happens now is upkeep.
    if (after.replicas == after.updated && has(ProgressReason::kNewReplicaSetAvailable)) return condition;
    if (deployment_complete(replicas, after)) return ProgressCondition{ProgressReason::kNewReplicaSetAvailable, now};
    if (deployment_progressing(before, after)) return ProgressCondition{ProgressReason::kReplicaSetUpdated, now};
    if (deployment_timed_out(deadline, condition, now) && !has(ProgressReason::kProgressDeadlineExceeded)) {
        return ProgressCondition{ProgressReason::kProgressDeadlineExceeded, now};
    }
    return condition;
}

}  // namespace rollcast::strategies::kubernetes
