#pragma once
// Would the guards have caught it? A rollout tried on a release with a given defect, again and again: fleet, routers,
// strategy, analyses and people are those of a replication, requests are not simulated (see FlowPlane) but for the
// few by which processes die or wear out.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"
#include "rollcast/run/outcome.h"
#include "rollcast/run/timeline.h"
#include "rollcast/study/forecast.h"

namespace rollcast {

struct GuardTrial {
    Defect defect{};
    /// Of the traffic, to the new version while both versions have some, whatever the plan says; none: as planned.
    std::optional<double> share{};
};

struct GuardTrialOptions {
    std::uint32_t replications = 100;  // of each trial
    std::uint64_t seed = 1;
    unsigned threads = 0;                // 0: every core
    std::shared_ptr<Profile> profile{};  // of the scenario's service; none: a new one
};

/// The rows of all trials, one after the other; a row's replication counts from 0 in each trial. They end when the
/// rollout does or when it is decided to go back. The same replication of two trials has the same luck, and so the
/// worse release never fares better by chance alone. Of a row only verdict, duration, detection, exposure, what failed
/// of the defect and min_headroom (of the slots of the new version: free ones per one in use; as low as it was) mean
/// anything. Shorter than asked for if `progress`, which hears of finished
/// rows, returned false. Throws std::invalid_argument for a scenario that does not validate.
std::vector<Outcome> try_guards(const Scenario& scenario, const Strategy& strategy, std::span<const GuardTrial> trials,
                                const GuardTrialOptions& options, const Progress& progress = {});

/// What a plan makes of the traffic when nothing fails: what closed forms start from.
struct PlannedTraffic {
    Timeline timeline{};                 // with every measurement
    std::vector<Time> scrapes{};         // that could be seen
    std::vector<double> new_requests{};  // expected at the new version since the scrape before; parallel to scrapes
    double exposure = 0;                 // requests to the new version until the end
    Time first_exposed = kNever;         // of the new version
    Time end{};                          // of the rollout; the horizon where it did not end
};
PlannedTraffic planned_traffic(const Scenario& scenario, const Strategy& strategy, std::optional<double> share,
                               std::uint64_t seed, std::uint32_t replication);

}  // namespace rollcast
