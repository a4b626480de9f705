#pragma once
// What clients' retries make of requests that are drawn, in a steady state: how many attempts there are, and how many
// of those that fail are tried again.

#include <array>
#include <cstddef>
#include <span>

#include "rollcast/model/traffic.h"

namespace rollcast {

/// Requests by how long an instance works for them: the longest first, and of these who take longer than the client
/// waits, however idle the instance.
constexpr std::size_t kSizes = 9;
struct Size {
    double share = 0;  // of all requests
    double work = 0;   // that they bring, of that of all
    double late = 0;   // of these that are admitted: 504
};

/// What becomes of an attempt that goes there.
struct AttemptFate {
    double share = 0;    // of all attempts that go there
    double refused = 0;  // 503
    double errors = 0;   // of those in time: 500
    std::array<Size, kSizes> sizes{};
};

/// Of the requests of a time in which nothing changes; per first attempt unless said.
struct RetryFlow {
    double attempts = 1;
    double errors = 0;          // attempts that end with 500 or 503 ...
    double errors_retried = 0;  // ... and are tried again
    double late = 0;            // likewise of timeouts, ...
    double late_retried = 0;
    double late_alone = 0;  // ... and of those of these that are late wherever they go
    double late_alone_retried = 0;
    double slow_besides = 0;  // requests that end well after a timeout
    // Index: where. Of the attempts that go there: the share that takes too long by itself, and the mean work over
    // that of first attempts.
    std::array<double, 4> late_alone_share{};
    std::array<double, 4> work{1, 1, 1, 1};
    std::array<double, 4> late_more{1, 1, 1, 1};  // likewise, of the others: the share that is late

    /// That share of the time is as in another.
    void mix(const RetryFlow& other, double share);
};

/// A request brings the same work with each attempt, so those who come again bring more than others; how long they wait
/// and all else is drawn anew. Backing off takes no time. Of a retry budget that is nearly spent the level is taken for
/// a Brownian motion, in its steady state; or there is more than enough `saved_up`. `fates`: four at most.
RetryFlow retry_flow(const Retries& retries, std::span<const AttemptFate> fates, bool saved_up = false);

}  // namespace rollcast
