#pragma once
// What Argo Rollouts' controller computes for every strategy, as functions of what it sees. Its arithmetic on
// ReplicaSets and its idea of progress come from Kubernetes. Semantics: argoproj/argo-rollouts, utils/replicaset,
// utils/defaults, utils/conditions, rollout/{pause,analysis,replicaset}.go.

#include <cstdint>
#include <optional>
#include <span>

#include "rollcast/control/verdict.h"
#include "rollcast/strategies/kubernetes_rules.h"

namespace rollcast::strategies::argo {

using kubernetes::Fenceposts;
using kubernetes::MaybeProgress;
using kubernetes::replica_set;
using kubernetes::ReplicaSet;
using kubernetes::resolve_fenceposts;
using kubernetes::Status;

/// Kept for rollbacks and for people to look at. Importers need the defaults; no simulated controller does.
inline constexpr int kRevisionHistoryLimit = 10;
inline constexpr int kSuccessfulAnalysisRunsKept = 5;
inline constexpr int kUnsuccessfulAnalysisRunsKept = 5;

enum class RolloutKind : std::uint8_t { kBasicCanary, kRoutedCanary, kBlueGreen };

/// The limits in force. Blue/green never goes beyond or below its sizes.
Fenceposts limits(RolloutKind kind, int replicas, Amount max_surge, Amount max_unavailable);

/// How long a replaced ReplicaSet is kept.
Duration scale_down_delay(RolloutKind kind, std::optional<Duration> given);

/// How long the canary or preview ReplicaSet is kept after an abort.
struct AbortDelay {
    std::optional<Duration> delay;  // none: for good
    bool was_set = false;           // by the user
};
AbortDelay abort_scale_down_delay(RolloutKind kind, std::optional<Duration> given);

/// A pause as the status of a rollout keeps it. A person who promotes takes the condition (`since`) away, and leaves
/// `by_controller`.
struct PauseStatus {
    bool by_controller = false;
    std::optional<Time> since;
};

/// The first instant at which a pause is over: strictly after its duration.
Time pause_over_at(Time since, Duration duration);

/// Whether a canary's pause step is over; no duration: when a person says so.
bool canary_pause_completed(std::optional<Duration> duration, const PauseStatus& pause, Time now);

/// Whether a blue/green's pause is over, or there is none. `checkpoint`: the preview had its own size, and was there.
bool blue_green_pause_completed(std::optional<bool> auto_promotion_enabled, Duration auto_promotion, bool checkpoint,
                                const PauseStatus& pause, Time now);

enum class AnalysisRole : std::uint8_t { kStep, kBackground, kPrePromotion, kPostPromotion };
enum class Consequence : std::uint8_t { kWait, kContinue, kPause, kAbort, kAbortBeforeSwitch, kAbortSwitchBack };
constexpr bool is_abort(Consequence it) {
    return it == Consequence::kAbort || it == Consequence::kAbortBeforeSwitch || it == Consequence::kAbortSwitchBack;
}

/// What the phase of an analysis run means for the rollout.
Consequence analysis_consequence(AnalysisRole role, AnalysisPhase phase);

/// One pass over the canary or preview ReplicaSet: its next size. After an abort it keeps its size until the stable one
/// is fully available, then for the abort delay (`scale_down_at`, set here), and then goes.
int reconcile_new_replica_set(int wanted, int spec, int replicas, int stable_available, bool aborted,
                              std::optional<Duration> abort_delay, std::optional<Time>& scale_down_at, Time now);

/// A ReplicaSet that nothing refers to any more.
struct RetiredReplicaSet {
    int spec = 0;
    std::optional<Time> scale_down_at;
};

/// One pass over retired ReplicaSets, newest first: gives each a deadline and scales down those beyond theirs, and
/// those beyond `revision_limit`. `kept_size`: of those that wait for their deadline; none: what they have.
void scale_down_retired(std::span<RetiredReplicaSet> newest_first, std::optional<int> revision_limit, Duration delay,
                        std::optional<int> kept_size, Time now);

/// Whether a step back to an earlier version may skip the steps. No simulated rollout goes to a version that ran
/// before.
bool rollback_within_window(bool target_older_than_stable, int revisions_between, int window);

/// What the progress deadline looks at.
struct ProgressInput {
    Status before;
    Status after;
    bool moved = false;  // another step, stable version or active selector
    bool healthy = false;
    bool exempt = false;  // waits on purpose: the deadline does not count
};

/// The condition Progressing after a reconcile.
MaybeProgress sync_progress(std::optional<Duration> deadline, const ProgressInput& input,
                            const MaybeProgress& condition, Time now);

}  // namespace rollcast::strategies::argo
