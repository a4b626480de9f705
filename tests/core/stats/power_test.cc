#include "rollcast/stats/power.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>

#include "core/stats/trials.h"
#include "rollcast/random/counts.h"
#include "rollcast/stats/moments.h"

namespace rollcast {
namespace {

// Check values for each arm, rounded to whole requests.
TEST(RequestsNeeded, AreThoseOfTheTables) {
    const struct {
        double before, after, of_5_and_80, of_1_and_95;
    } cases[] = {{.0001, .0002, 185'448, 473'040}, {.001, .002, 18'519, 47'238}, {.001, .0015, 61'748, 157'505},
                 {.001, .01, 834, 2'127},          {.01, .02, 1'826, 4'657},     {.01, .011, 128'470, 327'699}};
    for (const auto& c : cases) {
        EXPECT_NEAR(requests_needed({c.before, c.after, .05}, .8) / 2, c.of_5_and_80, 1) << c.before;
        EXPECT_NEAR(requests_needed({c.before, c.after, .01}, .95) / 2, c.of_1_and_95, 1) << c.before;
    }
}

TEST(RequestsNeeded, GiveThePower) {
    for (const double share : {.05, .5}) {
        for (const bool two_sided : {false, true}) {
            const RateComparison rates{.001, .002, .05, two_sided};
            const double all = requests_needed(rates, .8, share);
            EXPECT_NEAR(comparison_power(rates, share * all, (1 - share) * all), .8, 1e-12);
        }
    }
}

TEST(RequestsNeeded, AreMoreForASmallShare) {
    const RateComparison rates{.001, .002};
    EXPECT_GT(requests_needed(rates, .8, .05), 4 * requests_needed(rates, .8, .5));
}

TEST(ComparisonPower, IsThatOfSimulatedComparisons) {
    constexpr int kRuns = 5'000;
    int found = 0;
    for (std::uint32_t r = 0; r < kRuns; ++r) {
        Trials canary(.024, stream_of(31, r, 0)), baseline(.02, stream_of(31, r, 1));
        found += rate_score(canary.next(5'000), baseline.next(20'000)) > 1.644854;
    }
    // The approximation is good to a per cent.
    const double power = comparison_power({.02, .024}, 5'000, 20'000);
    EXPECT_NEAR(double(found) / kRuns, power, slack(power, kRuns) + .01);
}

TEST(ComparisonPower, RefusesNonsense) {
    EXPECT_THROW(requests_needed({.001, .001}, .8), std::invalid_argument);
    EXPECT_THROW(requests_needed({0, .001}, .8), std::invalid_argument);
    EXPECT_THROW(requests_needed({.001, .002}, 1), std::invalid_argument);
    EXPECT_THROW(requests_needed({.001, .002}, .8, 0), std::invalid_argument);
    EXPECT_THROW(comparison_power({.001, .002}, 0, 1), std::invalid_argument);
}

TEST(EffectiveRequests, AreLimitedByInstances) {
    EXPECT_EQ(effective_requests(1e6, 5, 0), 1e6);
    EXPECT_DOUBLE_EQ(effective_requests(1e6, 5, 1), 5);
    EXPECT_NEAR(effective_requests(1e12, 5, .01), 500, 1e-3);
    EXPECT_DOUBLE_EQ(effective_requests(1000, 10, .01), 1000 / 1.99);
    EXPECT_EQ(effective_requests(3, 5, 1), 3);  // no two on one instance
    EXPECT_THROW(effective_requests(1, 0, 0), std::invalid_argument);
    EXPECT_THROW(effective_requests(1, 1, 2), std::invalid_argument);
}

// Check values with four decimals: P(Bin(n, p) > n / 100).
TEST(Exceeds, IsTheBinomialTailOfTheTables) {
    EXPECT_NEAR(exceeds(.001, 100, .01), .0046, 5e-5);
    EXPECT_NEAR(exceeds(.005, 100, .01), .0898, 5e-5);
    EXPECT_NEAR(exceeds(.02, 100, .01), .5967, 5e-5);
    EXPECT_NEAR(exceeds(.05, 100, .01), .9629, 5e-5);
    EXPECT_NEAR(exceeds(.005, 1'000, .01), .0135, 5e-5);
    EXPECT_NEAR(exceeds(.02, 1'000, .01), .9898, 5e-5);
    EXPECT_NEAR(exceeds(.001, 2'995, 0), .95, 1e-4);  // at least one failure
}

// 29 / 100 as a double is the threshold itself, though 0.29 * 100 is below 29.
TEST(Exceeds, ComparesARatioThatJustMeetsTheThreshold) {
    const boost::math::binomial_distribution<double> failures(100, .25);
    EXPECT_NEAR(exceeds(.25, 100, .29), cdf(complement(failures, 29)), 1e-14);
    EXPECT_NEAR(exceeds(.25, 100, .29, true), cdf(complement(failures, 28)), 1e-14);
}

TEST(Exceeds, KnowsItsEnds) {
    EXPECT_EQ(exceeds(.5, 0, .01), 0);
    EXPECT_EQ(exceeds(.5, 10, 1), 0);
    EXPECT_EQ(exceeds(.5, 10, 2), 0);
    EXPECT_EQ(exceeds(.5, 10, 0, true), 1);
    EXPECT_EQ(exceeds(.5, 10, -1), 1);
    EXPECT_EQ(exceeds(0, 10, 0), 0);
    EXPECT_EQ(exceeds(1, 10, .99), 1);
    EXPECT_THROW(exceeds(1.1, 10, .5), std::invalid_argument);
    EXPECT_THROW(exceeds(.1, -1, .5), std::invalid_argument);
}

TEST(ExceedsInTraffic, IsTheMeanOverPoissonRequests) {
    for (const double mean : {.5, 20., 300.}) {
        const boost::math::poisson_distribution<double> requests(mean);
        for (const double rate : {0., .01, .1, 1.}) {
            for (const double threshold : {-.1, 0., .01, .05, .29, 1.}) {
                for (const bool or_equal : {false, true}) {
                    double sum = 0;
                    for (int n = 0; n < 700; ++n) sum += pdf(requests, n) * exceeds(rate, n, threshold, or_equal);
                    EXPECT_NEAR(exceeds_in_traffic(rate, mean, threshold, or_equal), sum, 1e-12)
                        << mean << " " << rate << " " << threshold << " " << or_equal;
                }
            }
        }
    }
    EXPECT_EQ(exceeds_in_traffic(.5, 0, .1), 0);
    EXPECT_THROW(exceeds_in_traffic(.5, -1, .1), std::invalid_argument);
}

TEST(TrippedBy, IsABinomialTailForLikeMeasurements) {
    const std::vector<double> fails(10, .3);
    for (const int limit : {0, 1, 3}) {
        const std::vector<double> tripped = tripped_by(fails, limit);
        for (std::size_t i = 0; i < fails.size(); ++i) {
            const boost::math::binomial_distribution<double> failed(double(i + 1), .3);
            const double tail = limit > int(i) ? 0 : cdf(complement(failed, limit));
            EXPECT_NEAR(tripped[i], tail, 1e-14) << limit << " " << i;
        }
    }
}

// A guard on 500 requests a minute whose share of failures must not exceed 1 %, twice in ten minutes.
TEST(TrippedBy, IsThatOfASimulatedGuard) {
    constexpr int kRuns = 20'000;
    constexpr double kRate = .008;
    int caught = 0;
    for (std::uint32_t r = 0; r < kRuns; ++r) {
        Trials requests(kRate, stream_of(32, r));
        int failed = 0;
        for (int minute = 0; minute < 10; ++minute) failed += double(requests.next(500).failures) / 500 > .01;
        caught += failed > 1;
    }
    const double chance = tripped_by(std::vector<double>(10, exceeds(kRate, 500, .01)), 1).back();
    EXPECT_NEAR(double(caught) / kRuns, chance, slack(chance, kRuns));
}

TEST(TrippedBy, RefusesNonsense) {
    EXPECT_THROW(tripped_by(std::vector<double>{.1}, -1), std::invalid_argument);
    EXPECT_THROW(tripped_by(std::vector<double>{1.1}, 0), std::invalid_argument);
}

// ---- the sequential probability ratio test

struct Run {
    Finding finding;
    double requests;
};
Run run_sprt(const SprtParams& params, double rate, std::uint32_t r) {
    Trials trials(rate, stream_of(33, r));
    Sprt test(params);
    double requests = 0;
    for (; test.finding() == Finding::kUndecided; ++requests) test.update(trials.next(1));
    return {test.finding(), requests};
}

void expect_as_simulated(const SprtParams& params, double rate, int runs) {
    const SprtOutlook outlook = sprt_outlook(params, rate);
    Moments requests;
    int worse = 0;
    for (int r = 0; r < runs; ++r) {
        const Run run = run_sprt(params, rate, static_cast<std::uint32_t>(r));
        requests.add(run.requests);
        worse += run.finding == Finding::kWorse;
    }
    EXPECT_NEAR(outlook.worse + outlook.not_worse, 1, 1e-12);
    EXPECT_NEAR(double(worse) / runs, outlook.worse, slack(outlook.worse, runs)) << rate;
    const double error = std::sqrt(requests.variance() / runs);
    EXPECT_NEAR(requests.mean(), outlook.mean_requests, 4.5 * error) << rate;
}

TEST(SprtOutlook, IsThatOfSimulatedTests) {
    for (const double rate : {.001, .003, .01}) expect_as_simulated({.good = .001, .bad = .01}, rate, 5'000);
    for (const double rate : {.01, .02}) expect_as_simulated({.good = .01, .bad = .02}, rate, 2'000);
}

// Wald's bounds hold in spite of the overshoot; his sample sizes, 188 and 393, do not: one failure moves the logarithm
// by ln 10. Simulations elsewhere gave 246 at a power of 0.949, and 410 at a size of 0.021.
TEST(SprtOutlook, KeepsItsPromisesWithMoreRequestsThanWaldSays) {
    const SprtParams params{.good = .001, .bad = .01};
    const SprtOutlook good = sprt_outlook(params, .001), bad = sprt_outlook(params, .01);
    EXPECT_LE(good.worse, .05 / .95);
    EXPECT_LE(bad.not_worse, .05 / .95);
    EXPECT_NEAR(good.worse, .021, .003);
    EXPECT_NEAR(bad.worse, .949, .003);
    EXPECT_NEAR(good.mean_requests, 410, 5);
    EXPECT_NEAR(bad.mean_requests, 246, 4);
}

// Wald's sample sizes are right within a tenth where a failure is a small step.
TEST(SprtOutlook, IsNearWaldsForSmallSteps) {
    const SprtParams params{.good = .001, .bad = .0011};
    const double log_ratio = std::log(19.);
    const auto divergence = [](double p, double q) {
        return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
    };
    const double at_bad = .9 * log_ratio / divergence(params.bad, params.good);
    const double at_good = .9 * log_ratio / divergence(params.good, params.bad);
    EXPECT_NEAR(sprt_outlook(params, params.bad).mean_requests / at_bad, 1, .1);
    EXPECT_NEAR(sprt_outlook(params, params.good).mean_requests / at_good, 1, .1);
}

TEST(SprtOutlook, StopsAtTheLimit) {
    const SprtOutlook outlook = sprt_outlook({.good = .001, .bad = .01}, 0, 100);
    EXPECT_EQ(outlook.worse, 0);
    EXPECT_EQ(outlook.not_worse, 0);
    EXPECT_EQ(outlook.mean_requests, 100);
    EXPECT_EQ(sprt_outlook({.good = .001, .bad = .01}, 0).mean_requests, 326);  // ln 19 / ln(0.999 / 0.99), rounded up
}

/// The test itself, fed with what scrapes of Poisson counts would show.
double simulated_sprt(const SprtParams& params, double rate, const std::vector<double>& requests, int scrapes,
                      bool unseen, int runs) {
    int worse = 0;
    for (std::uint32_t r = 0; r < static_cast<std::uint32_t>(runs); ++r) {
        Stream random = stream_of(37, r);
        Sprt test(params);
        bool seen = !unseen;
        for (const double mean : requests) {
            Counts look;
            for (int scrape = 0; scrape < scrapes; ++scrape) {
                const std::int64_t failures = poisson_quantile(mean * rate / scrapes, open_uniform(random));
                if (seen) look += {failures, failures};
                seen = seen || failures > 0;
                look.requests += poisson_quantile(mean * (1 - rate) / scrapes, open_uniform(random));
            }
            test.update(look);
        }
        worse += test.finding() == Finding::kWorse;
    }
    return double(worse) / runs;
}

TEST(SprtWorseBy, IsWhatTheTestDoes) {
    constexpr int kRuns = 5'000, kScrapes = 4;
    const struct {
        SprtParams params;
        double rate;
        std::vector<double> requests;  // at each look
    } cases[] = {{{.001, .002}, .0014, std::vector<double>(12, 800)},
                 {{.001, .01}, .004, std::vector<double>(10, 60)},
                 {{.001, .01}, .01, {30, 90, 90}},
                 {{.01, .02}, .017, std::vector<double>(5, 400)},
                 {{.005, .05, .01, .2}, .02, std::vector<double>(8, 300)}};
    for (const auto& c : cases) {
        for (const bool unseen : {false, true}) {
            std::vector<SprtLook> looks;
            for (const double mean : c.requests) {
                looks.push_back({mean * (1 - c.rate), std::vector<double>(kScrapes, mean * c.rate / kScrapes)});
            }
            const std::vector<double> worse = sprt_worse_by(c.params, looks, unseen);
            const double simulated = simulated_sprt(c.params, c.rate, c.requests, kScrapes, unseen, kRuns);
            EXPECT_NEAR(worse.back(), simulated, slack(simulated, kRuns) + .005) << c.rate << (unseen ? " unseen" : "");
            EXPECT_TRUE(std::is_sorted(worse.begin(), worse.end()));
        }
    }
}

// Looked at after every few requests, it is the chain of single requests.
TEST(SprtWorseBy, TendsToTheChainOfSingleRequests) {
    for (const double rate : {.001, .005, .01}) {
        const std::vector<SprtLook> looks(500, {3 * (1 - rate), {3 * rate}});
        EXPECT_NEAR(sprt_worse_by({.001, .01}, looks).back(), sprt_outlook({.001, .01}, rate).worse, .02) << rate;
    }
}

TEST(SprtWorseBy, RefusesNonsense) {
    const std::vector<SprtLook> wrong{{-1, {1}}}, fine{{1, {1}}};
    EXPECT_THROW(sprt_worse_by({}, wrong), std::invalid_argument);
    EXPECT_THROW(sprt_worse_by({}, fine, 2), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
