#pragma once
// M/M/1 as two kinds of events through a general queue: one server, first come, first served.

#include <array>
#include <cstddef>
#include <cstdint>

#include "rollcast/base/check.h"
#include "rollcast/base/time.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/random/distribution.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"
#include "rollcast/random/streams.h"

namespace rollcast {

/// Exponential waits as the simulator draws them: words by the block through a table. Another stream is independent.
class BlockWaits {
   public:
    BlockWaits(Duration mean, std::uint64_t seed, std::uint32_t stream)
        : mean_(static_cast<float>(mean.count())), streams_(seed, stream) {}

    Duration operator()() {
        if (next_ == waits_.size()) refill();
        return Duration(static_cast<Duration::rep>(waits_[next_++]));
    }

   private:
    void refill() {
        RequestWords words;
        request_words(streams_, ordinal_, words);
        ordinal_ += kRequestBlock;
        next_ = 0;
        float* to = waits_.data();
        for (const auto* column : {&words.gap, &words.service, &words.error, &words.balance}) {
            quantiles(unit_, column->data(), mean_, to, kRequestBlock);
            to += kRequestBlock;
        }
    }

    float mean_;  // nanoseconds
    StreamSpace streams_;
    QuantileTable unit_{Exponential{1}};
    std::uint64_t ordinal_ = 0;
    std::array<float, 4 * kRequestBlock> waits_;
    std::size_t next_ = waits_.size();
};

/// Queue: EventQueue, or what has its schedule and pop. Waits: BlockWaits, or what is made and called alike.
template <typename Queue, typename Waits>
class SingleServer {
   public:
    SingleServer(Duration mean_gap, Duration mean_service, std::uint64_t seed)
        : gaps_(mean_gap, seed, 0), services_(mean_service, seed, 1) {
        arrive(Time{} + gaps_());
    }

    /// Returns the mean time in system of the next `customers` to leave, in seconds.
    double run(std::int64_t customers) {
        Duration sum{};
        for (std::int64_t left = 0; left < customers;) {
            const EventQueue::Entry entry = queue_.pop();
            const Time now = entry.at;
            if (entry.event.kind == kArrival) {
                ensure(last_ - first_ < kLongestLine, "the line is too long");
                arrived_[last_++ % kLongestLine] = now;
                arrive(now + gaps_());
                if (last_ - first_ == 1) leave(now + services_());
            } else {
                sum += now - arrived_[first_++ % kLongestLine];
                ++left;
                if (first_ != last_) leave(now + services_());
            }
        }
        return to_seconds(sum) / static_cast<double>(customers);
    }

   private:
    enum : std::uint32_t { kArrival, kDeparture };
    static constexpr std::size_t kLongestLine = 1 << 12;  // reached with a probability of .9^4096 at 90 % load

    void arrive(Time at) { queue_.schedule(at, {.kind = kArrival}); }
    void leave(Time at) { queue_.schedule(at, {.kind = kDeparture}); }

    Queue queue_;
    Waits gaps_, services_;
    std::array<Time, kLongestLine> arrived_;  // a ring: customer i is at i % kLongestLine
    std::size_t first_ = 0, last_ = 0;
};

}  // namespace rollcast
