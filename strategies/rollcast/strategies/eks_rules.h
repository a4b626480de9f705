#pragma once
// What Amazon EKS computes when it updates a managed node group or a control plane. Semantics: Amazon EKS User Guide
// (managed node update behaviour, cluster updates) and the service's API.

#include <cstdint>
#include <optional>

#include "rollcast/base/time.h"

namespace rollcast::strategies::eks {

inline constexpr int kMostUnavailable = 100;
inline constexpr Duration kDrainTimeout = std::chrono::minutes(15);
inline constexpr Duration kWaitAfterCordon = std::chrono::seconds(60);

/// By how much the group grows, at most, before old nodes go.
int scale_up_increment(int availability_zones, int max_unavailable);

/// Whether the update goes on after a drain that would take so long; none: it would not end. Forced, what is left is
/// deleted.
bool drain_goes_on(std::optional<Duration> until_evicted, bool force);

enum class UpdatePhase : std::uint8_t { kSetup, kScaleUp, kUpgrade, kScaleDown };

enum class UpdateStrategy : std::uint8_t { kDefault, kMinimal };
constexpr bool launches_first(UpdateStrategy strategy) { return strategy == UpdateStrategy::kDefault; }

/// Minor versions, of 1.x. A control plane goes up one at a time.
bool control_plane_update_allowed(int from, int to);
bool kubelet_skew_allowed(int kubelet, int control_plane);

}  // namespace rollcast::strategies::eks
