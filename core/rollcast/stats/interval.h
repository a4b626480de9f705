#pragma once
// Confidence intervals. `confidence` is two-sided, in (0, 1). Sources: Wilson 1927; Clopper and Pearson 1934; Zou and
// Donner 2008 ("MOVER") for weighted sums; Welch and Satterthwaite for stratified means.

#include <cstdint>
#include <span>

#include "rollcast/stats/moments.h"

namespace rollcast {

struct Interval {
    double value = 0;  // the point estimate
    double low = 0;
    double high = 0;
    double half_width() const { return (high - low) / 2; }
};

/// k successes in n trials; the whole of [0, 1] when n = 0.
Interval wilson(std::int64_t k, std::int64_t n, double confidence = 0.95);
Interval clopper_pearson(std::int64_t k, std::int64_t n, double confidence = 0.95);

/// Student's t for a mean; infinitely wide for fewer than two values.
Interval t_interval(const Moments& sample, double confidence = 0.95);

/// One kind of truth in a mixture: its weight and what was seen of it.
struct BinomialStratum {
    double weight = 1;  // the weights add up to 1
    std::int64_t successes = 0;
    std::int64_t trials = 0;
};
struct MeanStratum {
    double weight = 1;
    Moments sample;
};
struct SampleStratum {
    double weight = 1;
    std::span<const double> values;  // any order
};

/// Probability in a mixture: MOVER over the Wilson intervals of the strata. One stratum of weight 1: Wilson itself.
/// A stratum without trials counts with [0, 1] and the value 1/2. Clamped to [0, 1].
Interval stratified_proportion(std::span<const BinomialStratum> strata, double confidence = 0.95);

/// Mean of a mixture: t with Satterthwaite's degrees of freedom. Infinitely wide when a stratum of positive weight has
/// fewer than two values.
Interval stratified_mean(std::span<const MeanStratum> strata, double confidence = 0.95);

/// Quantile of a mixture: the weighted order statistics at which the interval of the distribution function holds p.
/// One stratum: order-statistic interval. An end that the sample cannot bound is the smallest or largest value seen.
/// NaN where there is no value at all.
Interval stratified_quantile(std::span<const SampleStratum> strata, double p, double confidence = 0.95);

/// Ratio of two probabilities of one mixture, P(A and B) / P(B), e.g. escape given bad: strata as above with A-and-B
/// as successes of A and B as trials are not enough when B's weight is random, so B must be a union of whole strata:
/// pass those strata; their weights are normalised here.
Interval conditional_proportion(std::span<const BinomialStratum> strata, double confidence = 0.95);

/// (1 - confidence) / 2 upper quantiles.
double normal_quantile(double p);
double student_quantile(double p, double degrees);

}  // namespace rollcast
