#include "rollcast/stats/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rollcast/base/check.h"
#include "rollcast/stats/root.h"

namespace rollcast {
namespace {

constexpr double kTolerance = 1e-4;

std::vector<double> sorted(std::span<const double> values) {
    require(!values.empty(), "a sample must have values");
    require(std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }),
            "a sample must be finite");
    std::vector<double> result(values.begin(), values.end());
    std::sort(result.begin(), result.end());
    return result;
}

double ties_of(std::size_t group) {
    const double t = static_cast<double>(group);
    return t * t * t - t;
}

}  // namespace

MannWhitney::MannWhitney(std::span<const double> x, std::span<const double> y) : x_(sorted(x)), y_(sorted(y)) {
    for (auto first = y_.begin(); first != y_.end();) {
        const auto last = std::upper_bound(first, y_.end(), *first);
        ties_in_y_ += ties_of(static_cast<std::size_t>(last - first));
        first = last;
    }
}

// Subtraction is monotone even when it rounds, so that the shifted sample is sorted, too: one merge is enough. All sums
// are of halves and exact, whatever their order.
MannWhitney::Comparison MannWhitney::compare(double shift) const {
    Comparison result{0, ties_in_y_};
    std::size_t below = 0;
    for (std::size_t i = 0; i < x_.size();) {
        const double value = x_[i] - shift;
        std::size_t of_x = 1, of_y = 0;
        while (++i < x_.size() && x_[i] - shift == value) ++of_x;
        while (below < y_.size() && y_[below] < value) ++below;
        while (below + of_y < y_.size() && y_[below + of_y] == value) ++of_y;
        result.above += static_cast<double>(of_x) * (static_cast<double>(below) + static_cast<double>(of_y) / 2);
        result.ties += ties_of(of_x + of_y) - ties_of(of_y);
        below += of_y;
    }
    return result;
}

double MannWhitney::score(double shift) const {
    const double n = static_cast<double>(x_.size()), m = static_cast<double>(y_.size());
    const auto [above, ties] = compare(shift);
    const double excess = above - n * m / 2;
    const double continuity = excess == 0 ? 0 : std::copysign(.5, excess);
    const double variance = n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1)));
    return variance == 0 ? std::numeric_limits<double>::quiet_NaN() : (excess - continuity) / std::sqrt(variance);
}

std::optional<Interval> MannWhitney::shift(double confidence) const {
    require(confidence > 0 && confidence < 1, "a confidence must be between 0 and 1");
    const double least = least_shift(), greatest = greatest_shift();
    const double at_least = score(least), at_greatest = score(greatest);
    bool tied = std::isnan(at_least) || std::isnan(at_greatest);
    const auto root = [&](double quantile) {
        const auto distance = [&](double shift) {
            const double scored = score(shift);
            tied |= std::isnan(scored);
            return scored - quantile;
        };
        return brent_root(distance, least, greatest, at_least - quantile, at_greatest - quantile, kTolerance);
    };
    const auto end = [&](double quantile) {
        if (at_least - quantile <= 0) return least;
        if (at_greatest - quantile >= 0) return greatest;
        return root(quantile);
    };
    if (tied) return std::nullopt;
    const double quantile = normal_quantile((1 - confidence) / 2);
    const Interval shift{root(0), end(-quantile), end(quantile)};
    return tied ? std::nullopt : std::optional(shift);
}

double MannWhitney::effect() const { return compare(0).above / pairs(); }

}  // namespace rollcast
