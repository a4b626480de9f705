// Whole rollouts of an hour in which requests are drawn and the fleet is counted: what a replication costs, with its
// twin, at any size and any traffic.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rollcast/run/replication.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/rolling.h"
#include "rollcast/strategies/waves.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// The share of the new version's requests that fail, over a minute, each minute.
Analysis error_ratio() {
    const Selector all{.vantage = Vantage::kProxy, .scope = Scope::kNew, .window = 1min};
    Selector errors = all;
    errors.codes = 0b1110;
    using Op = QueryStep::Op;
    QueryCheck check{
        .query = {{.op = Op::kRate, .selector = errors}, {.op = Op::kRate, .selector = all}, {.op = Op::kDivide}}};
    using Step = ConditionStep::Op;
    check.failure = {{.op = Step::kResult},
                     {.op = Step::kNumber},
                     {.op = Step::kIndex},
                     {.op = Step::kNumber, .number = .05},
                     {.op = Step::kGreater}};
    return {
        .name = "errors",
        .metrics = {{.name = "ratio", .source = check, .interval = 1min, .initial_delay = 90s, .failure_limit = 2}}};
}

/// An hour of a service at a load of a half.
struct DrawnService {
    Scenario scenario;
    std::shared_ptr<Profile> profile;

    DrawnService(int instances, double rate, int locations) {
        scenario.fleet.replicas = instances;
        scenario.fleet.zones = 3;
        scenario.fleet.start = LogNormal{8, .25};
        scenario.fleet.pre_stop = 5s;
        scenario.service.slots = std::clamp(static_cast<int>(std::lround(rate * .0227 * 2 / instances)), 1, 1024);
        scenario.service.error_rate = .01;
        scenario.traffic.rate = rate;
        scenario.analyses = {error_ratio()};
        if (locations > 1) {
            Fleet fleet = scenario.fleet;
            fleet.replicas = instances / locations;
            scenario.fleet.replicas = fleet.replicas * locations;
            for (int i = 0; i < locations; ++i) {
                scenario.locations.push_back({.name = std::to_string(i), .share = 1. / locations, .fleet = fleet});
            }
        }
        scenario.fidelity = Fidelity::kFlow;
        profile = std::make_shared<Profile>(scenario);
    }
};

/// A location at a time would take longer than the hour: all at once.
std::shared_ptr<const Strategy> everywhere(std::shared_ptr<const Strategy> inner, int locations) {
    if (locations == 1) return inner;
    strategies::Wave all;
    for (int i = 0; i < locations; ++i) all.push_back(static_cast<LocationId>(i));
    return std::make_shared<strategies::Waves>(std::vector{std::move(inner)}, strategies::WavesParams{.waves = {all}});
}

std::shared_ptr<const Strategy> rolling(int replicas) {
    return std::make_shared<strategies::Rolling>(strategies::RollingParams{.replicas = replicas});
}

std::shared_ptr<const Strategy> canary(int replicas) {
    using namespace strategies;
    return std::make_shared<Canary>(
        CanaryParams{.replicas = replicas,
                     .steps = {SetWeight{5}, Pause{10min}, SetWeight{20}, Pause{10min}, SetWeight{50}, Pause{10min}},
                     .routed = true,
                     .background = BackgroundAnalysis{.analysis = AnalysisId{0}, .starting_step = 1}});
}

struct Size {
    int instances;
    double rate;  // requests a second
    int locations = 1;
};

void run(benchmark::State& state, std::shared_ptr<const Strategy> (*strategy)(int), const Size& size,
         std::optional<std::int64_t> complexity = {}) {
    const DrawnService service(size.instances, size.rate, size.locations);
    const auto plan = everywhere(strategy(size.instances / size.locations), size.locations);
    std::uint32_t replication = 0;
    for (auto _ : state) {
        const Outcome row = replicate(service.scenario, *plan, 1, replication++, 0, nullptr, service.profile);
        if (row.verdict != Verdict::kPromoted) return state.SkipWithError("the rollout does not end");
    }
    if (complexity) state.SetComplexityN(*complexity);
}

// Argument: instances; 100,000 requests a second.
void BM_RollingUpdateOfAnySize(benchmark::State& state) {
    run(state, rolling, {static_cast<int>(state.range(0)), 1e5}, state.range(0));
}
void BM_RollingUpdateOfAnySizeIn30Locations(benchmark::State& state) {
    run(state, rolling, {static_cast<int>(state.range(0)), 1e5, 30}, state.range(0));
}
void BM_CanaryOfAnySize(benchmark::State& state) {
    run(state, canary, {static_cast<int>(state.range(0)), 1e5}, state.range(0));
}
void BM_CanaryOfAnySizeIn30Locations(benchmark::State& state) {
    run(state, canary, {static_cast<int>(state.range(0)), 1e5, 30}, state.range(0));
}
void sizes(benchmark::internal::Benchmark* bench) {
    bench->Arg(1'200)->Arg(33'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Complexity();
}
BENCHMARK(BM_RollingUpdateOfAnySize)->Arg(40)->Apply(sizes);
BENCHMARK(BM_RollingUpdateOfAnySizeIn30Locations)->Apply(sizes);
BENCHMARK(BM_CanaryOfAnySize)->Arg(40)->Apply(sizes);
BENCHMARK(BM_CanaryOfAnySizeIn30Locations)->Apply(sizes);

// Argument: requests a second; 1,000 instances.
void BM_RollingUpdateAtAnyRate(benchmark::State& state) {
    run(state, rolling, {1'000, static_cast<double>(state.range(0))}, state.range(0));
}
void BM_CanaryAtAnyRate(benchmark::State& state) {
    run(state, canary, {1'000, static_cast<double>(state.range(0))}, state.range(0));
}
void rates(benchmark::internal::Benchmark* bench) {
    bench->RangeMultiplier(10)->Range(1'000, 1'000'000)->Unit(benchmark::kMillisecond)->Complexity();
}
BENCHMARK(BM_RollingUpdateAtAnyRate)->Apply(rates);
BENCHMARK(BM_CanaryAtAnyRate)->Apply(rates);

void BM_CanaryOf40(benchmark::State& state) { run(state, canary, {40, 5'000}); }
void BM_CanaryOfAMillionIn30Locations(benchmark::State& state) { run(state, canary, {1'000'000, 1e6, 30}); }
BENCHMARK(BM_CanaryOf40)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_CanaryOfAMillionIn30Locations)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rollcast
