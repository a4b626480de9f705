#pragma once
// A server, or a few, and requests that arrive when they are told to: for what can be worked out by hand.

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <vector>

#include "rollcast/world/data_plane.h"

namespace rollcast::testing {

struct GivenArrivals {
    /// Arrivals in seconds. All servers listen from the start.
    GivenArrivals(const Service& service, std::initializer_list<double> arrivals, Pace pace = Pace::kFastest,
                  Defect defect = {}, const Balancing& balancing = {}, std::uint32_t servers = 1)
        : scenario(scenario_of(service, arrivals, balancing)),
          plane(scenario, std::array<Defect, 1>{defect}, StreamSpace(1, 1), Time{}, pace) {
        RouteGroup all;
        for (std::uint32_t i = 0; i < servers; ++i) {
            all.servers.push_back(plane.add_server(kOldVersion));
            plane.listen(all.servers.back(), Time{});
        }
        plane.set_routes({all});
        plane.keep_journal(&journal);
    }
    static Scenario scenario_of(const Service& service, std::initializer_list<double> arrivals,
                                const Balancing& balancing) {
        auto times = std::make_shared<std::vector<std::int64_t>>();
        for (const double at : arrivals) times->push_back(from_seconds(at).count());
        Scenario scenario;
        scenario.service = service;
        scenario.traffic.rate = 0;
        scenario.traffic.replay = std::move(times);
        scenario.balancing = balancing;
        return scenario;
    }

    struct Answer {
        double at;  // s
        Code seen;
        friend bool operator==(const Answer&, const Answer&) = default;
    };
    /// What became of the requests by then, in order of arrival.
    std::vector<Answer> answers(double until) {
        const Time end = Time{} + from_seconds(until);
        plane.advance(end);
        plane.sweep(end);
        std::sort(journal.begin(), journal.end());
        std::vector<Answer> result;
        for (const AttemptRecord& record : journal)
            result.push_back({to_seconds(time_of(record.answered)), record.seen});
        return result;
    }

    Scenario scenario;
    std::vector<AttemptRecord> journal;
    DataPlane plane;
};

inline std::ostream& operator<<(std::ostream& out, const GivenArrivals::Answer& answer) {
    return out << "code " << int(answer.seen) << " at " << answer.at << " s";
}

/// A server of so many slots, one second of service.
inline Service seconds_of_service(int slots, int queue, Duration timeout = std::chrono::hours(1)) {
    return {.slots = slots, .queue = queue, .service_time = Constant{1}, .timeout = timeout};
}

}  // namespace rollcast::testing
