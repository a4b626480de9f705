#include "rollcast/observe/telemetry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/observe/support.h"
#include "rollcast/base/check.h"

namespace rollcast {
namespace {

using observe_test::at;
using observe_test::bit;
using observe_test::count;
using observe_test::requests;
using observe_test::scrape;
using observe_test::telemetry;

// Sums of a handful of terms in double precision: a relative error of some 1e-16 each.
constexpr double kRounding = 1e-9;

/// A scrape every 15 s from `first` to `last`, of which each but the very first brings `step` new answers.
void record_steadily(Telemetry& telemetry, double first, double last, std::int64_t step, Code code = Code::k200) {
    for (double t = first; t <= last; t += 15) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], code, t == first ? 0 : step);
        telemetry.record(seen);
    }
}

TEST(Telemetry, GivesTheExactIncreaseOfACounterOfConstantRate) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 600, 150);  // 10 a second
    for (const double now : {400., 407., 415., 600., 614.}) {
        EXPECT_NEAR(store.increase(requests(300), at(now)).value(), 3000, 3000 * kRounding) << now;
    }
}

TEST(Telemetry, ExtrapolatesToTheEndsOfTheWindowWhenTheyAreNear) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 600, 30);
    Scrape jump = scrape(615);
    count(jump.proxy[1], Code::k200, 90);
    store.record(jump);
    // Window (565, 625]: samples at 570, 585, 600, 615 grow by 30 + 30 + 90 = 150 over 45 s. The ends are 5 s and 10 s
    // away, less than 1.1 gaps, so 150 * 60 / 45.
    EXPECT_NEAR(store.increase(requests(60), at(625)).value(), 200, 200 * kRounding);
}

TEST(Telemetry, ExtrapolatesByHalfAGapWhenTheEndsAreFar) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 600, 30);
    // Window (540, 660]: samples at 555 ... 600 grow by 90 over 45 s. The start is one gap away (15 < 16.5), the end is
    // four: 7.5 s count. 90 * (45 + 15 + 7.5) / 45.
    EXPECT_NEAR(store.increase(requests(120), at(660)).value(), 135, 135 * kRounding);
}

TEST(Telemetry, TakesOnePointOneGapsForFar) {
    for (const auto& [now, expected] :
         {std::pair{616.4, 30 * (15 + 8.6 + 16.4) / 15}, {616.5, 30 * (15 + 8.5 + 7.5) / 15}}) {
        Telemetry store = telemetry();
        record_steadily(store, 0, 600, 30);
        // Window (now - 40, now]: samples at 585 and 600 only.
        EXPECT_NEAR(store.increase(requests(40), at(now)).value(), expected, expected * kRounding) << now;
    }
}

TEST(Telemetry, DoesNotExtrapolateToBeforeTheCountersZero) {
    Telemetry store = telemetry();
    Scrape seen = scrape(0);
    count(seen.proxy[1], Code::k200, 10);
    store.record(seen);
    for (double t = 15; t <= 60; t += 15) {
        seen = scrape(t);
        count(seen.proxy[1], Code::k200, 60);
        store.record(seen);
    }
    // The counter goes from 10 to 250 in 60 s: it was zero 2.5 s before the first sample, sooner than half a gap.
    EXPECT_NEAR(store.increase(requests(300), at(60)).value(), 250, 250 * kRounding);
}

/// A counter of `first` at the start that grows by `step` every `gap` seconds, ten times.
Telemetry ten_steps(double gap, std::int64_t first, std::int64_t step) {
    Telemetry store = telemetry(0, 1e6);
    for (int i = 0; i <= 10; ++i) {
        Scrape seen = scrape(gap * i);
        count(seen.proxy[1], Code::k200, i == 0 ? first : step);
        store.record(seen);
    }
    return store;
}

// prometheus/prometheus, promql/promqltest/testdata/functions.test: the cases on increase() and on the zero cut-off.
TEST(Telemetry, AgreesWithPrometheusOwnCases) {
    struct Case {
        double gap;
        std::int64_t first, step;
        double window, now, expected;
    };
    for (const Case& c : {Case{300, 0, 10, 3000, 3000, 100},
                          {300, 10, 10, 3000, 3000, 100},
                          {300, 1, 10, 3000, 3000, 100},
                          {300, 0, 10, 6000, 3000, 100},
                          {300, 10, 10, 6000, 3000, 105},
                          {300, 1, 10, 6000, 3000, 101},
                          {240, 0, 240, 1200, 600, .5 * 1200},
                          {240, 60, 240, 1200, 600, .55 * 1200},
                          {240, 120, 240, 1200, 600, .6 * 1200},
                          {240, 300, 240, 1200, 600, .6 * 1200},
                          {240, 0, 240, 1200, 3000, .6 * 1200}}) {
        const Telemetry store = ten_steps(c.gap, c.first, c.step);
        EXPECT_NEAR(store.increase(requests(c.window), at(c.now)).value(), c.expected, c.expected * kRounding);
    }
}

TEST(Telemetry, DoesNotExtrapolateABirthToBeforeIt) {
    Telemetry store = telemetry();
    for (double t = 0; t < 300; t += 15) store.record(scrape(t));
    record_steadily(store, 300, 600, 150);
    // The counter is 0 at its first sample, as its first sight adds nothing: 20 gaps of 150, and none before.
    EXPECT_NEAR(store.increase(requests(600), at(600)).value(), 3000, 3000 * kRounding);
}

TEST(Telemetry, IsEmptyWithFewerThanTwoSamples) {
    Telemetry store = telemetry();
    EXPECT_FALSE(store.increase(requests(300), at(0)));
    record_steadily(store, 0, 15, 150);
    EXPECT_FALSE(store.increase(requests(300), at(14)));
    EXPECT_TRUE(store.increase(requests(300), at(15)));
}

TEST(Telemetry, LeavesTheStartOfTheWindowOutAndTheEndIn) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 15, 150);
    EXPECT_FALSE(store.increase(requests(15), at(15)));
    EXPECT_TRUE(store.increase(requests(15.001), at(15)));
}

TEST(Telemetry, ShowsAScrapeAfterTheDelay) {
    Telemetry store = telemetry(5);
    record_steadily(store, 0, 15, 150);
    EXPECT_FALSE(store.increase(requests(300), at(19.999)));
    EXPECT_TRUE(store.increase(requests(300), at(20)));
}

TEST(Telemetry, LooksBackByTheOffset) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 300, 150);
    Scrape jump = scrape(315);
    count(jump.proxy[1], Code::k200, 100000);
    store.record(jump);
    Selector before = requests(60);
    before.offset = from_seconds(15);
    EXPECT_NEAR(store.increase(before, at(315)).value(), 600, 600 * kRounding);
}

TEST(Telemetry, CoversALostScrapeByTheNextOne) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 300, 150);
    Scrape late = scrape(330);
    count(late.proxy[1], Code::k200, 300);
    store.record(late);
    EXPECT_NEAR(store.increase(requests(120), at(330)).value(), 1200, 1200 * kRounding);
}

TEST(Telemetry, AddsUpStatusesThatAreSeriesOfTheirOwn) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 300; t += 15) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, 150);
        if (t >= 240) count(seen.proxy[1], Code::k500, t == 240 ? 0 : 15);
        store.record(seen);
    }
    // The errors' series is born at 240 and is not extrapolated to before that: four gaps of 15.
    EXPECT_NEAR(store.increase(requests(120, bit(Code::k500)), at(300)).value(), 60, 60 * kRounding);
    EXPECT_NEAR(store.increase(requests(120), at(300)).value(), 1260, 1260 * kRounding);
    EXPECT_FALSE(store.increase(requests(120, bit(Code::k503)), at(300)));
}

TEST(Telemetry, SeesASeriesThatWentAwayWhileItsSamplesLast) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 60, 150);
    for (double t = 75; t <= 300; t += 15) store.record(scrape(t));
    EXPECT_TRUE(store.increase(requests(120), at(160)));   // samples at 45 and 60
    EXPECT_FALSE(store.increase(requests(120), at(170)));  // only that at 60
}

TEST(Telemetry, KeepsVantagesAndVersionsApart) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 300; t += 15) {
        Scrape seen = scrape(t);
        count(seen.application[0], Code::k200, 15);
        count(seen.application[1], Code::k200, 30);
        count(seen.proxy[0], Code::k200, 60);
        count(seen.proxy[1], Code::k200, 120);
        count(seen.proxy[2], Code::k503, 240);  // reached no version
        count(seen.client, Code::k200, 480);
        store.record(seen);
    }
    const auto per_second = [&](Vantage vantage, Scope scope) -> std::optional<double> {
        Selector selector = requests(60);
        selector.vantage = vantage;
        selector.scope = scope;
        const std::optional<double> increase = store.increase(selector, at(300));
        return increase ? std::optional(std::round(*increase / 60 * 1e6) / 1e6) : std::nullopt;
    };
    EXPECT_EQ(per_second(Vantage::kApplication, Scope::kOld), 1);
    EXPECT_EQ(per_second(Vantage::kApplication, Scope::kNew), 2);
    EXPECT_EQ(per_second(Vantage::kApplication, Scope::kService), 3);
    EXPECT_EQ(per_second(Vantage::kProxy, Scope::kOld), 4);
    EXPECT_EQ(per_second(Vantage::kProxy, Scope::kNew), 8);
    EXPECT_EQ(per_second(Vantage::kProxy, Scope::kService), 28);
    EXPECT_EQ(per_second(Vantage::kClient, Scope::kService), 32);
    EXPECT_EQ(per_second(Vantage::kClient, Scope::kNew), std::nullopt);
    EXPECT_EQ(per_second(Vantage::kClient, Scope::kOld), std::nullopt);
}

TEST(Telemetry, CountsLatencyInCumulativeBucketsWhileAnyStatusExists) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 300; t += 15) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], t < 150 ? Code::k200 : Code::k504, 150);
        seen.proxy[1].increase.by_latency = {75, 45, 15, 15};
        seen.proxy[1].latency_sum = 30;
        store.record(seen);
    }
    const std::vector<double> growth = store.bucket_increases(requests(150), at(300));
    ASSERT_EQ(growth.size(), 4u);
    const double expected[] = {750, 1200, 1350, 1500};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(growth[i], expected[i], 1500 * kRounding);
        Selector within = requests(150);
        within.what = Selector::What::kWithinBucket;
        within.bucket = static_cast<std::uint8_t>(i);
        EXPECT_NEAR(store.increase(within, at(300)).value(), expected[i], 1500 * kRounding);
    }
    Selector sum = requests(150);
    sum.what = Selector::What::kLatencySum;
    EXPECT_NEAR(store.increase(sum, at(300)).value(), 300, 300 * kRounding);

    Selector old = requests(150);
    old.scope = Scope::kOld;
    EXPECT_TRUE(store.bucket_increases(old, at(300)).empty());
}

TEST(Telemetry, RemembersAsFarAsItsLookbackAndNoFurther) {
    Telemetry all = telemetry(5, 1e6);
    Telemetry pruned = telemetry(5, 120);
    for (double t = 0; t <= 3000; t += 15) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, static_cast<std::int64_t>(t) % 97);
        all.record(seen);
        pruned.record(seen);
        EXPECT_EQ(all.increase(requests(120), at(t + 4)), pruned.increase(requests(120), at(t + 4))) << t;
        EXPECT_EQ(all.increase(requests(120), at(t + 5)), pruned.increase(requests(120), at(t + 5))) << t;
    }
    EXPECT_NE(all.increase(requests(180), at(3005)), pruned.increase(requests(180), at(3005)));
}

TEST(Telemetry, IsAValue) {
    Telemetry one = telemetry();
    record_steadily(one, 0, 300, 150);
    const Telemetry other = one;
    record_steadily(one, 315, 600, 1500);
    EXPECT_NEAR(other.increase(requests(150), at(300)).value(), 1500, 1500 * kRounding);
    EXPECT_GT(one.increase(requests(150), at(600)).value(), 10000);
}

TEST(Telemetry, RefusesScrapesOutOfOrderOrOfOtherVersions) {
    Telemetry store = telemetry();
    store.record(scrape(15));
    EXPECT_THROW(store.record(scrape(15)), InvariantError);
    Scrape narrow = scrape(30);
    narrow.proxy.pop_back();
    EXPECT_THROW(store.record(narrow), InvariantError);
}

TEST(Brought, IsTheSumOfTheWindowsScrapesWithoutExtrapolation) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 600, 30);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(60), at(120))->requests(), 120);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(61), at(119))->requests(), 90);  // 75, 90, 105
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kService, at(60), at(120))->requests(), 120);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kOld, at(60), at(120)), std::nullopt);
    EXPECT_EQ(store.brought(Vantage::kClient, Scope::kNew, at(60), at(120)), std::nullopt);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(106), at(119)), std::nullopt);  // no scrape in it
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(600), at(900)), std::nullopt);
    EXPECT_EQ(telemetry().brought(Vantage::kProxy, Scope::kNew, at(0), at(60)), std::nullopt);
}

TEST(Brought, CoversScrapesThatWereLost) {
    Telemetry store = telemetry();
    record_steadily(store, 0, 60, 30);
    Scrape late = scrape(105);
    count(late.proxy[1], Code::k200, 90);
    store.record(late);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(60), at(120))->requests(), 90);
}

TEST(Brought, SeesTheSteadyStateBeforeTheFirstScrape) {
    Telemetry store = telemetry(0, 7200);
    record_steadily(store, -150, 600, 30);  // two a second
    for (double t = 615; t <= 1200; t += 15) {
        Scrape busy = scrape(t);
        count(busy.proxy[1], Code::k200, 300);
        store.record(busy);
    }
    const auto requests = [&](double from, double to) {
        return store.brought(Vantage::kProxy, Scope::kNew, at(from), at(to)).value().requests();
    };
    EXPECT_NEAR(requests(-3600, -150), 6900, 6900 * kRounding);
    EXPECT_NEAR(requests(-3600, 600), 8400, 8400 * kRounding);
    EXPECT_NEAR(requests(-3600, 1200), 8400 + 12000, 20400 * kRounding);
    // Nothing is known of what had not been there.
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kOld, at(-3600), at(600)), std::nullopt);
}

TEST(Brought, StillKnowsTheSteadyStateWhenItsScrapesAreGone) {
    Telemetry store = telemetry(0, 300);
    record_steadily(store, -150, 6000, 30);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(5700), at(6000))->requests(), 600);
    EXPECT_NEAR(store.brought(Vantage::kProxy, Scope::kNew, at(-750), at(-150))->requests(), 1200, 1200 * kRounding);
}

TEST(Brought, KnowsNoSteadyStateWithoutALeadIn) {
    Telemetry store = telemetry();
    record_steadily(store, 15, 600, 30);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(-3600), at(0)), std::nullopt);
    EXPECT_EQ(store.brought(Vantage::kProxy, Scope::kNew, at(-3600), at(75))->requests(), 120);
}

}  // namespace
}  // namespace rollcast
