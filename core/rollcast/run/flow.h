#pragma once
// What a run needs whose requests are drawn: see FlowPlane.

#include <memory>
#include <optional>
#include <vector>

#include "rollcast/model/scenario.h"
#include "rollcast/world/answer_law.h"
#include "rollcast/world/world.h"

namespace rollcast {

struct Flow {
    /// `profile`: of the same service; none: its own. `share`: see FlowPlane.
    Flow(const Scenario& scenario, const Defect& defect, std::shared_ptr<Profile> profile = {},
         std::optional<double> share = {});

    std::shared_ptr<const AnswerBook> book;
    std::optional<double> share;
    std::vector<Scenario> quiet;  // index: location, at least one; as it is, but of its own it has next to no requests
    Defect defect{};              // then
    Counting counting{};          // of its fleet
};

/// Where so few requests wear a process out that the world would have all of them anyhow: then nothing is drawn.
bool serves_all(const Scenario& scenario, const Defect& defect);

}  // namespace rollcast
