// Requests a second on one core. Time per iteration is one simulated second; items are requests.

#include <array>

#include <benchmark/benchmark.h>

#include "rollcast/world/data_plane.h"

namespace rollcast {
namespace {

Scenario web_fleet(Policy policy, double rate) {
    Scenario scenario;
    scenario.traffic.rate = rate;
    scenario.service = {.slots = 8, .queue = 64, .service_time = LogNormal{.02, .5}, .timeout = 1s};
    scenario.balancing.policy = policy;
    return scenario;
}

/// 250 requests a second and instance: 5.7 of 8 slots busy.
void BM_DataPlaneAdvances(benchmark::State& state) {
    const auto policy = static_cast<Policy>(state.range(0));
    const auto instances = static_cast<std::uint32_t>(state.range(1));
    const Scenario scenario = web_fleet(policy, 250. * instances);
    DataPlane data(scenario, std::array<Defect, 1>{}, StreamSpace(1, 0), Time{});
    RouteGroup all;
    for (std::uint32_t i = 0; i < instances; ++i) {
        all.servers.push_back(data.add_server(kOldVersion));
        data.listen(all.servers.back(), Time{});
    }
    data.set_routes({all});
    Time now{};
    data.advance(now += 10s);
    const std::int64_t before = data.total().arrived;
    for (auto _ : state) data.advance(now += 1s);
    state.SetItemsProcessed(data.total().arrived - before);
}
BENCHMARK(BM_DataPlaneAdvances)
    ->ArgNames({"policy", "instances"})
    ->ArgsProduct({{std::int64_t(Policy::kRandom), std::int64_t(Policy::kRoundRobin)}, {12, 200}})
    ->Args({std::int64_t(Policy::kLeastOutstanding), 12})
    ->Unit(benchmark::kMicrosecond);

/// A scrape settles every slot of every server.
void BM_DataPlaneSweeps(benchmark::State& state) {
    const auto instances = static_cast<std::uint32_t>(state.range(0));
    DataPlane data(web_fleet(Policy::kRandom, 250. * instances), std::array<Defect, 1>{}, StreamSpace(1, 0), Time{});
    RouteGroup all;
    for (std::uint32_t i = 0; i < instances; ++i) {
        all.servers.push_back(data.add_server(kOldVersion));
        data.listen(all.servers.back(), Time{});
    }
    data.set_routes({all});
    data.advance(Time{} + 10s);
    for (auto _ : state) {
        data.sweep(Time{} + 10s);
        benchmark::DoNotOptimize(data.total());
    }
}
BENCHMARK(BM_DataPlaneSweeps)->ArgName("instances")->Arg(12)->Arg(200);

}  // namespace
}  // namespace rollcast
