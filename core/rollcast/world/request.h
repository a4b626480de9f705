#pragma once
// A request on its way, in the words that clients, balancers and servers share.

#include <cstdint>
#include <limits>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"

namespace rollcast {

using Instant = Time::rep;  // nanoseconds since the start of the rollout
inline constexpr Instant kNoInstant = std::numeric_limits<Instant>::max();

constexpr Instant instant(Time time) { return time.time_since_epoch().count(); }
constexpr Time time_of(Instant at) { return Time(Duration(at)); }

/// Names an attempt and its draws: is it flagged << 55 | number of the attempt (0: the first) << 48 | ordinal of the
/// request.
using AttemptId = std::uint64_t;
inline constexpr int kOrdinalBits = 48;
constexpr std::uint64_t ordinal_of(AttemptId id) { return id & ((std::uint64_t{1} << kOrdinalBits) - 1); }

/// What stands in the place of the number in a mirrored copy of a request: nobody waits for its answer.
inline constexpr std::uint32_t kMirrored = 255;
constexpr bool is_mirrored(AttemptId id) { return id >> kOrdinalBits == kMirrored; }
/// Answered by the new version's code, at whatever instance.
inline constexpr AttemptId kFlagged = AttemptId{1} << 55;
constexpr bool is_flagged(AttemptId id) { return (id & kFlagged) != 0 && !is_mirrored(id); }
/// Neither of these.
constexpr bool is_usual(AttemptId id) { return (id & kFlagged) == 0; }
constexpr std::uint32_t attempt_of(AttemptId id) {
    return is_mirrored(id) ? kMirrored : static_cast<std::uint32_t>(id >> kOrdinalBits) & 127;
}
/// Whose code answers at an instance of a version.
constexpr std::size_t version_of(AttemptId id, std::size_t of_instance) {
    return is_flagged(id) ? index_of(kNewVersion) : of_instance;
}

inline constexpr std::uint32_t kNoCall = std::numeric_limits<std::uint32_t>::max();

/// One attempt of a request as a balancer hands it to a server.
struct Attempt {
    AttemptId id = 0;
    Instant arrived = 0;
    double work = 0;  // nanoseconds of service at a healthy instance of a good version
    std::uint32_t service_word = 0;
    std::uint32_t error_word = 0;
    std::uint32_t call = kNoCall;  // what its client remembers of it
    std::uint16_t request_class = 0;
    std::uint8_t balancer = 0;
};

}  // namespace rollcast
