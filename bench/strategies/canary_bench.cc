#include <benchmark/benchmark.h>

#include "rollcast/strategies/canary.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

/// While it waits for a person at its second step.
void BM_CanaryDecides(benchmark::State& state) {
    testing::ToyFleet fleet(100);
    fleet.person_approves = false;
    const auto controller = Canary({.replicas = 100, .steps = {SetWeight{10}, Pause{}, SetWeight{50}}, .routed = true})
                                .start({.replicas = 100});
    fleet.run_to(*controller, Phase::kPaused);
    for (auto _ : state) {
        Directive want = controller->decide(fleet.look());
        benchmark::DoNotOptimize(want);
    }
}
BENCHMARK(BM_CanaryDecides);

}  // namespace
}  // namespace rollcast::strategies
