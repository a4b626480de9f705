#include "rollcast/observe/source.h"

#include <gtest/gtest.h>

#include "core/observe/support.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using observe_test::at;
using observe_test::count;
using observe_test::first;
using observe_test::growth;
using observe_test::requests;
using observe_test::scrape;
using observe_test::telemetry;
using enum AnalysisPhase;

TEST(MeasurementPhase, FollowsTheConditions) {
    using enum ConditionValue;
    EXPECT_EQ(measurement_phase(kAbsent, kAbsent), kSuccessful);
    EXPECT_EQ(measurement_phase(kTrue, kAbsent), kSuccessful);
    EXPECT_EQ(measurement_phase(kFalse, kAbsent), kFailed);
    EXPECT_EQ(measurement_phase(kAbsent, kTrue), kFailed);
    EXPECT_EQ(measurement_phase(kAbsent, kFalse), kSuccessful);
    EXPECT_EQ(measurement_phase(kTrue, kTrue), kFailed);
    EXPECT_EQ(measurement_phase(kTrue, kFalse), kSuccessful);
    EXPECT_EQ(measurement_phase(kFalse, kTrue), kFailed);
    EXPECT_EQ(measurement_phase(kFalse, kFalse), kInconclusive);
    for (const ConditionValue other : {kAbsent, ConditionValue::kError, kFalse, kTrue}) {
        EXPECT_EQ(measurement_phase(ConditionValue::kError, other), AnalysisPhase::kError);
        EXPECT_EQ(measurement_phase(other, ConditionValue::kError), AnalysisPhase::kError);
    }
}

/// Every 10 s 100 requests of the new version; half of them fail from 600 s to 900 s. Nothing after 1200 s.
Telemetry an_incident() {
    Telemetry store = telemetry();
    for (double t = 0; t <= 1200; t += 10) {
        const bool bad = t > 600 && t <= 900;
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, bad ? 50 : 100);
        count(seen.proxy[1], Code::k500, bad ? 50 : 0);
        store.record(seen);
    }
    return store;
}

CloudWatchAlarm alarm() { return {.scope = Scope::kNew, .threshold = .1}; }

/// The phases at 300, 800, 1100 and 2000 s, one after another.
std::vector<AnalysisPhase> story(const Source& source) {
    const Telemetry store = an_incident();
    SourceMemory memory;
    std::vector<AnalysisPhase> phases;
    for (const double second : {300., 800., 1100., 2000.}) {
        phases.push_back(measure(source, memory, store, at(second)).phase);
    }
    return phases;
}
using Phases = std::vector<AnalysisPhase>;

TEST(Measure, JudgesAQueryByItsConditions) {
    const QueryCheck errors{.query = {growth(requests(60, observe_test::kErrors))},
                            .failure = first(ConditionStep::Op::kGreater, 0)};
    EXPECT_EQ(story(errors), Phases({kSuccessful, kFailed, kSuccessful, kError}));  // no data: an index out of range
}

TEST(Measure, FailsAnAlarmInAlarmOnly) {
    EXPECT_EQ(story(alarm()), Phases({kSuccessful, kFailed, kSuccessful, kSuccessful}));
    CloudWatchAlarm keeps = alarm();
    keeps.treat_missing = MissingData::kBreaching;
    EXPECT_EQ(story(keeps), Phases({kSuccessful, kFailed, kSuccessful, kFailed}));
    keeps.actions_enabled = false;
    EXPECT_EQ(story(keeps), Phases({kSuccessful, kSuccessful, kSuccessful, kSuccessful}));
}

TEST(Measure, RemembersTheStateOfAnAlarm) {
    const Telemetry store = an_incident();
    CloudWatchAlarm ignores = alarm();
    ignores.treat_missing = MissingData::kIgnore;
    SourceMemory memory;
    EXPECT_EQ(measure(ignores, memory, store, at(800)).phase, kFailed);
    SourceMemory copy = memory;
    EXPECT_EQ(measure(ignores, memory, store, at(2000)).phase, kFailed);  // no data: it stays in ALARM
    EXPECT_EQ(measure(ignores, copy, store, at(1100)).phase, kSuccessful);
    EXPECT_EQ(measure(ignores, copy, store, at(2000)).phase, kSuccessful);
}

TEST(Measure, FailsACompositeAlarmThatActed) {
    CompositeAlarm composite{.alarms = {{.name = "a", .alarm = alarm()}}, .rule = parse_alarm_rule("ALARM(a)")};
    EXPECT_EQ(story(composite), Phases({kSuccessful, kFailed, kSuccessful, kSuccessful}));
    composite.rule = parse_alarm_rule("INSUFFICIENT_DATA(a)");
    EXPECT_EQ(story(composite), Phases({kSuccessful, kSuccessful, kSuccessful, kFailed}));
}

TEST(Measure, FailsABurnRateAlertOfTheSeverityThatMatters) {
    BurnRateAlert alert{.objective = .9,
                        .scope = Scope::kNew,
                        .rules = {{.long_window = 5min, .short_window = 1min, .severity = Severity::kTicket}},
                        .fails_on = Severity::kTicket};
    EXPECT_EQ(story(alert), Phases({kSuccessful, kFailed, kSuccessful, kSuccessful}));
    alert.fails_on = Severity::kPage;
    EXPECT_EQ(story(alert), Phases({kSuccessful, kSuccessful, kSuccessful, kSuccessful}));
}

TEST(Measure, GivesTheValueBehindThePhase) {
    const Telemetry store = an_incident();
    SourceMemory memory;
    EXPECT_EQ(measure(alarm(), memory, store, at(800)).value, .5);
    SourceMemory other;
    EXPECT_EQ(measure(CompositeAlarm{.alarms = {{.name = "a", .alarm = alarm()}}, .rule = parse_alarm_rule("TRUE")},
                      other, store, at(800))
                  .value,
              1);
}

TEST(Lookback, IsThatOfTheSource) {
    EXPECT_EQ(lookback(Source(QueryCheck{.query = {growth(requests(120))}}), {}), 120s);
    EXPECT_EQ(lookback(Source(alarm()), {}), 180s);
    EXPECT_EQ(lookback(Source(BurnRateAlert{}), {}), 72h);
}

/// Fails when it sees more failures than in the other window; notes the difference.
struct Wary final : OwnGuard {
    std::string describe() const override { return "wary"; }
    OwnVerdict judge(const OwnView& seen) const override {
        if (!seen.canary) return {.value = to_seconds(seen.now)};
        const double more = seen.canary->errors() - (seen.baseline ? seen.baseline->errors() : 0);
        return {.passes = more <= 0, .value = more};
    }
};

TEST(Measure, ShowsAGuardOfTheUsersOwnBothVersions) {
    const Source source = OwnCheck{.guard = std::make_shared<Wary>(), .window = 100s};
    EXPECT_EQ(story(source), Phases({kSuccessful, kFailed, kSuccessful, kInconclusive}));
    SourceMemory memory;
    EXPECT_EQ(measure(source, memory, an_incident(), at(800)).value, 500) << "ten scrapes of fifty failures";
    EXPECT_EQ(measure(source, memory, an_incident(), at(2000)).value, 2000) << "no scrape saw it";
    EXPECT_EQ(lookback(source, 60s), 100s);
}

/// Nothing but 0/0: the new version's series are there, and no request comes.
Telemetry without_requests() {
    Telemetry store = telemetry();
    for (double t = 0; t <= 1200; t += 10) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, t < 300 ? 1 : 0);
        count(seen.proxy[1], Code::k500, 0);
        store.record(seen);
    }
    return store;
}

TEST(Measure, GivesEachPlatformsVerdictOnDataThatAreNotANumber) {
    const Telemetry store = without_requests();
    const Query ratio{growth(requests(60, observe_test::kErrors)), growth(requests(60)),
                      observe_test::apply(QueryStep::Op::kDivide)};
    const auto phase = [&](const Source& source) {
        SourceMemory memory;
        return measure(source, memory, store, at(1000)).phase;
    };
    using Op = ConditionStep::Op;
    const Condition below = first(Op::kLess, .1), above = first(Op::kGreater, .1);
    // Argo: NaN is neither below nor above anything.
    EXPECT_EQ(phase(QueryCheck{.query = ratio, .success = below}), kFailed);
    EXPECT_EQ(phase(QueryCheck{.query = ratio, .failure = above}), kSuccessful);
    EXPECT_EQ(phase(QueryCheck{.query = ratio, .success = below, .failure = above}), kInconclusive);
    // CloudWatch: a metric without data points; INSUFFICIENT_DATA is no alarm, unless missing data breach.
    EXPECT_EQ(phase(alarm()), kSuccessful);
    CloudWatchAlarm breaching = alarm();
    breaching.treat_missing = MissingData::kBreaching;
    EXPECT_EQ(phase(breaching), kFailed);
    // A burn rate of 0/0 is above nothing.
    EXPECT_EQ(phase(BurnRateAlert{.scope = Scope::kNew}), kSuccessful);
    // Kayenta: Nodata for half of the metrics or more is a score of 0; replaced by zeros they are alike.
    kayenta::Judge judge{.series = {{.name = "errors", .canary = ratio, .baseline = ratio}}, .lookback = 10min};
    judge.series[0].config.groups = {"errors"};
    EXPECT_EQ(phase(judge), kFailed);
    judge.series[0].config.nan_strategy = kayenta::NanStrategy::kReplace;
    EXPECT_EQ(phase(judge), kSuccessful);
}

}  // namespace
}  // namespace rollcast
