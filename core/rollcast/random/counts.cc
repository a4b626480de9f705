#include "rollcast/random/counts.h"

#include <algorithm>
#include <cmath>

#include <boost/math/special_functions/gamma.hpp>

namespace rollcast {
namespace {

constexpr double kSummed = 12;

/// Cornish and Fisher's expansion, with Sheppard's correction for the rounding.
double expanded(double mean, double deviation, double skewness, double kurtosis, double u) {
    const double z = quick_normal_quantile(u), zz = z * z;
    return std::round(mean +
                      deviation * (z + skewness * (zz - 1) / 6 + kurtosis * z * (zz - 3) / 24 -
                                   skewness * skewness * z * (2 * zz - 5) / 36 - z / (24 * deviation * deviation)));
}

std::int64_t rare_marks(double whole, double marked, double taken, double u) {
    const auto choose = [](double n, double k) {
        using boost::math::lgamma;
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
    };
    const double rest = whole - marked;
    const double least = std::max(0., std::ceil(taken - rest)), most = std::min(marked, std::floor(taken));
    double k = least;
    double at = std::exp(choose(marked, k) + choose(rest, taken - k) - choose(whole, taken));
    for (double sum = at; sum < u && k < most && at > 0; ++k, sum += at) {
        at *= (marked - k) * (taken - k) / ((k + 1) * (rest - taken + k + 1));
    }
    return static_cast<std::int64_t>(k);
}

std::int64_t rare_successes(std::int64_t n, double p, double u) {
    const double odds = p / (1 - p), trials = static_cast<double>(n);
    double at = std::exp(trials * std::log1p(-p));
    double sum = at;
    std::int64_t k = 0;
    for (; sum < u && k < n && at > 0; ++k, sum += at) {
        at *= (trials - static_cast<double>(k)) / static_cast<double>(k + 1) * odds;
    }
    return k;
}

}  // namespace

double quick_normal_quantile(double u) {
    const double q = u - .5;
    if (std::abs(q) <= .425) {
        const double r = .180625 - q * q;
        return q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179) /
               (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1);
    }
    const double tail = std::sqrt(-std::log(q < 0 ? u : 1 - u));
    double x;
    if (tail <= 5) {
        const double r = tail - 1.6;
        x = (((.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) /
            ((.12021132975 * r + .73700164250) * r + 1);
    } else {
        const double r = tail - 5;
        x = (((.017337203997 * r + .42868294337) * r + 3.0812263860) * r + 6.6579051150) /
            ((.012258202635 * r + .24197894225) * r + 1);
    }
    return q < 0 ? -x : x;
}

std::int64_t poisson_quantile(double mean, double u) {
    if (mean <= 0) return 0;
    if (mean >= kSummed) {
        const double deviation = std::sqrt(mean);
        return static_cast<std::int64_t>(std::max(0., expanded(mean, deviation, 1 / deviation, 1 / mean, u)));
    }
    double at = std::exp(-mean);
    double sum = at;
    std::int64_t k = 0;
    for (; sum < u && at > 0; sum += at) at *= mean / static_cast<double>(++k);
    return k;
}

std::int64_t binomial_quantile(std::int64_t n, double p, double u) {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    const double trials = static_cast<double>(n), mean = trials * p;
    if (mean < kSummed) return rare_successes(n, p, u);
    if (trials - mean < kSummed) return n - rare_successes(n, 1 - p, 1 - u);
    const double variance = mean * (1 - p), deviation = std::sqrt(variance);
    const double k = expanded(mean, deviation, (1 - 2 * p) / deviation, (1 - 6 * p * (1 - p)) / variance, u);
    return static_cast<std::int64_t>(std::clamp(k, 0., trials));
}

std::int64_t hypergeometric_quantile(std::int64_t whole, std::int64_t marked, double taken, double u) {
    const double n = static_cast<double>(whole), k = static_cast<double>(marked);
    if (marked <= 0 || taken <= 0) return 0;
    if (marked >= whole || taken >= n) return std::min(marked, static_cast<std::int64_t>(taken));
    if (taken > n / 2) return marked - hypergeometric_quantile(whole, marked, n - taken, 1 - u);
    const double mean = k * taken / n, variance = mean * (1 - k / n) * (n - taken) / (n - 1);
    if (mean < kSummed) return rare_marks(n, k, taken, u);
    const double deviation = std::sqrt(variance);
    const double skewness = (1 - 2 * k / n) * (1 - 2 * taken / n) / deviation;
    const double count = expanded(mean, deviation, skewness, 0, u);
    return static_cast<std::int64_t>(std::clamp(count, std::max(0., std::ceil(taken + k - n)), std::min(k, taken)));
}

double gamma_quantile(double variance, double u) {
    constexpr double kNarrow = .02;
    if (variance < kNarrow) {  // Wilson and Hilferty 1931
        const double ninth = variance / 9, root = 1 - ninth + quick_normal_quantile(u) * std::sqrt(ninth);
        return root * root * root;
    }
    using namespace boost::math::policies;
    const double shape = 1 / variance;
    return boost::math::gamma_p_inv(shape, u, policy<promote_double<false>>()) / shape;
}

}  // namespace rollcast
