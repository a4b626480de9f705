#pragma once
// The open arrivals of a service: a Poisson process whose rate has a shape and bursts, or given times.
//
// Gaps are unit exponentials on the scale of expected arrivals, mapped back through the integral of the rate: exact for
// any rate that is piecewise linear. The path of the bursts comes from streams of its own, so it is the same whatever
// requests do.

#include <array>
#include <cstdint>
#include <limits>

#include "rollcast/base/time.h"
#include "rollcast/model/traffic.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"
#include "rollcast/random/streams.h"

namespace rollcast {

inline constexpr std::int64_t kNoArrival = std::numeric_limits<std::int64_t>::max();

/// Consecutive arrivals in columns.
struct ArrivalBlock {
    std::array<std::int64_t, kRequestBlock>
        at;  // nanoseconds since the start of the rollout; kNoArrival: none any more
    RequestWords words;
    std::uint64_t first = 0;  // ordinal of the first
};

}  // namespace rollcast
