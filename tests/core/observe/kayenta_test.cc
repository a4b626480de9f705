#include "rollcast/observe/kayenta.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/observe/two_versions.h"
#include "rollcast/observe/source.h"
#include "rollcast/random/distribution.h"

namespace rollcast::kayenta {
namespace {

using Values = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Values around(double centre, std::uint32_t seed, std::size_t count = 60) {
    Stream random = StreamSpace(seed, 0).stream(Purpose::kTruth, 0);
    Values values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(centre * draw(Distribution(LogNormal{1, .1}), random));
    return values;
}

Classification found(const Values& control, const Values& experiment, const MetricConfig& config = {}) {
    return judge_metric(control, experiment, config).classification;
}

TEST(Kayenta, FindsWhatIsHigherAndLower) {
    EXPECT_EQ(found(around(100, 1), around(150, 2)), Classification::kHigh);
    EXPECT_EQ(found(around(150, 1), around(100, 2)), Classification::kLow);
    EXPECT_EQ(found(around(100, 1), around(100, 2)), Classification::kPass);
}

TEST(Kayenta, SeesOnlyTheDirectionThatMatters) {
    EXPECT_EQ(found(around(100, 1), around(150, 2), {.direction = Direction::kDecrease}), Classification::kPass);
    EXPECT_EQ(found(around(150, 1), around(100, 2), {.direction = Direction::kIncrease}), Classification::kPass);
}

TEST(Kayenta, LetsPassWhatIsAllowed) {
    EXPECT_EQ(found(around(100, 1), around(150, 2), {.allowed_increase = 2}), Classification::kPass);
    EXPECT_EQ(found(around(150, 1), around(100, 2), {.allowed_decrease = .5}), Classification::kPass);
    const MetricConfig cles{.effect = EffectMeasure::kCles, .allowed_increase = .99};
    EXPECT_EQ(found(around(100, 1), around(110, 2), cles), Classification::kPass);
    EXPECT_EQ(found(around(100, 1), around(150, 2), cles), Classification::kHigh);
}

TEST(Kayenta, FailsTheCanaryOnlyBeyondTheCriticalEffect) {
    const MetricVerdict mild = judge_metric(around(100, 1), around(150, 2), {.critical = true, .critical_increase = 2});
    EXPECT_EQ(mild.classification, Classification::kHigh);
    EXPECT_FALSE(mild.critical);
    EXPECT_TRUE(judge_metric(around(100, 1), around(300, 2), {.critical = true, .critical_increase = 2}).critical);
    EXPECT_TRUE(judge_metric(around(300, 1), around(100, 2), {.critical = true, .critical_decrease = .5}).critical);
}

TEST(Kayenta, HasAWordForMissingData) {
    const Values none, missing(5, kNaN), some = around(100, 1);
    EXPECT_EQ(found(some, none), Classification::kNodata);
    EXPECT_EQ(found(missing, some), Classification::kNodata);
    EXPECT_EQ(found(missing, missing), Classification::kNodata);
    EXPECT_EQ(found(some, missing, {.must_have_data = true}), Classification::kNodataFailMetric);
    EXPECT_EQ(found(some, none, {.nan_strategy = NanStrategy::kReplace}), Classification::kPass);
    EXPECT_EQ(found(missing, missing, {.nan_strategy = NanStrategy::kReplace}), Classification::kPass);
    const MetricVerdict critical = judge_metric(some, missing, {.critical = true, .must_have_data = true});
    EXPECT_EQ(critical.classification, Classification::kNodata);
    EXPECT_TRUE(critical.critical);
}

TEST(Kayenta, ReplacesMissingValuesByZero) {
    EXPECT_EQ(prepare(Values{1, kNaN, 2}, {}), (Values{1, 2}));
    EXPECT_EQ(prepare(Values{1, kNaN, 2}, {.nan_strategy = NanStrategy::kReplace}), (Values{1, 0, 2}));
}

TEST(Kayenta, RemovesOutliersWhenAsked) {
    Values values(200, 1);
    for (std::size_t i = 0; i < 100; ++i) values[i] = 2;
    values.push_back(1000);
    EXPECT_EQ(prepare(values, {}).size(), 201);
    EXPECT_EQ(prepare(values, {.remove_outliers = true}).size(), 200);
}

TEST(Kayenta, TellsConstantSeriesApart) {
    const Values ones(5, 1), tens(5, 10), zeros(5, 0);
    EXPECT_EQ(found(ones, ones), Classification::kPass);
    EXPECT_EQ(found(Values(3, 1), Values(5, 1)), Classification::kPass);
    EXPECT_EQ(found(ones, tens), Classification::kHigh);
    EXPECT_EQ(found(tens, ones), Classification::kLow);
    EXPECT_EQ(found(zeros, ones), Classification::kHigh);
    EXPECT_TRUE(std::isnan(judge_metric(zeros, ones, {}).deviation));
}

TEST(Kayenta, GivesTheSameVerdictForTheSameData) {
    const Values ones(5, 1), tens(5, 10);
    EXPECT_EQ(judge_metric(ones, tens, {}).shift->low, judge_metric(ones, tens, {}).shift->low);
}

TEST(Kayenta, HasAnErrorWhereThereIsNoAnswer) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(found(around(100, 1), Values{1, 2, infinity}), Classification::kError);
    EXPECT_EQ(found(Values{0}, Values{5}), Classification::kError);  // one value each: tied at any shift that counts
}

TEST(Kayenta, ComparesMeansInItsOtherClassifier) {
    EXPECT_EQ(mean_inequality(Values{1, 2}, Values{3}, {}), Classification::kHigh);
    EXPECT_EQ(mean_inequality(Values{1, 2}, Values{1}, {}), Classification::kLow);
    EXPECT_EQ(mean_inequality(Values{1, 3}, Values{2}, {}), Classification::kPass);
    EXPECT_EQ(mean_inequality(Values{1, 2}, Values{3}, {.direction = Direction::kDecrease}), Classification::kPass);
    EXPECT_EQ(mean_inequality(Values{}, Values{3}, {}), Classification::kNodata);
}

ScoredMetric scored(Classification classification, std::vector<std::string> groups, bool critical = false) {
    return {classification, critical, false, std::move(groups)};
}

TEST(KayentaScore, WeighsGroups) {
    const std::vector<ScoredMetric> metrics{scored(Classification::kPass, {"a"}), scored(Classification::kHigh, {"b"}),
                                            scored(Classification::kPass, {"c"})};
    EXPECT_EQ(score(metrics, {}).total, 66.67);
    EXPECT_EQ(score(metrics, {{"b", 80}}).total, 20);  // the other two share what is left
    EXPECT_EQ(score(metrics, {{"a", 60}, {"b", 60}, {"c", 10}}).total, 70);
    EXPECT_EQ(score(metrics, {}).groups, (std::map<std::string, double>{{"a", 100}, {"b", 0}, {"c", 100}}));
}

TEST(KayentaScore, CountsAMetricInEachOfItsGroups) {
    const std::vector<ScoredMetric> metrics{scored(Classification::kPass, {"a", "b"}),
                                            scored(Classification::kLow, {"b"})};
    EXPECT_EQ(score(metrics, {{"a", 10}, {"b", 90}}).total, 55);
}

// A weight of 1.005 % is 1.00499999999999989 in binary.
TEST(KayentaScore, RoundsHalvesUpAsDecimalsAreWritten) {
    const std::vector<ScoredMetric> metrics{scored(Classification::kPass, {"a"})};
    EXPECT_EQ(score(metrics, {{"a", 1.005}}).total, 1.01);
    EXPECT_EQ(score(metrics, {{"a", 1.004}}).total, 1);
    EXPECT_EQ(score(metrics, {{"a", 99.995}}).total, 100);
}

TEST(KayentaScore, IsZeroForACriticalFailureOrTooLittleData) {
    using enum Classification;
    std::vector<ScoredMetric> metrics{scored(kPass, {"a"}), scored(kNodata, {"a"})};
    EXPECT_TRUE(score(metrics, {}).too_little_data);
    EXPECT_EQ(score(metrics, {}).total, 0);
    metrics.push_back(scored(kPass, {"a"}));
    EXPECT_EQ(score(metrics, {}).total, 100);
    metrics.push_back(scored(kHigh, {"b"}, true));
    EXPECT_TRUE(score(metrics, {}).critical_failure);
    EXPECT_EQ(score(metrics, {}).total, 0);
    metrics.back().muted = true;
    EXPECT_EQ(score(metrics, {}).total, 100);
    EXPECT_EQ(score({}, {}).total, 0);
}

TEST(KayentaScore, CountsAGroupWithoutDataAsPassed) {
    using enum Classification;
    const std::vector<ScoredMetric> metrics{scored(kPass, {"a"}), scored(kHigh, {"a"}), scored(kNodata, {"b"})};
    EXPECT_EQ(score(metrics, {}).total, 75);
    EXPECT_EQ(score(metrics, {}).groups.at("b"), 0);
}

TEST(KayentaScore, IsGradedByThresholds) {
    EXPECT_EQ(grade(95, {}), Grade::kPass);
    EXPECT_EQ(grade(94.99, {}), Grade::kMarginal);
    EXPECT_EQ(grade(75, {}), Grade::kMarginal);
    EXPECT_EQ(grade(74.99, {}), Grade::kFail);
}

// ---- a whole analysis, over telemetry

using namespace observe_test;

Query error_ratio(Scope scope) {
    Selector all = requests(60), failed = requests(60, kErrors);
    all.scope = failed.scope = scope;
    return {rate(failed), rate(all), {QueryStep::Op::kDivide}};
}

const Source kErrorJudge = Judge{.series = {{.name = "errors",
                                             .canary = error_ratio(Scope::kNew),
                                             .baseline = error_ratio(Scope::kOld),
                                             .config = {.groups = {"errors"}}}},
                                 .lookback = from_seconds(1800)};

/// Half an hour, the new version from the tenth minute on; failures of 1,000 vary, so that points differ.
Telemetry rollout(std::int64_t failures_of_new) {
    Telemetry store = telemetry();
    for (int scrape = 0; scrape <= 120; ++scrape) {
        const Seen canary{1000, failures_of_new + 2 * scrape % 5};
        record(store, 15 * scrape, {1000, 10 + scrape % 5}, scrape < 40 ? Seen{} : canary);
    }
    return store;
}

Measured judged(const Source& judge, const Telemetry& store, double seconds) {
    SourceMemory memory;
    return measure(judge, memory, store, at(seconds));
}

TEST(KayentaJudge, FailsAVersionThatFailsMore) {
    const Measured measured = judged(kErrorJudge, rollout(30), 1800);
    EXPECT_EQ(measured.phase, AnalysisPhase::kFailed);
    EXPECT_EQ(measured.value, 0);
}

TEST(KayentaJudge, PassesOneThatIsAlike) {
    const Measured measured = judged(kErrorJudge, rollout(10), 1800);
    EXPECT_EQ(measured.phase, AnalysisPhase::kSuccessful);
    EXPECT_EQ(measured.value, 100);
}

TEST(KayentaJudge, FailsWithoutData) { EXPECT_EQ(judged(kErrorJudge, rollout(10), 300).phase, AnalysisPhase::kFailed); }

TEST(KayentaJudge, HasAnErrorOnTooFewPoints) {
    Telemetry store = telemetry();  // one point of each, tied at the one shift there is
    for (int scrape = 0; scrape <= 4; ++scrape) record(store, 15 * scrape, {1000, 0}, {1000, 5});
    EXPECT_EQ(judged(kErrorJudge, store, 60).phase, AnalysisPhase::kError);
}

// The old version's points from before the new one began are left out: there are as many of each.
TEST(KayentaJudge, ComparesPointsOfTheSameTime) {
    const Judge& judging = std::get<Judge>(kErrorJudge);
    Telemetry store = telemetry();
    for (int scrape = 0; scrape <= 120; ++scrape) {  // the old version was bad, once
        const std::int64_t more = scrape % 5;
        record(store, 15 * scrape, {1000, (scrape < 40 ? 90 : 10) + more},
               scrape < 44 ? Seen{} : Seen{1000, 10 + more});
    }
    EXPECT_EQ(judge(judging, store, at(1800)).grade, Grade::kPass);
}

TEST(KayentaJudge, LooksBackOnItsPointsAndTheirQueries) {
    EXPECT_EQ(rollcast::lookback(kErrorJudge, Duration{}), from_seconds(1860));
}

}  // namespace
}  // namespace rollcast::kayenta
