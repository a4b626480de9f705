#pragma once
// What Argo Rollouts' blue/green computes; the controller in blue_green.cc follows it.
// Semantics: argoproj/argo-rollouts, utils/replicaset/replicaset.go, rollout/bluegreen.go.

#include <optional>

#include "rollcast/strategies/argo_rules.h"

namespace rollcast::strategies::argo {

/// Where a blue/green rollout stands. `has_active`, `template_seen` and `promote_full` are always as given here in a
/// simulated rollout: there is an old version, one template, and nobody promotes past all steps.
struct BlueGreenPosition {
    bool has_active = true;  // live traffic goes to some version
    bool active_is_new = false;
    bool template_seen = true;  // the status already knows the new template
    bool promote_full = false;
    bool checkpoint = false;  // the preview was there in its own size and nothing holds the promotion any more
    bool paused = false;
};

/// The size of the new ReplicaSet.
int new_rs_count(int replicas, std::optional<int> preview_replica_count, const BlueGreenPosition& at);

/// Whether the controller pauses before it switches.
bool needs_pause(std::optional<bool> auto_promotion_enabled, Duration auto_promotion);

}  // namespace rollcast::strategies::argo
