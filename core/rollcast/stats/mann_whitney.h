#pragma once
// The Mann-Whitney test turned round: by how much is x above y? The shifts that the test would not reject.

#include <optional>
#include <span>
#include <vector>

#include "rollcast/stats/interval.h"

namespace rollcast {

/// Two samples without NaN or infinities, at least one value each; otherwise std::invalid_argument. The normal
/// approximation with corrections for ties and continuity, as R's wilcox.test and Kayenta have it.
class MannWhitney {
   public:
    MannWhitney(std::span<const double> x, std::span<const double> y);

    /// The standard score of x - shift against y: above 0 where x is still the larger. NaN where all values are tied.
    double score(double shift) const;

    /// Beyond these shifts the samples do not overlap.
    double least_shift() const { return x_.front() - y_.back(); }
    double greatest_shift() const { return x_.back() - y_.front(); }

    /// The shift of x against y: `value` is where the score is 0 (about the median of all differences), the ends are
    /// where it is the normal quantile of (1 - confidence) / 2 to either side. Roots by brent_root() to 1e-4: the score
    /// is a step function, and on few values the ends can come out crossed. Nothing where all values are tied at a
    /// shift that is tried, as with one value on each side.
    std::optional<Interval> shift(double confidence) const;

    /// Whether both samples have the same values.
    bool identical() const { return x_ == y_; }

    /// The common language effect: the share of pairs in which x is above y, half of the ties counted (Vargha and
    /// Delaney 2000).
    double effect() const;

   private:
    /// Of all pairs, and of all values together.
    struct Comparison {
        double above = 0;  // x - shift above y; 1/2 where they are equal
        double ties = 0;   // sum of t^3 - t over groups of t equal values
    };
    Comparison compare(double shift) const;
    double pairs() const { return static_cast<double>(x_.size()) * static_cast<double>(y_.size()); }

    std::vector<double> x_, y_;  // sorted
    double ties_in_y_ = 0;
};

}  // namespace rollcast
