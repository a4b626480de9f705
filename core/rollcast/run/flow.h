#pragma once
// Which data plane a replication runs on, and what a run needs whose requests are drawn: see DrawnTelemetry.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/model/scenario.h"
#include "rollcast/world/answer_law.h"

namespace rollcast {

/// Where requests are drawn.
struct Flow {
    /// `profile`: of the same service; none: its own. `share`: see DrawnTelemetry.
    Flow(const Scenario& scenario, const Defect& defect, std::shared_ptr<Profile> profile = {},
         std::optional<double> share = {});

    std::shared_ptr<const AnswerBook> book;
    std::optional<double> share;
    std::vector<Scenario> quiet;  // index: location, at least one; as it is, but with next to no requests of its own
    Defect defect{};              // then
};

/// Why requests that a release of that kind gets cannot be drawn; nothing where they can.
std::optional<std::string> why_not_flow(const Scenario& scenario, const TruthKind& truth);

/// The plane that a scenario asks for, or that suits it. Throws std::invalid_argument where it asks for one that cannot
/// do it.
bool draws_requests(const Scenario& scenario, const TruthKind& truth);

}  // namespace rollcast
