#include <memory>

#include <benchmark/benchmark.h>
#include <boost/random/exponential_distribution.hpp>

#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"

namespace rollcast {
namespace {

void PhiloxScalarWord(benchmark::State& state) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    for (auto _ : state) benchmark::DoNotOptimize(stream());
}
BENCHMARK(PhiloxScalarWord);

/// ns per word: the inverse of items per second.
void RequestWordsBlock(benchmark::State& state, InstructionSet level) {
    if (level > best_instruction_set()) return state.SkipWithError("this machine lacks the instructions");
    const StreamSpace streams(1, 0);
    const auto words = std::make_unique<RequestWords>();
    std::uint64_t ordinal = 0;
    for (auto _ : state) {
        request_words(streams, ordinal, *words, level);
        benchmark::DoNotOptimize(words.get());
        benchmark::ClobberMemory();
        ordinal += kRequestBlock;
    }
    state.SetItemsProcessed(state.iterations() * 4 * static_cast<std::int64_t>(kRequestBlock));
}
BENCHMARK_CAPTURE(RequestWordsBlock, baseline, InstructionSet::kBaseline);
BENCHMARK_CAPTURE(RequestWordsBlock, avx2, InstructionSet::kAvx2);
BENCHMARK_CAPTURE(RequestWordsBlock, avx512, InstructionSet::kAvx512);

/// A whole block, so that the words' own price is not in it.
void QuantileTableBlock(benchmark::State& state, const Distribution& distribution) {
    const QuantileTable table(distribution);
    const auto words = std::make_unique<RequestWords>();
    request_words(StreamSpace(1, 0), 0, *words);
    std::array<float, kRequestBlock> values{};
    for (auto _ : state) {
        for (std::size_t i = 0; i < kRequestBlock; ++i) values[i] = table(words->service[i]);
        benchmark::DoNotOptimize(values.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRequestBlock));
}
BENCHMARK_CAPTURE(QuantileTableBlock, exponential, Exponential{1});
BENCHMARK_CAPTURE(QuantileTableBlock, lognormal, LogNormal{.02, .5});

void QuantileTableConstruction(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(std::make_unique<QuantileTable>(LogNormal{.02, .5}));
}
BENCHMARK(QuantileTableConstruction);

void DrawFromStream(benchmark::State& state, const Distribution& distribution) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    for (auto _ : state) benchmark::DoNotOptimize(draw(distribution, stream));
}
BENCHMARK_CAPTURE(DrawFromStream, exponential, Exponential{1});
BENCHMARK_CAPTURE(DrawFromStream, lognormal, LogNormal{.02, .5});

void BoostExponential(benchmark::State& state) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    boost::random::exponential_distribution<double> exponential;
    for (auto _ : state) benchmark::DoNotOptimize(exponential(stream));
}
BENCHMARK(BoostExponential);

}  // namespace
}  // namespace rollcast
