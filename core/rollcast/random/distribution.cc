#include "rollcast/random/distribution.h"

#include <cmath>
#include <numbers>
#include <string>

#include <boost/math/special_functions/erf.hpp>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

/// The standard normal quantile at distance `tail` from the end on the side of `sign`.
double normal_tail(double tail, double sign) { return sign * std::numbers::sqrt2 * boost::math::erfc_inv(2 * tail); }

double uniform(Stream& stream) { return boost::random::uniform_01<double>()(stream); }

double between(const Uniform& d, double u) { return d.low + (d.high - d.low) * u; }
double between(const LogUniform& d, double u) { return d.low * std::exp(u * std::log(d.high / d.low)); }

}  // namespace

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
        },
        distribution);
}

double mean(const Distribution& distribution) {
    return std::visit(Overloaded{
                          [](const Constant& d) { return d.value; },
                          [](const Exponential& d) { return d.mean; },
                          [](const LogNormal& d) { return d.median * std::exp(d.sigma * d.sigma / 2); },
                          [](const Uniform& d) { return d.low + (d.high - d.low) / 2; },
                          [](const LogUniform& d) {
                              const double growth = (d.high - d.low) / d.low;
                              return growth > 0 ? d.low * growth / std::log1p(growth) : d.low;
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
               },
               distribution);
}

}  // namespace rollcast
