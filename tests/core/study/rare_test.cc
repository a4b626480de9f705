#include "rollcast/study/rare.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <gtest/gtest.h>
#include <boost/math/distributions/poisson.hpp>

#include "rollcast/stats/moments.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using Sign = EventTerm::Sign;

EventTerm term(std::string_view measure, Sign sign, double limit) {
    const auto all = rare_measures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Measure& each) { return each.name == measure; });
    return {static_cast<std::uint32_t>(found - all.begin()), sign, limit};
}

/// Two instances, twenty requests a second for two minutes.
Scenario tiny_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.replicas = 2;
    scenario.traffic.rate = 20;
    scenario.window = {.lead_in = 10s, .horizon = 2min};
    return scenario;
}

RareResult study(const Scenario& scenario, std::vector<EventTerm> terms, const RareOptions& options) {
    return rare(scenario, testing::AllAtOnce(), RareEvent(std::move(terms), scenario), options);
}

void expect_known(const RareResult& found, double exact) {
    // On the logarithmic scale, five half-widths at 95 % are some ten standard errors; fixed seeds decide.
    const double width = std::log(found.probability.high / found.probability.value);
    EXPECT_LT(std::abs(std::log(found.probability.value / exact)), 2.5 * width)
        << found.probability.value << " instead of " << exact;
}

TEST(Rare, FindsAProbabilityOfAMillionthBySplitting) {
    // Background failures are a Poisson process: a thinned one, each point moved by a time of its own.
    Scenario scenario = tiny_scenario();
    scenario.service.error_rate = .01;
    const boost::math::poisson failures(24);
    constexpr double kLimit = 50;
    const double exact = cdf(complement(failures, kLimit - 1));
    EXPECT_LT(exact, 3e-6);
    EXPECT_GT(exact, 3e-7);
    const RareResult found =
        study(scenario, {term("failed_background", Sign::kAtLeast, kLimit)}, {.effort = 24000, .threads = 1});
    expect_known(found, exact);
    EXPECT_LT(found.strata.front().error / found.probability.value, .2);
    EXPECT_GT(found.plain / found.work, 1000);
    EXPECT_NEAR(found.gain_strata, 1, 1e-9);  // there is but one stratum
    EXPECT_GT(found.effective, 20);
    for (const RarePath& path : found.paths) EXPECT_GE(path.row.failed_by_cause[0], 50);
}

TEST(Rare, FindsWhatIsDecidedByTheTruthAlone) {
    Scenario scenario = tiny_scenario();
    scenario.release.truths = {
        {.name = "good", .probability = .9},
        {.name = "errors", .probability = .1, .kind = DefectKind::kErrorRate, .severity = LogUniform{.001, .2}}};
    constexpr double kLimit = .19999;
    const double exact = .1 * std::log(.2 / kLimit) / std::log(200.);  // 9.4e-7
    const RareResult found =
        study(scenario, {term("severity", Sign::kAbove, kLimit), term("defect", Sign::kNotEqual, 0)},
              {.effort = 1000, .threads = 1});
    expect_known(found, exact);
    EXPECT_GT(found.plain / found.work, 1000);
    EXPECT_GT(found.gain_strata, 1000);
    EXPECT_GT(std::count_if(found.strata.begin(), found.strata.end(),
                            [](const RareStratum& each) { return each.band.to < .1; }),
              2);
    for (const RareStratum& each : found.strata) EXPECT_EQ(each.truth, 1U);  // a good release cannot
}

/// Of the rows of a plain forecast, weighed back.
Interval plain(const Scenario& scenario, std::uint32_t replications, bool (*happened)(const Outcome&)) {
    const Forecast all = forecast(scenario, testing::AllAtOnce(), {.replications = replications, .threads = 1});
    std::vector<BinomialStratum> strata;
    for (const TruthKind& truth : scenario.release.truths) strata.push_back({.weight = truth.probability});
    for (const Outcome& row : all.outcomes) {
        ++strata[row.truth].trials;
        strata[row.truth].successes += happened(row);
    }
    return stratified_proportion(strata, 1 - 1e-5);
}

TEST(Rare, AgreesWithAPlainStudy) {
    Scenario scenario = tiny_scenario();
    scenario.service.error_rate = .005;
    scenario.release.truths = {
        {.name = "good", .probability = .8},
        {.name = "errors", .probability = .1, .kind = DefectKind::kErrorRate, .severity = LogUniform{.001, .2}},
        {.name = "crashes", .probability = .1, .kind = DefectKind::kCrashHazard, .severity = LogUniform{.5, 60}}};
    constexpr double kLimit = 450;  // of some 2,400 requests
    const RareResult found = study(scenario, {term("failed", Sign::kAtLeast, kLimit)}, {.effort = 4000, .threads = 1});
    const Interval seen =
        plain(scenario, 60'000, [](const Outcome& row) { return static_cast<double>(row.failed) >= kLimit; });
    EXPECT_LT(seen.value, 3e-3);
    EXPECT_GT(seen.low, .5 * seen.value);  // it was seen often, or this would say nothing
    EXPECT_LT(seen.high, 1.7 * seen.value);
    EXPECT_GT(found.probability.high, seen.low);
    EXPECT_LT(found.probability.low, seen.high);
}

TEST(Rare, SpendsNoMoreThanTheEffort) {
    Scenario scenario = tiny_scenario();
    scenario.service.error_rate = .005;
    scenario.release.truths = {
        {.name = "good", .probability = .7},
        {.name = "errors", .probability = .1, .kind = DefectKind::kErrorRate, .severity = LogUniform{.001, .2}},
        {.name = "latency", .probability = .1, .kind = DefectKind::kLatency, .severity = LogUniform{1.1, 10}},
        {.name = "crashes", .probability = .1, .kind = DefectKind::kCrashHazard, .severity = LogUniform{.5, 60}}};
    const std::vector<EventTerm> event{term("failed", Sign::kAtLeast, 450)};
    for (const double effort : {10., 50., 200., 1000., 5000.}) {
        const RareResult found = study(scenario, event, {.effort = effort, .threads = 1});
        // What splitting takes is known from the ladder's few paths, to a tenth or so.
        EXPECT_LT(found.work, 1.1 * effort) << effort;
        if (effort > 100) {
            EXPECT_GT(found.work, .5 * effort) << effort;
        }
        if (found.left_out > 0) {
            EXPECT_TRUE(std::isnan(found.probability.value));
            EXPECT_GE(found.unseen, found.left_out * (1 - 1e-9));
        }
        EXPECT_EQ(found.left_out > 0, effort < 100) << effort;
    }
}

TEST(Rare, HasIntervalsThatCover) {
    // Whole rollouts and all that a study does: levels of its own, allocation, the interval.
    Scenario scenario = tiny_scenario();
    scenario.service.error_rate = .01;
    scenario.window.horizon = 30s;
    constexpr double kLimit = 13;
    const double exact = cdf(complement(boost::math::poisson(6), kLimit - 1));  // 9e-3
    constexpr int kStudies = 200;
    int covered = 0;
    Moments found;
    for (int i = 0; i < kStudies; ++i) {
        const RareResult each = study(scenario, {term("failed_background", Sign::kAtLeast, kLimit)},
                                      {.effort = 1500, .seed = 100 + static_cast<std::uint64_t>(i)});
        ASSERT_FALSE(std::isnan(each.probability.value)) << each.effective;
        covered += each.probability.low <= exact && exact <= each.probability.high;
        found.add(each.probability.value);
    }
    // 95 % of 200 are 190 +- 3.1; four and a half standard errors below, and two points for what a t interval of skewed
    // values may lack. No study may cover too often by its luck: the mean and its error say whether they are too wide.
    EXPECT_GT(covered, 190 - 14 - 4);
    const double error = std::sqrt(found.variance() / kStudies);
    EXPECT_LT(error, .03 * exact);
    EXPECT_NEAR(found.mean(), exact, 5 * error);
}

TEST(Rare, DoesNotDependOnTheNumberOfThreads) {
    Scenario scenario = tiny_scenario();
    scenario.service.error_rate = .01;
    scenario.release.truths = {
        {.name = "errors", .probability = 1, .kind = DefectKind::kErrorRate, .severity = LogUniform{.001, .02}}};
    const std::vector<EventTerm> event{term("failed", Sign::kAtLeast, 60)};
    const RareResult alone = study(scenario, event, {.effort = 1000, .threads = 1});
    const RareResult together = study(scenario, event, {.effort = 1000, .threads = 3});
    EXPECT_GT(alone.probability.value, 0);
    EXPECT_EQ(alone.probability.value, together.probability.value);
    EXPECT_EQ(alone.probability.low, together.probability.low);
    EXPECT_EQ(alone.work, together.work);
    EXPECT_EQ(alone.effective, together.effective);
    ASSERT_EQ(alone.paths.size(), together.paths.size());
    for (std::size_t i = 0; i < alone.paths.size(); ++i) {
        EXPECT_EQ(alone.paths[i].row.severity, together.paths[i].row.severity);
        EXPECT_EQ(alone.paths[i].row.failed, together.paths[i].row.failed);
        EXPECT_EQ(alone.paths[i].lineage, together.paths[i].lineage);
    }
    const RareResult other = study(scenario, event, {.effort = 1000, .seed = 2, .threads = 1});
    EXPECT_NE(alone.probability.value, other.probability.value);
}

TEST(Rare, ReportsNothingThatItHasNotSeenEnoughOf) {
    Scenario scenario = tiny_scenario();
    scenario.service.error_rate = .01;
    const RareResult found =
        study(scenario, {term("failed_background", Sign::kAtLeast, 1000)}, {.effort = 2000, .threads = 1});
    EXPECT_TRUE(std::isnan(found.probability.value));
    EXPECT_EQ(found.lineages, 0U);
    EXPECT_TRUE(found.paths.empty());
    EXPECT_GT(found.unseen, 0);
    EXPECT_LT(found.unseen, 1e-4);  // so far it climbed
}

TEST(Rare, BoundsWhatItNeverSawAStepTowards) {
    const RareResult found =
        study(tiny_scenario(), {term("failed", Sign::kAtLeast, 1000)}, {.effort = 100, .threads = 1});
    EXPECT_TRUE(std::isnan(found.probability.value));
    const double tries = found.strata.front().rungs.back().tries;
    EXPECT_NEAR(found.unseen, 1 - std::pow(.05, 1 / tries), 1e-12);  // none in so many tries
}

TEST(Rare, RefusesWhatCannotBe) {
    const Scenario scenario = tiny_scenario();
    EXPECT_THROW(study(scenario, {term("defect", Sign::kNotEqual, 0)}, {}), std::invalid_argument);
    EXPECT_THROW(study(scenario, {}, {}), std::invalid_argument);
    const std::vector<EventTerm> event{term("failed", Sign::kAtLeast, 1)};
    EXPECT_THROW(study(scenario, event, {.effort = 0}), std::invalid_argument);
    EXPECT_THROW(study(scenario, event, {.paths = 1}), std::invalid_argument);
    EXPECT_THROW(study(scenario, event, {.least = 0}), std::invalid_argument);
}

TEST(Rare, IsNotCertainOfWhatAlwaysHappened) {
    Scenario scenario = tiny_scenario();
    scenario.release.truths = {
        {.name = "good", .probability = .9},
        {.name = "errors", .probability = .1, .kind = DefectKind::kErrorRate, .severity = Constant{.5}}};
    const RareResult found = study(scenario, {term("failed_defect", Sign::kAtLeast, 1)}, {.effort = 200, .threads = 1});
    const RareStratum& bad = found.strata.back();
    const double n = bad.rungs.front().tries;
    EXPECT_EQ(bad.rungs.front().reached, n);
    EXPECT_DOUBLE_EQ(found.probability.value, .1);
    EXPECT_NEAR(bad.error, std::sqrt(.5) / n, .05 / n);  // as if half a run more had not got there
    EXPECT_LT(found.probability.low, .1 * (1 - 1 / n));
    // What always happens is no likelier than that.
    const RareResult all = study(scenario, {term("failed", Sign::kAtLeast, 0)}, {.effort = 200, .threads = 1});
    EXPECT_DOUBLE_EQ(all.probability.value, 1);
    EXPECT_LT(all.probability.low, 1);
    EXPECT_EQ(all.probability.high, 1);
}

TEST(Rare, EndsWhenItIsTold) {
    const Scenario scenario = tiny_scenario();
    const RareResult found =
        rare(scenario, testing::AllAtOnce(), RareEvent({term("failed", Sign::kAtLeast, 1)}, scenario),
             {.effort = 1e6, .threads = 1}, [](std::uint32_t) { return false; });
    EXPECT_EQ(found.ending, Ending::kInterrupted);
    EXPECT_TRUE(std::isnan(found.probability.value));
}

}  // namespace
}  // namespace rollcast
