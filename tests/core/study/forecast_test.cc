#include "rollcast/study/forecast.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// A small fleet in a short window with a release that may be good, answer with errors, or never start.
Scenario short_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.window = {.lead_in = 30s, .horizon = 60s};
    scenario.service.error_rate = .001;
    scenario.release = {
        {{.name = "good", .probability = .8},
         {.name = "errors", .probability = .15, .kind = DefectKind::kErrorRate, .severity = Uniform{.01, .5}},
         {.name = "stillborn", .probability = .05, .kind = DefectKind::kCrashOnStart, .severity = Constant{1}}}};
    return scenario;
}

const testing::AllAtOnce kStrategy;

/// Two values are the same bits: -0 is not 0, and a NaN is itself.
bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

void expect_same_row(const Outcome& a, const Outcome& b) {
    EXPECT_EQ(a.replication, b.replication);
    EXPECT_EQ(a.truth, b.truth);
    EXPECT_EQ(a.defect, b.defect);
    EXPECT_TRUE(same(a.severity, b.severity));
    EXPECT_EQ(a.verdict, b.verdict);
    EXPECT_TRUE(same(a.duration, b.duration));
    EXPECT_TRUE(same(a.active, b.active));
    EXPECT_TRUE(same(a.paused, b.paused));
    EXPECT_TRUE(same(a.baking, b.baking));
    EXPECT_TRUE(same(a.detection, b.detection));
    EXPECT_TRUE(same(a.recovery, b.recovery));
    EXPECT_EQ(a.requests, b.requests);
    EXPECT_EQ(a.failed, b.failed);
    EXPECT_EQ(a.slow, b.slow);
    EXPECT_EQ(a.failed_by_cause, b.failed_by_cause);
    EXPECT_EQ(a.baseline_failed, b.baseline_failed);
    EXPECT_EQ(a.baseline_slow, b.baseline_slow);
    EXPECT_EQ(a.exposure, b.exposure);
    EXPECT_TRUE(same(a.blast_radius, b.blast_radius));
    EXPECT_TRUE(same(a.budget_spent, b.budget_spent));
    EXPECT_TRUE(same(a.min_headroom, b.min_headroom));
    EXPECT_TRUE(same(a.extra_instance_seconds, b.extra_instance_seconds));
    EXPECT_EQ(a.alarms_true, b.alarms_true);
    EXPECT_EQ(a.alarms_false, b.alarms_false);
    EXPECT_EQ(a.restarts, b.restarts);
    EXPECT_EQ(a.decisions, b.decisions);
}

void expect_same_rows(const std::vector<Outcome>& a, const std::vector<Outcome>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) expect_same_row(a[i], b[i]);
}

Interval get(const Forecast& forecast, const std::string& name) {
    for (const Estimate& estimate : forecast.estimates) {
        if (estimate.name == name) return estimate.interval;
    }
    throw std::out_of_range(name);
}

TEST(ForecastStudy, RunsEveryReplicationWithItsTruth) {
    const Scenario scenario = short_scenario();
    const Forecast result = forecast(scenario, kStrategy, {.replications = 12, .threads = 2});
    const std::vector<std::uint32_t> truths = allocate_truths(scenario.release, 12);
    ASSERT_EQ(result.outcomes.size(), 12U);
    EXPECT_EQ(result.ending, Ending::kAll);
    for (std::uint32_t r = 0; r < 12; ++r) {
        EXPECT_EQ(result.outcomes[r].replication, r);
        EXPECT_EQ(result.outcomes[r].truth, truths[r]);
        EXPECT_EQ(result.outcomes[r].defect, scenario.release.truths[truths[r]].kind);
    }
    // Nobody watches: errors are promoted, and what never starts never is.
    EXPECT_EQ(get(result, "p_promoted").value, .8 + .15);
    EXPECT_NEAR(get(result, "p_escape_given_bad").value, .75, 1e-15);
    EXPECT_GT(get(result, "attributable_failures_given_bad_mean").value, 0);
}

TEST(ForecastStudy, DoesNotDependOnTheNumberOfThreads) {
    const Scenario scenario = short_scenario();
    const Forecast alone = forecast(scenario, kStrategy, {.replications = 10, .threads = 1});
    for (unsigned threads = 2; threads <= 8; ++threads) {
        const Forecast together = forecast(scenario, kStrategy, {.replications = 10, .threads = threads});
        expect_same_rows(alone.outcomes, together.outcomes);
        for (std::size_t i = 0; i < alone.estimates.size(); ++i) {
            EXPECT_TRUE(same(alone.estimates[i].interval.value, together.estimates[i].interval.value));
            EXPECT_TRUE(same(alone.estimates[i].interval.low, together.estimates[i].interval.low));
            EXPECT_TRUE(same(alone.estimates[i].interval.high, together.estimates[i].interval.high));
        }
    }
}

TEST(ForecastStudy, OfFewerReplicationsIsAPrefix) {
    const Forecast few = forecast(short_scenario(), kStrategy, {.replications = 4});
    Forecast many = forecast(short_scenario(), kStrategy, {.replications = 9});
    many.outcomes.resize(4);
    expect_same_rows(few.outcomes, many.outcomes);
}

TEST(ForecastStudy, CanBeDoneInPieces) {
    const Forecast whole = forecast(short_scenario(), kStrategy, {.replications = 9, .seed = 3});
    std::vector<Outcome> rows;
    for (std::uint32_t first : {0U, 4U, 8U}) {
        const ForecastOptions options{.replications = std::min(4U, 9U - first), .seed = 3, .threads = 1 + first / 4};
        const std::vector<Outcome> piece = run_piece(short_scenario(), kStrategy, options, first);
        rows.insert(rows.end(), piece.begin(), piece.end());
    }
    expect_same_rows(rows, whole.outcomes);
}

TEST(ForecastStudy, HasNoPieceBeyondItsLastReplication) {
    EXPECT_THROW(run_piece(short_scenario(), kStrategy, {.replications = 2}, 0xffff'ffff), std::invalid_argument);
}

TEST(ForecastStudy, ReplaysAReplicationAloneWithItsStory) {
    const Forecast all = forecast(short_scenario(), kStrategy, {.replications = 6, .seed = 9});
    for (std::uint32_t r : {0U, 1U, 5U}) {
        Outcome again;
        const Timeline timeline = replay(short_scenario(), kStrategy, {.replications = 6, .seed = 9}, r, &again);
        expect_same_row(again, all.outcomes[r]);
        EXPECT_FALSE(timeline.entries.empty());
    }
}

TEST(ForecastStudy, DependsOnTheSeed) {
    const Forecast one = forecast(short_scenario(), kStrategy, {.replications = 1, .seed = 1});
    const Forecast two = forecast(short_scenario(), kStrategy, {.replications = 1, .seed = 2});
    EXPECT_NE(one.outcomes[0].requests, two.outcomes[0].requests);
}

TEST(ForecastStudy, StopsAtTheFirstBatchThatIsPreciseEnough) {
    ForecastOptions options{.replications = 60, .threads = 2, .stop_estimate = "p_promoted", .batch = 5};
    // A half-width that 20 replications reach and 15 do not, by the estimates of those prefixes themselves.
    std::vector<Outcome> rows = forecast(short_scenario(), kStrategy, {.replications = 20}).outcomes;
    const auto half_width = [&](std::size_t count) {
        const std::vector<Outcome> prefix(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
        return estimate(short_scenario().release, prefix)[0].interval.half_width();
    };
    ASSERT_EQ(estimate(Release{}, {})[0].name, "p_promoted");
    ASSERT_LT(half_width(20), half_width(15));
    options.stop_half_width = (half_width(20) + half_width(15)) / 2;
    const Forecast result = forecast(short_scenario(), kStrategy, options);
    EXPECT_EQ(result.ending, Ending::kPrecise);
    expect_same_rows(result.outcomes, rows);
}

TEST(ForecastStudy, CanBeInterrupted) {
    const Forecast result =
        forecast(short_scenario(), kStrategy, {.replications = 50'000}, [](std::uint32_t) { return false; });
    EXPECT_EQ(result.ending, Ending::kInterrupted);
    EXPECT_LT(result.outcomes.size(), 50'000U);
    for (std::size_t r = 0; r < result.outcomes.size(); ++r) EXPECT_EQ(result.outcomes[r].replication, r);
    EXPECT_FALSE(result.estimates.empty());
}

TEST(ForecastStudy, RefusesOptionsThatMakeNoSense) {
    const Scenario scenario = short_scenario();
    const std::vector<ForecastOptions> bad{{.replications = 0},
                                           {.confidence = 0},
                                           {.confidence = 1},
                                           {.batch = 0},
                                           {.stop_estimate = "p_promotd", .stop_half_width = .1},
                                           {.stop_estimate = "p_promoted"}};
    for (std::size_t i = 0; i < bad.size(); ++i) {
        EXPECT_THROW(forecast(scenario, kStrategy, bad[i]), std::invalid_argument) << "case " << i;
    }
}

TEST(ForecastStudy, NamesWhatIsWrongWithAScenario) {
    Scenario scenario = short_scenario();
    scenario.traffic.rate = -3;
    try {
        forecast(scenario, kStrategy, {.replications = 1});
        FAIL() << "accepted";
    } catch (const std::invalid_argument& error) {
        EXPECT_NE(std::string(error.what()).find("traffic.rate"), std::string::npos) << error.what();
    }
    EXPECT_THROW(replay(scenario, kStrategy, {}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
