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
        {"hyperexponential",
         HyperExponential{.3, 4, .5},
         {0.22469809411112521, 0.42127134938162619, 1.0858372987002247, 0.20913402636413869},
         1.55},
        {"erlang", Erlang{3, 6}, {6.3002224947724503, 7.5389560418221162, 12.468072891307472, 3.3630627540200653}, 6},
        {"weibull",
         Weibull{2, .5},
         {0.053759282755963568, 47.650513861981047, 0.50139344111576578, 7.2810681847161609},
         4},
        {"empirical",
         Empirical{{1, 2, 3, 6}},
         {1.4536469217855483, 5.9317028804216534, 2.1816744450479746, 4.6646329346112907},
         8.5 / 3},
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

TEST(Distribution, HasTheQuantilesOfTheTextbookForServiceTimes) {
    // A mixture of equal phases is one phase, and so is a certain one.
    for (const auto& d : {HyperExponential{.3, 2, 2}, HyperExponential{1, 2, 9}, HyperExponential{0, 9, 2}}) {
        for (const double p : {1e-9, .1, .5, .9}) {
            EXPECT_NEAR(quantile(d, p) / quantile(Exponential{2}, p), 1, 1e-13);
            EXPECT_NEAR(upper_quantile(d, p) / upper_quantile(Exponential{2}, p), 1, 1e-13);
        }
    }
    // P(X <= x) by the definition; 1e-12 because p near 1 has lost digits.
    for (const double p : {1e-6, .2, .5, .8, .999}) {
        const double x = quantile(HyperExponential{.9, .01, 1}, p);
        EXPECT_NEAR(.9 * -std::expm1(-x / .01) + .1 * -std::expm1(-x), p, 1e-12 * p);
        const double y = quantile(Erlang{2, 3}, p);  // 1 - exp(-z) (1 + z), z = 2 y / 3
        EXPECT_NEAR(1 - std::exp(-y * 2 / 3) * (1 + y * 2 / 3), p, 1e-14);
    }
    EXPECT_NEAR(quantile(Erlang{1, 3}, .3) / quantile(Exponential{3}, .3), 1, 1e-14);
    EXPECT_NEAR(quantile(Erlang{5, 5}, .95), 18.307038053275146 / 2, 1e-12);  // chi-square of 10 degrees
    EXPECT_NEAR(quantile(Weibull{3, 2}, 1 - std::exp(-4.)), 6, 1e-13);
    const Empirical steps{{0, 1, 1, 5}};
    EXPECT_NEAR(quantile(steps, 1. / 6), .5, 1e-15);
    EXPECT_DOUBLE_EQ(quantile(steps, .5), 1);
    EXPECT_NEAR(upper_quantile(steps, 1. / 12), 4, 1e-14);
}

// Closed forms of any textbook; 1e-13 for rounding.
TEST(Distribution, KnowsItsSquaredCoefficientOfVariation) {
    EXPECT_EQ(squared_cv(Constant{3}), 0);
    EXPECT_EQ(squared_cv(Constant{0}), 0);
    EXPECT_EQ(squared_cv(Exponential{3}), 1);
    EXPECT_NEAR(squared_cv(LogNormal{3, .5}), std::exp(.25) - 1, 1e-13);
    EXPECT_NEAR(squared_cv(Uniform{2, 4}), 1. / 27, 1e-13);
    EXPECT_EQ(squared_cv(Uniform{0, 0}), 0);
    // E[x] = 9.99 / ln 1000, E[x^2] = (100 - .0001) / (2 ln 1000)
    EXPECT_NEAR(squared_cv(LogUniform{.01, 10}), 99.9999 * std::log(1000.) / 2 / (9.99 * 9.99) - 1, 1e-13);
    EXPECT_EQ(squared_cv(LogUniform{4, 4}), 0);
    EXPECT_NEAR(squared_cv(HyperExponential{.3, 4, .5}), 2 * (.3 * 16 + .7 * .25) / (1.55 * 1.55) - 1, 1e-13);
    EXPECT_NEAR(squared_cv(Erlang{4, 3}), .25, 1e-13);
    EXPECT_NEAR(squared_cv(Weibull{3, .5}), 5, 1e-12);
    EXPECT_NEAR(squared_cv(Weibull{3, 1}), 1, 1e-13);
    EXPECT_NEAR(squared_cv(Empirical{{1, 3}}), squared_cv(Uniform{1, 3}), 1e-13);
    EXPECT_NEAR(squared_cv(Empirical{{0, 0, 3}}), (9. / 6) / (.75 * .75) - 1, 1e-13);
    EXPECT_EQ(squared_cv(Empirical{{0, 0}}), 0);
}

TEST(Distribution, TailsKeepTheirDigits) {
    for (const Case& c : cases()) {
        EXPECT_NEAR(upper_quantile(c.distribution, .25) / quantile(c.distribution, .75), 1, 1e-13) << c.name;
    }
    EXPECT_NEAR(upper_quantile(Exponential{1}, 1e-300), 300 * std::log(10.), 1e-10);
    EXPECT_NEAR(quantile(Exponential{1}, 1e-300) / 1e-300, 1, 1e-14);
    EXPECT_NEAR(upper_quantile(Weibull{1, .5}, 1e-300) / std::pow(300 * std::log(10.), 2), 1, 1e-13);
    EXPECT_NEAR(quantile(Weibull{1, 2}, 1e-300) / 1e-150, 1, 1e-13);
    // In the far tails one phase is left: the slower one above, and below the sum of the rates.
    EXPECT_NEAR(upper_quantile(HyperExponential{.9, .01, 1}, 1e-300), 299 * std::log(10.), 1e-10);
    EXPECT_NEAR(upper_quantile(HyperExponential{1, 1, 5}, 1e-300), 300 * std::log(10.), 1e-10);
    EXPECT_NEAR(quantile(HyperExponential{.9, .01, 1}, 1e-300) * 90.1 / 1e-300, 1, 1e-13);
    // z^2 / 2 of the series below; exp(-z) (1 + z) above.
    EXPECT_NEAR(quantile(Erlang{2, 2}, 1e-300) / std::sqrt(2e-300), 1, 1e-13);
    const double z = upper_quantile(Erlang{2, 2}, 1e-300);
    EXPECT_NEAR(std::log1p(z) - z, -300 * std::log(10.), 1e-10);
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
    EXPECT_NO_THROW(require_valid(HyperExponential{1, 1, 1}, ""));
    EXPECT_NO_THROW(require_valid(Empirical{{0, 0}}, ""));
}

TEST(Distribution, RefusesWhatCouldBeNegativeOrIsNotFinite) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Distribution> bad{Constant{-1},
                                        Constant{nan},
                                        Constant{infinity},
                                        Exponential{0},
                                        Exponential{-1},
                                        Exponential{nan},
                                        LogNormal{0, 1},
                                        LogNormal{1, -1},
                                        LogNormal{1, nan},
                                        LogNormal{infinity, 1},
                                        Uniform{-1, 1},
                                        Uniform{2, 1},
                                        Uniform{0, infinity},
                                        LogUniform{0, 1},
                                        LogUniform{2, 1},
                                        LogUniform{1, nan},
                                        HyperExponential{-.1, 1, 1},
                                        HyperExponential{1.1, 1, 1},
                                        HyperExponential{nan, 1, 1},
                                        HyperExponential{.5, 0, 1},
                                        HyperExponential{.5, 1, 0},
                                        HyperExponential{.5, 1, infinity},
                                        Erlang{0, 1},
                                        Erlang{1, 0},
                                        Erlang{1, infinity},
                                        Weibull{0, 1},
                                        Weibull{1, 0},
                                        Weibull{nan, 1},
                                        Weibull{1, infinity},
                                        Weibull{1, .001},
                                        Empirical{{}},
                                        Empirical{{1}},
                                        Empirical{{2, 1}},
                                        Empirical{{-1, 1}},
                                        Empirical{{1, nan, 2}},
                                        Empirical{{1, infinity}}};
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
