#pragma once
// Distributions as values: what a scenario says, drawn with Boost.Random (fixed algorithms, unlike the standard
// library's). For control draws only; requests use QuantileTable.

#include <variant>
#include <vector>

#include "rollcast/random/streams.h"

namespace rollcast {

struct Constant {
    double value = 0;
    friend bool operator==(const Constant&, const Constant&) = default;
};
struct Exponential {
    double mean = 1;  // > 0
    friend bool operator==(const Exponential&, const Exponential&) = default;
};
struct LogNormal {
    double median = 1;  // > 0
    double sigma = 0;   // of the logarithm, >= 0
    friend bool operator==(const LogNormal&, const LogNormal&) = default;
};
struct Uniform {
    double low = 0;
    double high = 1;  // >= low
    friend bool operator==(const Uniform&, const Uniform&) = default;
};
/// The logarithm is uniform: every factor of ten between the ends is as likely as any other.
struct LogUniform {
    double low = 1;   // > 0
    double high = 1;  // >= low
    friend bool operator==(const LogUniform&, const LogUniform&) = default;
};

/// A mixture of two exponentials: one of mean `first_mean` with probability `p`, otherwise one of mean `second_mean`.
struct HyperExponential {
    double p = .5;           // in [0, 1]
    double first_mean = 1;   // > 0
    double second_mean = 1;  // > 0
    friend bool operator==(const HyperExponential&, const HyperExponential&) = default;
};
/// The sum of `shape` exponentials of the same mean.
struct Erlang {
    int shape = 1;    // >= 1
    double mean = 1;  // of the sum, > 0
    friend bool operator==(const Erlang&, const Erlang&) = default;
};
/// P(X > x) = exp(-(x / scale)^shape).
struct Weibull {
    double scale = 1;  // > 0
    double shape = 1;  // > 0
    friend bool operator==(const Weibull&, const Weibull&) = default;
};
/// Measured: values[i] is the quantile at i / (n - 1), straight between.
struct Empirical {
    std::vector<double> values{0, 0};  // at least two, not falling
    friend bool operator==(const Empirical&, const Empirical&) = default;
};

/// A random quantity; its unit is that of the place where it stands (seconds for all durations).
using Distribution =
    std::variant<Constant, Exponential, LogNormal, Uniform, LogUniform, HyperExponential, Erlang, Weibull, Empirical>;

/// From [0, 1).
double uniform(Stream& stream);

double draw(const Distribution& distribution, Stream& stream);
double mean(const Distribution& distribution);

/// The squared coefficient of variation: variance / mean^2. Zero where nothing varies.
double squared_cv(const Distribution& distribution);

/// The value below which a share `p` in (0, 1) of all draws lies.
double quantile(const Distribution& distribution, double p);

/// The value above which a share `q` in (0, 1) of all draws lies: quantile(1 - q) without the digits that 1 - q loses.
double upper_quantile(const Distribution& distribution, double q);

/// Throws std::invalid_argument, naming `where`, when a parameter is out of its range or a draw could be negative.
void require_valid(const Distribution& distribution, const char* where);

}  // namespace rollcast
