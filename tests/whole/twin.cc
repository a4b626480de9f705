// Prints the outcomes of a model that is built here in C++; a Python test builds the same model through the bindings
// and demands the same numbers, to the last bit.

#include <cstdio>

#include "rollcast/strategies/canary.h"
#include "rollcast/study/forecast.h"

int main() {
    using namespace rollcast;
    using namespace rollcast::strategies;

    Scenario scenario;
    scenario.fleet = {.replicas = 8,
                      .zones = 2,
                      .capacity = 12,
                      .schedule = Uniform{.2, .8},
                      .image_bytes = 200e6,
                      .image_cached = .5,
                      .start = LogNormal{3, .4},
                      .warm_up = Exponential{1},
                      .readiness = {.period = 2s},
                      .pre_stop = 3s,
                      .crash_notice = Constant{2}};
    scenario.service = {.slots = 4, .queue = 32, .service_time = LogNormal{.03, .6}, .error_rate = .001};
    scenario.traffic.rate = 400;
    scenario.balancing = {.policy = Policy::kLeastOutstanding, .propagation = Uniform{.5, 1.5}};
    scenario.observability.scrape_loss = .05;
    scenario.release.truths = {
        {.name = "errors", .probability = .5, .kind = DefectKind::kErrorRate, .severity = LogUniform{.001, .1}},
        {.name = "crashes", .probability = .5, .kind = DefectKind::kCrashHazard, .severity = Constant{60}}};
    scenario.window = {.lead_in = 2min, .horizon = 10min};
    const Selector errors{.scope = Scope::kNew, .codes = 0b1110, .window = 1min};
    const Selector all{.scope = Scope::kNew, .window = 1min};
    scenario.analyses = {
        {.name = "error-ratio",
         .metrics = {{.name = "errors",
                      .source = QueryCheck{.query = {{.op = QueryStep::Op::kRate, .selector = errors},
                                                     {.op = QueryStep::Op::kNumber, .number = 0, .selector = {}},
                                                     {.op = QueryStep::Op::kOr, .selector = {}},
                                                     {.op = QueryStep::Op::kRate, .selector = all},
                                                     {.op = QueryStep::Op::kDivide, .selector = {}}},
                                           .success = {{.op = ConditionStep::Op::kResult},
                                                       {.op = ConditionStep::Op::kNumber, .number = 0},
                                                       {.op = ConditionStep::Op::kIndex},
                                                       {.op = ConditionStep::Op::kNumber, .number = .02},
                                                       {.op = ConditionStep::Op::kLess}},
                                           .failure = {}},
                      .interval = 20s,
                      .initial_delay = 40s,
                      .failure_limit = 2}}}};
    const Canary canary({.replicas = 8,
                         .steps = {SetWeight{20}, Pause{2min}, SetWeight{50}, Pause{1min}},
                         .routed = true,
                         .background = BackgroundAnalysis{}});

    for (const Outcome& row : forecast(scenario, canary, {.replications = 6, .seed = 42, .threads = 1}).outcomes) {
        std::printf("%u %d %a %a %lld %lld %lld %a %a %a %lld\n", row.replication, static_cast<int>(row.verdict),
                    row.severity, row.duration, static_cast<long long>(row.requests),
                    static_cast<long long>(row.failed), static_cast<long long>(row.exposure), row.blast_radius,
                    row.min_headroom, row.extra_instance_seconds, static_cast<long long>(row.restarts));
    }
}
