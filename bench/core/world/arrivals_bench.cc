#include <memory>

#include <benchmark/benchmark.h>

#include "rollcast/world/arrivals.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// Blocks of arrivals over a minute or more, then from the start again. Items: requests. Their words are in the price:
/// see RequestWordsBlock of random_bench for that part.
void ArrivalsFill(benchmark::State& state, const Traffic& traffic) {
    const Arrivals start(traffic, StreamSpace(1, 0), Time{});
    const auto block = std::make_unique<ArrivalBlock>();
    constexpr int kBlocks = 12'000;  // a minute of 50,000 requests a second
    int done = 0;
    auto arrivals = std::make_unique<Arrivals>(start);
    for (auto _ : state) {
        if (done++ == kBlocks) *arrivals = start, done = 0;
        arrivals->fill(*block);
        benchmark::DoNotOptimize(block.get());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRequestBlock));
}

BENCHMARK_CAPTURE(ArrivalsFill, constant, Traffic{.rate = 50'000});
BENCHMARK_CAPTURE(ArrivalsFill, slope, Traffic{.rate = 50'000, .shape = {{0s, .5}, {600s, 2}}});
BENCHMARK_CAPTURE(ArrivalsFill, bursts, Traffic{.rate = 50'000, .bursts = Bursts{.factor = 3}});
BENCHMARK_CAPTURE(ArrivalsFill, slope_and_bursts,
                  Traffic{.rate = 50'000, .shape = {{0s, .5}, {600s, 2}}, .bursts = Bursts{.factor = 3}});
/// Some twenty bursts and as many pauses pass before the next comes.
BENCHMARK_CAPTURE(ArrivalsFill, rare_in_bursts, Traffic{.rate = .0007, .bursts = Bursts{.factor = 3}});

void ArrivalsReplay(benchmark::State& state) {
    std::vector<std::int64_t> at(12'000 * kRequestBlock);
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = static_cast<std::int64_t>(i) * 20'000;
    ArrivalsFill(state, Traffic{.replay = std::make_shared<const std::vector<std::int64_t>>(std::move(at))});
}
BENCHMARK(ArrivalsReplay);

}  // namespace
}  // namespace rollcast
