#pragma once
// What the Deployment controller computes, as functions of what it sees. The controller in rolling.cc does nothing but
// follow them. Semantics: Kubernetes v1.28, pkg/controller/deployment (rolling.go, recreate.go, sync.go, progress.go,
// util).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/amount.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

enum class DeploymentType : std::uint8_t { kRollingUpdate, kRecreate };

namespace kubernetes {

/// Old ReplicaSets that are kept for a rollback. Importers need the default; no simulated controller does.
inline constexpr int kRevisionHistoryLimit = 10;

/// A ReplicaSet as a controller sees it.
struct ReplicaSet {
    int spec = 0;       // replicas asked for
    int available = 0;  // available pods
};
inline ReplicaSet replica_set(const Cohort& cohort) { return {cohort.desired, cohort.available}; }

/// How many pods there may be above the wanted number, and how many of it may be missing.
struct Fenceposts {
    int surge = 0;
    int unavailable = 0;
};

/// Both amounts as counts of `desired`. If both come out as 0, one pod may be unavailable, or nothing could ever move.
Fenceposts resolve_fenceposts(Amount max_surge, Amount max_unavailable, int desired);

/// The limits in force: nothing may be unavailable of 0 replicas or under Recreate, and never more than there are.
Fenceposts limits(DeploymentType type, int replicas, Amount max_surge, Amount max_unavailable);

/// The size a new ReplicaSet may grow to, given the sum of all sizes, its own included.
int new_rs_replicas(DeploymentType type, int replicas, int surge, int all_spec, int new_spec);

/// One pass over the new ReplicaSet: its next size.
int reconcile_new_replica_set(DeploymentType type, int replicas, int surge, int all_spec, int new_spec);

/// How many old pods may go at most; pods of the new ReplicaSet that are not available keep old ones alive.
int max_scaled_down(int replicas, int unavailable, int all_spec, int new_unavailable);

/// Takes up to `most` unavailable pods from the old ReplicaSets (oldest first); the number taken.
int cleanup_unhealthy(std::span<ReplicaSet> old, int most);

/// Takes from the old ReplicaSets (oldest first) what availability can spare; the number taken.
int scale_down_old(int replicas, int unavailable, std::span<ReplicaSet> old, ReplicaSet fresh);

/// One pass over the old ReplicaSets (oldest first): first the unhealthy, then the spare; the number taken.
int reconcile_old_replica_sets(int replicas, Fenceposts limits, std::span<ReplicaSet> old, ReplicaSet fresh);

/// One reconcile of a rolling update: scales the new ReplicaSet or the old ones. The reconcile that creates the new
/// ReplicaSet (`exists` is false) sizes it and goes on to the old ones. Returns whether anything was scaled.
bool reconcile_rolling_update(int replicas, Fenceposts limits, std::span<ReplicaSet> old, ReplicaSet& fresh,
                              bool exists);

/// A ReplicaSet, and what is noted on it of the Deployment that last sized it.
struct SizedReplicaSet {
    int spec = 0;
    int available = 0;
    bool is_new = false;  // of the present template
    int desired = 0;      // the Deployment's replicas then
    int most = 0;         // and with the surge
};

/// Whether a Deployment was given another size since: then a reconcile does nothing but scale().
bool is_resized(int replicas, std::span<const SizedReplicaSet> sets);

/// The sizes of all ReplicaSets (oldest first) for a Deployment of another size: each is resized in proportion, and the
/// biggest one takes what rounding leaves.
std::vector<int> scale(int replicas, int surge, std::span<const SizedReplicaSet> oldest_first);

/// An old ReplicaSet, kept for rollbacks.
struct OldReplicaSet {
    int spec = 0;
    int status_replicas = 0;
    int revision = 0;
};

/// Which old ReplicaSets (oldest first) a complete Deployment deletes, as indexes; none has pods. No limit, or the
/// largest 32-bit number: none. Nothing in a simulated rollout depends on it.
std::vector<std::size_t> expired_history(std::span<const OldReplicaSet> oldest_first, std::optional<int> limit);

/// Whether Recreate still has to wait for an old ReplicaSet: by its status or by pods that neither succeeded nor
/// failed (terminating ones and those in an unknown state count).
bool old_pods_running(int status_replicas, int unfinished_pods);

/// The counters of a Deployment's (or Rollout's) status, over all of its ReplicaSets.
struct Status {
    int replicas = 0;
    int updated = 0;  // of these: of the new template
    int ready = 0;
    int available = 0;
};
/// The last cohort is the new one.
Status status_of(std::span<const Cohort> cohorts);

bool deployment_complete(int replicas, const Status& status);
bool deployment_progressing(const Status& before, const Status& after);

/// Nobody pauses a simulated Deployment, and its new ReplicaSet is never one that was there before.
enum class ProgressReason : std::uint8_t {
    kNewReplicaSetCreated,
    kFoundNewReplicaSet,
    kReplicaSetUpdated,
    kNewReplicaSetAvailable,
    kProgressDeadlineExceeded,
    kDeploymentPaused,
    kDeploymentResumed,
};

/// The condition Progressing. It is False for kProgressDeadlineExceeded, Unknown for kDeploymentPaused and
/// kDeploymentResumed, and True for all other reasons.
struct ProgressCondition {
    ProgressReason reason = ProgressReason::kNewReplicaSetCreated;
    Time last_update{};
};
using MaybeProgress = std::optional<ProgressCondition>;

/// A deadline of the largest 32-bit number of seconds means none.
bool has_progress_deadline(std::optional<Duration> deadline);

bool deployment_timed_out(std::optional<Duration> deadline, const MaybeProgress& condition, Time now);

/// How long until the deadline has to be checked; 0: at once (less than a second is left); none: no need to.
std::optional<Duration> requeue_stuck_after(std::optional<Duration> deadline, bool complete,
                                            const MaybeProgress& condition, Time now);

/// When a controller that goes by requeue_stuck_after() looks again: a second late, or, when called at once, as soon as
/// the rate limit of its queue (5 ms) lets it see the deadline passed. kNever: no need to.
Time deadline_check_at(std::optional<Duration> deadline, bool complete, const MaybeProgress& condition, Time now);

/// The condition Progressing after a reconcile; none: there is no deadline, so there is no such condition.
MaybeProgress sync_rollout_status(std::optional<Duration> deadline, int replicas, const Status& before,
                                  const Status& after, const MaybeProgress& condition, Time now);

}  // namespace kubernetes
}  // namespace rollcast::strategies
