#pragma once
// Tests of failure rates that may be looked at after every request: the chance of a false alarm is bounded for all
// looks together. Each is a value that is fed counts and remembers a few numbers.

#include <cstdint>

namespace rollcast {

/// Requests, and how many of them failed.
struct Counts {
    std::int64_t failures = 0;
    std::int64_t requests = 0;

    Counts& operator+=(const Counts& other) {
        failures += other.failures;
        requests += other.requests;
        return *this;
    }
};

/// A finding stays, except that undecided may become one of the others.
enum class Finding : std::uint8_t { kUndecided, kNotWorse, kWorse };

/// The standard score of the difference of two failure rates, with the variance of both together; above 0 where the
/// canary fails more often. 0 where nothing can be said: no requests on a side, or no failures, or nothing but
/// failures.
double rate_score(const Counts& canary, const Counts& baseline);

/// Wald's sequential probability ratio test of one failure rate (Wald 1945).
struct SprtParams {
    double good = .001;  // a failure rate that is fine, in (0, 1)
    double bad = .002;   // one that must be found, in (good, 1)
    double alpha = .05;  // chance of "worse" at the good rate: at most alpha / (1 - beta)
    double beta = .05;   // chance of "not worse" at the bad rate: at most beta / (1 - alpha)
};

class Sprt {
   public:
    explicit Sprt(const SprtParams& params);

    /// `more`: since the last update.
    Finding update(const Counts& more);

    Finding finding() const { return finding_; }
    double log_ratio() const { return log_ratio(seen_); }
    /// Logarithm of how many times likelier the counts are at the bad rate than at the good one.
    double log_ratio(const Counts& counts) const;
    double upper() const { return upper_; }  // "worse" from here on
    double lower() const { return lower_; }  // "not worse" from here on down

   private:
    double per_failure_, per_success_;  // what one adds to log_ratio()
    double upper_, lower_;
    Counts seen_;
    Finding finding_ = Finding::kUndecided;
};

/// The mixture test of the difference of two failure rates (Johari, Koomen, Pekelis, Walsh: "Always valid inference",
/// Operations Research 2022). The differences to be found are normal with mean 0 and standard deviation `spread`, the
/// positive half of them unless two-sided. It rests on the normal approximation, so it keeps quiet until each side
/// could expect `least_failures` if they were alike.
struct MixtureSprtParams {
    double alpha = .05;
    double spread = .01;        // > 0; of the order of the differences that matter
    double least_failures = 5;  // >= 0
    bool two_sided = false;
};

class MixtureSprt {
   public:
    explicit MixtureSprt(const MixtureSprtParams& params);

    /// Since the last update. "Worse" once the evidence reaches 1 / alpha; never "not worse".
    Finding update(const Counts& canary, const Counts& baseline);

    Finding finding() const { return p_value_ <= params_.alpha ? Finding::kWorse : Finding::kUndecided; }
    /// Always valid: the smallest alpha at which it would have stopped by now. Never rises.
    double p_value() const { return p_value_; }

   private:
    MixtureSprtParams params_;
    Counts canary_, baseline_;
    double p_value_ = 1;
};

/// The test of two integers: if the canary is like the baseline, each failure is the canary's with the chance `share`,
/// whatever the traffic and the failure rate do meanwhile (Lindon and Malek, "Anytime-valid inference for multinomial
/// count data", 2022). The canary's true share of the failures is mixed over Beta(a, b), the part above `share` unless
/// two-sided. Exact for any counts.
struct CountTestParams {
    double alpha = .05;
    double a = 1;  // > 0
    double b = 1;  // > 0
    bool two_sided = false;
};

class CountTest {
   public:
    explicit CountTest(const CountTestParams& params);

    /// Failures since the last update; `share`: of all requests so far, those of the canary, in (0, 1). It should stay
    /// the same.
    Finding update(std::int64_t canary, std::int64_t baseline, double share);

    Finding finding() const { return p_value_ <= params_.alpha ? Finding::kWorse : Finding::kUndecided; }
    /// Always valid; never rises.
    double p_value() const { return p_value_; }
    /// Logarithm of the evidence against "alike" at this moment.
    double log_evidence(double share) const;

   private:
    CountTestParams params_;
    std::int64_t canary_ = 0, baseline_ = 0;
    double p_value_ = 1;
};

}  // namespace rollcast
