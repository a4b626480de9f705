#include "rollcast/observe/burn_rate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/observe/support.h"

// The workbook's figures are in tests/conformance, detection over telemetry against its closed form in tests/oracles.

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using observe_test::at;
using observe_test::count;
using observe_test::scrape;
using observe_test::telemetry;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(BurnRate, IsTheErrorRatioOverTheBudget) {
    EXPECT_NEAR(burn_rate(1, 100, .99), 1, 1e-12);  // 1 - .99 is rounded
    EXPECT_TRUE(std::isnan(burn_rate(0, 0, .99)));
}

TEST(BurnRateRule, NeedsBothWindowsStrictlyAbove) {
    const BurnRateRule rule{.burn_rate = 6};
    EXPECT_TRUE(is_above(rule, 6.1, 6.1));
    EXPECT_FALSE(is_above(rule, 6, 7));
    EXPECT_FALSE(is_above(rule, 7, 6));
    EXPECT_FALSE(is_above(rule, kNaN, 7));
}

TEST(BurnRateRule, NeverFiresWhereNoErrorRatioReachesIt) {
    EXPECT_EQ(detection_time(.9, 1h, 10, 1), std::nullopt);  // the largest burn rate is 10
    EXPECT_TRUE(detection_time(.9, 1h, 9.99, 1));
    EXPECT_EQ(above_during(.999, 1h, 14.4, 1, 51s), std::nullopt);
    EXPECT_TRUE(above_during(.999, 1h, 14.4, 1, 52s));
}

TEST(FiresDuring, EndsWithTheShortWindowAndBeginsAfterTheDurationClause) {
    BurnRateRule rule{.long_window = 60min, .short_window = 5min, .burn_rate = 14.4};
    const auto fires = fires_during(rule, .999, 1, 10min);
    EXPECT_EQ(fires->from, from_seconds(51.84));
    EXPECT_EQ(fires->to, 15min - from_seconds(4.32));
    rule.hold = 5min;
    EXPECT_EQ(fires_during(rule, .999, 1, 10min)->from, 5min + from_seconds(51.84));
    rule.hold = 15min;
    EXPECT_EQ(fires_during(rule, .999, 1, 10min), std::nullopt);
    rule.hold = 0s;
    EXPECT_EQ(fires_during(rule, .999, 1, Duration::max())->to, Duration::max());
}

TEST(WorstAlert, SilencesTheOthers) {
    const std::vector<BurnRateRule> rules = recommended_rules();
    EXPECT_EQ(worst(rules, {false, true, true}), Severity::kPage);
    EXPECT_EQ(worst(rules, {false, false, true}), Severity::kTicket);
    EXPECT_EQ(worst(rules, {false, false, false}), Severity::kNone);
}

/// Every 10 s 100 requests of the new version, of which `failed` fail between `from` and `to` (s).
Telemetry failing(std::int64_t failed, double from, double to) {
    Telemetry store = telemetry(0, 7200);
    for (double t = -100; t <= 1800; t += 10) {
        const bool bad = t > from && t <= to;
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, 100 - (bad ? failed : 0));
        count(seen.proxy[1], Code::k500, bad ? failed : 0);
        store.record(seen);
    }
    return store;
}

/// Over 10 min and 1 min, at an error ratio of 10 %.
BurnRateAlert alert() {
    return {.objective = .99,
            .scope = Scope::kNew,
            .rules = {{.long_window = 10min, .short_window = 1min, .burn_rate = 10}}};
}

/// The seconds in which the alert pages, of those looked at: every tenth.
std::pair<int, int> pages(const BurnRateAlert& alert, const Telemetry& store) {
    BurnRateMemory memory;
    std::pair<int, int> span{-1, -1};
    for (int second = 0; second <= 1800; second += 10) {
        if (evaluate(alert, memory, store, at(second)).severity != Severity::kPage) continue;
        if (span.first < 0) span.first = second;
        span.second = second;
    }
    return span;
}
using Pages = std::pair<int, int>;

TEST(BurnRateAlert, FiresWhileBothWindowsAreAbove) {
    // Half of the requests fail: the long window needs 2 min of them, the short one 12 s.
    EXPECT_EQ(pages(alert(), failing(50, 300, 600)), Pages(430, 640));
    EXPECT_EQ(pages(alert(), failing(50, 300, 420)), Pages(-1, -1));  // at the limit is not above
    EXPECT_EQ(pages(alert(), failing(9, 300, 1800)), Pages(-1, -1));
}

TEST(BurnRateAlert, WaitsForItsDurationClauseAfterEachDip) {
    BurnRateAlert patient = alert();
    patient.rules[0].hold = 200s;
    EXPECT_EQ(pages(patient, failing(50, 300, 600)), Pages(630, 640));
    patient.rules[0].hold = 300s;
    EXPECT_EQ(pages(patient, failing(50, 300, 600)), Pages(-1, -1));
}

TEST(BurnRateAlert, SeesOnlyWhatRecordingRulesHaveMade) {
    BurnRateAlert recorded = alert();
    recorded.recording_interval = 60s;
    EXPECT_EQ(pages(recorded, failing(50, 300, 600)), Pages(480, 650));
}

TEST(BurnRateAlert, IsSilentWithoutData) {
    BurnRateMemory memory;
    const BurnRateReading reading = evaluate(alert(), memory, telemetry(), at(100));
    EXPECT_EQ(reading.severity, Severity::kNone);
    EXPECT_EQ(reading.nearness, std::nullopt);
}

TEST(BurnRateAlert, TellsHowNearItIsToFiring) {
    BurnRateMemory memory;
    const Telemetry store = failing(5, -1000, 2000);
    EXPECT_NEAR(evaluate(alert(), memory, store, at(1000)).nearness.value(), .5, 1e-9);  // rounding
}

TEST(BurnRateAlert, LooksBackOverItsLongestWindow) {
    EXPECT_EQ(lookback(BurnRateAlert{}), 72h);
    EXPECT_EQ(lookback(alert()), 10min);
}

}  // namespace
}  // namespace rollcast
