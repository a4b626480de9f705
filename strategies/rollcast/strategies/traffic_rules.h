#pragma once
// How a router moves traffic to a new version by a clock: what CodeDeploy and ECS have in common.

#include <vector>

#include "rollcast/base/time.h"

namespace rollcast::strategies::traffic {

/// The new version's share of the traffic from an instant on.
struct Shift {
    Duration at{};     // since the first shift
    int permille = 0;  // both platforms count in tenths of a percent at the finest
};

/// The first step at once, then another one after each interval; the last one is what is left. step_permille > 0.
std::vector<Shift> linear_shifts(int step_permille, Duration interval);

/// A part at once, all the rest after the interval; all of it at once where that is the part.
std::vector<Shift> canary_shifts(int permille, Duration interval);

/// The one in force so long after the first shift.
const Shift& shift_at(const std::vector<Shift>& shifts, Duration since_first);

}  // namespace rollcast::strategies::traffic
