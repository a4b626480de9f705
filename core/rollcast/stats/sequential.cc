#include "rollcast/stats/sequential.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

void require_share(double value, const char* what) {
    require(value > 0 && value < 1, std::string(what) + " must be between 0 and 1");
}

void require_sound(const Counts& counts) {
    require(counts.failures >= 0 && counts.failures <= counts.requests,
            "failures must be between 0 and the number of requests");
}

double real(std::int64_t count) { return static_cast<double>(count); }

double rate(const Counts& counts) { return real(counts.failures) / real(counts.requests); }

/// Of the difference of two rates, were they alike; 0 where it is not known.
double variance_if_alike(const Counts& canary, const Counts& baseline) {
    if (canary.requests == 0 || baseline.requests == 0) return 0;
    Counts both = canary;
    const double p = rate(both += baseline);
    return p * (1 - p) * (1 / real(canary.requests) + 1 / real(baseline.requests));
}

double log_beta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }

}  // namespace

double rate_score(const Counts& canary, const Counts& baseline) {
    const double variance = variance_if_alike(canary, baseline);
    return variance > 0 ? (rate(canary) - rate(baseline)) / std::sqrt(variance) : 0;
}

Sprt::Sprt(const SprtParams& params) {
    require_share(params.good, "the good failure rate");
    require_share(params.bad, "the bad failure rate");
    require(params.good < params.bad, "the bad failure rate must be above the good one");
    require_share(params.alpha, "alpha");
    require_share(params.beta, "beta");
    require(params.alpha + params.beta < 1, "alpha and beta must add up to less than 1");
    per_failure_ = std::log(params.bad / params.good);
    per_success_ = std::log1p(-params.bad) - std::log1p(-params.good);
    upper_ = std::log((1 - params.beta) / params.alpha);
    lower_ = std::log(params.beta / (1 - params.alpha));
}

double Sprt::log_ratio(const Counts& counts) const {
    return real(counts.failures) * per_failure_ + real(counts.requests - counts.failures) * per_success_;
}

Finding Sprt::update(const Counts& more) {
    require_sound(more);
    if (finding_ != Finding::kUndecided) return finding_;
    seen_ += more;
    if (log_ratio() >= upper_) finding_ = Finding::kWorse;
    if (log_ratio() <= lower_) finding_ = Finding::kNotWorse;
    return finding_;
}

MixtureSprt::MixtureSprt(const MixtureSprtParams& params) : params_(params) {
    require_share(params.alpha, "alpha");
    require(params.spread > 0, "the spread must be above 0");
    require(params.least_failures >= 0, "the least number of failures must not be negative");
}

Finding MixtureSprt::update(const Counts& canary, const Counts& baseline) {
    require_sound(canary);
    require_sound(baseline);
    canary_ += canary;
    baseline_ += baseline;
    const double variance = variance_if_alike(canary_, baseline_);
    if (variance == 0) return finding();
    const double smaller = real(std::min(canary_.requests, baseline_.requests));
    const double failures = real(canary_.failures + baseline_.failures);
    if (failures * smaller / real(canary_.requests + baseline_.requests) < params_.least_failures) return finding();

    const double difference = rate(canary_) - rate(baseline_);
    const double prior = params_.spread * params_.spread;
    double log_evidence = std::log(variance / (variance + prior)) / 2 +
                          difference * difference * prior / (2 * variance * (variance + prior));
    if (!params_.two_sided) {
        const double score = difference * std::sqrt(prior / (variance * (variance + prior)));
        log_evidence += std::log(2 * cdf(boost::math::normal(), score));
    }
    p_value_ = std::min(p_value_, std::exp(-log_evidence));
    return finding();
}

CountTest::CountTest(const CountTestParams& params) : params_(params) {
    require_share(params.alpha, "alpha");
    require(params.a > 0 && params.b > 0, "the parameters of the mixture must be above 0");
}

double CountTest::log_evidence(double share) const {
    require_share(share, "the canary's share");
    const double a = params_.a, b = params_.b, k = real(canary_), other = real(baseline_);
    double evidence = log_beta(a + k, b + other) - log_beta(a, b) - k * std::log(share) - other * std::log1p(-share);
    if (!params_.two_sided) {
        evidence += std::log(boost::math::ibetac(a + k, b + other, share) / boost::math::ibetac(a, b, share));
    }
    return evidence;
}

Finding CountTest::update(std::int64_t canary, std::int64_t baseline, double share) {
    require(canary >= 0 && baseline >= 0, "failures must not be negative");
    canary_ += canary;
    baseline_ += baseline;
    p_value_ = std::min(p_value_, std::exp(-log_evidence(share)));
    return finding();
}

}  // namespace rollcast
