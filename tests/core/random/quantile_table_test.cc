#include "rollcast/random/quantile_table.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/random/at_level.h"

namespace rollcast {
namespace {

double exact(const Distribution& distribution, std::uint32_t word) {
    const bool upper = word >> 31;
    const double share = std::ldexp((upper ? ~word : word) + .5, -32);
    return upper ? upper_quantile(distribution, share) : quantile(distribution, share);
}

/// Both words whose distance from their end is nearest to each of 20,000 log-spaced tails down to the very end.
std::vector<std::uint32_t> words_over_both_tails() {
    std::vector<std::uint32_t> words;
    for (int i = 0; i < 20'000; ++i) {
        const auto tail = static_cast<std::uint32_t>(std::exp2(31. * i / 20'000)) - 1;
        words.push_back(tail);
        words.push_back(~tail);
    }
    words.push_back(0x7fffffff);
    words.push_back(0x80000000);
    return words;
}

double worst_error(const Distribution& distribution) {
    const QuantileTable table(distribution);
    double worst = 0;
    for (const std::uint32_t word : words_over_both_tails()) {
        worst = std::max(worst, std::abs(table(word) / exact(distribution, word) - 1));
    }
    return worst;
}

// What the header promises. Interpolating a logarithm over bins of 1/128 leaves (1/128)^2 / 8 = 7.6e-6 at most.
TEST(QuantileTable, IsWithinItsErrorEverywhere) {
    EXPECT_LT(worst_error(Exponential{.37}), 1e-5);
    EXPECT_LT(worst_error(LogNormal{.02, .25}), 1e-5);
    EXPECT_LT(worst_error(LogNormal{.02, .5}), 1e-5);
    EXPECT_LT(worst_error(LogNormal{.02, 1}), 1e-5);
    EXPECT_LT(worst_error(LogNormal{.02, 2}), 2.5e-5);
    EXPECT_LT(worst_error(Erlang{1, .37}), 1e-5);
    EXPECT_LT(worst_error(Erlang{4, .37}), 1e-5);
    EXPECT_LT(worst_error(Weibull{.37, 2}), 1e-5);
    EXPECT_LT(worst_error(Weibull{.37, .5}), 3e-5);
    EXPECT_LT(worst_error(HyperExponential{.3, 2, .5}), 2e-5);
}

// A bend within a bin costs at most a quarter of the bin's width times the change of slope.
TEST(QuantileTable, IsOffOnlyWhereADistributionBends) {
    EXPECT_LT(worst_error(HyperExponential{.9, .01, 1}), 1e-3);
    EXPECT_LT(worst_error(Empirical{{.01, .012, .015, .02, .05}}), 1e-3);
    EXPECT_LT(worst_error(Empirical{{1, 3}}), 2e-7);
}

TEST(QuantileTable, IsExactToSinglePrecisionWhereTheQuantileIsStraight) {
    EXPECT_LT(worst_error(Constant{.02}), 1e-7);
    EXPECT_LT(worst_error(Uniform{1, 3}), 2e-7);
}

TEST(QuantileTable, GivesConstantsExactlyAsRounded) {
    const QuantileTable table(Constant{.25});
    for (const std::uint32_t word : words_over_both_tails()) EXPECT_EQ(table(word), .25);
}

TEST(QuantileTable, NeverFallsAsTheWordRises) {
    for (const Distribution& distribution : {Distribution{Exponential{1}}, Distribution{LogNormal{1, 2}},
                                             Distribution{Weibull{1, .5}}, Distribution{Empirical{{0, 1, 1, 7}}}}) {
        const QuantileTable table(distribution);
        double last = 0;
        for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32); word += 104'729) {
            const double value = table(static_cast<std::uint32_t>(word));
            ASSERT_GE(value, last) << word;
            last = value;
        }
    }
}

// The integral of the quantile function over evenly spaced words. 32-bit words cut the tail at 2^-33, which takes
// 2^-33 * 24 of an exponential's mean; the interpolation adds at most half its error bound. So 1e-5 of the mean.
TEST(QuantileTable, HasTheMeanAndSpreadOfItsDistribution) {
    constexpr std::uint64_t kStep = 1021;
    const auto moments = [](const Distribution& distribution) {
        const QuantileTable table(distribution);
        double sum = 0, squares = 0, count = 0;
        for (std::uint64_t word = kStep / 2; word < (std::uint64_t{1} << 32); word += kStep) {
            const double value = table(static_cast<std::uint32_t>(word));
            sum += value;
            squares += value * value;
            ++count;
        }
        return std::pair(sum / count, squares / count);
    };
    const auto [exponential_mean, exponential_square] = moments(Exponential{1});
    EXPECT_NEAR(exponential_mean, 1, 1e-5);
    EXPECT_NEAR(exponential_square, 2, 2e-4);  // the cut tail weighs more in the square
    const auto [lognormal_mean, lognormal_square] = moments(LogNormal{.02, .5});
    EXPECT_NEAR(lognormal_mean / mean(LogNormal{.02, .5}), 1, 1e-5);
    EXPECT_NEAR(lognormal_square / (lognormal_mean * lognormal_mean) - 1, std::exp(.25) - 1, 1e-4);
}

TEST(QuantileTable, OfEqualDistributionsIsTheSameEvenWhenForgotten) {
    const QuantileTable first(LogNormal{.02, .5});
    for (int i = 1; i <= 40; ++i) EXPECT_EQ(QuantileTable(Constant{i / 8.})(12345), static_cast<float>(i) / 8);
    const QuantileTable again(LogNormal{.02, .5});
    for (const std::uint32_t word : words_over_both_tails()) ASSERT_EQ(first(word), again(word));
}

TEST(QuantileTable, CanBeMadeByManyThreads) {
    const float expected = QuantileTable(Exponential{1})(12345);
    std::array<bool, 4> right{};
    {
        std::vector<std::jthread> threads;
        for (bool& each : right) {
            threads.emplace_back([&each, expected] {
                each = true;
                for (int i = 1; i <= 35; ++i) {
                    each &= QuantileTable(Constant{i / 8.})(12345) == static_cast<float>(i) / 8;
                    each &= QuantileTable(Exponential{1})(12345) == expected;
                }
            });
        }
    }
    EXPECT_EQ(right, (std::array{true, true, true, true}));
}

using QuantilesAtLevel = AtLevel;

TEST_P(QuantilesAtLevel, AreTheBitsOfTheTable) {
    const QuantileTable table(LogNormal{.02, .5});
    const std::vector<std::uint32_t> words = words_over_both_tails();
    std::vector<float> values(words.size());
    for (const float scale : {1.f, 1e9f / 3}) {
        quantiles(table, words.data(), scale, values.data(), words.size(), GetParam());
        for (std::size_t i = 0; i < words.size(); ++i) ASSERT_EQ(values[i], table(words[i]) * scale) << words[i];
    }
}

TEST_P(QuantilesAtLevel, WriteAsManyAsAreAskedFor) {
    const QuantileTable table(Exponential{1});
    const std::vector<std::uint32_t> words = words_over_both_tails();
    for (const std::size_t n : {0, 1, 7, 8, 9, 63, 64, 65, 100}) {
        std::vector<float> values(101, -1);
        quantiles(table, words.data(), 1, values.data(), n, GetParam());
        for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], i < n ? table(words[i]) : -1) << n;
    }
}

INSTANTIATE_TEST_SUITE_P(All, QuantilesAtLevel, kAllLevels, name_of);

// Held from the first build; the entries are single precision, so these are the same on every machine but for a libm
// that rounds an entry to its other neighbour (1.2e-7).
TEST(QuantileTable, DrawsAreTheSameForEver) {
    const QuantileTable table(LogNormal{.02, .5});
    EXPECT_NEAR(table(0x00000000) / 0.00084093020996078849, 1, 2e-7);
    EXPECT_NEAR(table(0x12345678) / 0.0096017819303289009, 1, 2e-7);
    EXPECT_NEAR(table(0x9abcdef0) / 0.022832101592837439, 1, 2e-7);
    EXPECT_NEAR(table(0xffffffff) / 0.47566372156143188, 1, 2e-7);
}

}  // namespace
}  // namespace rollcast
