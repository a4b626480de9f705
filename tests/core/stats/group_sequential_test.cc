#include "rollcast/stats/group_sequential.h"

#include <cmath>
#include <numeric>
#include <stdexcept>

#include <gtest/gtest.h>
#include <boost/random/normal_distribution.hpp>

#include "core/stats/trials.h"

namespace rollcast {
namespace {

using Values = std::vector<double>;

Values evenly(int looks) {
    Values fractions;
    for (int look = 1; look <= looks; ++look) fractions.push_back(double(look) / looks);
    return fractions;
}

double sum(const Values& values) { return std::accumulate(values.begin(), values.end(), 0.); }

void expect_near(const Values& seen, const Values& wanted, double tolerance) {
    ASSERT_EQ(seen.size(), wanted.size());
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(seen[i], wanted[i], tolerance) << i;
}

Values spent_at(Spending spending, const Values& fractions) {
    Values so_far;
    for (const double fraction : fractions) so_far.push_back(spent(spending, .05, fraction));
    return so_far;
}

// Check values with six decimals.
TEST(Spending, IsThatOfLanAndDeMets) {
    expect_near(spent_at(Spending::kObrienFleming, evenly(5)), {.000012, .001942, .011396, .028430, .05}, 6e-7);
    expect_near(spent_at(Spending::kPocock, evenly(5)), {.014770, .026157, .035426, .043242, .05}, 6e-7);
    EXPECT_EQ(spent(Spending::kObrienFleming, .05, 0), 0);
    EXPECT_EQ(spent(Spending::kPocock, .05, 0), 0);
}

// Armitage, McPherson, Rowe (1969), table 2: looking k times at 1.96.
TEST(CrossingProbabilities, AreThoseOfUnadjustedPeeking) {
    const struct {
        int looks;
        double chance;
    } cases[] = {{1, .050}, {2, .083}, {3, .107}, {4, .126}, {5, .142}, {10, .193}, {20, .248}};
    for (const auto& [looks, chance] : cases) {
        const Values bounds(std::size_t(looks), 1.959964);
        EXPECT_NEAR(sum(crossing_probabilities(evenly(looks), bounds, true)), chance, 5.1e-4) << looks;
    }
}

// Pocock (1977): 2.413 for five looks; O'Brien and Fleming (1979): 2.040 sqrt(5 / k). Both spend 5 %.
TEST(CrossingProbabilities, AreThoseOfTheClassicBounds) {
    const Values pocock(5, 2.413);
    EXPECT_NEAR(sum(crossing_probabilities(evenly(5), pocock, true)), .05, 1e-4);
    Values obrien_fleming;
    for (int k = 1; k <= 5; ++k) obrien_fleming.push_back(2.040 * std::sqrt(5. / k));
    EXPECT_NEAR(sum(crossing_probabilities(evenly(5), obrien_fleming, true)), .05, 1e-4);
}

TEST(CrossingProbabilities, AreThoseOfSimulatedPaths) {
    constexpr int kRuns = 20'000;
    const Values fractions{.1, .45, 1}, bounds{2.5, 2.2, 1.9};
    constexpr double kDrift = 1.5;
    Values seen(3, 0);
    boost::random::normal_distribution<double> normal;
    for (std::uint32_t r = 0; r < kRuns; ++r) {
        Stream random = stream_of(21, r);
        double path = 0, before = 0;
        for (std::size_t look = 0; look < 3; ++look) {
            const double step = fractions[look] - before;
            path += kDrift * step + std::sqrt(step) * normal(random);
            before = fractions[look];
            if (path < bounds[look] * std::sqrt(before)) continue;
            seen[look] += 1. / kRuns;
            break;
        }
    }
    const Values wanted = crossing_probabilities(fractions, bounds, false, kDrift);
    for (std::size_t look = 0; look < 3; ++look) {
        EXPECT_NEAR(seen[look], wanted[look], slack(wanted[look], kRuns)) << look;
    }
}

// As the program of Reboussin, DeMets, Kim and Lan (2000) prints them; its own integrals are good to about 1e-4.
TEST(SpendingBounds, AreThePublishedOnes) {
    expect_near(spending_bounds(evenly(5), .05, Spending::kObrienFleming, true),
                {4.8769, 3.3569, 2.6803, 2.2898, 2.0310}, 2e-4);
    expect_near(spending_bounds(evenly(5), .05, Spending::kPocock, true), {2.4380, 2.4268, 2.4101, 2.3966, 2.3859},
                2e-4);
}

// As SeqBounds.jl prints them.
TEST(SpendingBounds, AreThePublishedOnesOnOneSide) {
    expect_near(spending_bounds(evenly(4), .05, Spending::kObrienFleming, false), {3.74955, 2.53993, 2.01604, 1.72014},
                5e-5);
}

TEST(SpendingBounds, SpendWhatTheyMayAtUnevenLooks) {
    const Values fractions{.05, .06, .5, .9, 1};
    for (const bool two_sided : {false, true}) {
        for (const Spending spending : {Spending::kObrienFleming, Spending::kPocock}) {
            const Values bounds = spending_bounds(fractions, .05, spending, two_sided);
            const Values crossed = crossing_probabilities(fractions, bounds, two_sided);
            double so_far = 0;
            for (std::size_t look = 0; look < fractions.size(); ++look) {
                const double may =
                    two_sided ? 2 * spent(spending, .025, fractions[look]) : spent(spending, .05, fractions[look]);
                EXPECT_NEAR(so_far += crossed[look], may, 1e-9);
            }
        }
    }
}

TEST(SpendingBounds, RefuseNonsense) {
    const Spending any = Spending::kPocock;
    EXPECT_THROW(spending_bounds(Values{.5, .5}, .05, any, true), std::invalid_argument);
    EXPECT_THROW(spending_bounds(Values{0}, .05, any, true), std::invalid_argument);
    EXPECT_THROW(spending_bounds(Values{1.1}, .05, any, true), std::invalid_argument);
    EXPECT_THROW(spending_bounds(Values{1}, 0, any, true), std::invalid_argument);
    EXPECT_THROW(crossing_probabilities(Values{1}, Values{}, true), std::invalid_argument);
    EXPECT_THROW(GroupSequential({}), std::invalid_argument);
}

/// Share of runs that end with "worse".
double found_worse(double canary_rate, double baseline_rate, std::int64_t each_look, int runs) {
    const Values bounds = spending_bounds(evenly(5), .05, Spending::kPocock, false);
    int found = 0;
    for (int r = 0; r < runs; ++r) {
        const auto run = static_cast<std::uint32_t>(r);
        Trials canary(canary_rate, stream_of(22, run, 0)), baseline(baseline_rate, stream_of(22, run, 1));
        GroupSequential test({.bounds = bounds});
        while (test.finding() == Finding::kUndecided) test.update(canary.next(each_look), baseline.next(each_look));
        EXPECT_LE(test.looks(), 5);
        found += test.finding() == Finding::kWorse;
    }
    return double(found) / runs;
}

// At 5,000 requests a look of 2 % failures the normal approximation is good to a few tenths of a per cent.
TEST(GroupSequential, RaisesFalseAlarmsAsOftenAsItMay) {
    constexpr int kRuns = 5'000;
    EXPECT_NEAR(found_worse(.02, .02, 5'000, kRuns), .05, slack(.05, kRuns) + .003);
}

TEST(GroupSequential, FindsADifferenceAsOftenAsComputed) {
    constexpr int kRuns = 5'000;
    const double rate = .02, worse = .024, n = 25'000;
    const double drift = (worse - rate) / std::sqrt((worse * (1 - worse) + rate * (1 - rate)) / n);
    const Values bounds = spending_bounds(evenly(5), .05, Spending::kPocock, false);
    const double power = sum(crossing_probabilities(evenly(5), bounds, false, drift));
    EXPECT_NEAR(found_worse(worse, rate, 5'000, kRuns), power, slack(power, kRuns) + .005);
}

}  // namespace
}  // namespace rollcast
