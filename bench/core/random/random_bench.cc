// Words and variates. The standard library's stand beside ours, so that ratios can be read from one run; where a time
// is that of a block, items_per_second counts words or variates.

#include <array>
#include <cmath>
#include <cstdint>
#include <random>

#include <benchmark/benchmark.h>

#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"

namespace rollcast {
namespace {

constexpr auto kBlock = static_cast<std::int64_t>(kRequestBlock);
constexpr double kMedian = .02, kSigma = .5;

bool lacks(InstructionSet level, benchmark::State& state) {
    if (level <= best_instruction_set()) return false;
    state.SkipWithError("this machine lacks the instructions");
    return true;
}

// --- words -----------------------------------------------------------------------------------------------------------

void StandardMersenneWord(benchmark::State& state) {
    std::mt19937_64 random;
    for (auto _ : state) benchmark::DoNotOptimize(random());
}
BENCHMARK(StandardMersenneWord);

void PhiloxScalarWord(benchmark::State& state) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    for (auto _ : state) benchmark::DoNotOptimize(stream());
}
BENCHMARK(PhiloxScalarWord);

void AttemptWords(benchmark::State& state) {
    const StreamSpace streams(1, 0);
    std::uint64_t ordinal = 0;
    for (auto _ : state) benchmark::DoNotOptimize(attempt_words(streams, ordinal++, 1, 0));
    state.SetItemsProcessed(state.iterations() * 4);
}
BENCHMARK(AttemptWords);

void RequestWordsBlock(benchmark::State& state, InstructionSet level) {
    if (lacks(level, state)) return;
    const StreamSpace streams(1, 0);
    RequestWords words;
    std::uint64_t ordinal = 0;
    for (auto _ : state) {
        request_words(streams, ordinal, words, level);
        benchmark::DoNotOptimize(&words);
        benchmark::ClobberMemory();
        ordinal += kRequestBlock;
    }
    state.SetItemsProcessed(state.iterations() * 4 * kBlock);
}
BENCHMARK_CAPTURE(RequestWordsBlock, baseline, InstructionSet::kBaseline);
BENCHMARK_CAPTURE(RequestWordsBlock, avx2, InstructionSet::kAvx2);
BENCHMARK_CAPTURE(RequestWordsBlock, avx512, InstructionSet::kAvx512);

// --- variates --------------------------------------------------------------------------------------------------------

void StandardExponential(benchmark::State& state) {
    std::mt19937_64 random;
    std::exponential_distribution<double> exponential;
    for (auto _ : state) benchmark::DoNotOptimize(exponential(random));
}
BENCHMARK(StandardExponential);

void StandardLognormal(benchmark::State& state) {
    std::mt19937_64 random;
    std::lognormal_distribution<double> lognormal(std::log(kMedian), kSigma);
    for (auto _ : state) benchmark::DoNotOptimize(lognormal(random));
}
BENCHMARK(StandardLognormal);

/// For control draws: Boost.Random over a stream.
void DrawFromStream(benchmark::State& state, const Distribution& distribution) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    for (auto _ : state) benchmark::DoNotOptimize(draw(distribution, stream));
}
BENCHMARK_CAPTURE(DrawFromStream, exponential, Exponential{1});
BENCHMARK_CAPTURE(DrawFromStream, lognormal, LogNormal{kMedian, kSigma});
BENCHMARK_CAPTURE(DrawFromStream, erlang, Erlang{4, 1});

/// The words' own price is not in it. All distributions cost the same.
void QuantilesBlock(benchmark::State& state, InstructionSet level) {
    if (lacks(level, state)) return;
    const QuantileTable table(LogNormal{kMedian, kSigma});
    std::array<RequestWords, 8> words;
    for (std::size_t i = 0; i < words.size(); ++i) request_words(StreamSpace(1, 0), i * kRequestBlock, words[i]);
    std::array<float, kRequestBlock> values;
    std::size_t block = 0;
    for (auto _ : state) {
        quantiles(table, words[block++ % words.size()].service.data(), 1e9f, values.data(), kRequestBlock, level);
        benchmark::DoNotOptimize(values.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * kBlock);
}
BENCHMARK_CAPTURE(QuantilesBlock, baseline, InstructionSet::kBaseline);
BENCHMARK_CAPTURE(QuantilesBlock, avx2, InstructionSet::kAvx2);

/// What a request needs of randomness: its four words, the gap and the service time.
void RequestDraws(benchmark::State& state, InstructionSet level) {
    if (lacks(level, state)) return;
    const QuantileTable gap(Exponential{1}), service(LogNormal{kMedian, kSigma});
    const StreamSpace streams(1, 0);
    RequestWords words;
    std::array<float, kRequestBlock> gaps, services;
    std::uint64_t ordinal = 0;
    for (auto _ : state) {
        request_words(streams, ordinal, words, level);
        quantiles(gap, words.gap.data(), 2e4f, gaps.data(), kRequestBlock, level);
        quantiles(service, words.service.data(), 1e9f, services.data(), kRequestBlock, level);
        benchmark::DoNotOptimize(&words);
        benchmark::DoNotOptimize(gaps.data());
        benchmark::DoNotOptimize(services.data());
        benchmark::ClobberMemory();
        ordinal += kRequestBlock;
    }
    state.SetItemsProcessed(state.iterations() * kBlock);
}
BENCHMARK_CAPTURE(RequestDraws, baseline, InstructionSet::kBaseline);
BENCHMARK_CAPTURE(RequestDraws, avx2, InstructionSet::kAvx2);
BENCHMARK_CAPTURE(RequestDraws, avx512, InstructionSet::kAvx512);

/// A table that this process has not made before.
void QuantileTableConstruction(benchmark::State& state) {
    LogNormal distribution{kMedian, kSigma};
    for (auto _ : state) {
        distribution.median *= 1 + 1e-12;
        benchmark::DoNotOptimize(QuantileTable(distribution));
    }
}
BENCHMARK(QuantileTableConstruction);

/// One that it has, as in the second replication of a study and all after it.
void QuantileTableAgain(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(QuantileTable(LogNormal{kMedian, kSigma}));
}
BENCHMARK(QuantileTableAgain);

}  // namespace
}  // namespace rollcast
