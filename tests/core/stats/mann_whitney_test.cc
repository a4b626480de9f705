#include "rollcast/stats/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Values sample(Stream& random, std::size_t count, double shift, double grid = 0) {
    Values values;
    for (std::size_t i = 0; i < count; ++i) {
        double value = shift + draw(Distribution(LogNormal{1, .5}), random);
        if (grid > 0) value = std::round(value / grid) * grid;
        values.push_back(value);
    }
    return values;
}

/// The same by ranks, one value at a time: slow and plain.
double score_by_ranks(const Values& x, const Values& y, double shift) {
    const double n = double(x.size()), m = double(y.size());
    Values all;
    for (const double value : x) all.push_back(value - shift);
    all.insert(all.end(), y.begin(), y.end());
    double rank_sum = 0, ties = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double below = double(std::count_if(all.begin(), all.end(), [&](double v) { return v < all[i]; }));
        const double equal = double(std::count(all.begin(), all.end(), all[i]));
        if (i < x.size()) rank_sum += below + (equal + 1) / 2;
        ties += equal * equal - 1;  // over the t members of a group: t^3 - t
    }
    const double excess = rank_sum - n * (n + 1) / 2 - n * m / 2;
    const double sigma = std::sqrt(n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1))));
    return (excess - (excess > 0 ? .5 : excess < 0 ? -.5 : 0)) / sigma;
}

TEST(MannWhitney, ScoresAsRanksDo) {
    Stream random = StreamSpace(1, 0).stream(Purpose::kTruth, 0);
    for (const double grid : {0., .5}) {
        const Values x = sample(random, 40, .3, grid), y = sample(random, 25, 0, grid);
        const MannWhitney test(x, y);
        for (const double shift : {-1., -.5, 0., .25, .5, 2.}) {
            EXPECT_DOUBLE_EQ(test.score(shift), score_by_ranks(x, y, shift)) << grid << " " << shift;
        }
    }
}

TEST(MannWhitney, ScoresFallWithTheShift) {
    Stream random = StreamSpace(2, 0).stream(Purpose::kTruth, 0);
    const MannWhitney test(sample(random, 20, 0), sample(random, 30, 0));
    double before = kInfinity;
    for (double shift = test.least_shift(); shift <= test.greatest_shift(); shift += .01) {
        EXPECT_LE(test.score(shift), before);
        before = test.score(shift);
    }
}

// Hodges and Lehmann: the score is 0 around the median of all differences, up to its neighbours for an odd number of
// them. A root is good to 1e-4.
TEST(MannWhitney, EstimatesTheMedianDifference) {
    Stream random = StreamSpace(3, 0).stream(Purpose::kTruth, 0);
    const Values x = sample(random, 31, 1), y = sample(random, 41, 0);
    Values differences;
    for (const double a : x) {
        for (const double b : y) differences.push_back(a - b);
    }
    std::sort(differences.begin(), differences.end());
    const std::size_t middle = differences.size() / 2;
    const double shift = MannWhitney(x, y).shift(.95)->value;
    EXPECT_GT(shift, differences[middle - 1] - 1.1e-4);
    EXPECT_LT(shift, differences[middle + 1] + 1.1e-4);
}

TEST(MannWhitney, TurnsRoundWithItsSamples) {
    Stream random = StreamSpace(4, 0).stream(Purpose::kTruth, 0);
    const Values x = sample(random, 30, 1), y = sample(random, 30, 0);
    const Interval there = *MannWhitney(x, y).shift(.98), back = *MannWhitney(y, x).shift(.98);
    EXPECT_NEAR(there.low, -back.high, 2e-4);
    EXPECT_NEAR(there.high, -back.low, 2e-4);
    EXPECT_DOUBLE_EQ(MannWhitney(x, y).effect(), 1 - MannWhitney(y, x).effect());
}

// 1,000 pairs of samples: a coverage of 95 % has a standard error of 0.7 %; the continuity correction makes it a little
// more. 4.5 standard errors are 3.1 %.
TEST(MannWhitney, CoversTheShift) {
    int covered = 0;
    for (std::uint32_t r = 0; r < 1000; ++r) {
        Stream random = StreamSpace(5, r).stream(Purpose::kTruth, 0);
        const Values x = sample(random, 25, .4), y = sample(random, 20, 0);
        const Interval shift = *MannWhitney(x, y).shift(.95);
        covered += shift.low <= .4 && .4 <= shift.high;
    }
    EXPECT_NEAR(covered / 1000., .955, .031);
}

TEST(MannWhitney, HasTheWholeRangeForSamplesApart) {
    const MannWhitney test(Values{10, 20, 30, 40}, Values{1, 2, 3, 4});
    EXPECT_EQ(test.least_shift(), 6);
    EXPECT_EQ(test.greatest_shift(), 39);
    EXPECT_EQ(test.effect(), 1);
    EXPECT_EQ(test.shift(.99)->low, 6);
    EXPECT_EQ(test.shift(.99)->high, 39);
}

TEST(MannWhitney, HasNoAnswerWhereAllIsTied) {
    const MannWhitney test(Values{5}, Values{1});
    EXPECT_TRUE(std::isnan(test.score(4)));
    EXPECT_FALSE(test.shift(.95).has_value());
}

TEST(MannWhitney, KnowsIdenticalSamples) {
    EXPECT_TRUE(MannWhitney(Values{3, 1, 2}, Values{1, 2, 3}).identical());
    EXPECT_FALSE(MannWhitney(Values{1, 2, 2}, Values{1, 2}).identical());
    EXPECT_EQ(MannWhitney(Values{3, 1, 2}, Values{1, 2, 3}).effect(), .5);
}

TEST(MannWhitney, RefusesNonsense) {
    EXPECT_THROW(MannWhitney(Values{}, Values{1}), std::invalid_argument);
    EXPECT_THROW(MannWhitney(Values{1}, Values{}), std::invalid_argument);
    EXPECT_THROW(MannWhitney(Values{1}, Values{kInfinity}), std::invalid_argument);
    EXPECT_THROW(MannWhitney(Values{std::nan("")}, Values{1}), std::invalid_argument);
    EXPECT_THROW(MannWhitney(Values{1}, Values{2}).shift(1), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
