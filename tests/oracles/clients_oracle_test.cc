// Clients against closed forms: those who give up, those who try again, those who think before they ask.

#include <cmath>

#include "oracles/oracle.h"
#include "rollcast/stats/queueing.h"

namespace rollcast::oracles {
namespace {

double share_late(const Path& path) { return path.share(Code::k504); }
double share_never_served(const Path& path) { return 1 - static_cast<double>(path.served) / path.total(); }

// The timeout counts from the arrival and goes on in service, but what is in service is served to its end: so the queue
// is that of M/M/c+D, and who is late among those served follows from the wait that the others left them.
TEST(Oracle, ClientsWhoGiveUpLeaveTheQueueOfMMcWithFixedPatience) {
    const struct {
        int servers;
        double rate, patience;
    } cases[] = {{1, .8, 2}, {1, 1, 3}, {1, 1.5, 4}, {4, 3.6, 1}, {10, 14, .5}, {50, 49, .3}};
    for (const auto& [servers, rate, patience] : cases) {
        const Impatience oracle = fixed_patience(rate, 1, servers, patience);
        const double served_wait = (oracle.mean_wait - patience * oracle.abandoned) / (1 - oracle.abandoned);
        Scenario scenario = unbounded(rate, servers, Exponential{1});
        scenario.service.timeout = from_seconds(patience);
        const std::string name = "M/M/" + std::to_string(servers) + "+D";
        expect(scenario, 40000 / rate,
               {{name + " abandoned", oracle.abandoned, share_never_served},
                {name + " late", oracle.late, share_late},
                {name + " of the served", 1 + served_wait, [](const Path& path) { return path.served_latency; }}});
    }
}

TEST(Oracle, WhatWaitedTooLongIsDroppedAsIfItsClientHadGivenUp) {
    const Impatience oracle = fixed_patience(3.6, 1, 4, 1);
    Scenario scenario = unbounded(3.6, 4, Exponential{1});
    scenario.service.most_wait = 1s;
    expect(
        scenario, 30000,
        {{"shed", oracle.abandoned, [](const Path& path) { return path.share(Code::k503); }},
         {"of the served", 1 + (oracle.mean_wait - oracle.abandoned) / (1 - oracle.abandoned), &Path::mean_latency}});
}

/// Enough servers that nobody waits, and requests that end: what retries do to them can be counted to the end.
struct Ended {
    double requests = 0;
    double attempts = 0;
    double failed = 0;
    double latency = 0;  // mean, of a request from its first attempt to its last answer, seconds
};
Ended run_to_the_end(const Traffic& traffic, const Service& service, std::uint32_t replication) {
    Scenario scenario;
    scenario.service = service;
    scenario.service.slots = 1024;
    scenario.traffic = traffic;
    scenario.traffic.rate = 200;
    scenario.traffic.shape = {{.at = 25s, .factor = 1}, {.at = 25s, .factor = 0}};
    DataPlane data = fleet(scenario, replication);
    const Time end = Time{} + 500s;
    data.advance(end);
    data.sweep(end);
    const Tally clients = data.total();
    EXPECT_EQ(clients.in_flight(), 0);
    return {
        .requests = static_cast<double>(clients.arrived),
        .attempts = static_cast<double>(data.tally(0).arrived),
        .failed = static_cast<double>(clients.failed()),
        .latency = 1e-9 * static_cast<double>(data.client_meter().latency_ns) / static_cast<double>(clients.arrived)};
}

double amplification(const Ended& ended) { return ended.attempts / ended.requests; }
double failure(const Ended& ended) { return ended.failed / ended.requests; }

TEST(Oracle, RetriesOfIndependentFailuresAmplifyTheLoadGeometrically) {
    for (const double p : {.1, .5, .9}) {
        Service service{.service_time = Constant{.001}, .error_rate = p};
        for (const int attempts : {2, 3, 5}) {
            const Traffic traffic{.retries = {.attempts = attempts}};
            const std::string name = std::to_string(attempts) + " attempts at " + std::to_string(p);
            std::vector<ClaimOn<Ended>> claims{{name, (1 - std::pow(p, attempts)) / (1 - p), &amplification}};
            // Where hardly any fails in the end, their number says little.
            if (const double failed = std::pow(p, attempts); failed > .005) {
                claims.push_back({name + ", failed", failed, &failure});
            }
            expect_of([&](std::uint32_t r) { return run_to_the_end(traffic, service, r); }, claims);
        }
    }
}

TEST(Oracle, WhenEverythingFailsEachRequestTakesAllItsAttempts) {
    const Ended ended =
        run_to_the_end({.retries = {.attempts = 3}}, {.service_time = Constant{.001}, .error_rate = 1}, 0);
    EXPECT_EQ(ended.attempts, 3 * ended.requests);
    EXPECT_EQ(ended.failed, ended.requests);
}

// A request that takes long takes long again.
TEST(Oracle, RetriesDoNotHelpWhatIsTooSlowInItself) {
    const Service service{.service_time = Exponential{.1}, .timeout = 200ms};
    const double slow = std::exp(-2);
    expect_of([&](std::uint32_t r) { return run_to_the_end({.retries = {.attempts = 3}}, service, r); },
              std::vector<ClaimOn<Ended>>{{"attempts", 1 + 2 * slow, &amplification}, {"failed", slow, &failure}});
}

TEST(Oracle, BackOffAddsItsMeansToTheTimeOfARequest) {
    constexpr double kFailure = .5;
    const Service service{.service_time = Constant{.01}, .error_rate = kFailure};
    // Three attempts: the second is needed with probability 1/2, the third with 1/4, and waits of .2 and .4 s precede.
    const double work = .01 * (1 + kFailure + kFailure * kFailure);
    const double waits = .2 * kFailure + .4 * kFailure * kFailure;
    const struct {
        Jitter jitter;
        double part;
    } cases[] = {{Jitter::kNone, 1}, {Jitter::kEqual, .75}, {Jitter::kFull, .5}};
    for (const auto& [jitter, part] : cases) {
        const Traffic traffic{.retries = {.attempts = 3, .base = 200ms, .jitter = jitter}};
        expect_near(sample([&](std::uint32_t r) { return run_to_the_end(traffic, service, r).latency; }),
                    work + part * waits, "back-off");
    }
}

TEST(Oracle, LittlesLawCountsThoseWhoAreAboutToTryAgain) {
    constexpr double kFailure = .5;
    Scenario scenario = unbounded(20, 1024, Exponential{.05});
    scenario.service.error_rate = kFailure;
    scenario.traffic.retries = {.attempts = 3, .base = 200ms, .jitter = Jitter::kFull};
    const double time = .05 * (1 + kFailure + kFailure * kFailure) + .5 * (.2 * kFailure + .4 * kFailure * kFailure);
    expect(scenario, 1000,
           {{"in flight", 20 * time, &Path::mean_in_flight},
            {"attempts", 1 + kFailure + kFailure * kFailure,
             [](const Path& path) { return path.total() / static_cast<double>(path.clients.arrived); }}});
}

TEST(Oracle, ABudgetBoundsTheAmplification) {
    const Service fails{.service_time = Constant{.001}, .error_rate = 1};
    for (const double budget : {.1, .25}) {
        const Traffic traffic{.retries = {.attempts = 3, .budget = budget, .reserve = 10}};
        const Ended all = run_to_the_end(traffic, fails, 0);
        // Everything fails at once, so every token is spent but what is left of one and the first, for which a full
        // bucket has no room.
        EXPECT_LE(all.attempts, all.requests * (1 + budget) + 10);
        EXPECT_GT(all.attempts, all.requests * (1 + budget) + 10 - 1 - budget - 1e-6);
    }
    // A budget well above what is needed binds nobody.
    const Service seldom{.service_time = Constant{.001}, .error_rate = .05};
    Traffic traffic{.retries = {.attempts = 3}};
    const Ended free = run_to_the_end(traffic, seldom, 0);
    traffic.retries.budget = .2;
    const Ended bound = run_to_the_end(traffic, seldom, 0);
    EXPECT_EQ(bound.attempts, free.attempts);
    EXPECT_EQ(bound.failed, free.failed);
}

Scenario closed(int users, const Distribution& think, int slots, const Distribution& service) {
    Scenario scenario = unbounded(0, slots, service);
    scenario.traffic.users = {.count = users, .think = think};
    return scenario;
}

double throughput(const Path& path) { return static_cast<double>(path.clients.answered) / path.seconds; }

/// Users are in flight from a request to its answer; the others think.
TEST(Oracle, UsersWhoThinkAreTheMachineRepairModel) {
    for (const int servers : {1, 2}) {
        const ClosedStation oracle = closed_station(10, .02, servers, .5);
        for (const Distribution& think : {Distribution(Exponential{50}), Distribution(Uniform{20, 80})}) {
            expect(closed(10, think, servers, Exponential{2}), 200000,
                   {{"in station", oracle.mean_in_station, &Path::mean_in_flight},
                    {"throughput", oracle.throughput, throughput}});
        }
    }
}

TEST(Oracle, AClosedStationSaturatesAsMeanValueAnalysisSays) {
    for (const int users : {1, 5, 20, 50}) {
        const ClosedNetwork oracle = mean_value_analysis(std::array{.08}, 1, users);
        const Claim claim{std::to_string(users) + " users", oracle.throughput, throughput};
        expect(closed(users, Exponential{1}, 1, Exponential{.08}), 600, {claim});
        // Shared by all who ask, the station serves any law of the work alike.
        Scenario shared = closed(users, Exponential{1}, 1024, LogNormal{.08 * std::exp(-.5), 1});
        shared.service.cores = 1;
        expect(shared, 600, {claim});
    }
}

}  // namespace
}  // namespace rollcast::oracles
