#pragma once
// How the engine is held to closed forms. Each check runs independent replications, takes Student's t of their mean
// against the oracle and allows |t| < 5: with 31 degrees of freedom a right engine fails one check in 45,000 (and the
// seed is fixed). The replications are long enough that their standard error, printed on failure, is a small part of
// the value.

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/stats/moments.h"
#include "rollcast/world/data_plane.h"

namespace rollcast::oracles {

inline constexpr std::uint64_t kSeed = 314159;
inline constexpr std::uint32_t kReplications = 32;

/// fleet.replicas instances that know all about each other's load and never die.
inline DataPlane fleet(const Scenario& scenario, std::uint32_t replication) {
    DataPlane data(scenario, std::array<Defect, 1>{}, StreamSpace(kSeed, replication), Time{});
    RouteGroup all;
    for (int i = 0; i < scenario.fleet.replicas; ++i) {
        all.servers.push_back(data.add_server(kOldVersion));
        data.listen(all.servers.back(), Time{});
    }
    data.set_routes({all});
    return data;
}

/// One instance with as much room and patience as it takes.
inline Scenario unbounded(double rate, int slots, Distribution service) {
    Scenario scenario;
    scenario.traffic.rate = rate;
    scenario.service = {.slots = slots, .queue = 20000, .service_time = std::move(service), .timeout = 1000h};
    return scenario;
}

/// What happened in a stretch of time of a warm fleet.
struct Path {
    double seconds = 0;
    std::vector<AttemptRecord> ended;       // in that time
    Tally clients;                          // first attempts
    std::int64_t served = 0;                // requests that instances were done with
    double served_latency = 0;              // mean, seconds
    std::vector<std::int64_t> in_flight{};  // at evenly spaced instants: clients that wait, or are about to try again

    double share(Code code) const { return static_cast<double>(latency(code).count()) / total(); }
    double total() const { return static_cast<double>(ended.size()); }
    /// Seconds, of the attempts that were answered so.
    Moments latency(Code code) const {
        Moments moments;
        for (const AttemptRecord& each : ended) {
            if (each.seen == code) moments.add(1e-9 * static_cast<double>(each.answered - each.arrived));
        }
        return moments;
    }
    double mean_latency() const { return latency(Code::k200).mean(); }
    double mean_square_latency() const {
        const Moments moments = latency(Code::k200);
        return moments.variance() + moments.mean() * moments.mean();
    }
    double mean_in_flight() const {
        Moments moments;
        for (const std::int64_t count : in_flight) moments.add(static_cast<double>(count));
        return moments.mean();
    }
    /// Share of time with so many, or more.
    double share_of_time(std::int64_t least) const {
        Moments moments;
        for (const std::int64_t count : in_flight) moments.add(count >= least);
        return moments.mean();
    }
};

inline Path follow(const Scenario& scenario, std::uint32_t replication, double seconds, double warm_up) {
    DataPlane data = fleet(scenario, replication);
    Time now = Time{} + from_seconds(warm_up);
    data.advance(now);
    data.sweep(now);
    const Tally before = data.total();
    for (int i = 0; i < scenario.fleet.replicas; ++i) data.take_application(static_cast<std::uint32_t>(i));
    Path path{.seconds = seconds, .ended = {}, .clients = {}};
    data.keep_journal(&path.ended);
    const int looks = 2000 / scenario.fleet.replicas + 1;  // each costs as much as there are instances
    for (int look = 0; look < looks; ++look) {
        now += from_seconds(seconds / looks);
        data.advance(now);
        data.sweep(now);
        path.in_flight.push_back(data.count_in_flight(now));
    }
    path.clients = data.total() - before;
    Meter served;
    for (int i = 0; i < scenario.fleet.replicas; ++i) {
        const Meter one = data.take_application(static_cast<std::uint32_t>(i));
        served.counters += one.counters;
        served.latency_ns += one.latency_ns;
    }
    path.served = served.counters.by_code[std::size_t(Code::k200)];
    path.served_latency = 1e-9 * static_cast<double>(served.latency_ns) / static_cast<double>(path.served);
    return path;
}
inline Path follow(const Scenario& scenario, std::uint32_t replication, double seconds) {
    return follow(scenario, replication, seconds, .1 * seconds);
}

/// What a closed form says of a replication.
template <typename Result>
struct ClaimOn {
    std::string what;
    double oracle = 0;
    std::function<double(const Result&)> measured;
};
using Claim = ClaimOn<Path>;

struct Sample {
    double mean = 0;
    double error = 0;  // standard, of the mean

    explicit Sample(const Moments& moments)
        : mean(moments.mean()), error(std::sqrt(moments.variance() / static_cast<double>(moments.count()))) {}
};

inline Sample sample(const std::function<double(std::uint32_t)>& once, std::uint32_t replications = kReplications) {
    Moments moments;
    for (std::uint32_t replication = 0; replication < replications; ++replication) moments.add(once(replication));
    return Sample(moments);
}

inline void expect_near(const Sample& found, double oracle, const std::string& what) {
    EXPECT_LT(std::abs(found.mean - oracle), 5 * found.error)
        << what << ": " << found.mean << " +- " << found.error << ", oracle " << oracle;
    EXPECT_LT(found.error, .05 * std::abs(oracle)) << what << ": too noisy to be a check";
}

template <typename Once, typename Result>
void expect_of(const Once& once, const std::vector<ClaimOn<Result>>& claims) {
    std::vector<Moments> found(claims.size());
    for (std::uint32_t replication = 0; replication < kReplications; ++replication) {
        const Result result = once(replication);
        for (std::size_t i = 0; i < claims.size(); ++i) found[i].add(claims[i].measured(result));
    }
    for (std::size_t i = 0; i < claims.size(); ++i) expect_near(Sample(found[i]), claims[i].oracle, claims[i].what);
}

inline void expect(const Scenario& scenario, double seconds, const std::vector<Claim>& claims) {
    expect_of([&](std::uint32_t replication) { return follow(scenario, replication, seconds); }, claims);
}

}  // namespace rollcast::oracles
