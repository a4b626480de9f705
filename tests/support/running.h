#pragma once
// A world with its own loop: no controller, no telemetry.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "rollcast/world/world.h"
#include "support/scenarios.h"

namespace rollcast::testing {

/// Six instances in three zones, starts of 2 s, probes every second.
inline Scenario quick_scenario() {
    Scenario scenario = small_scenario();
    scenario.fleet.start = Constant{2};
    return scenario;
}

struct Running {
    explicit Running(const Scenario& scenario, Defect defect = {}, std::uint32_t replication = 0,
                     const Counting& counting = {})
        : world(scenario, defect, StreamSpace(7, replication), Time{}, queue, Pace::kFastest, counting) {}

    void want(int old_instances, int new_instances, std::optional<double> new_weight = {}) {
        std::vector<Target> targets{{.desired = old_instances, .weight = {}}, {.desired = new_instances, .weight = {}}};
        if (new_weight) targets[0].weight = 1 - *new_weight, targets[1].weight = *new_weight;
        world.apply(targets, now, queue);
    }
    void run(Duration duration) {
        const Time until = now + duration;
        const auto happen = [&](const EventQueue::Entry& next) {
            now = next.at;
            ++events;
            world.handle(next.event, now, queue);
        };
        while (true) {
            if (const auto caused = world.advance(std::min(queue.next_time(), until))) {
                happen(*caused);
            } else if (queue.next_time() <= until) {
                happen(queue.pop());
            } else {
                break;
            }
        }
        now = until;
        world.data().sweep(now);
    }
    Cohort cohort(std::size_t version) const { return world.cohorts()[version]; }

    EventQueue queue;
    World world;
    Time now{};
    int events = 0;
};

}  // namespace rollcast::testing
