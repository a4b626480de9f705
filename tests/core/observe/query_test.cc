#include "rollcast/observe/query.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "core/observe/support.h"

namespace rollcast {
namespace {

using observe_test::apply;
using observe_test::at;
using observe_test::count;
using observe_test::growth;
using observe_test::kErrors;
using observe_test::number;
using observe_test::quantile;
using observe_test::rate;
using observe_test::requests;
using observe_test::scrape;
using observe_test::telemetry;
using Op = QueryStep::Op;

constexpr double kRounding = 1e-9;  // relative; a handful of operations in double precision
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Five minutes of the new version: `good` answers and `bad` ones every 15 s.
Telemetry five_minutes(std::int64_t good, std::int64_t bad, bool errors_exist) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 300; t += 15) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, good);
        if (errors_exist) count(seen.proxy[1], Code::k500, bad);
        seen.proxy[1].increase.by_latency = {good / 2, good - good / 2, 0, 0};
        store.record(seen);
    }
    return store;
}

const Query kErrorRatio{rate(requests(120, kErrors)), rate(requests(120)), apply(Op::kDivide)};

std::optional<double> ask(const Query& query, const Telemetry& store) { return evaluate(query, store, at(300)); }

TEST(Query, GivesRatesPerSecondAndIncreasesPerWindow) {
    const Telemetry store = five_minutes(150, 0, false);
    EXPECT_NEAR(ask({rate(requests(120))}, store).value(), 10, 10 * kRounding);
    EXPECT_NEAR(ask({growth(requests(120))}, store).value(), 1200, 1200 * kRounding);
}

TEST(Query, DividesErrorsByRequests) {
    EXPECT_NEAR(ask(kErrorRatio, five_minutes(135, 15, true)).value(), .1, kRounding);
}

TEST(Query, IsEmptyWhenEitherSideIs) {
    EXPECT_EQ(ask(kErrorRatio, five_minutes(150, 0, false)), std::nullopt);
    const Query turned{rate(requests(120)), rate(requests(120, kErrors)), apply(Op::kDivide)};
    EXPECT_EQ(ask(turned, five_minutes(150, 0, false)), std::nullopt);
}

TEST(Query, IsNaNForNothingOutOfNothing) {
    EXPECT_TRUE(std::isnan(ask(kErrorRatio, five_minutes(0, 0, true)).value()));
}

TEST(Query, IsInfiniteForSomethingOutOfNothing) {
    const Query query{rate(requests(120)), rate(requests(120, kErrors)), apply(Op::kDivide)};
    EXPECT_EQ(ask(query, five_minutes(150, 0, true)), kInfinity);
}

TEST(Query, TakesTheOtherSideOfOrWhereThereIsNothing) {
    Query query = kErrorRatio;
    query.push_back(number(0));
    query.push_back(apply(Op::kOr));
    EXPECT_EQ(ask(query, five_minutes(150, 0, false)), 0);
    EXPECT_NEAR(ask(query, five_minutes(135, 15, true)).value(), .1, kRounding);
    EXPECT_TRUE(std::isnan(ask(query, five_minutes(0, 0, true)).value()));  // NaN is something
}

TEST(Query, CalculatesInPostfixOrder) {
    const Telemetry store = telemetry();
    EXPECT_EQ(ask({number(7), number(2), apply(Op::kSubtract), number(3), apply(Op::kMultiply)}, store), 15);
    EXPECT_EQ(ask({number(7), number(2), apply(Op::kAdd), apply(Op::kNegate)}, store), -9);
}

TEST(Query, ClampsNumbersAndLeavesNaN) {
    const Telemetry store = telemetry();
    EXPECT_EQ(ask({number(3), apply(Op::kClampMin, 5)}, store), 5);
    EXPECT_EQ(ask({number(8), apply(Op::kClampMin, 5)}, store), 8);
    EXPECT_EQ(ask({number(8), apply(Op::kClampMax, 5)}, store), 5);
    EXPECT_EQ(ask({number(3), apply(Op::kClampMax, 5)}, store), 3);
    const Query nan{number(0), number(0), apply(Op::kDivide)};
    for (const Op op : {Op::kClampMin, Op::kClampMax}) {
        Query query = nan;
        query.push_back(apply(op, 5));
        EXPECT_TRUE(std::isnan(ask(query, store).value()));
    }
    EXPECT_EQ(ask({rate(requests(120)), apply(Op::kClampMin, 5), apply(Op::kNegate)}, store), std::nullopt);
}

TEST(Query, KeepsTheLeftSideOfAComparisonThatHolds) {
    struct Case {
        Op op;
        bool less, same, greater, nan;
    };
    const Telemetry store = telemetry();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Case& c : {Case{Op::kLess, true, false, false, false},
                          {Op::kLessEqual, true, true, false, false},
                          {Op::kGreater, false, false, true, false},
                          {Op::kGreaterEqual, false, true, true, false},
                          {Op::kEqual, false, true, false, false},
                          {Op::kNotEqual, true, false, true, true}}) {
        const auto kept = [&](double left) { return ask({number(left), number(2), apply(c.op)}, store); };
        EXPECT_EQ(kept(1), c.less ? std::optional(1.) : std::nullopt);
        EXPECT_EQ(kept(2), c.same ? std::optional(2.) : std::nullopt);
        EXPECT_EQ(kept(3), c.greater ? std::optional(3.) : std::nullopt);
        EXPECT_EQ(kept(nan).has_value(), c.nan);
    }
}

TEST(Query, FindsQuantilesOfTheHistogram) {
    // Half of the answers below 0.1 s, half in (0.1 s, 0.2 s].
    const Telemetry store = five_minutes(150, 0, false);
    EXPECT_NEAR(ask({quantile(.5, requests(120))}, store).value(), .1, kRounding);
    EXPECT_NEAR(ask({quantile(.75, requests(120))}, store).value(), .15, kRounding);
}

TEST(Query, HasNoQuantileOfNoSeriesAndNaNOfNoAnswers) {
    EXPECT_EQ(ask({quantile(.5, requests(120))}, telemetry()), std::nullopt);
    EXPECT_TRUE(std::isnan(ask({quantile(.5, requests(120))}, five_minutes(0, 0, false)).value()));
}

TEST(Query, RefusesAProgramThatIsNotWellFormed) {
    const Telemetry store = telemetry();
    EXPECT_THROW(ask({}, store), std::invalid_argument);
    EXPECT_THROW(ask({number(1), number(2)}, store), std::invalid_argument);
    EXPECT_THROW(ask({number(1), apply(Op::kAdd)}, store), std::invalid_argument);
    EXPECT_THROW(ask({rate(requests(0))}, store), std::invalid_argument);
}

TEST(HistogramQuantile, InterpolatesInsideTheBucket) {
    const double limits[] = {.1, .2, .4};
    const double counts[] = {50, 80, 90, 100};
    EXPECT_DOUBLE_EQ(histogram_quantile(.25, limits, counts), .05);  // rank 25 of 50 in (0, 0.1]
    EXPECT_DOUBLE_EQ(histogram_quantile(.65, limits, counts), .15);  // rank 15 of 30 in (0.1, 0.2]
    EXPECT_DOUBLE_EQ(histogram_quantile(.8, limits, counts), .2);
    EXPECT_DOUBLE_EQ(histogram_quantile(.85, limits, counts), .3);  // rank 5 of 10 in (0.2, 0.4]
    EXPECT_DOUBLE_EQ(histogram_quantile(0, limits, counts), 0);
}

TEST(HistogramQuantile, GivesTheHighestFiniteLimitForWhatLiesBeyondIt) {
    const double limits[] = {.1, .2, .4};
    const double counts[] = {50, 80, 90, 100};
    EXPECT_EQ(histogram_quantile(.95, limits, counts), .4);
    EXPECT_EQ(histogram_quantile(1, limits, counts), .4);
}

TEST(HistogramQuantile, IsNaNWithoutObservationsOrFiniteBuckets) {
    const double limits[] = {.1, .2};
    const double none[] = {0, 0, 0};
    const double all[] = {7};
    EXPECT_TRUE(std::isnan(histogram_quantile(.5, limits, none)));
    EXPECT_TRUE(std::isnan(histogram_quantile(.5, {}, all)));
}

TEST(HistogramQuantile, IsInfiniteOutsideOfZeroToOne) {
    const double limits[] = {.1, .2};
    const double counts[] = {1, 2, 3};
    EXPECT_EQ(histogram_quantile(-.1, limits, counts), -kInfinity);
    EXPECT_EQ(histogram_quantile(1.1, limits, counts), kInfinity);
    EXPECT_TRUE(std::isnan(histogram_quantile(std::nan(""), limits, counts)));
}

TEST(HistogramQuantile, IronsOutCountsThatFallOrRiseByRounding) {
    const double limits[] = {.1, .2, .4};
    const double falling[] = {50, 40, 90, 100};  // as 50, 50, 90, 100
    EXPECT_DOUBLE_EQ(histogram_quantile(.7, limits, falling), .3);
    // Everything up to 0.1 s but for rounding: the maximum is there and not at 0.4.
    const double rounded[] = {100, 100 + 1e-11, 100 + 2e-11, 100 + 2e-11};
    EXPECT_DOUBLE_EQ(histogram_quantile(1, limits, rounded), .1);
}

// prometheus/prometheus, promql/quantile_test.go: "simple - non-monotonic middle" and "real example 2 - non-monotonic".
TEST(HistogramQuantile, AgreesWithPrometheusOwnCases) {
    struct Case {
        double q, expected;
    };
    constexpr double kTolerance = 1e-12;  // relative, as there
    const double limits[] = {10, 15, 20, 30};
    const double counts[] = {10, 15, 15.00000000001, 15, 15};
    for (const Case& c : {Case{1, 15}, {.99, 14.85}, {.9, 13.5}, {.5, 7.5}}) {
        EXPECT_NEAR(histogram_quantile(c.q, limits, counts), c.expected, c.expected * kTolerance);
    }
    const double fine_limits[] = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25, 50, 100};
    std::vector<double> fine_counts(15, 9.888888889);
    const double rising[] = {9.6, 9.688888889, 9.755555556, 9.844444444};
    std::copy(std::begin(rising), std::end(rising), fine_counts.begin());
    fine_counts[10] = 9.888888889001;
    fine_counts[12] = 9.888888888999;
    for (const Case& c :
         {Case{1, .1}, {.99, .03468750000281261}, {.9, .00463541666671875}, {.5, .0025752314815104174}}) {
        EXPECT_NEAR(histogram_quantile(c.q, fine_limits, fine_counts), c.expected, c.expected * kTolerance);
    }
}

TEST(Lookback, IsTheLongestWindowWithItsOffset) {
    Selector shifted = requests(60);
    shifted.offset = from_seconds(300);
    const Query query{rate(requests(120)), rate(shifted), apply(Op::kDivide)};
    EXPECT_EQ(lookback(query), from_seconds(360));
    EXPECT_EQ(lookback(Query{number(1)}), Duration::zero());
}

}  // namespace
}  // namespace rollcast
