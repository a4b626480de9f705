// What decisions cost: of a controller that is woken while nothing has changed, and of a whole rollout.

#include <benchmark/benchmark.h>

#include "rollcast/strategies/rolling.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

void BM_RollingDecides(benchmark::State& state) {
    testing::ToyFleet fleet(100);
    const auto controller = Rolling({.replicas = 100}).start({.replicas = 100});
    controller->decide(fleet.look());
    for (auto _ : state) {
        Directive want = controller->decide(fleet.look());
        benchmark::DoNotOptimize(want);
    }
}
BENCHMARK(BM_RollingDecides);

/// One instance after the other. The number of decisions shows a controller that dithers, on any machine.
void BM_RollingToTheEnd(benchmark::State& state) {
    const auto replicas = static_cast<int>(state.range(0));
    const Rolling rolling({.replicas = replicas, .max_surge = count(1), .max_unavailable = count(0)});
    double decisions = 0;
    for (auto _ : state) {
        testing::ToyFleet fleet(replicas);
        const auto controller = rolling.start({.replicas = replicas});
        Phase phase = Phase::kMoving;
        for (; phase != Phase::kPromoted; ++decisions) {
            const Directive want = controller->decide(fleet.look());
            phase = want.phase;
            if (!fleet.apply(want)) fleet.settle();
        }
    }
    state.counters["decisions"] = benchmark::Counter(decisions, benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_RollingToTheEnd)->ArgName("replicas")->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rollcast::strategies
