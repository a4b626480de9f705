#include "rollcast/study/rare_event.h"

#include <algorithm>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace rollcast {
namespace {

using Answer = RareEvent::Answer;
using Sign = EventTerm::Sign;

EventTerm term(std::string_view measure, Sign sign, double limit) {
    const auto all = rare_measures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Measure& each) { return each.name == measure; });
    return {static_cast<std::uint32_t>(found - all.begin()), sign, limit};
}

RareEvent event(std::vector<EventTerm> terms) { return {std::move(terms), testing::small_scenario()}; }

constexpr double kPromoted = static_cast<double>(Verdict::kPromoted);

TEST(RareEvent, HasHappenedAsSoonAsWhatGrowsIsThere) {
    const RareEvent failures = event({term("failed", Sign::kAtLeast, 10)});
    RunSoFar run;
    run.row.failed = 9;
    EXPECT_EQ(failures.answer(run), Answer::kOpen);
    EXPECT_NEAR(failures.progress(run), .9, 1e-12);
    run.row.failed = 10;
    EXPECT_EQ(failures.answer(run), Answer::kYes);
    run.row.failed = 9, run.over = true;
    EXPECT_EQ(failures.answer(run), Answer::kNo);
}

TEST(RareEvent, IsImpossibleAsSoonAsWhatGrowsIsTooMuch) {
    const RareEvent few = event({term("failed", Sign::kBelow, 10)});
    RunSoFar run;
    EXPECT_EQ(few.answer(run), Answer::kOpen);
    EXPECT_EQ(few.progress(run), 0);
    run.row.failed = 10;
    EXPECT_EQ(few.answer(run), Answer::kNo);
}

TEST(RareEvent, KnowsAVerdictOnceTheRolloutHasEnded) {
    const RareEvent escape = event({term("verdict", Sign::kEqual, kPromoted), term("defect", Sign::kNotEqual, 0)});
    RunSoFar run;
    run.row.defect = DefectKind::kErrorRate;
    run.time = .25;
    EXPECT_EQ(escape.answer(run), Answer::kOpen);
    EXPECT_EQ(escape.progress(run), .25);
    run.decided = true;
    run.row.verdict = Verdict::kPromoted;
    EXPECT_EQ(escape.answer(run), Answer::kYes);
    run.row.verdict = Verdict::kRolledBack;
    EXPECT_EQ(escape.answer(run), Answer::kNo);
}

TEST(RareEvent, WaitsForTheEndWithAShareThatMayFallAgain) {
    const RareEvent outage = event({term("failed_share", Sign::kAbove, .5)});
    RunSoFar run;
    run.row.requests = 100, run.row.failed = 60;
    EXPECT_EQ(outage.answer(run), Answer::kOpen);
    // Of the 90,000 requests that are expected: 300 a second for five minutes.
    EXPECT_NEAR(outage.progress(run), 60 / 45'000., 1e-12);
    run.over = true;
    EXPECT_EQ(outage.answer(run), Answer::kYes);
}

TEST(RareEvent, IsAsFarAsTheTermThatIsFurthestOff) {
    const RareEvent both = event({term("failed", Sign::kAtLeast, 10), term("worst_minute", Sign::kAtLeast, .5)});
    RunSoFar run;
    run.row.failed = 20;
    run.worst_minute = .2;
    EXPECT_EQ(both.answer(run), Answer::kOpen);
    EXPECT_NEAR(both.progress(run), .4, 1e-12);
    run.worst_minute = .5;
    EXPECT_EQ(both.answer(run), Answer::kYes);
    EXPECT_LT(both.progress(run), 1);  // only the answer says that it has happened
}

TEST(RareEvent, LooksAheadAtTheUsualPace) {
    const RareEvent failures = event({term("failed", Sign::kAtLeast, 10)});
    RunSoFar run;
    run.row.failed = 5;
    run.left = .5;
    EXPECT_NEAR(failures.progress(run, .6), .8, 1e-12);
    run.row.failed = 9;
    EXPECT_LT(failures.progress(run, .6), 1);
}

TEST(RareEvent, TellsBandsOfSeveritiesApartByHowNearTheyAre) {
    RunSoFar run;
    run.row.severity = .1;
    EXPECT_NEAR(event({term("severity", Sign::kAbove, .2)}).progress(run), .5, 1e-12);
    EXPECT_NEAR(event({term("severity", Sign::kBelow, .05)}).progress(run), .5, 1e-12);
}

TEST(RareEvent, KnowsWhatFallsFromBelow) {
    const RareEvent empty = event({term("min_headroom", Sign::kAtMost, -1)});
    RunSoFar run;
    run.row.min_headroom = .5;
    EXPECT_EQ(empty.answer(run), Answer::kOpen);
    run.row.min_headroom = -1;
    EXPECT_EQ(empty.answer(run), Answer::kYes);
}

TEST(RareEvent, HoldsOfNothingThatThereIsNot) {
    RunSoFar run;
    run.row.detection = std::numeric_limits<double>::quiet_NaN();
    run.over = true;
    for (const Sign sign : {Sign::kAbove, Sign::kAtLeast, Sign::kBelow, Sign::kAtMost, Sign::kEqual, Sign::kNotEqual}) {
        EXPECT_EQ(event({term("detection", sign, 5)}).answer(run), Answer::kNo);
    }
}

TEST(RareEvent, LeavesOutKindsOfTruthThatCannotTakePart) {
    const TruthKind good, errors{.name = "errors", .kind = DefectKind::kErrorRate};
    EXPECT_FALSE(event({term("defect", Sign::kNotEqual, 0)}).is_possible(good, 0));
    EXPECT_TRUE(event({term("defect", Sign::kNotEqual, 0)}).is_possible(errors, 1));
    EXPECT_FALSE(event({term("truth", Sign::kEqual, 0)}).is_possible(errors, 1));
    EXPECT_TRUE(event({term("failed", Sign::kAbove, 3)}).is_possible(good, 0));
}

TEST(RareEvent, NamesEachMeasureOnce) {
    std::set<std::string_view> names;
    for (const Measure& measure : rare_measures()) EXPECT_TRUE(names.insert(measure.name).second) << measure.name;
    EXPECT_THROW(event({{.measure = 1000}}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
