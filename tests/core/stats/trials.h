#pragma once
// Requests that fail at random, a window at a time.

#include <cmath>
#include <cstdint>

#include "rollcast/random/distribution.h"
#include "rollcast/stats/sequential.h"

namespace rollcast {

/// Independent requests of one failure rate; draws once for each failure.
class Trials {
   public:
    Trials(double rate, Stream random) : scale_(1 / std::log1p(-rate)), random_(random) { gap_ = next_gap(); }

    Counts next(std::int64_t requests) {
        Counts counts{0, requests};
        for (; gap_ < requests; gap_ += 1 + next_gap()) ++counts.failures;
        gap_ -= requests;
        return counts;
    }

   private:
    std::int64_t next_gap() {  // requests that succeed before the next failure
        return static_cast<std::int64_t>(std::log1p(-uniform(random_)) * scale_);
    }

    double scale_;
    Stream random_;
    std::int64_t gap_;
};

inline Stream stream_of(std::uint64_t seed, std::uint32_t run, std::uint64_t arm = 0) {
    return StreamSpace(seed, run).stream(Purpose::kTruth, arm);
}

/// What a simulated share may exceed the true one by: 4.5 standard errors, 1 in 300,000.
inline double slack(double share, int runs) { return 4.5 * std::sqrt(share * (1 - share) / runs); }

}  // namespace rollcast
