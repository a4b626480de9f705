// The engine against closed forms. Each check runs independent replications, takes Student's t of their mean against
// the oracle and allows |t| < 5: with 31 degrees of freedom a right engine fails one check in 45,000 (and the seed is
// fixed). The replications are long enough that their standard error, printed on failure, is a small part of the value.

#include <array>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "rollcast/stats/moments.h"
#include "rollcast/stats/queueing.h"
#include "rollcast/world/data_plane.h"

namespace rollcast {
namespace {

constexpr std::uint64_t kSeed = 314159;
constexpr std::uint32_t kReplications = 32;

/// One station: slots and queue of a single instance.
DataPlane station(const Scenario& scenario, std::uint32_t replication) {
    DataPlane data(scenario, std::array<Defect, 1>{}, StreamSpace(kSeed, replication), Time{});
    const std::uint32_t server = data.add_server(kOldVersion);
    data.listen(server, Time{});
    data.set_routes({{.share = 1, .servers = {server}}});
    return data;
}

Scenario unbounded(double rate, int slots, Distribution service) {
    Scenario scenario;
    scenario.traffic.rate = rate;
    scenario.service = {.slots = slots, .queue = 20000, .service_time = service, .timeout = 1000h};
    return scenario;
}

struct Measured {
    double mean_wait = 0;
    double blocked = 0;     // share of arrivals
    double in_system = 0;   // averaged over evenly spaced instants
    double throughput = 0;  // answers a second
    double latency = 0;     // mean of the answered
};

/// What happens to about `requests` requests once as many as a tenth of them have warmed the station up.
Measured measure(const Scenario& scenario, std::uint32_t replication, double requests) {
    DataPlane data = station(scenario, replication);
    const Duration warm_up = from_seconds(.1 * requests / scenario.traffic.rate);
    const Duration length = from_seconds(requests / scenario.traffic.rate);
    data.advance(Time{} + warm_up);
    data.sweep(Time{} + warm_up);
    const Tally tally_before = data.total();
    data.take_application(0);
    constexpr int kLooks = 2000;
    double seen = 0;
    for (int look = 1; look <= kLooks; ++look) {
        const Time now = Time{} + warm_up + length / kLooks * look;
        data.advance(now);
        data.sweep(now);
        seen += static_cast<double>(data.count_in_flight(now));
    }
    const Tally tally = data.total() - tally_before;
    const double answered = static_cast<double>(tally.answered);
    const double latency = 1e-9 * static_cast<double>(data.take_application(0).latency_ns) / answered;
    return {.mean_wait = latency - mean(scenario.service.service_time),
            .blocked = static_cast<double>(tally.failed()) / static_cast<double>(tally.arrived),
            .in_system = seen / kLooks,
            .throughput = answered / to_seconds(length),
            .latency = latency};
}

void expect_mean(const std::function<double(std::uint32_t)>& once, double oracle, const std::string& what) {
    Moments sample;
    for (std::uint32_t replication = 0; replication < kReplications; ++replication) sample.add(once(replication));
    const double error = std::sqrt(sample.variance() / kReplications);
    EXPECT_LT(std::abs(sample.mean() - oracle), 5 * error)
        << what << ": " << sample.mean() << " +- " << error << ", oracle " << oracle;
    EXPECT_LT(error, .05 * std::abs(oracle)) << what << ": too noisy to be a check";
}

TEST(Oracle, WaitOfMMcIsErlangs) {
    struct Case {
        int servers;
        double utilisation;
    };
    for (const auto& [servers, utilisation] : {Case{1, .8}, Case{2, .8}, Case{4, .8}, Case{10, .8}, Case{50, .9}}) {
        const double rate = utilisation * servers;
        const Scenario scenario = unbounded(rate, servers, Exponential{1});
        expect_mean([&](std::uint32_t r) { return measure(scenario, r, 60000).mean_wait; },
                    mmc(rate, 1, servers).mean_wait, "M/M/" + std::to_string(servers));
    }
}

TEST(Oracle, OneOfTenInstancesAwayTriplesTheWaitAtEightyPercentLoad) {
    const auto wait = [](int servers) {
        const Scenario scenario = unbounded(8, servers, Exponential{1});
        Moments sample;
        for (std::uint32_t r = 0; r < kReplications; ++r) sample.add(measure(scenario, r, 60000).mean_wait);
        return sample.mean();
    };
    // .653327 / .204590; the means' relative errors are below 2 % each, 5 standard deviations of the ratio 14 %.
    EXPECT_NEAR(wait(9) / wait(10), 3.1933, .14 * 3.1933);
}

TEST(Oracle, WaitOfMG1IsPollaczekAndKhinchines) {
    const double rate = .8;
    expect_mean([&](std::uint32_t r) { return measure(unbounded(rate, 1, Constant{1}), r, 60000).mean_wait; },
                mg1_mean_wait(rate, 1, 0), "M/D/1");
    // Lognormal with mean 1 and sigma 1: squared coefficient of variation e - 1.
    const LogNormal heavy{std::exp(-.5), 1};
    expect_mean([&](std::uint32_t r) { return measure(unbounded(rate, 1, heavy), r, 200000).mean_wait; },
                mg1_mean_wait(rate, 1, std::exp(1.) - 1), "M/LogNormal/1");
}

TEST(Oracle, BlockingOfMMcKIsItsBirthDeathChains) {
    struct Case {
        int servers, capacity;
        double rate;
    };
    for (const auto& [servers, capacity, rate] :
         {Case{1, 5, .8}, Case{1, 10, 1.2}, Case{4, 20, 3.6}, Case{10, 30, 9.5}}) {
        Scenario scenario = unbounded(rate, servers, Exponential{1});
        scenario.service.queue = capacity - servers;
        const MMcK oracle = mmck(rate, 1, servers, capacity);
        const std::string what = "M/M/" + std::to_string(servers) + "/" + std::to_string(capacity);
        expect_mean([&](std::uint32_t r) { return measure(scenario, r, 60000).blocked; }, oracle.blocking, what);
        expect_mean([&](std::uint32_t r) { return measure(scenario, r, 60000).in_system; }, oracle.mean_in_system,
                    what + " in system");
    }
}

TEST(Oracle, LittlesLawHoldsOnEveryPath) {
    const Scenario scenario = unbounded(8, 10, LogNormal{.8, .6});
    expect_mean(
        [&](std::uint32_t r) {
            const Measured path = measure(scenario, r, 60000);
            return path.in_system / (path.throughput * path.latency);
        },
        1, "L / (lambda T)");
}

TEST(Oracle, WithoutAQueueBlockingIsErlangsLossFormula) {
    Scenario scenario = unbounded(4, 5, Exponential{1});
    scenario.service.queue = 0;
    expect_mean([&](std::uint32_t r) { return measure(scenario, r, 60000).blocked; }, mmck(4, 1, 5, 5).blocking,
                "Erlang B");
}

}  // namespace
}  // namespace rollcast
