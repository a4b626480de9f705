#pragma once
// Who sends requests, when, and what they do when one fails. Times are since the start of the rollout.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/random/distribution.h"

namespace rollcast {

/// A point of the shape of a rate: straight lines join the points, two points at one time make a jump. Before the first
/// and after the last, the rate stays as it is there.
struct RatePoint {
    Duration at{};
    double factor = 1;  // >= 0, times Traffic::rate
};

/// Times of high rate that begin and end at random: a Markov-modulated Poisson process of two states. Both stays are
/// exponential.
struct Bursts {
    double factor = 1;  // >= 0: the rate in a burst, relative to the rate outside
    Duration mean_quiet = std::chrono::seconds(60);
    Duration mean_burst = std::chrono::seconds(10);
};

inline constexpr std::size_t kMostClasses = 64;

/// Requests of one kind: a share of all requests with a service time and errors of its own.
struct RequestClass {
    std::string name = "default";
    double share = 1;                            // of requests; the shares of all classes add up to 1
    std::optional<Distribution> service_time{};  // seconds; none: the service's
    std::optional<double> error_rate{};          // in [0, 1]; none: the service's
};

/// Users who wait for each answer and think before they ask again: a closed loop, beside the open arrivals.
struct Users {
    int count = 0;
    Distribution think = Exponential{1};  // seconds between an answer and the next request
};

enum class Stickiness : std::uint8_t {
    kNone,
    kVersion,   // a user's place in the split between versions is fixed: a rising weight moves users one way only
    kInstance,  // a cookie: users stay with their instance while routers know it and its version has weight
};

/// Open requests come from so many people, each as often as any other; a closed-loop user is one of his own.
struct Sessions {
    Stickiness sticky = Stickiness::kNone;
    std::uint32_t users = 10'000;  // >= 1
};

enum class Jitter : std::uint8_t {
    kNone,
    kEqual,  // half of the wait is fixed, half uniform
    kFull,   // uniform from 0 to the wait
};

/// What clients do about an attempt that failed. Attempt n waits min(most, base * factor^(n-1)) after attempt n's
/// failure, with jitter. The defaults of the waits are those of the AWS SDKs' standard mode.
struct Retries {
    int attempts = 1;  // at most, the first included; 1: no retries
    Duration base = std::chrono::milliseconds(100);
    double factor = 2;  // >= 1
    Duration most = std::chrono::seconds(20);
    Jitter jitter = Jitter::kFull;
    bool errors = true;    // retries answers of 500 and 503 and refused connections
    bool timeouts = true;  // retries attempts that timed out
    /// A token bucket that all clients share: each first attempt brings in `budget` tokens, a retry costs one, and the
    /// bucket holds `reserve` at most (and at first). None: no budget.
    std::optional<double> budget{};
    double reserve = 10;
};

struct Traffic {
    double rate = 100;               // requests per second, Poisson; 0: no open arrivals
    std::vector<RatePoint> shape{};  // rising times; empty: constant
    std::optional<Bursts> bursts{};
    /// Given arrivals instead of `rate` and its shape: nanoseconds since the start of the rollout, not falling.
    std::shared_ptr<const std::vector<std::int64_t>> replay{};
    std::vector<RequestClass> classes{};  // empty: one class, the service's
    Users users{};
    Sessions sessions{};
    Retries retries{};
};

/// What is left, from a time on, of the straight line on which a shape runs there.
struct ShapePiece {
    Duration end{};    // Duration::max(): for ever
    double first = 1;  // factor at that time (at a jump: after it) ...
    double last = 1;   // ... and just before the end
};

ShapePiece shape_from(std::span<const RatePoint> shape, Duration from);

/// One shape times another: exact where either has a point, and straight in between.
std::vector<RatePoint> product(std::span<const RatePoint> one, std::span<const RatePoint> other);

/// The mean factor that bursts put on the rate outside them; 1 without.
double burst_lift(const Traffic& traffic);

/// Open arrivals a second that are expected: bursts are averaged in. Of given arrivals: those of the minute around it.
double rate_at(const Traffic& traffic, Time time);

/// The average of rate_at() from `from` to `to`; of given arrivals: their number over the time.
double mean_rate(const Traffic& traffic, Duration from, Duration to);

/// The largest rate_at() from `from` to `to`, so bursts go above it. Of given arrivals: that of the busiest minute,
/// counted from `from` on.
double peak_rate(const Traffic& traffic, Duration from, Duration to);

}  // namespace rollcast
