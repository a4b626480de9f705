#pragma once
// What Argo Rollouts' canary computes: how replicas and traffic are split, and when a step is done. The controller in
// canary.cc follows these. Semantics: argoproj/argo-rollouts, utils/replicaset/canary.go, rollout/trafficrouting.go.

#include <optional>
#include <span>

#include "rollcast/strategies/argo_rules.h"
#include "rollcast/strategies/canary.h"

namespace rollcast::strategies::argo {

/// Sizes of both ReplicaSets.
struct Counts {
    int canary = 0;
    int stable = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
};

/// The split of `replicas` pods, or of one more if surge is allowed, that comes nearest to the weight. Neither side
/// gets nothing unless the weight says so or there is but one pod.
Counts approximate_split(int replicas, int weight, int max_weight, int max_surge);

/// The replicas that can bear a weight, rounded up.
int weight_to_replicas(int replicas, int weight, int max_weight);

/// What a ReplicaSet counts for when another (or it) is to be scaled down.
int replicas_for_scale_down(std::optional<ReplicaSet> set, bool ignore_availability);

/// One reconcile without a traffic router: the next sizes. No `stable`: nothing distinct from the canary.
Counts basic_counts(int replicas, int weight, int max_weight, Fenceposts limits, std::optional<ReplicaSet> canary,
                    std::optional<ReplicaSet> stable, int older_spec);

/// The weight in force at a step: of the last SetWeight at or before it; `max_weight` beyond the last step.
int current_set_weight(std::span<const CanaryStep> steps, std::size_t step, bool aborted, int max_weight);

/// The percentage of the traffic that is mirrored at a step; beyond the last step nothing is.
int mirrored(std::span<const CanaryStep> steps, std::size_t step);

/// What the canary is sized for: an explicit number of replicas, or else a weight.
struct ReplicasOrWeight {
    std::optional<int> replicas;
    int weight = 0;
};

/// Where a canary stands.
struct CanaryPosition {
    std::size_t step = 0;
    bool promoted = false;  // the canary is the stable version, or is to be at once
    bool aborted = false;
    bool keeps_scale = false;  // the canary outlives an abort (abortScaleDownDelaySeconds: 0)
    int abort_weight = 0;      // what it is sized for during one: see abort_canary_weight()
};
ReplicasOrWeight canary_replicas_or_weight(std::span<const CanaryStep> steps, const CanaryPosition& at, bool routed,
                                           int max_weight);

/// Sizes with a traffic router: the stable ReplicaSet stays whole.
Counts routed_counts(int replicas, ReplicasOrWeight wanted, int max_weight, std::optional<int> min_pods);

/// The traffic weights in force, of max_weight.
struct RouterWeights {
    int canary = 0;
    int stable = 0;
};

/// Sizes with a traffic router and dynamic stable scale: neither side is smaller than its traffic needs now. `actual`:
/// none before the router has any.
Counts dynamic_counts(int replicas, ReplicasOrWeight wanted, int max_weight, std::optional<int> min_pods,
                      std::optional<RouterWeights> actual, bool aborted);

/// What the canary is sized for while an abort goes back through the steps under dynamic stable scale: the last step's
/// weight that needs fewer replicas than the stable version lacks, or the canary still has. A canary that is kept for a
/// while after the abort (`delay_was_set`) is not looked at: it shrinks only when all is over.
int abort_canary_weight(std::span<const CanaryStep> steps, int replicas, int max_weight, bool delay_was_set,
                        int canary_available, int stable_available);

/// The canary's traffic in such an abort, which goes down as the stable version can bear it. `wanted`: from
/// abort_canary_weight(); `present`: the weight now; none before the router has any.
int abort_traffic_weight(int replicas, int max_weight, int wanted, int stable_available, std::optional<int> present);

/// The canary's traffic when a person promotes past all steps, which no simulated person does.
int promote_full_weight(int replicas, int max_weight, bool dynamic_stable_scale, int canary_available, int present);

/// Whether enough of `desired` replicas are available. Threshold: a percentage of them or a number of pods; none or a
/// negative one: all, and no more asked for. No ReplicaSet never is enough.
bool progress_threshold_met(std::optional<Amount> threshold, std::optional<ReplicaSet> set, int desired);

/// Whether a ReplicaSet can bear a weight.
bool replicas_available_for_weight(int replicas, int available, int weight, int max_weight,
                                   std::optional<Amount> threshold);

/// Whether a step that moves may end. `stable_status`: pods that the stable ReplicaSet has. `older_available`: pods of
/// other versions that get traffic (without a router). Dynamic stable scale does not wait for the stable ReplicaSet.
bool at_desired_counts(Counts wanted, std::optional<ReplicaSet> canary, std::optional<ReplicaSet> stable,
                       int stable_status, int older_available, std::optional<Amount> threshold,
                       bool dynamic_stable_scale = false);

/// The traffic that the canary should get from a router, before it is asked whether the stable one can bear the rest.
int traffic_weight(std::span<const CanaryStep> steps, const CanaryPosition& at, bool at_desired_counts,
                   int canary_available, int max_weight);

/// Whether the background analysis has to wait.
bool before_starting_step(int current_step, int starting_step);

}  // namespace rollcast::strategies::argo
