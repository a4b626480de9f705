#pragma once
// One replication from start to outcome.

#include <cstdint>
#include <memory>

#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/timeline.h"
#include "rollcast/world/answer_law.h"

namespace rollcast {

/// Simulates one replication and its twin without the rollout. A pure function of its arguments: the same build gives
/// the same bytes on any thread. `truth` is an index into scenario.release.truths. Fills `timeline` if it is given.
/// Throws std::invalid_argument for a scenario that does not validate.
/// `profile`: of the scenario's service, for all replications that share it; none: one of its own.
Outcome replicate(const Scenario& scenario, const Strategy& strategy, std::uint64_t seed, std::uint32_t replication,
                  std::uint32_t truth, Timeline* timeline = nullptr, std::shared_ptr<Profile> profile = {});

}  // namespace rollcast
