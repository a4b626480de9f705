#include "rollcast/study/estimate.h"

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const Release kGoodRelease{};
const Release kMixture{{{.name = "good", .probability = .9},
                        {.name = "errors", .probability = .08, .kind = DefectKind::kErrorRate},
                        {.name = "crashes", .probability = .02, .kind = DefectKind::kCrashHazard}}};

Outcome row(std::uint32_t truth, Verdict verdict, double duration = 100) {
    Outcome outcome;
    outcome.truth = truth;
    outcome.verdict = verdict;
    outcome.duration = duration;
    outcome.detection = outcome.recovery = kNaN;
    outcome.requests = 1'000;
    return outcome;
}

std::vector<Outcome> rows(std::initializer_list<std::pair<int, Outcome>> groups) {
    std::vector<Outcome> outcomes;
    for (const auto& [count, outcome] : groups)
        outcomes.insert(outcomes.end(), static_cast<std::size_t>(count), outcome);
    return outcomes;
}

Interval get(const std::vector<Estimate>& estimates, const std::string& name) {
    for (const Estimate& estimate : estimates) {
        if (estimate.name == name) return estimate.interval;
    }
    throw std::out_of_range(name);
}

void expect_same(const Interval& a, const Interval& b) {
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    EXPECT_TRUE(same(a.value, b.value)) << a.value << " " << b.value;
    EXPECT_TRUE(same(a.low, b.low)) << a.low << " " << b.low;
    EXPECT_TRUE(same(a.high, b.high)) << a.high << " " << b.high;
}

void expect_none(const Interval& interval) { expect_same(interval, {kNaN, kNaN, kNaN}); }

// ---- the list

TEST(Estimates, HaveTheSameNamesInTheSameOrderWhateverHappened) {
    std::vector<std::string> names;
    for (const Estimate& estimate : estimate(kMixture, {})) names.push_back(estimate.name);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    const std::vector<std::vector<Estimate>> lists{
        estimate(kGoodRelease, {}), estimate(kGoodRelease, {row(0, Verdict::kPromoted)}),
        estimate(kMixture, {row(0, Verdict::kPromoted), row(1, Verdict::kRolledBack)}),
        estimate_truth(kMixture, {}, 1)};
    for (const std::vector<Estimate>& list : lists) {
        ASSERT_EQ(list.size(), names.size());
        for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(list[i].name, names[i]);
    }
}

TEST(Estimates, CanBeHadOneByOne) {
    const std::vector<Outcome> outcomes = rows({{7, row(0, Verdict::kPromoted, 90)},
                                                {3, row(0, Verdict::kRolledBack, 50)},
                                                {4, row(1, Verdict::kRolledBack, 60)},
                                                {2, row(2, Verdict::kStuck, 400)}});
    for (const Estimate& each : estimate(kMixture, outcomes, .9)) {
        EXPECT_TRUE(is_estimate(each.name));
        expect_same(estimate_one(kMixture, outcomes, each.name, .9), each.interval);
    }
    EXPECT_FALSE(is_estimate("p_escap"));
    EXPECT_THROW(estimate_one(kMixture, outcomes, "p_escap", .9), std::invalid_argument);
}

TEST(Estimates, HaveTheirValueWithinTheirInterval) {
    const std::vector<Outcome> outcomes = rows({{7, row(0, Verdict::kPromoted, 90)},
                                                {3, row(0, Verdict::kRolledBack, 50)},
                                                {4, row(1, Verdict::kRolledBack, 60)},
                                                {2, row(2, Verdict::kStuck, 400)}});
    for (const Estimate& each : estimate(kMixture, outcomes)) {
        if (std::isnan(each.interval.value)) continue;
        EXPECT_LE(each.interval.low, each.interval.value) << each.name;
        EXPECT_GE(each.interval.high, each.interval.value) << each.name;
    }
}

TEST(Estimates, RefuseAnOutcomeOfAnotherRelease) {
    EXPECT_THROW(estimate(kGoodRelease, {row(1, Verdict::kPromoted)}), std::invalid_argument);
    EXPECT_THROW(estimate_truth(kGoodRelease, {}, 1), std::invalid_argument);
}

// ---- one kind of truth

TEST(Estimates, OfAFixedTruthAreTheSimpleIntervals) {
    std::vector<Outcome> outcomes = rows({{47, row(0, Verdict::kPromoted)}, {3, row(0, Verdict::kRolledBack)}});
    Moments durations;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        outcomes[i].duration = static_cast<double>(100 + i);
        durations.add(outcomes[i].duration);
    }
    const std::vector<Estimate> estimates = estimate(kGoodRelease, outcomes);
    const Interval promoted = wilson(47, 50);
    EXPECT_DOUBLE_EQ(get(estimates, "p_promoted").value, promoted.value);
    EXPECT_DOUBLE_EQ(get(estimates, "p_promoted").low, promoted.low);
    EXPECT_DOUBLE_EQ(get(estimates, "p_promoted").high, promoted.high);
    EXPECT_DOUBLE_EQ(get(estimates, "p_false_rollback").value, .06);
    EXPECT_DOUBLE_EQ(get(estimates, "p_false_rollback_given_good").high, wilson(3, 50).high);
    EXPECT_DOUBLE_EQ(get(estimates, "duration_mean").value, 124.5);
    EXPECT_DOUBLE_EQ(get(estimates, "duration_mean").high, t_interval(durations).high);
    EXPECT_EQ(get(estimates, "duration_p50").value, 124);
    EXPECT_EQ(get(estimates, "duration_p90").value, 144);
}

TEST(Estimates, OfACertainlyGoodReleaseSayWhatDoesNotExist) {
    const std::vector<Estimate> estimates = estimate(kGoodRelease, rows({{10, row(0, Verdict::kPromoted)}}));
    for (const char* name :
         {"p_escape_given_bad", "p_caught_given_bad", "detection_mean", "recovery_mean",
          "attributable_failures_given_bad_mean", "exposure_given_bad_mean", "blast_radius_given_bad_mean"}) {
        expect_none(get(estimates, name));
    }
    expect_same(get(estimates, "p_escape"), {0, 0, 0});
}

TEST(Estimates, OfACertainlyBadReleaseSayWhatDoesNotExist) {
    const Release bad{{{.name = "errors", .probability = 1, .kind = DefectKind::kErrorRate}}};
    const std::vector<Estimate> estimates = estimate(bad, rows({{10, row(0, Verdict::kPromoted)}}));
    expect_none(get(estimates, "p_false_rollback_given_good"));
    expect_none(get(estimates, "attributable_failures_given_good_mean"));
    expect_same(get(estimates, "p_false_rollback"), {0, 0, 0});
    EXPECT_EQ(get(estimates, "p_escape").value, 1);
}

TEST(Estimates, OfOneKindAreThoseOfAReleaseThatIsCertainlySo) {
    const std::vector<Outcome> outcomes = rows({{9, row(0, Verdict::kPromoted, 90)},
                                                {4, row(1, Verdict::kRolledBack, 60)},
                                                {2, row(1, Verdict::kPromoted, 80)}});
    std::vector<Outcome> alone = rows({{4, row(0, Verdict::kRolledBack, 60)}, {2, row(0, Verdict::kPromoted, 80)}});
    const Release certain{{{.name = "errors", .probability = 1, .kind = DefectKind::kErrorRate}}};
    const std::vector<Estimate> seen = estimate_truth(kMixture, outcomes, 1), expected = estimate(certain, alone);
    for (std::size_t i = 0; i < expected.size(); ++i) expect_same(seen[i].interval, expected[i].interval);
}

// ---- mixtures

TEST(Estimates, WeighTheKindsBackByTheirProbabilities) {
    // Half of all replications are bad, as allocated; a bad release has a probability of 10 %.
    const std::vector<Outcome> outcomes = rows({{38, row(0, Verdict::kPromoted, 100)},
                                                {2, row(0, Verdict::kRolledBack, 50)},
                                                {15, row(1, Verdict::kRolledBack, 60)},
                                                {5, row(1, Verdict::kPromoted, 110)},
                                                {10, row(2, Verdict::kStuck, 400)},
                                                {10, row(2, Verdict::kTimedOut, 500)}});
    const std::vector<Estimate> estimates = estimate(kMixture, outcomes);
    const auto value = [&](const char* name) { return get(estimates, name).value; };
    EXPECT_NEAR(value("p_promoted"), .9 * .95 + .08 * .25, 1e-14);
    EXPECT_NEAR(value("p_rolled_back"), .9 * .05 + .08 * .75, 1e-14);
    EXPECT_NEAR(value("p_stuck"), .02 * .5, 1e-14);
    EXPECT_NEAR(value("p_timed_out"), .02 * .5, 1e-14);
    EXPECT_NEAR(value("p_escape"), .08 * .25, 1e-14);
    EXPECT_NEAR(value("p_escape_given_bad"), .8 * .25, 1e-14);
    EXPECT_NEAR(value("p_caught_given_bad"), .8 * .75 + .2 * .5, 1e-14);
    EXPECT_NEAR(value("p_false_rollback"), .9 * .05, 1e-14);
    EXPECT_NEAR(value("p_false_rollback_given_good"), .05, 1e-14);
    EXPECT_NEAR(value("duration_mean"), .9 * 97.5 + .08 * 72.5 + .02 * 450, 1e-12);
    EXPECT_EQ(value("duration_p50"), 100);
    EXPECT_EQ(value("duration_p99"), 400);
}

TEST(Estimates, WeighTheKindsOfBadReleaseAmongThemselves) {
    Outcome good = row(0, Verdict::kPromoted), errors = row(1, Verdict::kPromoted),
            crashes = row(2, Verdict::kPromoted);
    errors.blast_radius = .2;
    crashes.blast_radius = .7;
    errors.failed = 50;
    crashes.failed = 1'000;
    good.failed = 3;
    const std::vector<Estimate> estimates = estimate(kMixture, rows({{8, good}, {4, errors}, {4, crashes}}));
    EXPECT_NEAR(get(estimates, "blast_radius_given_bad_mean").value, .8 * .2 + .2 * .7, 1e-14);
    EXPECT_NEAR(get(estimates, "attributable_failures_given_bad_mean").value, .8 * 50 + .2 * 1'000, 1e-10);
    EXPECT_NEAR(get(estimates, "attributable_failures_given_good_mean").value, 3, 1e-14);
    EXPECT_NEAR(get(estimates, "attributable_failures_mean").value, .9 * 3 + .08 * 50 + .02 * 1'000, 1e-10);
}

TEST(Estimates, AJointProbabilityNeverExceedsThatOfItsKinds) {
    const Interval escape = get(estimate(kMixture, rows({{2, row(1, Verdict::kPromoted)}})), "p_escape");
    EXPECT_NEAR(escape.value, .08 + .02 / 2, 1e-15);  // all of the errors; of the crashes nothing is known
    EXPECT_LE(escape.high, .1 + 1e-15);
    EXPECT_LE(get(estimate(kMixture, {}), "p_escape").high, .1 + 1e-15);
}

TEST(Estimates, AnUnseenKindLeavesItsShareOpen) {
    std::vector<Outcome> outcomes =
        rows({{100'000, row(0, Verdict::kPromoted)}, {100'000, row(1, Verdict::kPromoted)}});
    std::vector<Estimate> estimates = estimate(kMixture, outcomes);
    EXPECT_LT(get(estimates, "p_promoted").low, .98 + 1e-4);
    EXPECT_EQ(get(estimates, "p_promoted").high, 1);
    EXPECT_EQ(get(estimates, "duration_mean").high, kInfinity);
    EXPECT_EQ(get(estimates, "failed_fraction").high, 1);  // a fraction reaches no further
    EXPECT_EQ(get(estimates, "failed_fraction").low, 0);
    outcomes.push_back(row(2, Verdict::kPromoted));
    EXPECT_EQ(get(estimate(kMixture, outcomes), "duration_mean").high, kInfinity);  // one value bounds no mean
    outcomes.push_back(row(2, Verdict::kPromoted));
    EXPECT_LT(get(estimate(kMixture, outcomes), "duration_mean").high, kInfinity);
}

TEST(Estimates, PassOverKindsThatCannotBe) {
    Release release = kMixture;
    release.truths[1].probability = .1;
    release.truths[2].probability = 0;
    const std::vector<Outcome> outcomes = rows({{5, row(0, Verdict::kPromoted)}, {5, row(1, Verdict::kPromoted)}});
    EXPECT_LT(get(estimate(release, outcomes), "duration_mean").high, kInfinity);
    release.truths[0].probability = 1;
    release.truths[1].probability = 0;
    expect_none(get(estimate(release, outcomes), "p_escape_given_bad"));
    expect_none(get(estimate(release, outcomes), "exposure_given_bad_mean"));
    expect_none(get(estimate(release, outcomes), "detection_mean"));
}

// ---- single estimates

TEST(Estimates, OfDetectionCountOnlyBadReleasesThatWereDetected) {
    Outcome quick = row(1, Verdict::kRolledBack), slow = row(2, Verdict::kRolledBack),
            false_alarm = row(0, Verdict::kRolledBack);
    quick.detection = 60;
    slow.detection = 600;
    slow.recovery = 30;
    false_alarm.detection = 1e6;
    std::vector<Outcome> outcomes = rows(
        {{10, false_alarm}, {5, quick}, {5, row(1, Verdict::kPromoted)}, {2, slow}, {8, row(2, Verdict::kPromoted)}});
    const std::vector<Estimate> estimates = estimate(kMixture, outcomes);
    // P(errors and detected) = .08 / 2, P(crashes and detected) = .02 / 5.
    const Interval detection = get(estimates, "detection_mean");
    EXPECT_NEAR(detection.value, (.04 * 60 + .004 * 600) / (.04 + .004), 1e-10);
    EXPECT_GT(detection.high, detection.value);
    EXPECT_NEAR(get(estimates, "recovery_mean").value, 30, 1e-13);
}

TEST(Estimates, OfDetectionAreUnknownWhereNoneWasSeen) {
    const Interval detection = get(
        estimate(kMixture, rows({{5, row(1, Verdict::kPromoted)}, {5, row(2, Verdict::kStuck)}})), "detection_mean");
    EXPECT_TRUE(std::isnan(detection.value));
    EXPECT_EQ(detection.low, 0);
    EXPECT_EQ(detection.high, kInfinity);
}

TEST(Estimates, OfAttributableFailuresPairEachReplicationWithItsTwin) {
    std::vector<Outcome> outcomes;
    Moments difference;
    for (int i = 0; i < 20; ++i) {
        Outcome outcome = row(0, Verdict::kPromoted);
        outcome.baseline_failed = 1'000 * i;  // the twins differ a lot from one another
        outcome.failed = outcome.baseline_failed + i % 3 - 1;
        outcome.baseline_slow = 7;
        outcome.slow = 3;
        difference.add(i % 3 - 1);
        outcomes.push_back(outcome);
    }
    const std::vector<Estimate> estimates = estimate(kGoodRelease, outcomes);
    const Interval mean = get(estimates, "attributable_failures_mean");
    EXPECT_NEAR(mean.low, t_interval(difference).low, 1e-12);
    EXPECT_LT(mean.low, 0);  // may well be negative
    EXPECT_EQ(get(estimates, "attributable_failures_p90").value, 1);
    EXPECT_EQ(get(estimates, "attributable_slow_mean").value, -4);
}

TEST(Estimates, OfFailuresByCauseAddUp) {
    Outcome outcome = row(0, Verdict::kPromoted);
    outcome.failed_by_cause = {1, 20, 300, 4'000};
    outcome.failed = 4'321;
    const std::vector<Estimate> estimates = estimate(kGoodRelease, rows({{3, outcome}}));
    EXPECT_EQ(get(estimates, "failed_background_mean").value, 1);
    EXPECT_EQ(get(estimates, "failed_defect_mean").value, 20);
    EXPECT_EQ(get(estimates, "failed_hand_over_mean").value, 300);
    EXPECT_EQ(get(estimates, "failed_capacity_mean").value, 4'000);
}

TEST(Estimates, OfTheFailedFractionPoolRequestsOfReplicationsAsTheyCame) {
    Outcome busy = row(0, Verdict::kPromoted), calm = busy;
    busy.requests = 3'000;
    busy.failed = 30;
    calm.requests = 1'000;
    calm.failed = 50;
    const Interval fraction = get(estimate(kGoodRelease, {busy, calm, busy, calm}), "failed_fraction");
    EXPECT_NEAR(fraction.value, 80. / 4'000, 1e-15);
    EXPECT_LT(fraction.low, fraction.value);
}

TEST(Estimates, DoNotReachBeyondWhatCanBe) {
    Outcome none = row(0, Verdict::kPromoted), one = none;
    one.restarts = 1;
    one.extra_instance_seconds = -5;
    one.min_headroom = -.9;
    none.min_headroom = -.2;
    const std::vector<Estimate> estimates = estimate(kGoodRelease, {none, none, one});
    EXPECT_EQ(get(estimates, "restarts_mean").low, 0);
    EXPECT_LT(get(estimates, "extra_instance_seconds_mean").low, -5);
    EXPECT_EQ(get(estimates, "min_headroom_mean").low, -1);
}

// ---- coverage of the whole chain: allocation, strata, weights, interval

// 1,000 studies of 100 replications with outcomes drawn from known laws; 95 % intervals. 4.5 standard errors of the
// share are 0.031; Wilson, t and delta intervals are approximate: two points more.
TEST(Estimates, CoverTheTruthAsPromised) {
    const std::vector<double> promoted{.9, .3, .6}, mean_duration{100, 60, 200}, failures{5, 400, 50},
        detected{0, .7, .3};
    const double escape = .08 * .3 + .02 * .6;
    const double duration = .9 * 100 + .08 * 60 + .02 * 200;
    const double failed = .9 * 5 + .08 * 400 + .02 * 50;
    const double detection = (.08 * .7 * 120 + .02 * .3 * 40) / (.08 * .7 + .02 * .3);
    int covered_escape = 0, covered_given = 0, covered_duration = 0, covered_failed = 0, covered_detection = 0;
    constexpr int kStudies = 1'000;
    const std::vector<std::uint32_t> truths = allocate_truths(kMixture, 100);
    for (std::uint32_t study = 0; study < kStudies; ++study) {
        Stream random = StreamSpace(77, study).stream(Purpose::kTruth, 0);
        const auto uniform = [&](double high) { return draw(Uniform{0, high}, random); };
        std::vector<Outcome> outcomes;
        for (const std::uint32_t truth : truths) {
            Outcome outcome = row(truth, uniform(1) < promoted[truth] ? Verdict::kPromoted : Verdict::kRolledBack,
                                  uniform(2 * mean_duration[truth]));
            outcome.failed = std::llround(uniform(2 * failures[truth]));
            if (uniform(1) < detected[truth]) outcome.detection = uniform(truth == 1 ? 240 : 80);
            outcomes.push_back(outcome);
        }
        const auto covers = [&](const char* name, double value) {
            const Interval interval = estimate_one(kMixture, outcomes, name, .95);
            return interval.low <= value && value <= interval.high;
        };
        covered_escape += covers("p_escape", escape);
        covered_given += covers("p_escape_given_bad", escape / .1);
        covered_duration += covers("duration_mean", duration);
        covered_failed += covers("attributable_failures_mean", failed);
        covered_detection += covers("detection_mean", detection);
    }
    const double most = .031 + .02;
    EXPECT_NEAR(covered_escape / double(kStudies), .95, most);
    EXPECT_NEAR(covered_given / double(kStudies), .95, most);
    EXPECT_NEAR(covered_duration / double(kStudies), .95, most);
    EXPECT_NEAR(covered_failed / double(kStudies), .95, most);
    EXPECT_NEAR(covered_detection / double(kStudies), .95, most);
}

}  // namespace
}  // namespace rollcast
