#pragma once
// Totals that only grow: what a metric store holds. A window of any length is a difference of two snapshots.

#include <array>
#include <cstddef>
#include <cstdint>

namespace rollcast {

/// The answers that the world can give, by HTTP status. A regular expression on a status label is decided against
/// these.
enum class Code : std::uint8_t { k200, k500, k503, k504 };
inline constexpr std::size_t kCodes = 4;

/// Upper limits of latency buckets in a metric store are the scenario's; a last bucket up to infinity is implied.
inline constexpr std::size_t kMaxLatencyBuckets = 24;

/// Requests answered, by status and by latency.
struct Counters {
    std::array<std::int64_t, kCodes> by_code{};
    std::array<std::int64_t, kMaxLatencyBuckets> by_latency{};  // one bucket each, not cumulative

    std::int64_t requests() const { return by_code[0] + by_code[1] + by_code[2] + by_code[3]; }
    std::int64_t errors() const { return by_code[1] + by_code[2] + by_code[3]; }

    Counters& operator+=(const Counters& other) {
        for (std::size_t i = 0; i < kCodes; ++i) by_code[i] += other.by_code[i];
        for (std::size_t i = 0; i < kMaxLatencyBuckets; ++i) by_latency[i] += other.by_latency[i];
        return *this;
    }
    Counters& operator-=(const Counters& other) {
        for (std::size_t i = 0; i < kCodes; ++i) by_code[i] -= other.by_code[i];
        for (std::size_t i = 0; i < kMaxLatencyBuckets; ++i) by_latency[i] -= other.by_latency[i];
        return *this;
    }
    friend Counters operator+(Counters a, const Counters& b) { return a += b; }
    friend Counters operator-(Counters a, const Counters& b) { return a -= b; }
    friend bool operator==(const Counters&, const Counters&) = default;
};

/// What the scrapes of a window brought. A part of a request is there where the window reaches before the first scrape.
struct WindowCounts {
    std::array<double, kCodes> by_code{};
    std::array<double, kMaxLatencyBuckets> by_latency{};  // one bucket each, not cumulative
    double latency_sum = 0;                               // seconds

    double requests() const { return by_code[0] + by_code[1] + by_code[2] + by_code[3]; }
    double errors() const { return by_code[1] + by_code[2] + by_code[3]; }
};

}  // namespace rollcast
