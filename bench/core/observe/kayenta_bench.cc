// Verdicts of Kayenta's judge: it has to keep up with a metric each millisecond.

#include <benchmark/benchmark.h>

#include "rollcast/observe/kayenta.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

std::vector<double> series(std::size_t points, double median, std::uint64_t seed) {
    Stream random = StreamSpace(seed, 0).stream(Purpose::kTruth, 0);
    std::vector<double> values;
    for (std::size_t i = 0; i < points; ++i) values.push_back(draw(Distribution(LogNormal{median, .3}), random));
    return values;
}

/// So many points on each side.
void BM_KayentaMetric(benchmark::State& state) {
    const auto points = static_cast<std::size_t>(state.range(0));
    const std::vector<double> baseline = series(points, 1, 1), canary = series(points, 1.05, 2);
    for (auto _ : state) benchmark::DoNotOptimize(kayenta::judge_metric(baseline, canary, {}));
}
BENCHMARK(BM_KayentaMetric)->Arg(60)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rollcast
