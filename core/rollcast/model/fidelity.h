#pragma once
// Which requests can be drawn instead of simulated one by one, and which are.

#include <optional>
#include <string>

#include "rollcast/model/scenario.h"

namespace rollcast {

/// Why requests should not be drawn where the release is of that kind: what the flow data plane lacks, that there are
/// so few of them that it gains nothing, or where it has been compared with the request data plane and found to differ
/// (tests/agreement), or has not been. Nothing where it is as good, and cheaper.
std::optional<std::string> why_not_flow(const Scenario& scenario, const TruthKind& truth);

/// Why they cannot be, even for who asks for it.
std::optional<std::string> refuses_flow(const Scenario& scenario);

/// Whether they are. Of a scenario that is valid.
bool draws_requests(const Scenario& scenario, const TruthKind& truth);

}  // namespace rollcast
