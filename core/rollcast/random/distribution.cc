#include "rollcast/random/distribution.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/weibull_distribution.hpp>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

/// The standard normal quantile at distance `tail` from the end on the side of `sign`.
double normal_tail(double tail, double sign) { return sign * std::numbers::sqrt2 * boost::math::erfc_inv(2 * tail); }

double between(const Uniform& d, double u) { return d.low + (d.high - d.low) * u; }
double between(const LogUniform& d, double u) { return d.low * std::exp(u * std::log(d.high / d.low)); }
double between(const Empirical& d, double u) {
    const double place = u * static_cast<double>(d.values.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), d.values.size() - 2);
    return std::lerp(d.values[below], d.values[below + 1], place - static_cast<double>(below));
}

enum class Tail { kLower, kUpper };

/// The point with a share of all draws beyond it, on the side of `tail`.
double tail_quantile(const HyperExponential& d, double share, Tail tail) {
    // The larger tail as the smaller one's complement: what is compared keeps its digits.
    if (share > .5) return tail_quantile(d, 1 - share, tail == Tail::kLower ? Tail::kUpper : Tail::kLower);
    const auto excess = [&](double x) {
        const auto beyond = [=](double mean) {
            return tail == Tail::kLower ? -std::expm1(-x / mean) : std::exp(-x / mean);
        };
        const double sum = d.p * beyond(d.first_mean) + (1 - d.p) * beyond(d.second_mean);
        return std::log(std::max(sum, std::numeric_limits<double>::denorm_min()) / share);
    };
    // Between the quantiles of the two phases, with room for rounding.
    const double unit = tail == Tail::kLower ? -std::log1p(-share) : -std::log(share);
    const auto [least, most] = std::minmax(d.first_mean, d.second_mean);
    std::uintmax_t steps = 200;
    const auto [low, high] =
        boost::math::tools::toms748_solve(excess, least * unit * (1 - 1e-12), most * unit * (1 + 1e-12),
                                          boost::math::tools::eps_tolerance<double>(), steps);
    return low + (high - low) / 2;
}

/// The mean of f(a, b) over neighbouring values.
template <typename F>
double mean_over_steps(const Empirical& d, F f) {
    return std::transform_reduce(d.values.begin() + 1, d.values.end(), d.values.begin(), 0., std::plus(), f) /
           static_cast<double>(d.values.size() - 1);
}

}  // namespace

double uniform(Stream& stream) { return boost::random::uniform_01<double>()(stream); }

double draw(const Distribution& distribution, Stream& stream) {
    return std::visit(
        Overloaded{
            [](const Constant& d) { return d.value; },
            [&](const Exponential& d) { return d.mean * boost::random::exponential_distribution<double>()(stream); },
            [&](const LogNormal& d) {
                return d.median * std::exp(d.sigma * boost::random::normal_distribution<double>()(stream));
            },
            [&](const Uniform& d) { return between(d, uniform(stream)); },
            [&](const LogUniform& d) { return between(d, uniform(stream)); },
            [&](const HyperExponential& d) {
                const double phase = uniform(stream) < d.p ? d.first_mean : d.second_mean;
                return phase * boost::random::exponential_distribution<double>()(stream);
            },
            [&](const Erlang& d) {
                return boost::random::gamma_distribution<double>(d.shape, d.mean / d.shape)(stream);
            },
            [&](const Weibull& d) { return boost::random::weibull_distribution<double>(d.shape, d.scale)(stream); },
            [&](const Empirical& d) { return between(d, uniform(stream)); },
        },
        distribution);
}

double mean(const Distribution& distribution) {
    return std::visit(
        Overloaded{
            [](const Constant& d) { return d.value; },
            [](const Exponential& d) { return d.mean; },
            [](const LogNormal& d) { return d.median * std::exp(d.sigma * d.sigma / 2); },
            [](const Uniform& d) { return d.low + (d.high - d.low) / 2; },
            [](const LogUniform& d) {
                const double growth = (d.high - d.low) / d.low;
                return growth > 0 ? d.low * growth / std::log1p(growth) : d.low;
            },
            [](const HyperExponential& d) { return d.p * d.first_mean + (1 - d.p) * d.second_mean; },
            [](const Erlang& d) { return d.mean; },
            [](const Weibull& d) { return d.scale * std::tgamma(1 + 1 / d.shape); },
            [](const Empirical& d) { return mean_over_steps(d, [](double a, double b) { return (a + b) / 2; }); },
        },
        distribution);
}

double squared_cv(const Distribution& distribution) {
    return std::visit(
        Overloaded{
            [](const Constant&) { return 0.; },
            [](const Exponential&) { return 1.; },
            [](const LogNormal& d) { return std::expm1(d.sigma * d.sigma); },
            [](const Uniform& d) {
                const double ratio = d.high > d.low ? (d.high - d.low) / (d.high + d.low) : 0;
                return ratio * ratio / 3;
            },
            [](const LogUniform& d) {
                const double half = std::log(d.high / d.low) / 2;
                return half > 0 ? half / std::tanh(half) - 1 : 0;
            },
            [](const HyperExponential& d) {
                const double apart = (d.first_mean - d.second_mean) / mean(d);
                return 1 + 2 * d.p * (1 - d.p) * apart * apart;
            },
            [](const Erlang& d) { return 1. / d.shape; },
            [](const Weibull& d) {
                return std::expm1(boost::math::lgamma(1 + 2 / d.shape) - 2 * boost::math::lgamma(1 + 1 / d.shape));
            },
            [](const Empirical& d) {
                const double center = mean(d);
                if (d.values.back() == d.values.front()) return 0.;
                return mean_over_steps(d, [=](double a, double b) {
                    const double x = a / center - 1, y = b / center - 1;
                    return (x * x + x * y + y * y) / 3;
                });
            },
        },
        distribution);
}

double quantile(const Distribution& distribution, double p) {
    require(p > 0 && p < 1, "a quantile's p must be between 0 and 1");
    return std::visit(Overloaded{
                          [](const Constant& d) { return d.value; },
                          [=](const Exponential& d) { return -d.mean * std::log1p(-p); },
                          [=](const LogNormal& d) { return d.median * std::exp(d.sigma * normal_tail(p, -1)); },
                          [=](const Uniform& d) { return between(d, p); },
                          [=](const LogUniform& d) { return between(d, p); },
                          [=](const HyperExponential& d) { return tail_quantile(d, p, Tail::kLower); },
                          [=](const Erlang& d) { return d.mean / d.shape * boost::math::gamma_p_inv(d.shape, p); },
                          [=](const Weibull& d) { return d.scale * std::pow(-std::log1p(-p), 1 / d.shape); },
                          [=](const Empirical& d) { return between(d, p); },
                      },
                      distribution);
}

double upper_quantile(const Distribution& distribution, double q) {
    require(q > 0 && q < 1, "a quantile's q must be between 0 and 1");
    return std::visit(Overloaded{
                          [](const Constant& d) { return d.value; },
                          [=](const Exponential& d) { return -d.mean * std::log(q); },
                          [=](const LogNormal& d) { return d.median * std::exp(d.sigma * normal_tail(q, +1)); },
                          [=](const Uniform& d) { return between(d, 1 - q); },
                          [=](const LogUniform& d) { return between(d, 1 - q); },
                          [=](const HyperExponential& d) { return tail_quantile(d, q, Tail::kUpper); },
                          [=](const Erlang& d) { return d.mean / d.shape * boost::math::gamma_q_inv(d.shape, q); },
                          [=](const Weibull& d) { return d.scale * std::pow(-std::log(q), 1 / d.shape); },
                          [=](const Empirical& d) { return between(d, 1 - q); },
                      },
                      distribution);
}

void require_valid(const Distribution& distribution, const char* where) {
    const auto check = [where](bool holds, const char* message) {
        require(holds, std::string(where) + ": " + message);
    };
    const auto is_finite = [](auto... values) { return (std::isfinite(values) && ...); };
    std::visit(Overloaded{
                   [&](const Constant& d) {
                       check(is_finite(d.value) && d.value >= 0, "a constant must be finite and not negative");
                   },
                   [&](const Exponential& d) {
                       check(is_finite(d.mean) && d.mean > 0, "an exponential's mean must be above 0");
                   },
                   [&](const LogNormal& d) {
                       check(is_finite(d.median) && d.median > 0, "a lognormal's median must be above 0");
                       check(is_finite(d.sigma) && d.sigma >= 0, "a lognormal's sigma must not be negative");
                   },
                   [&](const Uniform& d) {
                       check(is_finite(d.low, d.high) && d.low >= 0, "a uniform's low must not be negative");
                       check(d.high >= d.low, "a uniform's high must not be below its low");
                   },
                   [&](const LogUniform& d) {
                       check(is_finite(d.low, d.high) && d.low > 0, "a log-uniform's low must be above 0");
                       check(d.high >= d.low, "a log-uniform's high must not be below its low");
                   },
                   [&](const HyperExponential& d) {
                       check(d.p >= 0 && d.p <= 1, "a hyperexponential's p must be from 0 to 1");
                       check(is_finite(d.first_mean, d.second_mean) && d.first_mean > 0 && d.second_mean > 0,
                             "a hyperexponential's means must be above 0");
                   },
                   [&](const Erlang& d) {
                       check(d.shape >= 1, "an Erlang's shape must be at least 1");
                       check(is_finite(d.mean) && d.mean > 0, "an Erlang's mean must be above 0");
                   },
                   [&](const Weibull& d) {
                       check(is_finite(d.scale) && d.scale > 0, "a Weibull's scale must be above 0");
                       check(is_finite(d.shape) && d.shape > 0, "a Weibull's shape must be above 0");
                       check(is_finite(mean(d)), "a Weibull's shape must not be so small that it has no mean");
                   },
                   [&](const Empirical& d) {
                       check(d.values.size() >= 2, "empirical quantiles must be at least two");
                       check(std::all_of(d.values.begin(), d.values.end(), is_finite) && d.values.front() >= 0,
                             "empirical quantiles must be finite and not negative");
                       check(std::is_sorted(d.values.begin(), d.values.end()), "empirical quantiles must not fall");
                   },
               },
               distribution);
}

}  // namespace rollcast
