#include "rollcast/strategies/blue_green_rules.h"

namespace rollcast::strategies::argo {

int new_rs_count(int replicas, std::optional<int> preview_replica_count, const BlueGreenPosition& at) {
    if (!preview_replica_count || !at.has_active || at.active_is_new || at.promote_full) return replicas;
    return at.template_seen && at.checkpoint && !at.paused ? replicas : *preview_replica_count;
}

bool needs_pause(std::optional<bool> auto_promotion_enabled, Duration auto_promotion) {
    return !auto_promotion_enabled.value_or(true) || auto_promotion > Duration::zero();
}

}  // namespace rollcast::strategies::argo
