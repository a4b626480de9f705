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

/// Student's t for a mean; infinitely wide for fewer than two values, without width where no
/// two differ: it knows only what was seen. The value is NaN where there is none.
Interval t_interval(const Moments& sample, double confidence = 0.95);

/// One kind of truth in a mixture: its weight and what was seen of it. The weights add up to 1, or to less where the
/// rest of the mixture is known to contribute nothing.
struct BinomialStratum {
    double weight = 1;
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
struct RatioStratum {
    double weight = 1;
    std::span<const double> numerators;
    std::span<const double> denominators;  // parallel; >= 0, and 0 only where the numerator is 0
};

/// Probability in a mixture: MOVER over the Wilson intervals of the strata. One stratum of weight 1: Wilson itself.
/// A stratum without trials counts with [0, 1] and the value 1/2. Clamped to [0, 1].
Interval stratified_proportion(std::span<const BinomialStratum> strata, double confidence = 0.95);

/// Mean of a mixture: t with Satterthwaite's degrees of freedom. Infinitely wide when a stratum of positive weight has
/// fewer than two values; the value is then the mean over the strata that have any, NaN where none has.
Interval stratified_mean(std::span<const MeanStratum> strata, double confidence = 0.95);

/// The same of a mean that is above 0, on a logarithmic scale: for estimates that are far more often a little too low
/// than much too high, as those of rare events are. The value itself is the mean.
Interval stratified_positive_mean(std::span<const MeanStratum> strata, double confidence = 0.95);

/// Quantile of a mixture: the weighted order statistics at which the interval of the distribution function (MOVER over
/// Clopper-Pearson) holds p. One stratum: the exact order-statistic interval. An end that the sample cannot bound is
/// the smallest or largest value seen. NaN where there is no value at all.
Interval stratified_quantile(std::span<const SampleStratum> strata, double p, double confidence = 0.95);

/// P(A | B) in a mixture. B must be a union of whole strata, as in "escape given bad": pass these; their weights are
/// normalised here. NaN where there are none.
Interval conditional_proportion(std::span<const BinomialStratum> strata, double confidence = 0.95);

/// Ratio of two means of a mixture, E(numerator) / E(denominator), by the delta method over replications: failures per
/// request, or, with 0 and 1 as denominators, a mean given that something happened. With one stratum of those it is the
/// t interval of the cases that happened. Degrees of freedom: Satterthwaite's, but at most the number of positive
/// denominators less one. Infinitely wide when that is 0, or when a stratum of positive weight has fewer than two
/// values; the value is NaN where every denominator is 0.
Interval stratified_ratio(std::span<const RatioStratum> strata, double confidence = 0.95);

/// The value below which a share `p` in (0, 1) of the standard normal or Student's distribution lies.
double normal_quantile(double p);
double student_quantile(double p, double degrees);

}  // namespace rollcast
