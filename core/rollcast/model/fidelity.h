#pragma once
// Which requests can be drawn instead of simulated one by one, and which are.

#include <optional>
#include <string>

#include "rollcast/model/scenario.h"

namespace rollcast {

/// Why requests cannot be drawn where the release is of that kind; nothing where they can.
std::optional<std::string> why_not_flow(const Scenario& scenario, const TruthKind& truth);

/// Whether they are. Of a scenario that is valid.
bool draws_requests(const Scenario& scenario, const TruthKind& truth);

}  // namespace rollcast
