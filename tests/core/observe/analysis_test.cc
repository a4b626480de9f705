#include "rollcast/observe/analysis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/observe/support.h"
#include "rollcast/base/check.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using observe_test::apply;
using observe_test::at;
using observe_test::count;
using observe_test::first;
using observe_test::growth;
using observe_test::number;
using observe_test::requests;
using observe_test::scrape;
using observe_test::telemetry;
using enum AnalysisPhase;
using Compare = ConditionStep::Op;

constexpr Duration kTick{1};

TEST(EffectiveCount, IsOneWithoutAnIntervalAndUnlimitedWithOne) {
    EXPECT_EQ(effective_count(Metric{}), 1);
    EXPECT_EQ(effective_count({.interval = 60s}), std::nullopt);
    EXPECT_EQ(effective_count({.interval = 60s, .count = 5}), 5);
}

TEST(MetricPhase, NeedsMoreFailuresThanTheLimit) {
    const Metric metric{.interval = 60s, .failure_limit = 3};
    MetricResult result{.last = kFailed, .count = 3, .failed = 3};
    EXPECT_EQ(metric_phase(metric, result, false), kRunning);
    result.failed = result.count = 4;
    EXPECT_EQ(metric_phase(metric, result, false), kFailed);
    EXPECT_EQ(metric_phase(metric, result, true), kFailed);
}

TEST(MetricPhase, NeverFailsWithoutAFailureLimit) {
    const Metric metric{.interval = 60s, .failure_limit = -1, .consecutive_success_limit = 2};
    EXPECT_EQ(metric_phase(metric, {.last = kFailed, .count = 99, .failed = 99}, false), kRunning);
}

TEST(MetricPhase, NeedsMoreInconclusiveMeasurementsThanTheLimit) {
    const Metric metric{.interval = 60s, .inconclusive_limit = 2};
    EXPECT_EQ(metric_phase(metric, {.last = kInconclusive, .count = 2, .inconclusive = 2}, false), kRunning);
    EXPECT_EQ(metric_phase(metric, {.last = kInconclusive, .count = 3, .inconclusive = 3}, false), kInconclusive);
}

TEST(MetricPhase, NeedsMoreErrorsInARowThanTheLimit) {
    const Metric metric{.interval = 60s};
    EXPECT_EQ(metric_phase(metric, {.last = kError, .error = 9, .consecutive_error = 4}, false), kRunning);
    EXPECT_EQ(metric_phase(metric, {.last = kError, .error = 9, .consecutive_error = 5}, false), kError);
}

TEST(MetricPhase, LetsTheLastBrokenLimitWin) {
    const Metric metric{.interval = 60s};
    MetricResult result{.last = kError, .failed = 1, .inconclusive = 1};
    EXPECT_EQ(metric_phase(metric, result, false), kInconclusive);
    result.consecutive_error = 5;
    EXPECT_EQ(metric_phase(metric, result, false), kError);
}

TEST(MetricPhase, SucceedsAfterEnoughSuccessesInARow) {
    const Metric metric{.interval = 60s, .failure_limit = 9, .consecutive_success_limit = 3};
    EXPECT_EQ(metric_phase(metric, {.last = kSuccessful, .count = 7, .consecutive_success = 2}, false), kRunning);
    EXPECT_EQ(metric_phase(metric, {.last = kSuccessful, .count = 7, .consecutive_success = 3}, false), kSuccessful);
}

TEST(MetricPhase, JudgesAReachedCountByTheLimitsThereAre) {
    const MetricResult result{.last = kFailed, .count = 5, .successful = 4, .failed = 1};
    EXPECT_EQ(metric_phase({.interval = 60s, .count = 5, .failure_limit = 1}, result, false), kSuccessful);
    EXPECT_EQ(
        metric_phase({.interval = 60s, .count = 5, .failure_limit = 1, .consecutive_success_limit = 3}, result, false),
        kInconclusive);
    EXPECT_EQ(
        metric_phase({.interval = 60s, .count = 5, .failure_limit = -1, .consecutive_success_limit = 3}, result, false),
        kFailed);
    EXPECT_EQ(metric_phase({.interval = 60s, .count = 6, .failure_limit = 1}, result, false), kRunning);
    const MetricResult two{.last = kSuccessful, .count = 2, .successful = 2, .consecutive_success = 2};
    EXPECT_EQ(metric_phase({.interval = 60s, .count = 2, .consecutive_success_limit = 3}, two, false), kInconclusive);
}

TEST(MetricPhase, DependsOnTheLastMeasurementAndOnTermination) {
    const Metric metric{.interval = 60s};
    EXPECT_EQ(metric_phase(metric, {}, false), kPending);
    EXPECT_EQ(metric_phase(metric, {}, true), kSuccessful);
    EXPECT_EQ(metric_phase(metric, {.last = kRunning}, true), kRunning);
    EXPECT_EQ(metric_phase(metric, {.last = kSuccessful, .count = 1}, false), kRunning);
    EXPECT_EQ(metric_phase(metric, {.last = kSuccessful, .count = 1}, true), kSuccessful);
    EXPECT_EQ(metric_phase(metric, {.phase = kFailed, .last = kSuccessful}, true), kFailed);
}

AnalysisPhase judged(std::initializer_list<JudgedMetric> metrics, bool terminating = false) {
    return run_phase(std::vector(metrics), terminating);
}

TEST(RunPhase, IsTheWorstOfAllOnceTheyAreComplete) {
    EXPECT_EQ(judged({{kSuccessful}, {kSuccessful}}), kSuccessful);
    EXPECT_EQ(judged({{kSuccessful}, {kInconclusive}}), kInconclusive);
    EXPECT_EQ(judged({{kError}, {kInconclusive}}), kError);
    EXPECT_EQ(judged({{kError}, {kFailed}}), kFailed);
    EXPECT_EQ(judged({{kFailed}, {kRunning}}), kRunning);
    EXPECT_EQ(judged({{kFailed}, {kPending}}), kRunning);
}

TEST(RunPhase, WaitsForNobodyWhenTerminating) {
    EXPECT_EQ(judged({{kFailed}, {kRunning}}, true), kFailed);
    EXPECT_EQ(judged({{kPending}, {kPending}}, true), kSuccessful);
    EXPECT_EQ(judged({}, true), kSuccessful);
}

TEST(RunPhase, IsNoWorseForDryRuns) {
    EXPECT_EQ(judged({{kSuccessful}, {kFailed, true}}), kSuccessful);
    EXPECT_EQ(judged({{kError, true}}), kSuccessful);
    EXPECT_EQ(judged({{kInconclusive}, {kFailed, true}}), kInconclusive);
    EXPECT_EQ(judged({{kSuccessful}, {kRunning, true}}), kRunning);
}

TEST(MeasurementDue, ComesFirstOnceTheInitialDelayHasPassed) {
    const Metric delayed{.initial_delay = 20s};
    EXPECT_FALSE(first_measurement_due(delayed, std::nullopt, at(100)));
    EXPECT_FALSE(first_measurement_due(delayed, at(80) + kTick, at(100)));
    EXPECT_TRUE(first_measurement_due(delayed, at(80), at(100)));
    EXPECT_TRUE(first_measurement_due(Metric{}, std::nullopt, at(100)));
}

TEST(MeasurementDue, ComesAgainStrictlyLaterThanTheInterval) {
    const Metric metric{.interval = 60s};
    const MetricResult result{.last = kSuccessful, .last_finished = at(100), .count = 1};
    EXPECT_FALSE(next_measurement_due(metric, result, at(160)));
    EXPECT_TRUE(next_measurement_due(metric, result, at(160) + kTick));
    EXPECT_EQ(next_measurement_at(metric, result), at(160) + kTick);
}

TEST(MeasurementDue, ComesTenSecondsAfterAnErrorWhateverTheInterval) {
    const MetricResult result{.last = kError, .last_finished = at(100)};
    EXPECT_EQ(next_measurement_at({.interval = 60s}, result), at(110) + kTick);
    EXPECT_EQ(next_measurement_at({.interval = 1s}, result), at(110) + kTick);
    EXPECT_EQ(next_measurement_at({}, result), at(110) + kTick);
}

TEST(MeasurementDue, ComesAfterTenSecondsWithoutAnInterval) {
    const MetricResult result{.last = kSuccessful, .last_finished = at(100), .count = 1};
    EXPECT_EQ(next_measurement_at({.count = 3}, result), at(110) + kTick);
}

TEST(MeasurementDue, IsOverOnceTheCountIsReachedOrTheMetricIsComplete) {
    const MetricResult result{.last = kSuccessful, .last_finished = at(100), .count = 5};
    EXPECT_EQ(next_measurement_at({.interval = 60s, .count = 5}, result), kNever);
    EXPECT_EQ(next_measurement_at({.interval = 60s, .count = 6}, result), at(160) + kTick);
    MetricResult complete = result;
    complete.phase = kFailed;
    EXPECT_EQ(next_measurement_at({.interval = 60s, .count = 6}, complete), kNever);
    EXPECT_EQ(next_measurement_at({.interval = 60s}, {.last = kRunning, .last_finished = at(1)}), kNever);
    EXPECT_EQ(next_measurement_at({.interval = 60s}, {}), kNever);
}

TEST(MeasurementDue, NeverComesAfterAnEndlessWait) {
    EXPECT_EQ(next_measurement_at({.interval = Duration::max()}, {.last = kSuccessful, .last_finished = at(1)}),
              kNever);
    EXPECT_EQ(first_measurement_at({.initial_delay = Duration::max()}, at(1)), kNever);
}

TEST(CountMeasurement, KeepsCountsAndRows) {
    MetricResult result;
    for (const AnalysisPhase measured :
         {kSuccessful, kSuccessful, kError, kError, kFailed, kInconclusive, kSuccessful}) {
        count_measurement(result, measured, at(5));
    }
    EXPECT_EQ(result.count, 5);
    EXPECT_EQ(result.successful, 3);
    EXPECT_EQ(result.failed, 1);
    EXPECT_EQ(result.inconclusive, 1);
    EXPECT_EQ(result.error, 2);
    EXPECT_EQ(result.consecutive_error, 0);
    EXPECT_EQ(result.consecutive_success, 1);
    EXPECT_EQ(result.last, kSuccessful);
    EXPECT_EQ(result.last_finished, at(5));
    count_measurement(result, kError, at(6));
    EXPECT_EQ(result.consecutive_error, 1);
    EXPECT_EQ(result.consecutive_success, 0);
    EXPECT_THROW(count_measurement(result, kRunning, at(7)), InvariantError);
}

TEST(AnalysisTtl, ExpiresStrictlyAfterTheTimeOfItsPhase) {
    const Ttl any{.after_completion = 86400s};
    EXPECT_FALSE(analysis_ttl_expired(kSuccessful, 86400s, any));
    EXPECT_TRUE(analysis_ttl_expired(kSuccessful, 86401s, any));
    EXPECT_TRUE(analysis_ttl_expired(kError, 86401s, any));
    EXPECT_FALSE(analysis_ttl_expired(kRunning, 86401s, any));
    const Ttl each{.after_completion = 100s, .after_success = 10s, .after_failure = 1000s};
    EXPECT_TRUE(analysis_ttl_expired(kSuccessful, 11s, each));
    EXPECT_FALSE(analysis_ttl_expired(kFailed, 101s, each));
    EXPECT_TRUE(analysis_ttl_expired(kInconclusive, 101s, each));
    EXPECT_FALSE(analysis_ttl_expired(kFailed, 86401s, {.after_success = 1s}));
    EXPECT_FALSE(analysis_ttl_expired(kSuccessful, 1000h, {}));
}

/// A store in which what the metrics below measure in the seconds 10 k + 2 to 10 k + 9 is told by letter k of the
/// script: s(uccessful), f(ailed), i(nconclusive), e(rror: no series).
Telemetry scripted(std::string_view script) {
    Telemetry store = telemetry();
    Scrape start = scrape(-1);
    count(start.proxy[1], Code::k200, 1000);  // far from the counter's zero
    store.record(start);
    for (std::size_t k = 0; k < script.size(); ++k) {
        for (const double second : {1., 2.}) {
            Scrape seen = scrape(10 * static_cast<double>(k) + second);
            if (script[k] != 'e') count(seen.proxy[1], Code::k200, script[k] == 's' ? 0 : script[k] == 'i' ? 10 : 100);
            store.record(seen);
        }
    }
    return store;
}

/// A window of 4.5 s that ends in second 5 holds both scrapes of the script's letter and no others.
Metric watch() {
    return {.source = QueryCheck{.query = {growth(requests(4.5))},
                                 .success = first(Compare::kLess, 5),
                                 .failure = first(Compare::kGreater, 50)},
            .interval = 10s};
}
QueryCheck& check(Metric& metric) { return std::get<QueryCheck>(metric.source); }
Metric watch(const std::function<void(Metric&)>& change) {
    Metric metric = watch();
    change(metric);
    return metric;
}

const Time kStart = at(5);

/// Advances whenever the run asks for it until it is complete or asks for nothing before `end`.
AnalysisPhase follow(AnalysisRun& run, const Telemetry& store, Time end = at(1000)) {
    while (run.next_due() < end) run.advance(run.next_due(), store);
    return run.phase();
}

/// The phases measured by a run of one metric, as letters of the script, and how it ended.
std::pair<std::string, AnalysisPhase> story(const Metric& metric, std::string_view script) {
    const Analysis analysis{"", {metric}};
    AnalysisRun run(analysis, kStart);
    const AnalysisPhase phase = follow(run, scripted(script), at(10 * static_cast<double>(script.size())));
    std::string letters;
    for (const Measurement& m : run.log()) {
        letters += m.phase == kSuccessful ? 's' : m.phase == kFailed ? 'f' : m.phase == kInconclusive ? 'i' : 'e';
    }
    return {letters, phase};
}
using Story = std::pair<std::string, AnalysisPhase>;

TEST(AnalysisRun, MeasuresOnceWithoutAnIntervalOrACount) {
    const Metric once = watch([](Metric& m) { m.interval = {}; });
    EXPECT_EQ(story(once, "ssss"), Story("s", kSuccessful));
    EXPECT_EQ(story(once, "ffff"), Story("f", kFailed));
    EXPECT_EQ(story(once, "iiii"), Story("i", kInconclusive));
}

TEST(AnalysisRun, RunsOnWithAnIntervalAlone) { EXPECT_EQ(story(watch(), "ssssss"), Story("ssssss", kRunning)); }

TEST(AnalysisRun, SucceedsWhenTheCountIsReached) {
    const Metric thrice = watch([](Metric& m) { m.count = 3; });
    EXPECT_EQ(story(thrice, "ssssss"), Story("sss", kSuccessful));
    EXPECT_EQ(story(thrice, "sesesss"), Story("seses", kSuccessful));  // errors do not count
}

TEST(AnalysisRun, NeedsAFourthFailureForALimitOfThree) {
    const Metric metric = watch([](Metric& m) { m.failure_limit = 3; });
    EXPECT_EQ(story(metric, "fsffss"), Story("fsffss", kRunning));
    EXPECT_EQ(story(metric, "fsffsfss"), Story("fsffsf", kFailed));
}

TEST(AnalysisRun, IsInconclusiveBeyondItsLimit) {
    const Metric metric = watch([](Metric& m) { m.inconclusive_limit = 1; });
    EXPECT_EQ(story(metric, "issss"), Story("issss", kRunning));
    EXPECT_EQ(story(metric, "isiss"), Story("isi", kInconclusive));
}

TEST(AnalysisRun, ErrsAfterFiveErrorsInARow) {
    EXPECT_EQ(story(watch(), "eeeeseeees"), Story("eeeeseeees", kRunning));
    EXPECT_EQ(story(watch(), "seeeeesss"), Story("seeeee", kError));
}

TEST(AnalysisRun, SucceedsAfterSuccessesInARow) {
    const Metric metric = watch([](Metric& m) {
        m.failure_limit = -1;
        m.consecutive_success_limit = 3;
    });
    EXPECT_EQ(story(metric, "ssfssesssf"), Story("ssfssesss", kSuccessful));
}

TEST(AnalysisRun, FailsAtTheCountWithoutEnoughSuccessesInARow) {
    const Metric metric = watch([](Metric& m) {
        m.failure_limit = -1;
        m.consecutive_success_limit = 3;
        m.count = 5;
    });
    EXPECT_EQ(story(metric, "ssfssss"), Story("ssfss", kFailed));
}

TEST(AnalysisRun, WaitsForTheIntervalOrTenSecondsAfterAnError) {
    const Analysis analysis{"", {watch([](Metric& m) { m.interval = 40s; })}};
    AnalysisRun run(analysis, kStart);
    follow(run, scripted("ssssessssss"), at(110));
    std::vector<Time> times;
    for (const Measurement& m : run.log()) times.push_back(m.at);
    EXPECT_EQ(times, (std::vector{at(5), at(45) + kTick, at(55) + 2 * kTick, at(95) + 3 * kTick}));
}

TEST(AnalysisRun, StartsAfterTheInitialDelay) {
    const Analysis analysis{"", {watch([](Metric& m) { m.initial_delay = 20s; })}};
    const Telemetry store = scripted("ffss");
    AnalysisRun run(analysis, kStart);
    EXPECT_EQ(run.phase(), kPending);
    EXPECT_EQ(run.next_due(), kStart);
    EXPECT_TRUE(run.advance(kStart, store));
    EXPECT_EQ(run.phase(), kRunning);
    EXPECT_TRUE(run.log().empty());
    EXPECT_EQ(run.next_due(), at(25));
    EXPECT_FALSE(run.advance(at(25), store));
    ASSERT_EQ(run.log().size(), 1u);
    EXPECT_EQ(run.log()[0].phase, kSuccessful);
}

TEST(AnalysisRun, MeasuresNothingBeforeItIsDue) {
    const Analysis analysis{"", {watch()}};
    const Telemetry store = scripted("ss");
    AnalysisRun run(analysis, kStart);
    run.advance(kStart, store);
    EXPECT_FALSE(run.advance(at(15), store));
    EXPECT_EQ(run.log().size(), 1u);
    EXPECT_EQ(run.next_due(), at(15) + kTick);
}

TEST(AnalysisRun, LogsTheValueAndItsAbsence) {
    const Analysis analysis{"", {watch()}};
    AnalysisRun run(analysis, kStart);
    follow(run, scripted("ie"), at(20));
    ASSERT_EQ(run.log().size(), 1u);                    // an inconclusive measurement is one too many
    EXPECT_NEAR(run.log()[0].value.value(), 20, 1e-9);  // 10 answers in 1 s, extrapolated by half a second to each side
    EXPECT_EQ(run.log()[0].metric, 0);

    AnalysisRun erring(analysis, kStart);
    erring.advance(kStart, scripted("e"));
    EXPECT_EQ(erring.log()[0].value, std::nullopt);
    EXPECT_EQ(erring.log()[0].phase, kError);
}

TEST(AnalysisRun, SucceedsOnAnEmptyVectorWithoutConditions) {
    const Metric blind = watch([](Metric& m) {
        check(m).success.clear();
        check(m).failure.clear();
        m.count = 1;
    });
    EXPECT_EQ(story(blind, "e"), Story("s", kSuccessful));
}

TEST(AnalysisRun, EndsTheOtherMetricsAsSoonAsOneFails) {
    const Analysis analysis{
        "", {watch([](Metric& m) { m.failure_limit = 5; }), watch(), watch([](Metric& m) { m.initial_delay = 600s; })}};
    AnalysisRun run(analysis, kStart);
    EXPECT_EQ(follow(run, scripted("ssfss")), kFailed);
    EXPECT_EQ(run.log().size(), 6u);  // three measurements of each of two metrics
    EXPECT_EQ(run.results()[0].phase, kSuccessful);
    EXPECT_EQ(run.results()[1].phase, kFailed);
    EXPECT_EQ(run.results()[2].phase, kSuccessful);
    EXPECT_EQ(run.next_due(), kNever);
    EXPECT_FALSE(run.advance(at(900), scripted("f")));
    EXPECT_FALSE(run.terminate());
}

TEST(AnalysisRun, IsAsBadAsTheWorstMetricOfOneInstant) {
    const Metric inconclusive = watch([](Metric& m) { check(m).failure = first(Compare::kGreater, 1000); });
    const Analysis analysis{"", {inconclusive, watch()}};
    AnalysisRun run(analysis, kStart);
    EXPECT_EQ(follow(run, scripted("sf")), kFailed);
    EXPECT_EQ(run.results()[0].phase, kInconclusive);
}

TEST(AnalysisRun, IgnoresWhatADryRunFinds) {
    const Analysis analysis{"", {watch([](Metric& m) { m.dry_run = true; }), watch([](Metric& m) {
                                     m.failure_limit = 9;
                                     m.count = 4;
                                 })}};
    AnalysisRun run(analysis, kStart);
    EXPECT_EQ(follow(run, scripted("fsss")), kSuccessful);
    EXPECT_EQ(run.results()[0].phase, kFailed);
    EXPECT_EQ(run.results()[0].count, 1);
    EXPECT_EQ(run.results()[1].count, 4);
}

TEST(AnalysisRun, EndsWellWhenItIsAskedTo) {
    const Analysis analysis{"", {watch([](Metric& m) { m.failure_limit = 3; })}};
    AnalysisRun run(analysis, kStart);
    follow(run, scripted("ff"), at(20));
    EXPECT_EQ(run.phase(), kRunning);
    EXPECT_TRUE(run.terminate());
    EXPECT_EQ(run.phase(), kSuccessful);
    EXPECT_EQ(run.next_due(), kNever);

    AnalysisRun unstarted(analysis, kStart);
    EXPECT_TRUE(unstarted.terminate());
    EXPECT_EQ(unstarted.phase(), kSuccessful);
}

TEST(AnalysisRun, FailsForNaNWithASuccessConditionAlone) {
    Metric ratio = watch([](Metric& m) { check(m).failure.clear(); });
    check(ratio).query = {number(0), number(0), apply(QueryStep::Op::kDivide)};
    EXPECT_EQ(story(ratio, "s"), Story("f", kFailed));
    check(ratio).failure = first(Compare::kGreater, 50);
    EXPECT_EQ(story(ratio, "s"), Story("i", kInconclusive));
}

TEST(AnalysisRun, IsAValue) {
    const Analysis analysis{"", {watch()}};
    AnalysisRun one(analysis, kStart);
    follow(one, scripted("s"), at(10));
    AnalysisRun other = one;
    EXPECT_EQ(follow(one, scripted("sf")), kFailed);
    EXPECT_EQ(follow(other, scripted("ss"), at(20)), kRunning);
    EXPECT_EQ(other.log().size(), 2u);
}

/// A check without a condition of a store without data, which goes wrong half of the time, or so.
Analysis flaky(double probability, int count, int failure_limit) {
    const Metric metric{.name = "flaky",
                        .source = QueryCheck{.query = {number(1)}},
                        .interval = 60s,
                        .count = count,
                        .failure_limit = failure_limit,
                        .flaky = probability};
    return {.name = "flaky", .metrics = {metric}};
}

AnalysisPhase phase_of_flaky(const Analysis& analysis, std::uint32_t replication, std::uint32_t nth = 0) {
    const Telemetry store = telemetry();
    const StreamSpace streams(3, replication);
    AnalysisRun run(analysis, at(0));
    for (Time now = run.next_due(); now != kNever; now = run.next_due()) {
        run.advance(now, store, {.streams = &streams, .run = flaky_run(AnalysisId{0}, nth)});
    }
    return run.phase();
}

TEST(FlakyMeasurements, TripARunAsOftenAsTheBinomialSays) {
    constexpr int kRuns = 4000;
    for (const int limit : {0, 1}) {
        const Analysis analysis = flaky(.05, 10, limit);
        int tripped = 0;
        for (std::uint32_t r = 0; r < kRuns; ++r) tripped += phase_of_flaky(analysis, r) == kFailed;
        const double none = std::pow(.95, 10), one = 10 * .05 * std::pow(.95, 9);
        const double expected = 1 - none - (limit == 1 ? one : 0);
        // Five standard deviations: a false alarm in two million.
        EXPECT_NEAR(tripped, kRuns * expected, 5 * std::sqrt(kRuns * expected * (1 - expected)));
    }
}

TEST(FlakyMeasurements, HaveLuckOfTheirOwnInEachRunAndMetric) {
    Analysis analysis = flaky(.5, 1, 0);
    analysis.metrics.push_back(analysis.metrics.front());
    int differ = 0, metrics_differ = 0;
    const Telemetry store = telemetry();
    for (std::uint32_t r = 0; r < 200; ++r) {
        differ += phase_of_flaky(flaky(.5, 1, 0), r, 0) != phase_of_flaky(flaky(.5, 1, 0), r, 1);
        const StreamSpace streams(3, r);
        AnalysisRun run(analysis, at(0));
        run.advance(at(0), store, {.streams = &streams});
        metrics_differ += run.log()[0].phase != run.log()[1].phase;
    }
    // Half of 200: outside of 60 to 140 once in a hundred million.
    EXPECT_NEAR(differ, 100, 40);
    EXPECT_NEAR(metrics_differ, 100, 40);
}

TEST(FlakyMeasurements, AreWorseOnlyTheMoreLikelyTheyAre) {
    for (std::uint32_t r = 0; r < 200; ++r) {
        if (phase_of_flaky(flaky(.1, 3, 0), r) == kFailed) {
            EXPECT_EQ(phase_of_flaky(flaky(.2, 3, 0), r), kFailed) << "the same luck in replication " << r;
        }
    }
}

TEST(FlakyMeasurements, MayBeErrorsAndAreNoneWithoutLuck) {
    Analysis analysis = flaky(1, 1, 0);
    analysis.metrics[0].flaky_as = Flake::kErrors;
    EXPECT_EQ(phase_of_flaky(analysis, 0), kError);
    AnalysisRun untouched(analysis, at(0));
    untouched.advance(at(0), telemetry());
    EXPECT_EQ(untouched.phase(), kSuccessful);
}

TEST(FlakyMeasurements, LeaveTheMemoryOfAnAlarmAlone) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 120; t += 10) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, 100);
        store.record(seen);
    }
    Analysis analysis = flaky(1, 2, 5);
    analysis.metrics[0].source = CloudWatchAlarm{.scope = Scope::kNew, .threshold = .1};
    const StreamSpace streams(1, 0);
    AnalysisRun run(analysis, at(60));
    run.advance(at(60), store, {.streams = &streams});
    EXPECT_EQ(run.results()[0].failed, 1);
    run.advance(at(121), store);  // luck is over
    EXPECT_EQ(run.log()[1].phase, kSuccessful) << "the alarm was never raised";
}

}  // namespace
}  // namespace rollcast
