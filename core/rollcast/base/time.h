#pragma once
// Simulated time. Integers of nanoseconds: exact ties, no drift. The clock has no now(), so wall time cannot slip in.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace rollcast {

struct SimClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<SimClock>;
    static constexpr bool is_steady = true;
};

using Duration = SimClock::duration;
using Time = SimClock::time_point;  // time zero is the start of the rollout; the lead-in has negative times

inline constexpr Time kNever = Time::max();

constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }
constexpr double to_seconds(Time t) { return to_seconds(t.time_since_epoch()); }

/// Rounds to the nearest nanosecond; what does not fit (also infinity) becomes the largest duration of that sign.
/// NaN becomes zero.
inline Duration from_seconds(double seconds) {
    if (std::isnan(seconds)) return Duration::zero();
    if (seconds >= 9.2e9) return Duration::max();
    if (seconds <= -9.2e9) return Duration::min();
    return Duration(static_cast<Duration::rep>(std::llround(seconds * 1e9)));
}

/// now + wait; a wait of a century or more never ends.
constexpr Time after(Time now, Duration wait) { return wait >= std::chrono::hours(24 * 36525) ? kNever : now + wait; }

}  // namespace rollcast
