#pragma once
// A test with a planned number of looks, which share out the chance of a false alarm (Lan and DeMets 1983). The score
// process is Brownian: the standard score at information fraction t is B(t) / sqrt(t).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rollcast/stats/sequential.h"

namespace rollcast {

/// How alpha is spent: hardly any of it early, as the test of O'Brien and Fleming does, or about evenly, as Pocock's.
enum class Spending : std::uint8_t { kObrienFleming, kPocock };

/// The part of `alpha` that may be spent until `fraction` in [0, 1] of the information is there.
double spent(Spending spending, double alpha, double fraction);

/// Chance to cross the bound first at each look, in order. `fractions` rise, in (0, 1]; `bounds` are standard scores,
/// crossed upwards, or to either side. `drift`: mean of the standard score at fraction 1.
std::vector<double> crossing_probabilities(std::span<const double> fractions, std::span<const double> bounds,
                                           bool two_sided, double drift = 0);

/// The bounds that spend alpha as told, by numerical integration. Two-sided: half of alpha to each side.
std::vector<double> spending_bounds(std::span<const double> fractions, double alpha, Spending spending, bool two_sided);

struct GroupSequentialParams {
    std::vector<double> bounds{};  // of spending_bounds(), one for each look; at least one
    bool two_sided = false;
};

/// Looks at two failure rates: "worse" beyond a bound, "not worse" after the last look. The information is taken to be
/// there as planned, look by look.
class GroupSequential {
   public:
    explicit GroupSequential(GroupSequentialParams params);

    /// One look; counts since the last one.
    Finding update(const Counts& canary, const Counts& baseline);

    Finding finding() const { return finding_; }
    double score() const { return rate_score(canary_, baseline_); }
    std::size_t looks() const { return looks_; }

   private:
    GroupSequentialParams params_;
    Counts canary_, baseline_;
    std::size_t looks_ = 0;
    Finding finding_ = Finding::kUndecided;
};

}  // namespace rollcast
