#pragma once
// One location of the service in one run, and what several of them are together.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/model/scenario.h"
#include "rollcast/observe/autoscaler.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/flow_plane.h"
#include "rollcast/world/tally.h"
#include "rollcast/world/world.h"

namespace rollcast {

struct Site {
    std::string name;          // empty: the service has but one location
    double share;              // of the service's traffic
    const Scenario* scenario;  // of this location alone
    StreamSpace streams;
    World world;
    Telemetry telemetry;
    EventQueue queue{};  // what will happen here; unused where there is but one location
    std::optional<Autoscaler> autoscaler{};
    std::optional<int> replicas{};  // that it asks for
    std::optional<FlowPlane> drawn{};

    /// The truth about its requests; index versions: reached none. After a settling.
    Tally tally(std::size_t version) const;
    Tally total() const;
    Time first_arrival(std::size_t version) const;  // kNever: none yet

    Scrape scrape(Time now);

    int size() const { return replicas.value_or(scenario->fleet.replicas); }

   private:
    /// Whether the world's requests are the service's; else they only wear out processes.
    bool counts() const { return !drawn || world.only_new(); }
};

// All of them together, in truth.
Tally total(std::span<const Site> sites);
Tally tally(std::span<const Site> sites, std::size_t version);
std::int64_t restarts(std::span<const Site> sites);
int instances(std::span<const Site> sites);
double share(std::span<const Site> sites, std::size_t version);        // of requests, as routers send them now
Time first_arrival(std::span<const Site> sites, std::size_t version);  // kNever: none yet

/// What was drawn in all of them; see FlowPlane.
struct Drawn {
    double exposure = 0;
    double harmed = 0;
    double highest_load = 0;
    Time first_exposed = kNever;
};
Drawn drawn(std::span<const Site> sites);

/// As a control plane sees them, location by location.
std::vector<Cohort> cohorts(std::span<const Site> sites);

/// What autoscalers ask for in each, and in all of them; none where there are none.
std::vector<std::optional<int>> sizes(std::span<const Site> sites);
std::optional<int> replicas(std::span<const Site> sites);

/// One scrape of several locations; at least one.
Scrape sum(std::span<const Scrape> scrapes);

}  // namespace rollcast
