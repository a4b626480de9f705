#include "rollcast/observe/cloudwatch_alarm.h"

#include <gtest/gtest.h>

#include <string_view>

#include "core/observe/support.h"

// The tables of the documentation are in tests/conformance; here is what an alarm makes of telemetry.

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using observe_test::at;
using observe_test::count;
using observe_test::scrape;
using observe_test::telemetry;
using enum AlarmState;

/// A store that was scraped each 20 s from 0: in minute k (from 60 k to 60 k + 60 s) 1000 requests a scrape of which as
/// many in a thousand fail as digit k times ten says; '-': the new version is not there; '0' also: no requests.
Telemetry scripted(std::string_view minutes, double delay = 0) {
    Telemetry store = telemetry(delay);
    Scrape start = scrape(0);
    count(start.proxy[1], Code::k200, 0);
    count(start.proxy[1], Code::k500, 0);
    store.record(start);
    for (std::size_t k = 0; k < minutes.size(); ++k) {
        for (const double second : {20., 40., 60.}) {
            Scrape seen = scrape(60 * static_cast<double>(k) + second);
            if (minutes[k] != '-') {
                const std::int64_t failed = 10 * (minutes[k] - '0');
                count(seen.proxy[1], Code::k200, 1000 - failed);
                count(seen.proxy[1], Code::k500, failed);
            }
            store.record(seen);
        }
    }
    return store;
}

CloudWatchAlarm watch(int periods = 1) {
    return {.scope = Scope::kNew, .evaluation_periods = periods, .threshold = .035};
}

TEST(Datum, IsWhatThePeriodsScrapesBrought) {
    const Telemetry store = scripted("25-");
    CloudWatchAlarm alarm = watch();
    EXPECT_DOUBLE_EQ(datum(alarm, store, at(60)).value.value(), .02);
    EXPECT_DOUBLE_EQ(datum(alarm, store, at(120)).value.value(), .05);
    EXPECT_DOUBLE_EQ(datum(alarm, store, at(100)).value.value(), .04);  // two scrapes of the second minute
    EXPECT_EQ(datum(alarm, store, at(180)).value, std::nullopt);
    EXPECT_EQ(datum(alarm, store, at(120)).samples, 3000);
    alarm.statistic = AlarmStatistic::kErrorCount;
    EXPECT_EQ(datum(alarm, store, at(120)).value, 150);
    alarm.statistic = AlarmStatistic::kRequestCount;
    EXPECT_EQ(datum(alarm, store, at(120)).value, 3000);
    alarm.scope = Scope::kOld;
    EXPECT_EQ(datum(alarm, store, at(120)).value, std::nullopt);
}

TEST(Datum, OfACountIsThereWithoutRequestsAndOfARatioIsNot) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 120; t += 20) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, 0);
        store.record(seen);
    }
    CloudWatchAlarm alarm = watch();
    EXPECT_EQ(datum(alarm, store, at(120)).value, std::nullopt);
    alarm.statistic = AlarmStatistic::kMeanLatency;
    EXPECT_EQ(datum(alarm, store, at(120)).value, std::nullopt);
    alarm.statistic = AlarmStatistic::kErrorCount;
    EXPECT_EQ(datum(alarm, store, at(120)).value, 0);
}

TEST(Datum, OfALatencyComesFromTheHistogramOrTheSum) {
    Telemetry store = telemetry();  // buckets end at .1, .2 and .4 s
    Scrape start = scrape(0);
    count(start.proxy[1], Code::k200, 0);
    store.record(start);
    Scrape seen = scrape(60);
    count(seen.proxy[1], Code::k200, 100);
    seen.proxy[1].increase.by_latency[0] = 80;
    seen.proxy[1].increase.by_latency[1] = 20;
    seen.proxy[1].latency_sum = 9;
    store.record(seen);
    CloudWatchAlarm alarm = watch();
    alarm.statistic = AlarmStatistic::kMeanLatency;
    EXPECT_DOUBLE_EQ(datum(alarm, store, at(60)).value.value(), .09);
    alarm.statistic = AlarmStatistic::kLatencyPercentile;
    alarm.percentile = .9;
    EXPECT_DOUBLE_EQ(datum(alarm, store, at(60)).value.value(), .15);  // half-way through the second bucket
}

TEST(Evaluate, RaisesTheAlarmWhenEnoughOfTheLatestPointsBreach) {
    CloudWatchAlarm alarm = watch(3);
    alarm.datapoints_to_alarm = 2;
    const auto state = [&](std::string_view minutes) {
        const Time now = at(60 * static_cast<double>(minutes.size()));
        return evaluate(alarm, kInitialAlarmState, scripted(minutes), now).state;
    };
    EXPECT_EQ(state("11111"), kOk);
    EXPECT_EQ(state("11115"), kOk);
    EXPECT_EQ(state("11515"), kAlarm);
    EXPECT_EQ(state("51511"), kOk);
    EXPECT_EQ(state("1515-"), kAlarm);  // the latest three real points
    EXPECT_EQ(state("-----"), kInsufficientData);
}

TEST(Evaluate, SlidesLongPeriodsByTheMinute) {
    CloudWatchAlarm alarm = watch();
    alarm.period = 120s;
    const Telemetry store = scripted("1199");
    EXPECT_EQ(evaluate(alarm, kOk, store, at(120)).state, kOk);
    EXPECT_EQ(evaluate(alarm, kOk, store, at(180)).state, kAlarm);  // minutes 2 and 3: 5 %
    EXPECT_EQ(evaluate(alarm, kOk, store, at(180)).newest, .05);
}

TEST(Evaluate, WaitsForTheScrapesThatAreStillOnTheirWay) {
    const Telemetry store = scripted("19", 30);
    EXPECT_EQ(evaluate(watch(), kOk, store, at(89)).state, kOk);      // of the period that ends at 59 s
    EXPECT_EQ(evaluate(watch(), kOk, store, at(130)).state, kAlarm);  // at 100 s
}

TEST(Evaluate, KeepsItsStateWhereAPercentileHasTooFewSamples) {
    Telemetry store = telemetry();
    Scrape start = scrape(0);
    count(start.proxy[1], Code::k200, 0);
    store.record(start);
    Scrape seen = scrape(60);
    count(seen.proxy[1], Code::k200, 999);
    seen.proxy[1].increase.by_latency[2] = 999;
    store.record(seen);
    CloudWatchAlarm alarm = watch();
    alarm.statistic = AlarmStatistic::kLatencyPercentile;
    alarm.threshold = .1;
    EXPECT_EQ(evaluate(alarm, kOk, store, at(60)).state, kAlarm);
    alarm.low_samples = LowSamples::kIgnore;
    EXPECT_EQ(evaluate(alarm, kOk, store, at(60)).state, kOk);
    EXPECT_EQ(evaluate(alarm, kAlarm, store, at(60)).state, kAlarm);
    alarm.percentile = .9;
    EXPECT_EQ(evaluate(alarm, kOk, store, at(60)).state, kAlarm);
    EXPECT_FALSE(keeps_state(LowSamples::kIgnore, .9, 100));  // exactly enough, whatever 1 - 0.9 is in binary
    EXPECT_TRUE(keeps_state(LowSamples::kIgnore, .9, 99));
}

TEST(Lookback, OfAnAlarmIsItsEvaluationRange) {
    CloudWatchAlarm alarm = watch(3);
    EXPECT_EQ(lookback(alarm), 300s);
    alarm.evaluation_range = 4;
    EXPECT_EQ(lookback(alarm), 240s);
}

}  // namespace
}  // namespace rollcast
