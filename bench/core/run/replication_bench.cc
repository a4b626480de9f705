// Whole replications, with their twin without the rollout. Items are requests of both.

#include <benchmark/benchmark.h>

#include "rollcast/run/replication.h"
#include "rollcast/strategies/rolling.h"

namespace rollcast {
namespace {

/// Twelve instances, 1,000 requests a second, a rolling update and ten minutes to watch it.
void BM_ReplicationOfARollingUpdate(benchmark::State& state) {
    Scenario scenario;
    scenario.fleet.replicas = 12;
    scenario.fleet.pre_stop = 5s;
    scenario.service.slots = 4;
    scenario.traffic.rate = 1000;
    scenario.window.horizon = 10min;
    const strategies::Rolling rolling({.replicas = 12});
    std::uint32_t replication = 0;
    std::int64_t requests = 0;
    for (auto _ : state) requests += 2 * replicate(scenario, rolling, 1, replication++, 0).requests;
    state.SetItemsProcessed(requests);
}
BENCHMARK(BM_ReplicationOfARollingUpdate)->Unit(benchmark::kMillisecond);

/// What a replication costs besides its requests: the same with one request a second.
void BM_ReplicationWithHardlyAnyTraffic(benchmark::State& state) {
    Scenario scenario;
    scenario.fleet.replicas = 12;
    scenario.traffic.rate = 1;
    scenario.window.horizon = 10min;
    const strategies::Rolling rolling({.replicas = 12});
    std::uint32_t replication = 0;
    for (auto _ : state) benchmark::DoNotOptimize(replicate(scenario, rolling, 1, replication++, 0));
}
BENCHMARK(BM_ReplicationWithHardlyAnyTraffic)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rollcast
