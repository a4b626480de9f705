#pragma once
// A sample and what describes it; two samples and how far they are apart. Values in any order, without NaN unless said.

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace rollcast {

struct SampleSummary {
    double min = 0;
    double max = 0;
    double mean = 0;
    double deviation = 0;  // standard deviation of a sample (over n - 1); zero for fewer than two values
    std::size_t count = 0;
};

/// All zero for no values.
SampleSummary summarise(std::span<const double> values);

/// NaN for no values.
double sample_mean(std::span<const double> values);

/// The value below which `percent` in [0, 100] of the values lie, straight between two of them: type 7 of Hyndman and
/// Fan (1996), R's default. NaN for no values.
double percentile(std::span<const double> values, double percent);

/// What is outside [first, second] is far out.
using Fences = std::pair<double, double>;

/// Tukey's: so many inter-quartile ranges beyond the quartiles. `factor` > 0.
Fences quartile_fences(double first_quartile, double third_quartile, double factor);

/// Tukey's fences of a sample; `reduced`: no nearer than the 1st and the 99th percentile.
Fences quartile_fences(std::span<const double> values, double factor, bool reduced);

/// Indices of the values outside Tukey's fences.
std::vector<std::size_t> quartile_outliers(std::span<const double> values, double factor, bool reduced);

/// Indices of the values more than `factor` > 0 standard deviations (over n) from the mean.
std::vector<std::size_t> deviation_outliers(std::span<const double> values, double factor);

/// mean(experiment) / mean(control); NaN where a mean is 0 or there is none.
double mean_ratio(std::span<const double> control, std::span<const double> experiment);

/// Distance of the means in pooled standard deviations (Cohen 1988), never negative. NaN for no values.
double cohens_d(std::span<const double> control, std::span<const double> experiment);

}  // namespace rollcast
