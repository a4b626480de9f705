#include "rollcast/observe/sequential_check.h"

#include <cmath>

namespace rollcast {
namespace {

SequentialMemory started(const SprtParams& params) { return {.test = Sprt(params)}; }
SequentialMemory started(const MixtureSprtParams& params) { return {.test = MixtureSprt(params)}; }
SequentialMemory started(const CountTestParams& params) { return {.test = CountTest(params)}; }
SequentialMemory started(const GroupSequentialParams& params) { return {.test = GroupSequential(params)}; }

Counts counted(const Telemetry& telemetry, Vantage vantage, Scope scope, Time from, Time to) {
    const auto seen = telemetry.brought(vantage, scope, from, to);
    if (!seen) return {};
    return {std::llround(seen->errors()), std::llround(seen->requests())};
}

void feed(Sprt& test, const Counts& canary, const Counts&, const SequentialMemory&) { test.update(canary); }
void feed(MixtureSprt& test, const Counts& canary, const Counts& baseline, const SequentialMemory&) {
    test.update(canary, baseline);
}
void feed(GroupSequential& test, const Counts& canary, const Counts& baseline, const SequentialMemory&) {
    test.update(canary, baseline);
}
// What is measured is the share of the requests, not the weight that was asked for.
void feed(CountTest& test, const Counts& canary, const Counts& baseline, const SequentialMemory& memory) {
    const double mine = static_cast<double>(memory.canary.requests);
    const double others = static_cast<double>(memory.baseline.requests);
    if (mine > 0 && others > 0) test.update(canary.failures, baseline.failures, mine / (mine + others));
}

double value_of(const Sprt& test) { return test.log_ratio(); }
double value_of(const MixtureSprt& test) { return test.p_value(); }
double value_of(const CountTest& test) { return test.p_value(); }
double value_of(const GroupSequential& test) { return test.score(); }

}  // namespace

SequentialMemory begin(const SequentialCheck& check) {
    return std::visit([](const auto& params) { return started(params); }, check.test);
}

SequentialReading evaluate(const SequentialCheck& check, SequentialMemory& memory, const Telemetry& telemetry,
                           Time now) {
    const Time to = now - telemetry.delay();
    if (memory.counted_to) {
        const Counts canary = counted(telemetry, check.vantage, Scope::kNew, *memory.counted_to, to);
        const Counts baseline = counted(telemetry, check.vantage, check.baseline, *memory.counted_to, to);
        memory.canary += canary;
        memory.baseline += baseline;
        std::visit([&](auto& test) { feed(test, canary, baseline, memory); }, memory.test);
    }
    memory.counted_to = to;
    return std::visit([](const auto& test) { return SequentialReading{test.finding(), value_of(test)}; }, memory.test);
}

}  // namespace rollcast
