#include "rollcast/random/counts.h"

#include <cmath>

#include <gtest/gtest.h>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>

namespace rollcast {
namespace {

/// The probability that a quantile function gets wrong: half the sum of |P(X = k) - P(quantile(u) = k)|, where the
/// latter is the length of the u that lead to k, found by bisection.
template <typename Quantile, typename Cdf>
double distance(Quantile quantile, Cdf cdf, std::int64_t low, std::int64_t high) {
    double worst = 0;
    for (std::int64_t k = low; k <= high; ++k) {
        double below = 0, above = 1;  // the largest u that leads to k or less
        for (int i = 0; i < 50; ++i) {
            const double u = (below + above) / 2;
            (quantile(u) <= k ? below : above) = u;
        }
        worst = std::max(worst, std::abs(below - cdf(static_cast<double>(k))));
    }
    return worst;
}

TEST(Counts, NormalQuantilesAreThoseOfTheNormalDistribution) {
    const boost::math::normal normal;
    for (const double u : {1e-12, 1e-6, .001, .07, .2, .5, .8, .93, .999, 1 - 1e-9}) {
        EXPECT_NEAR(quick_normal_quantile(u), boost::math::quantile(normal, u),
                    1e-6 * std::max(1., std::abs(boost::math::quantile(normal, u))));
    }
}

TEST(Counts, FewAreExact) {
    for (const double mean : {.01, .7, 3., 11.9}) {
        const boost::math::poisson poisson(mean);
        EXPECT_LT(distance([&](double u) { return poisson_quantile(mean, u); },
                           [&](double k) { return boost::math::cdf(poisson, k); }, 0, 40),
                  1e-12);
    }
    for (const double p : {.001, .05, .11, .95}) {
        const boost::math::binomial binomial(100, p);
        EXPECT_LT(distance([&](double u) { return binomial_quantile(100, p, u); },
                           [&](double k) { return boost::math::cdf(binomial, k); }, 0, 99),
                  1e-12);
    }
}

TEST(Counts, ManyAreWithinATenthOfAPercentOfExact) {
    // 0.05 of a step in value, as the header says, times the probability of a value: at most .4 / deviation.
    for (const double mean : {12., 20., 100., 1000.}) {
        const boost::math::poisson poisson(mean);
        const double spread = std::sqrt(mean);
        EXPECT_LT(distance([&](double u) { return poisson_quantile(mean, u); },
                           [&](double k) { return boost::math::cdf(poisson, k); },
                           std::max<std::int64_t>(0, std::llround(mean - 7 * spread)), std::llround(mean + 7 * spread)),
                  1e-3);
    }
    for (const double p : {.02, .3, .5, .9}) {
        const boost::math::binomial binomial(1000, p);
        EXPECT_LT(distance([&](double u) { return binomial_quantile(1000, p, u); },
                           [&](double k) { return boost::math::cdf(binomial, k); }, 0, 999),
                  1e-3);
    }
}

TEST(Counts, StayWithinTheirBounds) {
    EXPECT_EQ(poisson_quantile(0, .9), 0);
    EXPECT_EQ(binomial_quantile(0, .5, .9), 0);
    EXPECT_EQ(binomial_quantile(10, -.1, .9), 0);
    EXPECT_EQ(binomial_quantile(10, 1.1, .1), 10);
    EXPECT_EQ(binomial_quantile(1'000'000, 1e-12, 1e-15), 0);
    EXPECT_LE(binomial_quantile(40, .5, 1 - 1e-16), 40);
    EXPECT_GE(poisson_quantile(12, 1e-16), 0);
}

TEST(Counts, NeverFallInTheUniformNumber) {
    for (const double mean : {5., 50.}) {
        std::int64_t last = 0;
        for (double u = .001; u < 1; u += .001) {
            ASSERT_GE(poisson_quantile(mean, u), last);
            last = poisson_quantile(mean, u);
        }
    }
}

TEST(Counts, MarkedOnesAmongTheTaken) {
    struct Draw {
        unsigned whole, marked, taken;
        double error;  // exact where few are expected
    };
    for (const Draw& draw : {Draw{50, 7, 20, 1e-12}, Draw{50, 7, 40, 1e-12}, Draw{2000, 30, 500, 1e-12},
                             Draw{5000, 200, 1500, 1e-3}, Draw{5000, 2000, 2000, 1e-3}}) {
        const boost::math::hypergeometric law(draw.marked, draw.taken, draw.whole);
        const auto least = static_cast<std::int64_t>(boost::math::support(law).first);
        const auto most = static_cast<std::int64_t>(boost::math::support(law).second);
        EXPECT_LT(distance([&](double u) { return hypergeometric_quantile(draw.whole, draw.marked, draw.taken, u); },
                           [&](double k) { return boost::math::cdf(law, k); }, least, most - 1),
                  draw.error);
    }
    EXPECT_EQ(hypergeometric_quantile(10, 3, 10, .5), 3);
    EXPECT_EQ(hypergeometric_quantile(10, 10, 4, .5), 4);
    EXPECT_EQ(hypergeometric_quantile(10, 0, 4, .5), 0);
}

}  // namespace
}  // namespace rollcast
