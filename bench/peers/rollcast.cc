// Rollcast's request data plane through the public C++ API, scraped as often as a run does it.
//
//     rollcast MODEL REQUESTS SEED

#include <array>
#include <cstdlib>
#include <map>
#include <string>

#include "models.h"
#include "rollcast/world/data_plane.h"

namespace {

using namespace rollcast;

constexpr Duration kScrape = Observability{}.scrape_interval;

struct Run {
    std::int64_t requests = 0;
    double wall_seconds = 0;
    double mean_latency = 0;
    double within_25ms = 0;
    double timed_out = 0;
};

/// What clients have seen, of both versions.
Meter seen(const DataPlane& data) {
    Meter sum;
    for (std::size_t version = 0; version < data.versions(); ++version) {
        sum.counters += data.proxy_meter(version).counters;
        sum.latency_ns += data.proxy_meter(version).latency_ns;
    }
    return sum;
}

/// `servers` of two versions in turn, swept whenever `scrape` of simulated time has gone by.
Run run(const Scenario& scenario, int servers, Duration scrape, std::int64_t requests, std::uint64_t seed) {
    DataPlane data(scenario, std::array<Defect, 2>{}, StreamSpace(seed, 0), Time{});
    RouteGroup all;
    for (int i = 0; i < servers; ++i) {
        all.servers.push_back(data.add_server(i % 2 == 0 ? kOldVersion : kNewVersion));
        data.listen(all.servers.back(), Time{});
    }
    data.set_routes({all});
    data.count_application(false);  // as the naive program, which counts by version

    const peers::Stopwatch watch;
    Time now = Time{} + from_seconds(peers::kWarmUp);
    data.advance(now);
    data.sweep(now);
    const Meter before = seen(data);
    while (data.total().arrived < requests) {
        data.advance(now += scrape);
        data.sweep(now);
    }
    Run result{.requests = data.total().arrived, .wall_seconds = watch.seconds()};

    Meter counted = seen(data);
    counted.counters -= before.counters;
    const auto answers = static_cast<double>(counted.counters.requests());
    std::int64_t quick = 0;
    for (std::size_t i = 0; i < peers::kBucketsTo25Milliseconds; ++i) quick += counted.counters.by_latency[i];
    result.mean_latency = static_cast<double>(counted.latency_ns - before.latency_ns) / answers * 1e-9;
    result.within_25ms = static_cast<double>(quick) / answers;
    result.timed_out = static_cast<double>(counted.counters.errors()) / answers;
    return result;
}

void run_queue(const peers::Queue& model, std::int64_t requests, std::uint64_t seed) {
    Scenario scenario;
    scenario.traffic.rate = model.arrival_rate;
    scenario.service = {
        .slots = model.servers, .queue = 65536, .service_time = Exponential{1}, .timeout = std::chrono::hours(24)};
    // As many requests from scrape to scrape as in the web fleet.
    const Duration scrape = from_seconds(to_seconds(kScrape) * peers::kWebFleet.rate / model.arrival_rate);
    const Run result = run(scenario, 1, scrape, requests, seed);
    peers::report(result.requests, result.wall_seconds,
                  {{"mean_in_system", result.mean_latency}, {"mean_wait", result.mean_latency - 1}});
}

void run_fleet(const peers::Fleet& model, Policy policy, std::int64_t requests, std::uint64_t seed) {
    Scenario scenario;
    scenario.traffic.rate = model.rate;
    scenario.service = {.slots = model.slots,
                        .service_time = LogNormal{model.median(), model.sigma},
                        .timeout = from_seconds(model.timeout)};
    scenario.balancing.policy = policy;
    scenario.observability.latency_buckets.assign(peers::kBuckets.begin(), peers::kBuckets.end());
    const Run result = run(scenario, model.servers, kScrape, requests, seed);
    peers::report(
        result.requests, result.wall_seconds,
        {{"mean_latency", result.mean_latency}, {"within_25ms", result.within_25ms}, {"timed_out", result.timed_out}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fputs("rollcast MODEL REQUESTS SEED\n", stderr), 2;
    const std::string model = argv[1];
    const std::int64_t requests = std::atoll(argv[2]);
    const auto seed = static_cast<std::uint64_t>(std::atoll(argv[3]));
    const std::map<std::string, Policy> policies{{"random", Policy::kRandom}, {"p2c", Policy::kPowerOfTwo}};
    const bool large = model.starts_with("large-");
    const auto policy = policies.find(model.substr(model.find_last_of('-') + 1));
    if (model == "mm1" || model == "mm100") {
        run_queue(model == "mm1" ? peers::kSingleServer : peers::kManyServers, requests, seed);
    } else if (policy != policies.end()) {
        run_fleet(large ? peers::kLargeFleet : peers::kWebFleet, policy->second, requests, seed);
    } else {
        peers::report_cannot("no such model");
    }
}
