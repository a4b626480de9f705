#pragma once
// Counts by inversion: one uniform number a count, and never falling in it. So two plans that draw a count with the
// same luck and other parameters get counts that belong together.
//
// Where fewer than 12 are expected (or, of a binomial, all but 12), the distribution function is summed up; beyond, it
// is Cornish and Fisher's expansion to the third order (Giles 2016 has it for the Poisson distribution), which is wrong
// by less than 0.05 in the value before it is rounded.

#include <cstdint>

#include "rollcast/random/streams.h"

namespace rollcast {

/// Strictly between 0 and 1, from the next two words.
inline double open_uniform(Stream& stream) {
    const std::uint64_t high = stream() >> 5, low = stream() >> 6;
    return (static_cast<double>(high << 26 | low) + .5) * 0x1p-53;
}

/// The quantile of the standard normal distribution at u in (0, 1): relative error below 1e-6 (Wichura 1988, AS 241).
double quick_normal_quantile(double u);

/// The smallest k that a Poisson variable of that mean, at least 0, exceeds with a probability of at most 1 - u.
std::int64_t poisson_quantile(double mean, double u);

/// Likewise of the number of successes in n trials of probability p; p is clamped to [0, 1].
std::int64_t binomial_quantile(std::int64_t n, double p, double u);

/// Likewise of how many marked ones are among those taken from a whole; `taken` may be any number up to the whole.
std::int64_t hypergeometric_quantile(std::int64_t whole, std::int64_t marked, double taken, double u);

/// The quantile at u in (0, 1) of a gamma variable of mean 1 and of that variance, above 0.
double gamma_quantile(double variance, double u);

}  // namespace rollcast
