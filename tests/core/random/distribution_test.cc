#include "rollcast/random/distribution.h"

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

struct Case {
    const char* name;
    Distribution distribution;
    std::array<double, 4> golden;  // the first draws of StreamSpace(2024, 7).stream(kStart, 11)
    double mean;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> kCases{
        {"constant", Constant{3}, {3, 3, 3, 3}, 3},
        {"exponential",
         Exponential{2},
         {3.3546529906922218, 2.8823233047234016, 1.6850853975265048, 0.3197892997254787},
         2},
        {"lognormal",
         LogNormal{1.14, .25},
         {1.6605491438070485, 0.82554582075670357, 0.92150083711247355, 1.1037592352783394},
         1.14 * std::exp(.03125)},
        {"uniform",
         Uniform{2, 5},
         {2.4536469217855483, 4.9772342934738845, 3.1816744450479746, 4.5548776448704302},
         3.5},
        {"log-uniform",
         LogUniform{.01, 10},
         {0.028421495213005493, 9.4893025475815271, 0.15194081270772614, 3.5882082869974772},
         9.99 / std::log(1000.)},
    };
    return kCases;
}

// Held from the first build: a change of the algorithm changes every result. 1e-12 leaves room for another libm's last
// bit.
TEST(Distribution, DrawsAreTheSameForEver) {
    for (const Case& c : cases()) {
        Stream stream = StreamSpace(2024, 7).stream(Purpose::kStart, 11);
        for (const double expected : c.golden) {
            EXPECT_NEAR(draw(c.distribution, stream) / expected, 1, 1e-12) << c.name;
        }
    }
}

TEST(Distribution, KnowsItsMean) {
    // Closed forms; 1e-14 for rounding.
    for (const Case& c : cases()) EXPECT_NEAR(mean(c.distribution) / c.mean, 1, 1e-14) << c.name;
    EXPECT_DOUBLE_EQ(mean(LogUniform{4, 4}), 4);
    EXPECT_DOUBLE_EQ(mean(LogUniform{4, std::nextafter(4, 5)}), 4);
}

// Mean of 200,000 draws within 4.5 standard errors (false alarm: 1 in 150,000 each).
TEST(Distribution, DrawsHaveItsMean) {
    constexpr int kDraws = 200'000;
    for (const Case& c : cases()) {
        Stream stream = StreamSpace(1, 1).stream(Purpose::kStart, 0);
        double sum = 0, squares = 0;
        for (int i = 0; i < kDraws; ++i) {
            const double x = draw(c.distribution, stream) - c.mean;
            sum += x;
            squares += x * x;
        }
        EXPECT_LE(std::abs(sum), 4.5 * std::sqrt(squares)) << c.name;
    }
}

// The share of draws below the quantile of p is p, within 4.5 standard errors. Ties draw() and quantile() together.
TEST(Distribution, DrawsLieBelowItsQuantiles) {
    constexpr int kDraws = 100'000;
    for (const Case& c : cases()) {
        if (std::holds_alternative<Constant>(c.distribution)) continue;
        Stream stream = StreamSpace(1, 2).stream(Purpose::kStart, 0);
        std::vector<double> draws;
        for (int i = 0; i < kDraws; ++i) draws.push_back(draw(c.distribution, stream));
        for (const double p : {.001, .05, .5, .9, .999}) {
            const double limit = quantile(c.distribution, p);
            int below = 0;
            for (const double x : draws) below += x < limit;
            EXPECT_NEAR(below, p * kDraws, 4.5 * std::sqrt(kDraws * p * (1 - p))) << c.name << " at " << p;
        }
    }
}

TEST(Distribution, HasTheQuantilesOfTheTextbook) {
    EXPECT_NEAR(quantile(Exponential{2}, .5), 2 * std::log(2.), 1e-15);
    EXPECT_NEAR(quantile(LogNormal{3, .5}, .5), 3, 1e-14);
    EXPECT_NEAR(quantile(LogNormal{1, 1}, .975), std::exp(1.959963984540054), 1e-13);
    EXPECT_NEAR(quantile(Uniform{2, 4}, .25), 2.5, 1e-15);
    EXPECT_NEAR(quantile(LogUniform{.01, 100}, .5), 1, 1e-14);
}

TEST(Distribution, TailsKeepTheirDigits) {
    for (const Case& c : cases()) {
        EXPECT_NEAR(upper_quantile(c.distribution, .25) / quantile(c.distribution, .75), 1, 1e-14) << c.name;
    }
    EXPECT_NEAR(upper_quantile(Exponential{1}, 1e-300), 300 * std::log(10.), 1e-10);
    EXPECT_NEAR(quantile(Exponential{1}, 1e-300) / 1e-300, 1, 1e-14);
    // P(Z < -37.5) = 4.6e-308; by symmetry the two tails of a lognormal of median 1 are reciprocal.
    EXPECT_NEAR(upper_quantile(LogNormal{1, 1}, 1e-300) * quantile(LogNormal{1, 1}, 1e-300), 1, 1e-12);
}

TEST(Distribution, HasNoQuantileAtTheEnds) {
    for (const double p : {0., 1., -1., 2., std::nan("")}) {
        EXPECT_THROW(quantile(Exponential{1}, p), std::invalid_argument) << p;
        EXPECT_THROW(upper_quantile(Exponential{1}, p), std::invalid_argument) << p;
    }
}

TEST(Distribution, AcceptsWhatCannotBeNegative) {
    for (const Case& c : cases()) EXPECT_NO_THROW(require_valid(c.distribution, c.name));
    EXPECT_NO_THROW(require_valid(Constant{0}, ""));
    EXPECT_NO_THROW(require_valid(LogNormal{1, 0}, ""));
    EXPECT_NO_THROW(require_valid(Uniform{0, 0}, ""));
}

TEST(Distribution, RefusesWhatCouldBeNegativeOrIsNotFinite) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Distribution> bad{
        Constant{-1},         Constant{nan},          Constant{infinity}, Exponential{0},
        Exponential{-1},      Exponential{nan},       LogNormal{0, 1},    LogNormal{1, -1},
        LogNormal{1, nan},    LogNormal{infinity, 1}, Uniform{-1, 1},     Uniform{2, 1},
        Uniform{0, infinity}, LogUniform{0, 1},       LogUniform{2, 1},   LogUniform{1, nan}};
    for (std::size_t i = 0; i < bad.size(); ++i) {
        EXPECT_THROW(require_valid(bad[i], "here"), std::invalid_argument) << "case " << i;
    }
}

TEST(Distribution, NamesThePlaceThatIsWrong) {
    try {
        require_valid(Exponential{0}, "fleet.start");
        FAIL() << "accepted";
    } catch (const std::invalid_argument& error) {
        EXPECT_NE(std::string(error.what()).find("fleet.start"), std::string::npos);
    }
}

}  // namespace
}  // namespace rollcast
