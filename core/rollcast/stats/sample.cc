#include "rollcast/stats/sample.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double total(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
}

/// Sum of squared distances from the mean, less what rounding of the mean added (Chan, Golub, LeVeque 1983).
double squares(std::span<const double> values) {
    const double mean = sample_mean(values);
    double sum = 0, rest = 0;
    for (const double value : values) {
        sum += (value - mean) * (value - mean);
        rest += value - mean;
    }
    return sum - rest * rest / static_cast<double>(values.size());
}

template <typename Predicate>
std::vector<std::size_t> where(std::span<const double> values, Predicate holds) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (holds(values[i])) found.push_back(i);
    }
    return found;
}

}  // namespace

SampleSummary summarise(std::span<const double> values) {
    if (values.empty()) return {};
    const auto [min, max] = std::minmax_element(values.begin(), values.end());
    const double variance = values.size() > 1 ? squares(values) / static_cast<double>(values.size() - 1) : 0;
    return {*min, *max, sample_mean(values), std::sqrt(variance), values.size()};
}

double sample_mean(std::span<const double> values) {
    if (values.empty()) return kNaN;
    const double count = static_cast<double>(values.size());
    const double mean = total(values) / count;
    double rest = 0;
    for (const double value : values) rest += value - mean;
    return mean + rest / count;
}

double percentile(std::span<const double> values, double percent) {
    require(percent >= 0 && percent <= 100, "a percentile must be between 0 and 100");
    if (values.empty()) return kNaN;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const double position = static_cast<double>(sorted.size() - 1) * (percent / 100);
    const std::size_t below = static_cast<std::size_t>(position);
    if (below + 1 >= sorted.size()) return sorted.back();
    return sorted[below] + (position - std::floor(position)) * (sorted[below + 1] - sorted[below]);
}

Fences quartile_fences(double first_quartile, double third_quartile, double factor) {
    require(factor > 0, "a factor must be above 0");
    const double reach = factor * (third_quartile - first_quartile);
    return {first_quartile - reach, third_quartile + reach};
}

Fences quartile_fences(std::span<const double> values, double factor, bool reduced) {
    const Fences fences = quartile_fences(percentile(values, 25), percentile(values, 75), factor);
    if (!reduced) return fences;
    return {std::min(percentile(values, 1), fences.first), std::max(percentile(values, 99), fences.second)};
}

std::vector<std::size_t> quartile_outliers(std::span<const double> values, double factor, bool reduced) {
    const auto [low, high] = quartile_fences(values, factor, reduced);
    return where(values, [low = low, high = high](double value) { return value < low || value > high; });
}

std::vector<std::size_t> deviation_outliers(std::span<const double> values, double factor) {
    require(factor > 0, "a factor must be above 0");
    const double mean = sample_mean(values);
    const double reach = factor * std::sqrt(squares(values) / static_cast<double>(values.size()));
    return where(values, [mean, reach](double value) { return std::abs(value - mean) > reach; });
}

double mean_ratio(std::span<const double> control, std::span<const double> experiment) {
    const double before = sample_mean(control), after = sample_mean(experiment);
    return before == 0 || after == 0 ? kNaN : after / before;
}

double cohens_d(std::span<const double> control, std::span<const double> experiment) {
    if (control.empty() || experiment.empty()) return kNaN;
    const double degrees = static_cast<double>(control.size() + experiment.size()) - 2;
    const double pooled = std::sqrt((squares(control) + squares(experiment)) / degrees);
    return std::abs(sample_mean(experiment) - sample_mean(control)) / pooled;
}

}  // namespace rollcast
