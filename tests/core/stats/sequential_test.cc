#include "rollcast/stats/sequential.h"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "core/stats/trials.h"

namespace rollcast {
namespace {

TEST(RateScore, ComparesTwoRates) {
    // 30 of 1,000 against 20 of 1,000: 0.01 over sqrt(0.025 * 0.975 * 2 / 1,000)
    EXPECT_NEAR(rate_score({30, 1000}, {20, 1000}), .01 / std::sqrt(.025 * .975 * .002), 1e-12);
    EXPECT_LT(rate_score({20, 1000}, {30, 1000}), 0);
}

TEST(RateScore, IsZeroWhereNothingCanBeSaid) {
    EXPECT_EQ(rate_score({0, 0}, {3, 10}), 0);
    EXPECT_EQ(rate_score({0, 10}, {0, 10}), 0);
    EXPECT_EQ(rate_score({10, 10}, {10, 10}), 0);
}

// ---- Wald's test

TEST(Sprt, AddsUpLogarithmsOfLikelihoods) {
    Sprt test({.good = .001, .bad = .01});
    test.update({1, 100});
    EXPECT_NEAR(test.log_ratio(), std::log(10) + 99 * std::log(.99 / .999), 1e-12);
    EXPECT_NEAR(test.upper(), 2.9444, 5e-5);  // ln 19
    EXPECT_EQ(test.lower(), -test.upper());
}

TEST(Sprt, DecidesAndStaysWithIt) {
    Sprt worse({.good = .001, .bad = .01});
    EXPECT_EQ(worse.update({1, 1}), Finding::kUndecided);
    EXPECT_EQ(worse.update({1, 1}), Finding::kWorse);
    EXPECT_EQ(worse.update({0, 1'000'000}), Finding::kWorse);
    Sprt fine({.good = .001, .bad = .01});
    EXPECT_EQ(fine.update({0, 300}), Finding::kUndecided);
    EXPECT_EQ(fine.update({0, 30}), Finding::kNotWorse);
}

TEST(Sprt, RefusesNonsense) {
    EXPECT_THROW(Sprt({.good = .01, .bad = .001}), std::invalid_argument);
    EXPECT_THROW(Sprt({.good = 0, .bad = .001}), std::invalid_argument);
    EXPECT_THROW(Sprt({.good = .1, .bad = 1}), std::invalid_argument);
    EXPECT_THROW(Sprt({.alpha = .5, .beta = .5}), std::invalid_argument);
    EXPECT_THROW(Sprt({}).update({2, 1}), std::invalid_argument);
}

// ---- the mixture test

/// Share of runs in which two arms of these failure rates are ever told apart, looked at after every window.
double ever_worse(const MixtureSprtParams& params, double canary_rate, double baseline_rate, std::int64_t canary,
                  std::int64_t baseline, int looks, int runs) {
    int found = 0;
    for (int r = 0; r < runs; ++r) {
        const auto run = static_cast<std::uint32_t>(r);
        Trials canary_trials(canary_rate, stream_of(11, run, 0)), baseline_trials(baseline_rate, stream_of(11, run, 1));
        MixtureSprt test(params);
        for (int look = 0; look < looks && test.finding() == Finding::kUndecided; ++look) {
            test.update(canary_trials.next(canary), baseline_trials.next(baseline));
        }
        found += test.finding() == Finding::kWorse;
    }
    return double(found) / runs;
}

TEST(MixtureSprt, KeepsFalseAlarmsBelowAlphaUnderPeeking) {
    constexpr int kRuns = 2'000;
    EXPECT_LT(ever_worse({.alpha = .05}, .01, .01, 100, 100, 300, kRuns), .05 + slack(.05, kRuns));
    EXPECT_LT(ever_worse({.alpha = .05}, .01, .01, 50, 950, 300, kRuns), .05 + slack(.05, kRuns));
    EXPECT_LT(ever_worse({.alpha = .05, .two_sided = true}, .01, .01, 100, 100, 300, kRuns), .05 + slack(.05, kRuns));
}

TEST(MixtureSprt, FindsADifference) {
    EXPECT_GT(ever_worse({.alpha = .05}, .02, .01, 100, 100, 100, 200), .99);
    EXPECT_EQ(ever_worse({.alpha = .05}, .01, .02, 100, 100, 100, 200), 0);
    EXPECT_GT(ever_worse({.alpha = .05, .two_sided = true}, .01, .02, 100, 100, 100, 200), .99);
}

// Johari et al., equation of the normal mixture: with V the variance of the difference and s the spread,
// sqrt(V / (V + s^2)) exp(s^2 d^2 / (2 V (V + s^2))).
TEST(MixtureSprt, HasThePublishedEvidence) {
    MixtureSprt test({.spread = .02, .two_sided = true});
    test.update({30, 1000}, {10, 1000});
    const double variance = .02 * .98 * .002, prior = .0004, d = .02;
    const double evidence =
        std::sqrt(variance / (variance + prior)) * std::exp(prior * d * d / (2 * variance * (variance + prior)));
    EXPECT_NEAR(test.p_value(), 1 / evidence, 1e-12);
}

TEST(MixtureSprt, KeepsQuietOnFewFailures) {
    MixtureSprt test({.two_sided = true});
    EXPECT_EQ(test.update({9, 10}, {0, 1000}), Finding::kUndecided);
    EXPECT_EQ(test.p_value(), 1);
}

TEST(MixtureSprt, NeverTakesEvidenceBack) {
    MixtureSprt test({});
    test.update({40, 1000}, {10, 1000});
    const double p = test.p_value();
    EXPECT_EQ(test.update({0, 10'000}, {1'000, 10'000}), Finding::kWorse);
    EXPECT_EQ(test.p_value(), p);
}

// ---- the test of two integers

double evidence(std::int64_t canary, std::int64_t all, double share, bool two_sided) {
    CountTest test({.two_sided = two_sided});
    test.update(canary, all - canary, share);
    return std::exp(test.log_evidence(share));
}

// Check values with six digits.
TEST(CountTest, HasTheEvidenceOfTheTables) {
    EXPECT_NEAR(evidence(10, 10, .5, true), 93.0909, 5e-5);
    EXPECT_NEAR(evidence(8, 10, .5, true), 2.068687, 6e-7);
    EXPECT_NEAR(evidence(15, 20, .5, true), 3.220601, 6e-7);
    EXPECT_NEAR(evidence(5, 5, .1, true), 16666.67, 5e-3);
    EXPECT_NEAR(evidence(6, 20, .1, true), 5.370340, 6e-7);
}

// Both halves of the mixture make up the whole: for a share of 1/2 their mean is the two-sided evidence.
TEST(CountTest, IsTwiceAsSureOnOneSide) {
    EXPECT_NEAR(evidence(15, 20, .5, false) + evidence(5, 20, .5, false), 2 * evidence(15, 20, .5, true), 1e-9);
    EXPECT_LT(evidence(5, 20, .5, false), 1);
}

/// P(the evidence ever reaches 1 / alpha within so many failures), exactly: over all paths.
double ever_found(double alpha, double share, double true_share, bool two_sided, int failures) {
    std::vector<double> mass{1};
    double found = 0;
    for (int n = 1; n <= failures; ++n) {
        mass.push_back(0);
        for (std::size_t k = mass.size() - 1; k > 0; --k) {
            mass[k] = (1 - true_share) * mass[k] + true_share * mass[k - 1];
        }
        mass[0] *= 1 - true_share;
        for (std::size_t k = 0; k < mass.size(); ++k) {
            const auto canary = static_cast<std::int64_t>(k);
            if (mass[k] > 0 && evidence(canary, n, share, two_sided) >= 1 / alpha) {
                found += mass[k];
                mass[k] = 0;
            }
        }
    }
    return found;
}

// Ville's inequality, without any error: the chance itself is computed.
TEST(CountTest, KeepsFalseAlarmsBelowAlphaUnderPeeking) {
    for (const bool two_sided : {false, true}) {
        for (const double share : {.05, .1, .5}) {
            const double found = ever_found(.05, share, share, two_sided, 400);
            EXPECT_LE(found, .05) << share;
            EXPECT_GT(found, .01) << share;  // and it does look
        }
    }
}

TEST(CountTest, FindsACanaryThatFailsTwiceAsOften) {
    EXPECT_GT(ever_found(.05, .1, .2 / 1.1, false, 400), .9);
    EXPECT_GT(ever_found(.05, .1, .2 / 1.1, false, 200), ever_found(.05, .1, .2 / 1.1, true, 200));
}

TEST(CountTest, DecidesAndStaysWithIt) {
    CountTest test({});
    EXPECT_EQ(test.update(0, 0, .1), Finding::kUndecided);
    EXPECT_EQ(test.update(5, 0, .1), Finding::kWorse);
    EXPECT_EQ(test.update(0, 1'000, .1), Finding::kWorse);
}

TEST(CountTest, RefusesNonsense) {
    EXPECT_THROW(CountTest({.alpha = 0}), std::invalid_argument);
    EXPECT_THROW(CountTest({.a = 0}), std::invalid_argument);
    EXPECT_THROW(CountTest({}).update(1, 1, 1), std::invalid_argument);
    EXPECT_THROW(CountTest({}).update(-1, 1, .5), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
