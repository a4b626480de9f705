#pragma once
// What became of requests, in truth.

#include <array>
#include <cstddef>
#include <cstdint>

namespace rollcast {

/// Why a request failed. One cause each.
enum class Cause : std::uint8_t {
    kBackground,  // would have failed on a good version, too
    kDefect,      // the release's defect: an error, a crash, a slow answer that met the timeout
    kHandOver,    // refused or cut off by an instance that was on its way in or out
    kCapacity,    // queue full, no instance, waited beyond the timeout
};
inline constexpr std::size_t kCauses = 4;

/// What became of requests, in truth. arrived = answered + failed + in flight, at every instant.
struct Tally {
    std::int64_t arrived = 0;
    std::int64_t answered = 0;
    std::int64_t slow = 0;  // of the answered: slower than Service::slow
    std::array<std::int64_t, kCauses> failed_by_cause{};

    std::int64_t failed() const {
        return failed_by_cause[0] + failed_by_cause[1] + failed_by_cause[2] + failed_by_cause[3];
    }
    std::int64_t in_flight() const { return arrived - answered - failed(); }
    Tally& operator+=(const Tally& other) {
        arrived += other.arrived, answered += other.answered, slow += other.slow;
        for (std::size_t i = 0; i < kCauses; ++i) failed_by_cause[i] += other.failed_by_cause[i];
        return *this;
    }
    Tally& operator-=(const Tally& other) {
        arrived -= other.arrived, answered -= other.answered, slow -= other.slow;
        for (std::size_t i = 0; i < kCauses; ++i) failed_by_cause[i] -= other.failed_by_cause[i];
        return *this;
    }
    friend Tally operator-(Tally a, const Tally& b) { return a -= b; }
    friend bool operator==(const Tally&, const Tally&) = default;
};

}  // namespace rollcast
