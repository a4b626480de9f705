#pragma once
// One replication from start to outcome.

#include <cstdint>

#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/timeline.h"

namespace rollcast {

/// Simulates one replication and its twin without the rollout. A pure function of its arguments: the same build gives
/// the same bytes on any thread. `truth` is an index into scenario.release.truths. Fills `timeline` if it is given.
/// Throws std::invalid_argument for a scenario that does not validate.
Outcome replicate(const Scenario& scenario, const Strategy& strategy, std::uint64_t seed, std::uint32_t replication,
                  std::uint32_t truth, Timeline* timeline = nullptr);

}  // namespace rollcast
