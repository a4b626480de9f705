#include "rollcast/stats/interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>
#include <boost/math/distributions/binomial.hpp>

#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_interval(const Interval& seen, double low, double high, double tolerance) {
    EXPECT_NEAR(seen.low, low, tolerance);
    EXPECT_NEAR(seen.high, high, tolerance);
}

bool covers(const Interval& interval, double truth) { return interval.low <= truth && truth <= interval.high; }

Moments moments_of(std::span<const double> values) {
    Moments moments;
    for (const double x : values) moments.add(x);
    return moments;
}

/// Share of 2,000 macro-replications whose interval covers the truth. For a coverage of exactly 95 % the share's
/// standard error is 0.0049: 4.5 of them are 0.022, so that an exact method stays within [0.928, 0.972] but for 1 in
/// 150,000.
constexpr int kMacroReplications = 2'000;
constexpr double kBand = .022;
template <typename Covered>
double coverage(Covered covered) {
    int count = 0;
    for (std::uint32_t r = 0; r < kMacroReplications; ++r) {
        Stream random = StreamSpace(20, r).stream(Purpose::kTruth, 0);
        count += covered(random);
    }
    return static_cast<double>(count) / kMacroReplications;
}

std::int64_t binomial(Stream& random, int n, double p) {
    std::int64_t k = 0;
    for (int i = 0; i < n; ++i) k += uniform(random) < p;
    return k;
}

// ---- one proportion

// Check values with six decimals.
TEST(Wilson, HasTheEndsOfTheTables) {
    expect_interval(wilson(0, 100), 0, .036993, 6e-7);
    expect_interval(wilson(1, 100), .001767, .054486, 6e-7);
    expect_interval(wilson(5, 100), .021544, .111750, 6e-7);
    expect_interval(wilson(3, 10'000), .000102, .000882, 6e-7);
}

TEST(ClopperPearson, HasTheEndsOfTheTables) {
    expect_interval(clopper_pearson(0, 100), 0, .036217, 6e-7);
    expect_interval(clopper_pearson(1, 100), .000253, .054459, 6e-7);
    expect_interval(clopper_pearson(5, 100), .016432, .112835, 6e-7);
    expect_interval(clopper_pearson(3, 10'000), .000062, .000876, 6e-7);
}

TEST(ProportionIntervals, AreExactAtTheEnds) {
    for (const auto interval : {wilson, clopper_pearson}) {
        EXPECT_EQ(interval(0, 7, .95).low, 0);
        EXPECT_EQ(interval(7, 7, .95).high, 1);
        EXPECT_EQ(interval(0, 7, .95).value, 0);
        EXPECT_EQ(interval(7, 7, .95).value, 1);
    }
}

TEST(ProportionIntervals, MirrorSuccessAndFailure) {
    for (const auto interval : {wilson, clopper_pearson}) {
        for (const std::int64_t k : {0, 1, 17, 50}) {
            const Interval a = interval(k, 50, .9), b = interval(50 - k, 50, .9);
            EXPECT_NEAR(a.low, 1 - b.high, 1e-14);
            EXPECT_NEAR(a.high, 1 - b.low, 1e-14);
        }
    }
}

TEST(ProportionIntervals, KnowNothingWithoutTrials) {
    for (const auto interval : {wilson, clopper_pearson}) {
        EXPECT_EQ(interval(0, 0, .95).low, 0);
        EXPECT_EQ(interval(0, 0, .95).value, .5);
        EXPECT_EQ(interval(0, 0, .95).high, 1);
    }
}

TEST(ProportionIntervals, RefuseNonsense) {
    EXPECT_THROW(wilson(2, 1), std::invalid_argument);
    EXPECT_THROW(wilson(-1, 1), std::invalid_argument);
    EXPECT_THROW(wilson(1, 2, 1), std::invalid_argument);
    EXPECT_THROW(wilson(0, 0, 0), std::invalid_argument);
    EXPECT_THROW(clopper_pearson(2, 1), std::invalid_argument);
    EXPECT_THROW(clopper_pearson(1, 2, -1), std::invalid_argument);
}

/// Exact: the probability of all k whose interval covers p.
double exact_coverage(Interval (*interval)(std::int64_t, std::int64_t, double), int n, double p) {
    const boost::math::binomial_distribution<double> distribution(n, p);
    double covered = 0;
    for (int k = 0; k <= n; ++k) {
        if (covers(interval(k, n, .95), p)) covered += pdf(distribution, k);
    }
    return covered;
}

TEST(ClopperPearson, NeverCoversLessThanPromised) {
    for (const int n : {1, 5, 20, 50, 200}) {
        for (int i = 1; i < 100; ++i) EXPECT_GE(exact_coverage(clopper_pearson, n, i / 100.), .95) << n << " " << i;
    }
}

// Wilson's interval is right on average and dips for p near 0 or 1 (Brown, Cai, DasGupta 2001): for n = 50 within
// [0.92, 0.985] on p in [0.05, 0.95], 0.95 +- 0.01 on average.
TEST(Wilson, CoversAsPromisedOnAverage) {
    double sum = 0;
    for (int i = 5; i <= 95; ++i) {
        const double covered = exact_coverage(wilson, 50, i / 100.);
        EXPECT_GT(covered, .92) << i;
        EXPECT_LT(covered, .985) << i;
        sum += covered;
    }
    EXPECT_NEAR(sum / 91, .95, .01);
}

// ---- one mean

// Student's original data (Cushny and Peebles 1905, extra sleep): mean 1.58, s 1.229995, t(9, .975) 2.262157.
TEST(StudentInterval, IsThatOfSleepData) {
    const Interval interval = t_interval(moments_of(std::array{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4}));
    EXPECT_NEAR(interval.value, 1.58, 1e-12);
    expect_interval(interval, .700114, 2.459886, 6e-7);
}

TEST(StudentInterval, IsInfiniteForFewerThanTwoValues) {
    const Interval one = t_interval(moments_of(std::array{3.}));
    EXPECT_EQ(one.value, 3);
    EXPECT_EQ(one.low, -kInfinity);
    EXPECT_EQ(one.high, kInfinity);
    const Interval none = t_interval({});
    EXPECT_TRUE(std::isnan(none.value));
    EXPECT_EQ(none.high, kInfinity);
}

TEST(StudentInterval, HasNoWidthWithoutSpread) {
    const Interval interval = t_interval(moments_of(std::array{4., 4., 4.}));
    EXPECT_EQ(interval.low, 4);
    EXPECT_EQ(interval.high, 4);
}

TEST(Quantiles, AreThoseOfTheTables) {
    EXPECT_NEAR(normal_quantile(.975), 1.959963984540054, 1e-14);
    EXPECT_NEAR(normal_quantile(.5), 0, 1e-15);
    EXPECT_NEAR(student_quantile(.975, 9), 2.262157162798205, 1e-12);
    EXPECT_NEAR(student_quantile(.95, 1), 6.313751514675044, 1e-11);
}

// ---- mixtures: proportions

TEST(StratifiedProportion, OfOneStratumIsWilson) {
    const BinomialStratum only{1, 5, 100};
    const Interval seen = stratified_proportion({&only, 1});
    const Interval expected = wilson(5, 100);
    EXPECT_EQ(seen.value, expected.value);
    expect_interval(seen, expected.low, expected.high, 1e-15);
}

TEST(StratifiedProportion, WeighsTheStrata) {
    const std::array strata{BinomialStratum{.9, 10, 100}, BinomialStratum{.1, 50, 100}};
    EXPECT_NEAR(stratified_proportion(strata).value, .9 * .1 + .1 * .5, 1e-15);
    // MOVER by hand from the two Wilson intervals [.055229, .174366] and [.403832, .596168].
    const double below = std::hypot(.9 * (.1 - .055229), .1 * (.5 - .403832));
    const double above = std::hypot(.9 * (.174366 - .1), .1 * (.596168 - .5));
    expect_interval(stratified_proportion(strata), .14 - below, .14 + above, 2e-6);
}

TEST(StratifiedProportion, LeavesAStratumWithoutTrialsOpen) {
    const std::array strata{BinomialStratum{.8, 0, 1'000'000}, BinomialStratum{.2, 0, 0}};
    const Interval interval = stratified_proportion(strata);
    EXPECT_NEAR(interval.value, .1, 1e-15);
    expect_interval(interval, 0, .2, 1e-5);
}

TEST(StratifiedProportion, OfNothingIsZero) {
    const Interval interval = stratified_proportion({});
    EXPECT_EQ(interval.low, 0);
    EXPECT_EQ(interval.value, 0);
    EXPECT_EQ(interval.high, 0);
}

TEST(StratifiedProportion, StaysBetweenZeroAndOne) {
    const std::array strata{BinomialStratum{.5, 0, 1}, BinomialStratum{.5, 0, 1}};
    EXPECT_EQ(stratified_proportion(strata).low, 0);
    const std::array full{BinomialStratum{.5, 1, 1}, BinomialStratum{.5, 1, 1}};
    EXPECT_EQ(stratified_proportion(full).high, 1);
}

TEST(ConditionalProportion, NormalisesTheWeights) {
    const std::array strata{BinomialStratum{.02, 10, 100}, BinomialStratum{.06, 50, 100}};
    const std::array normalised{BinomialStratum{.25, 10, 100}, BinomialStratum{.75, 50, 100}};
    const Interval seen = conditional_proportion(strata), expected = stratified_proportion(normalised);
    EXPECT_NEAR(seen.value, expected.value, 1e-15);
    expect_interval(seen, expected.low, expected.high, 1e-14);
    EXPECT_TRUE(std::isnan(conditional_proportion({}).value));
    EXPECT_TRUE(std::isnan(conditional_proportion({}).high));
}

// MOVER over Wilson is approximate: 95 % +- 1.5 points and the band of the simulation.
TEST(StratifiedProportion, CoversAsPromised) {
    const struct {
        std::array<double, 3> weight, p;
        std::array<int, 3> n;
    } cases[] = {{{.85, .10, .05}, {.02, .4, .9}, {80, 40, 40}},
                 {{.6, .3, .1}, {.5, .5, .5}, {20, 20, 10}},
                 {{.97, .02, .01}, {.05, .7, .3}, {100, 50, 50}}};
    for (const auto& c : cases) {
        double truth = 0;
        for (std::size_t s = 0; s < 3; ++s) truth += c.weight[s] * c.p[s];
        const double covered = coverage([&](Stream& random) {
            std::array<BinomialStratum, 3> strata;
            for (std::size_t s = 0; s < 3; ++s) strata[s] = {c.weight[s], binomial(random, c.n[s], c.p[s]), c.n[s]};
            return covers(stratified_proportion(strata), truth);
        });
        EXPECT_NEAR(covered, .95, .015 + kBand) << truth;
    }
}

// ---- mixtures: means and ratios

TEST(StratifiedMean, OfOneStratumIsStudents) {
    const std::array values{1., 4., 2., 8., 5.};
    const MeanStratum only{1, moments_of(values)};
    const Interval seen = stratified_mean({&only, 1}), expected = t_interval(moments_of(values));
    EXPECT_EQ(seen.value, expected.value);
    expect_interval(seen, expected.low, expected.high, 1e-15);
}

// By hand: means 2 and 20, variances 1 and 100, n = 3 each; variance .64/3 + .04 * 100/3 = 1.546667,
// degrees 1.546667^2 / ((.64/3)^2/2 + (4/3)^2/2) = 2.624025.
TEST(StratifiedMean, WeighsTheStrata) {
    const std::array strata{MeanStratum{.8, moments_of(std::array{1., 2., 3.})},
                            MeanStratum{.2, moments_of(std::array{10., 20., 30.})}};
    const Interval interval = stratified_mean(strata);
    EXPECT_NEAR(interval.value, 5.6, 1e-14);
    EXPECT_NEAR(interval.half_width(), student_quantile(.975, 2.624025) * std::sqrt(1.546666667), 1e-5);
}

TEST(StratifiedMean, IsInfiniteWhereAStratumHasFewerThanTwoValues) {
    for (const std::vector<double>& few : {std::vector<double>{}, std::vector<double>{9}}) {
        const std::array strata{MeanStratum{.9, moments_of(std::array{1., 2., 3.})}, MeanStratum{.1, moments_of(few)}};
        const Interval interval = stratified_mean(strata);
        EXPECT_EQ(interval.low, -kInfinity);
        EXPECT_EQ(interval.high, kInfinity);
        EXPECT_NEAR(interval.value, few.empty() ? 2 : .9 * 2 + .1 * 9, 1e-14);
    }
}

TEST(StratifiedMean, DoesNotAskForStrataWithoutWeight) {
    const std::array strata{MeanStratum{1, moments_of(std::array{1., 2., 3.})}, MeanStratum{0, {}}};
    EXPECT_LT(stratified_mean(strata).high, kInfinity);
}

// Satterthwaite's t over normal strata of unequal spread: within a point of 95 %.
TEST(StratifiedMean, CoversAsPromised) {
    const std::array weight{.7, .2, .1}, mean{1., 5., -3.}, spread{1., 4., 10.};
    const std::array count{20, 8, 5};
    const double truth = .7 * 1 + .2 * 5 + .1 * -3;
    const double covered = coverage([&](Stream& random) {
        std::array<MeanStratum, 3> strata;
        for (std::size_t s = 0; s < 3; ++s) {
            strata[s].weight = weight[s];
            for (int i = 0; i < count[s]; ++i) {
                strata[s].sample.add(mean[s] + spread[s] * std::log(draw(LogNormal{1, 1}, random)));
            }
        }
        return covers(stratified_mean(strata), truth);
    });
    EXPECT_NEAR(covered, .95, .01 + kBand);
}

TEST(StratifiedRatio, WithConstantDenominatorsIsAMean) {
    const std::array values{1., 4., 2., 8., 5.};
    const std::array<double, 5> fours{4, 4, 4, 4, 4};
    const RatioStratum only{1, values, fours};
    const Interval seen = stratified_ratio({&only, 1}), expected = t_interval(moments_of(values));
    EXPECT_NEAR(seen.value, expected.value / 4, 1e-15);
    expect_interval(seen, expected.low / 4, expected.high / 4, 1e-13);
}

TEST(StratifiedRatio, OfCasesThatHappenedIsTheirMean) {
    const std::array<double, 8> values{0, 1, 4, 0, 2, 8, 5, 0}, happened{0, 1, 1, 0, 1, 1, 1, 0};
    const RatioStratum only{1, values, happened};
    const Interval seen = stratified_ratio({&only, 1});
    const Interval expected = t_interval(moments_of(std::array{1., 4., 2., 8., 5.}));
    EXPECT_NEAR(seen.value, expected.value, 1e-14);
    expect_interval(seen, expected.low, expected.high, 1e-12);
}

TEST(StratifiedRatio, KnowsNothingBeforeTwoCases) {
    const std::array<double, 4> none{}, one{0, 3, 0, 0}, happened{0, 1, 0, 0};
    const RatioStratum nothing{1, none, none}, once{1, one, happened};
    EXPECT_TRUE(std::isnan(stratified_ratio({&nothing, 1}).value));
    EXPECT_EQ(stratified_ratio({&nothing, 1}).high, kInfinity);
    EXPECT_EQ(stratified_ratio({&once, 1}).value, 3);
    EXPECT_EQ(stratified_ratio({&once, 1}).low, -kInfinity);
}

TEST(StratifiedRatio, IsInfiniteWhereAStratumHasFewerThanTwoValues) {
    const std::array<double, 3> above{1, 2, 3}, below{10, 10, 10};
    const std::array strata{RatioStratum{.9, above, below}, RatioStratum{.1, {}, {}}};
    EXPECT_NEAR(stratified_ratio(strata).value, .2, 1e-15);
    EXPECT_EQ(stratified_ratio(strata).high, kInfinity);
}

TEST(StratifiedRatio, NeedsPairs) {
    const std::array<double, 3> above{1, 2, 3};
    const RatioStratum odd{1, above, {}};
    EXPECT_THROW(stratified_ratio({&odd, 1}), std::invalid_argument);
}

// Failures per request where busy replications fail more; the truth is a ratio of means, not a mean of ratios
// (E[x * x] / E[x] = 1.25 with x exponential-like lognormal; computed in closed form). The delta method is asymptotic
// and the values are skewed: two points below 95 %, no more than one above.
TEST(StratifiedRatio, CoversAsPromised) {
    const double sigma = .4;
    const std::array<double, 2> weight{.8, .2}, scale{1, 6};
    double above = 0, below = 0;
    for (std::size_t s = 0; s < 2; ++s) {
        above += weight[s] * scale[s] * std::exp(2 * sigma * sigma);
        below += weight[s] * std::exp(sigma * sigma / 2);
    }
    const double covered = coverage([&](Stream& random) {
        std::array<std::vector<double>, 2> numerators, denominators;
        std::array<RatioStratum, 2> strata;
        for (std::size_t s = 0; s < 2; ++s) {
            for (int i = 0; i < 60; ++i) {
                const double x = draw(LogNormal{1, sigma}, random);
                denominators[s].push_back(x);
                numerators[s].push_back(scale[s] * x * x);
            }
            strata[s] = {weight[s], numerators[s], denominators[s]};
        }
        return covers(stratified_ratio(strata), above / below);
    });
    EXPECT_GT(covered, .93 - kBand);
    EXPECT_LT(covered, .96 + kBand);
}

// A mean given an event, over two kinds in which the event is more or less likely.
TEST(StratifiedRatio, CoversAMeanOfCasesThatHappened) {
    const std::array<double, 2> weight{.9, .1}, chance{.15, .8}, mean{60, 300};
    const double truth = (.9 * .15 * 60 + .1 * .8 * 300) / (.9 * .15 + .1 * .8);
    const double covered = coverage([&](Stream& random) {
        std::array<std::vector<double>, 2> values, happened;
        std::array<RatioStratum, 2> strata;
        for (std::size_t s = 0; s < 2; ++s) {
            for (int i = 0; i < 80; ++i) {
                const bool hit = uniform(random) < chance[s];
                happened[s].push_back(hit);
                values[s].push_back(hit ? draw(Uniform{0, 2 * mean[s]}, random) : 0);
            }
            strata[s] = {weight[s], values[s], happened[s]};
        }
        return covers(stratified_ratio(strata), truth);
    });
    EXPECT_GT(covered, .93 - kBand);
    EXPECT_LT(covered, .97 + kBand);
}

// ---- mixtures: quantiles

// The exact order-statistic interval: the ranks that leave at most 2.5 % at each end.
TEST(StratifiedQuantile, OfOneStratumIsTheOrderStatisticInterval) {
    for (const int n : {20, 150, 1'000}) {
        for (const double p : {.25, .5, .95}) {
            std::vector<double> values;
            for (int i = 1; i <= n; ++i) values.push_back(i);  // the value is its rank
            const SampleStratum only{1, values};
            const Interval interval = stratified_quantile({&only, 1}, p);
            EXPECT_EQ(interval.value, std::ceil(n * p)) << n << " " << p;
            const boost::math::binomial_distribution<double> below(n, p);
            EXPECT_LE(cdf(below, interval.low - 1), .025) << n << " " << p;
            EXPECT_GT(cdf(below, interval.low), .025) << n << " " << p;
            if (interval.high == n) continue;  // the sample may not reach far enough
            EXPECT_LE(1 - cdf(below, interval.high - 1), .025) << n << " " << p;
            EXPECT_GT(1 - cdf(below, interval.high - 2), .025) << n << " " << p;
        }
    }
}

TEST(StratifiedQuantile, EndsAtTheLargestValueWhereTheSampleCannotBoundIt) {
    const std::vector<double> values{5, 1, 3, 2, 4};
    const SampleStratum only{1, values};
    EXPECT_EQ(stratified_quantile({&only, 1}, .99).high, 5);
    EXPECT_EQ(stratified_quantile({&only, 1}, .01).low, 1);
    EXPECT_EQ(stratified_quantile({&only, 1}, .5).value, 3);
}

TEST(StratifiedQuantile, WeighsTheStrata) {
    const std::vector<double> low{1, 2, 3, 4}, high{10, 20, 30, 40};
    const std::array strata{SampleStratum{.5, low}, SampleStratum{.5, high}};
    EXPECT_EQ(stratified_quantile(strata, .5).value, 4);
    EXPECT_EQ(stratified_quantile(strata, .51).value, 10);
    const std::array skewed{SampleStratum{.9, low}, SampleStratum{.1, high}};
    EXPECT_EQ(stratified_quantile(skewed, .9).value, 4);
    EXPECT_EQ(stratified_quantile(skewed, .95).value, 20);
}

TEST(StratifiedQuantile, LeavesAnEmptyStratumOpen) {
    std::vector<double> values(10'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i + 1) / 10'000;
    const std::array strata{SampleStratum{.8, values}, SampleStratum{.2, {}}};
    const Interval interval = stratified_quantile(strata, .5);
    EXPECT_NEAR(interval.value, .5, 1e-3);
    // The 20 % may lie on either side: the median of the mixture is somewhere between the 37.5 % and 62.5 % points.
    expect_interval(interval, .375, .625, .01);
}

TEST(StratifiedQuantile, OfNothingIsUnknown) {
    const SampleStratum only{1, {}};
    EXPECT_TRUE(std::isnan(stratified_quantile({&only, 1}, .5).value));
    EXPECT_TRUE(std::isnan(stratified_quantile({}, .5).low));
    EXPECT_THROW(stratified_quantile({}, 1), std::invalid_argument);
}

// Clopper-Pearson makes it conservative: never below 95 % (less the band), and not far above for a middle quantile.
TEST(StratifiedQuantile, CoversAsPromised) {
    // A mixture of exponentials; its quantile is found by bisection on the closed distribution function.
    const std::array<double, 2> weight{.8, .2}, mean{1, 10};
    for (const double p : {.5, .9, .99}) {
        double low = 0, high = 1'000;
        while (high - low > 1e-12 * high) {
            const double middle = (low + high) / 2;
            double share = 0;
            for (std::size_t s = 0; s < 2; ++s) share -= weight[s] * std::expm1(-middle / mean[s]);
            (share < p ? low : high) = middle;
        }
        const double covered = coverage([&](Stream& random) {
            std::array<std::vector<double>, 2> values;
            std::array<SampleStratum, 2> strata;
            for (std::size_t s = 0; s < 2; ++s) {
                for (int i = 0; i < 100; ++i) values[s].push_back(draw(Exponential{mean[s]}, random));
                strata[s] = {weight[s], values[s]};
            }
            return covers(stratified_quantile(strata, p), low);
        });
        EXPECT_GT(covered, .95 - kBand) << p;
        EXPECT_LT(covered, .995) << p;
    }
}

TEST(StratifiedPositiveMean, IsAsWideAsThePlainOneWhereThatIsNarrowAndNeverReachesZero) {
    MeanStratum narrow{.weight = .5}, wide{.weight = .5};
    for (const double value : {1., 1.01, .99, 1.}) narrow.sample.add(value);
    for (const double value : {0., 0., 0., 8.}) wide.sample.add(value);
    const Interval plain = stratified_mean({&narrow, 1}), log = stratified_positive_mean({&narrow, 1});
    EXPECT_EQ(log.value, plain.value);
    EXPECT_NEAR(log.low, plain.low, 1e-3 * plain.half_width() + 1e-4);  // they differ by half the width squared
    EXPECT_NEAR(log.high, plain.high, 1e-3 * plain.half_width() + 1e-4);
    const Interval skewed = stratified_positive_mean({&wide, 1});
    EXPECT_GT(skewed.low, 0);
    EXPECT_NEAR(skewed.value / skewed.low, skewed.high / skewed.value, 1e-9);
    MeanStratum none;
    for (const double value : {0., 0.}) none.sample.add(value);
    EXPECT_THROW(stratified_positive_mean({&none, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
