#include "rollcast/stats/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// What is left outside at each end.
double one_tail(double confidence) {
    require(confidence > 0 && confidence < 1, "a confidence must be between 0 and 1");
    return (1 - confidence) / 2;
}

void require_counts(std::int64_t k, std::int64_t n) {
    require(k >= 0 && k <= n, "successes must be between 0 and the number of trials");
}

Interval unbounded(double value, double confidence) {
    one_tail(confidence);
    return {value, -kInfinity, kInfinity};
}

Interval student(double value, double variance, double degrees, double confidence) {
    const double tail = one_tail(confidence);
    if (variance == 0) return {value, value, value};
    const double half = -student_quantile(tail, degrees) * std::sqrt(variance);
    return {value, value - half, value + half};
}

/// Variance of a weighted sum of independent means, with Satterthwaite's degrees of freedom.
struct VarianceSum {
    double sum = 0;
    double spread = 0;
    void add(double weight, const Moments& sample) {
        if (sample.count() < 2) return;
        const double part = weight * weight * sample.variance() / static_cast<double>(sample.count());
        sum += part;
        spread += part * part / static_cast<double>(sample.count() - 1);
    }
    double degrees() const { return sum * sum / spread; }
};

using BinomialInterval = Interval (*)(std::int64_t k, std::int64_t n, double confidence);

/// MOVER: the squared distances of the strata's ends from their estimates add up as variances do.
Interval mover(std::span<const BinomialStratum> strata, double confidence, BinomialInterval of_stratum) {
    double value = 0, below = 0, above = 0;
    for (const BinomialStratum& stratum : strata) {
        const Interval part = of_stratum(stratum.successes, stratum.trials, confidence);
        value += stratum.weight * part.value;
        below += std::pow(stratum.weight * (part.value - part.low), 2);
        above += std::pow(stratum.weight * (part.high - part.value), 2);
    }
    return {value, std::max(0.0, value - std::sqrt(below)), std::min(1.0, value + std::sqrt(above))};
}

}  // namespace

Interval wilson(std::int64_t k, std::int64_t n, double confidence) {
    require_counts(k, n);
    const double z = -normal_quantile(one_tail(confidence));
    if (n == 0) return {.5, 0, 1};
    const double trials = static_cast<double>(n);
    const double p = static_cast<double>(k) / trials;
    const double scale = 1 + z * z / trials;
    const double centre = (p + z * z / (2 * trials)) / scale;
    const double half = z * std::sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / scale;
    return {p, k == 0 ? 0 : centre - half, k == n ? 1 : centre + half};
}

Interval clopper_pearson(std::int64_t k, std::int64_t n, double confidence) {
    require_counts(k, n);
    const double tail = one_tail(confidence);
    if (n == 0) return {.5, 0, 1};
    const double successes = static_cast<double>(k);
    const double failures = static_cast<double>(n - k);
    return {successes / static_cast<double>(n), k == 0 ? 0 : boost::math::ibeta_inv(successes, failures + 1, tail),
            k == n ? 1 : boost::math::ibetac_inv(successes + 1, failures, tail)};
}

Interval t_interval(const Moments& sample, double confidence) {
    const MeanStratum only{1, sample};
    return stratified_mean({&only, 1}, confidence);
}

Interval stratified_proportion(std::span<const BinomialStratum> strata, double confidence) {
    return mover(strata, confidence, wilson);
}

Interval stratified_mean(std::span<const MeanStratum> strata, double confidence) {
    double seen = 0, value = 0;
    bool bounded = true;
    VarianceSum variance;
    for (const MeanStratum& stratum : strata) {
        if (stratum.weight == 0) continue;
        bounded = bounded && stratum.sample.count() >= 2;
        if (stratum.sample.count() == 0) continue;
        seen += stratum.weight;
        value += stratum.weight * stratum.sample.mean();
        variance.add(stratum.weight, stratum.sample);
    }
    if (seen == 0) return unbounded(kNaN, confidence);
    if (!bounded) return unbounded(value / seen, confidence);
    return student(value, variance.sum, variance.degrees(), confidence);
}

Interval stratified_positive_mean(std::span<const MeanStratum> strata, double confidence) {
    const Interval plain = stratified_mean(strata, confidence);
    require(!(plain.value <= 0), "a mean on a logarithmic scale must be above 0");
    const double factor = std::exp(plain.half_width() / plain.value);  // the delta method
    return {plain.value, plain.value / factor, plain.value * factor};
}

Interval stratified_ratio(std::span<const RatioStratum> strata, double confidence) {
    double numerator = 0, denominator = 0;
    std::int64_t count = 0, positive = 0;
    bool bounded = true;
    for (const RatioStratum& stratum : strata) {
        require(stratum.numerators.size() == stratum.denominators.size(),
                "a ratio needs as many numerators as denominators");
        if (stratum.weight == 0) continue;
        bounded = bounded && stratum.numerators.size() >= 2;
        Moments above, below;
        for (std::size_t i = 0; i < stratum.numerators.size(); ++i) {
            above.add(stratum.numerators[i]);
            below.add(stratum.denominators[i]);
            positive += stratum.denominators[i] > 0;
        }
        count += below.count();
        numerator += stratum.weight * above.mean();
        denominator += stratum.weight * below.mean();
    }
    if (positive == 0) return unbounded(kNaN, confidence);
    const double ratio = numerator / denominator;
    if (!bounded || positive < 2) return unbounded(ratio, confidence);

    VarianceSum variance;
    for (const RatioStratum& stratum : strata) {
        if (stratum.weight == 0) continue;
        Moments residuals;
        for (std::size_t i = 0; i < stratum.numerators.size(); ++i) {
            residuals.add(stratum.numerators[i] - ratio * stratum.denominators[i]);
        }
        variance.add(stratum.weight / denominator, residuals);
    }
    // The ratio was fitted to the `positive` cases, not to all: from dividing by count - 1 to dividing by positive - 1.
    const double n = static_cast<double>(count), m = static_cast<double>(positive);
    const double correction = m / (m - 1) * (n - 1) / n;
    return student(ratio, variance.sum * correction, std::min(variance.degrees(), m - 1), confidence);
}

Interval stratified_quantile(std::span<const SampleStratum> strata, double p, double confidence) {
    require(p > 0 && p < 1, "a quantile's p must be between 0 and 1");
    double seen = 0;
    std::vector<std::vector<double>> samples;
    std::vector<double> pooled;
    for (const SampleStratum& stratum : strata) {
        samples.emplace_back(stratum.values.begin(), stratum.values.end());
        std::sort(samples.back().begin(), samples.back().end());
        if (stratum.weight == 0) continue;
        pooled.insert(pooled.end(), stratum.values.begin(), stratum.values.end());
        if (!stratum.values.empty()) seen += stratum.weight;
    }
    if (pooled.empty()) return {kNaN, kNaN, kNaN};
    std::sort(pooled.begin(), pooled.end());

    std::vector<BinomialStratum> counts(strata.size());
    const auto count_up_to = [&](double x) {
        for (std::size_t s = 0; s < strata.size(); ++s) {
            const auto end = std::upper_bound(samples[s].begin(), samples[s].end(), x);
            counts[s] = {strata[s].weight, end - samples[s].begin(), static_cast<std::int64_t>(samples[s].size())};
        }
    };
    // All three criteria rise with x, so that the first value that meets one is found by bisection.
    const auto first = [&](auto meets) {
        const auto found = std::partition_point(pooled.begin(), pooled.end(), [&](double x) {
            count_up_to(x);
            return !meets();
        });
        return found == pooled.end() ? pooled.back() : *found;
    };
    const auto share = [&] {
        double sum = 0;
        for (const BinomialStratum& stratum : counts) {
            if (stratum.trials == 0) continue;
            sum +=
                stratum.weight / seen * (static_cast<double>(stratum.successes) / static_cast<double>(stratum.trials));
        }
        return sum;
    };
    return {first([&] { return share() >= p; }),
            first([&] { return mover(counts, confidence, clopper_pearson).high >= p; }),
            first([&] { return mover(counts, confidence, clopper_pearson).low > p; })};
}

Interval conditional_proportion(std::span<const BinomialStratum> strata, double confidence) {
    double total = 0;
    for (const BinomialStratum& stratum : strata) total += stratum.weight;
    if (total == 0) return {kNaN, kNaN, kNaN};
    std::vector<BinomialStratum> normalised(strata.begin(), strata.end());
    for (BinomialStratum& stratum : normalised) stratum.weight /= total;
    return stratified_proportion(normalised, confidence);
}

double normal_quantile(double p) { return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p); }

double student_quantile(double p, double degrees) {
    return boost::math::quantile(boost::math::students_t_distribution<double>(degrees), p);
}

}  // namespace rollcast
