#include "rollcast/strategies/eks_rules.h"

#include <algorithm>

namespace rollcast::strategies::eks {

int scale_up_increment(int availability_zones, int max_unavailable) {
    return std::max(2 * availability_zones, max_unavailable);
}

bool drain_goes_on(std::optional<Duration> until_evicted, bool force) {
    return force || (until_evicted && *until_evicted <= kDrainTimeout);
}

bool control_plane_update_allowed(int from, int to) { return to == from + 1; }

bool kubelet_skew_allowed(int kubelet, int control_plane) {
    const int most = kubelet >= 25 ? 3 : 2;
    return kubelet <= control_plane && control_plane - kubelet <= most;
}

}  // namespace rollcast::strategies::eks
