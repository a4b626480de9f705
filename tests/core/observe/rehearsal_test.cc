#include "rollcast/observe/rehearsal.h"

#include <gtest/gtest.h>

#include "core/observe/support.h"

namespace rollcast::observe_test {
namespace {

using namespace std::chrono_literals;
using Op = QueryStep::Op;

const Observability kScrapes{.scrape_interval = 10s, .delay = 0s, .latency_buckets = {.1, .2, .4}};

/// A fifth of 100 requests a second for ten minutes.
Rehearsal rehearsal(double errors) {
    return {.rate = 100, .plan = {{10min, .2}}, .old_version = {}, .new_version = {.errors = errors}};
}

Selector of(Scope scope, std::uint8_t codes) {
    Selector selector = requests(60, codes);
    selector.scope = scope;
    return selector;
}

/// An error ratio that must not be above `limit`, each minute from the second on.
Analysis ratio_of(Scope scope, double limit) {
    const Query query{rate(of(scope, kErrors)), number(0), apply(Op::kOr), rate(of(scope, 0b1111)), apply(Op::kDivide)};
    const QueryCheck check{.query = query, .failure = first(ConditionStep::Op::kGreater, limit)};
    return {.name = "ratio", .metrics = {{.name = "errors", .source = check, .interval = 60s, .initial_delay = 2min}}};
}

TEST(Rehearsal, ShowsWhatTheVersionsAnswerWithoutChance) {
    const Rehearsed of_new = rehearse(ratio_of(Scope::kNew, .5), kScrapes, rehearsal(.25));
    ASSERT_EQ(of_new.log.size(), 8u);  // from two minutes on, each a nanosecond later than the interval
    EXPECT_EQ(of_new.log.front().at, Time{2min});
    for (const Measurement& each : of_new.log) EXPECT_NEAR(each.value.value(), .25, 1e-12);
    EXPECT_EQ(of_new.phase, AnalysisPhase::kRunning);
    EXPECT_EQ(of_new.ended, Time{10min});

    const Rehearsed of_all = rehearse(ratio_of(Scope::kService, .5), kScrapes, rehearsal(.25));
    for (const Measurement& each : of_all.log) EXPECT_NEAR(each.value.value(), .05, 1e-12);
    const Rehearsed of_old = rehearse(ratio_of(Scope::kOld, .5), kScrapes, rehearsal(.25));
    for (const Measurement& each : of_old.log) EXPECT_EQ(each.value, 0);
}

TEST(Rehearsal, ShowsABaselineBesideTheNewVersionWhereThereIsOne) {
    Analysis rates{.name = "rates"};
    for (const Scope scope : {Scope::kNew, Scope::kOld, Scope::kBaseline}) {
        const QueryCheck check{.query = {rate(of(scope, 0b1111))}};
        rates.metrics.push_back({.name = "rate", .source = check, .interval = 60s, .initial_delay = 5min});
    }
    Rehearsal given = rehearsal(.25);
    const Rehearsed without = rehearse(rates, kScrapes, given);
    EXPECT_NEAR(without.log[1].value.value(), 80, 1e-9);
    EXPECT_FALSE(without.log[2].value);
    given.baseline = true;
    const Rehearsed with = rehearse(rates, kScrapes, given);
    EXPECT_NEAR(with.log[0].value.value(), 20, 1e-9);
    EXPECT_NEAR(with.log[1].value.value(), 60, 1e-9);
    EXPECT_NEAR(with.log[2].value.value(), 20, 1e-9);
}

TEST(Rehearsal, EndsWhenTheGuardHasSpoken) {
    const Rehearsed heard = rehearse(ratio_of(Scope::kNew, .2), kScrapes, rehearsal(.25));
    EXPECT_EQ(heard.phase, AnalysisPhase::kFailed);
    EXPECT_EQ(heard.ended, Time{2min});
}

TEST(Rehearsal, FollowsTheShareOfTheTraffic) {
    Rehearsal given = rehearsal(1);
    given.plan = {{5min, .01}, {5min, .1}};
    const Rehearsed seen = rehearse(ratio_of(Scope::kService, .5), kScrapes, given);
    EXPECT_NEAR(seen.log.front().value.value(), .01, 1e-12);
    EXPECT_NEAR(seen.log.back().value.value(), .1, 1e-12);
}

TEST(Rehearsal, LooksBackOnWhatWasBeforeTheAnalysis) {
    Rehearsal given = rehearsal(.25);
    Analysis at_once = ratio_of(Scope::kNew, .2);
    at_once.metrics[0].initial_delay = {};
    given.starts = 5min;
    const Rehearsed seen = rehearse(at_once, kScrapes, given);
    EXPECT_EQ(seen.ended, Time{5min});
    EXPECT_NEAR(seen.log.front().value.value(), .25, 1e-12);
}

TEST(Rehearsal, LosesNoPartOfARequest) {
    Rehearsal given = rehearsal(1. / 3);
    given.rate = .7;
    given.plan = {{1h, .5}};
    Analysis all = ratio_of(Scope::kService, 1);
    std::get<QueryCheck>(all.metrics[0].source).query = {growth(of(Scope::kNew, kErrors))};
    const Rehearsed seen = rehearse(all, kScrapes, given);
    double sum = 0;
    for (const Measurement& each : seen.log) sum += each.value.value_or(0);
    // 7 failures a minute, of which a window sees 50 s between scrapes and extrapolates: whole counts over 59 minutes.
    EXPECT_NEAR(sum / static_cast<double>(seen.log.size()), 7, .5);
}

TEST(Rehearsal, ShowsLatencies) {
    Rehearsal given = rehearsal(0);
    given.old_version = {.within_bucket = {1, 1, 1}, .mean_latency = .05};
    given.new_version = {.within_bucket = {0, .5, .5}, .mean_latency = .3};
    Analysis slow = ratio_of(Scope::kNew, .39);
    std::get<QueryCheck>(slow.metrics[0].source).query = {quantile(.99, of(Scope::kNew, 0b1111))};
    EXPECT_EQ(rehearse(slow, kScrapes, given).log.front().value, .4) << "the highest limit";
    std::get<QueryCheck>(slow.metrics[0].source).query = {quantile(.25, of(Scope::kNew, 0b1111))};
    EXPECT_NEAR(rehearse(slow, kScrapes, given).log.front().value.value(), .15, 1e-3);
}

TEST(Rehearsal, GivesGuardsTheirHistory) {
    // The workbook's rule at 14.4 over an hour, clean before: a fifth of the requests failing takes 259.2 s, and the
    // next evaluation sees it.
    const Metric metric{.name = "burn", .source = BurnRateAlert{.objective = .999}, .interval = 60s};
    const Rehearsed seen = rehearse({.name = "burn", .metrics = {metric}}, kScrapes, rehearsal(1));
    EXPECT_EQ(seen.phase, AnalysisPhase::kFailed);
    EXPECT_NEAR(to_seconds(seen.ended), 300, 1e-6);
}

TEST(Rehearsal, RefusesNonsense) {
    EXPECT_THROW(rehearse(ratio_of(Scope::kNew, 1), kScrapes, rehearsal(2)), std::invalid_argument);
    Rehearsal given = rehearsal(0);
    given.plan = {{1s, 1.5}};
    EXPECT_THROW(rehearse(ratio_of(Scope::kNew, 1), kScrapes, given), std::invalid_argument);
    given.plan = {{Duration::max(), .5}};
    EXPECT_THROW(rehearse(ratio_of(Scope::kNew, 1), kScrapes, given), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::observe_test
