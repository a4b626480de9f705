#pragma once
// The books of a service: what proxies counted of each version, what clients saw in the end, and the truth.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/stats/counters.h"
#include "rollcast/world/request.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// Counters with the sum of latencies, as a metric library keeps them.
struct Meter {
    Counters counters;
    std::int64_t latency_ns = 0;

    Meter& operator+=(const Meter& other) {
        counters += other.counters, latency_ns += other.latency_ns;
        return *this;
    }
    void add(Code code, std::size_t bucket, std::int64_t latency, std::int64_t times = 1) {
        counters.by_code[static_cast<std::size_t>(code)] += times;
        counters.by_latency[bucket] += times;
        latency_ns += latency * times;
    }
};

/// Which bucket of the metric store a latency falls into.
class LatencyBuckets {
   public:
    /// `limits`: seconds, rising.
    explicit LatencyBuckets(const std::vector<double>& limits);

    std::size_t operator()(Instant latency) const {
        const int bin = bin_of(latency);
        std::size_t bucket = first_[static_cast<std::size_t>(bin < 0 ? 0 : bin)];
        bucket += latency > limits_[bucket];  // a bin is narrow: mostly, there is one limit in it at most
        while (latency > limits_[bucket]) ++bucket;
        return bucket;
    }
    std::size_t size() const { return size_; }

   private:
    // The first limit that a latency can meet is looked up by its magnitude: 32 bins an octave from 2^10 ns on.
    static constexpr int kBinBits = 5, kFirstOctave = 10, kLastOctave = 62;
    static int bin_of(Instant latency) {
        const auto bits = std::bit_cast<std::int32_t>(static_cast<float>(latency));
        return (bits >> (23 - kBinBits)) - ((127 + kFirstOctave) << kBinBits);
    }

    std::array<Instant, kMaxLatencyBuckets> limits_;  // ns; kNoInstant from the last bucket on
    std::array<std::uint8_t, ((kLastOctave - kFirstOctave + 1) << kBinBits) + 1> first_{};
    std::size_t size_;
};

class Ledger {
   public:
    Ledger(std::size_t versions, const LatencyBuckets& buckets, Duration slow)
        : buckets_(buckets), slow_(slow.count()), versions_(versions), pages_(2 * versions + 1) {}

    std::size_t versions() const { return versions_; }
    /// The page of an attempt at a version, or at none: versions().
    std::size_t page(std::size_t version, AttemptId id) const {
        if (version == versions_) return version;
        return is_mirrored(id) ? mirror_page(version) : version_of(id, version);
    }
    /// That of copies that were mirrored to it.
    std::size_t mirror_page(std::size_t version) const { return versions_ + 1 + version; }
    std::size_t bucket(Instant latency) const { return buckets_(latency); }

    // ---- attempts, in no particular order ----
    void arrived(std::size_t number, Instant now) {
        Page& page = pages_[number];
        page.arrived += 1;
        page.first_arrival = std::min(page.first_arrival, now);
    }
    void answered(std::size_t number, Code seen, Cause cause, std::size_t in, Instant latency) {
        Page& page = pages_[number];
        page.proxy.add(seen, in, latency);
        if (is_well(seen, cause)) {
            page.slow += latency > slow_;
        } else {
            page.failed_by_cause[std::size_t(cause)] += 1;
            page.wrong += seen == Code::k200;
        }
    }

    // ---- requests of more than one attempt ----
    /// The client tries again after an attempt that failed.
    void retried(Code seen, Cause cause, Instant latency);
    /// A retry reaches a balancer.
    void retry_arrived() { ++retries_; }
    /// The answer to a retry is what the client ends with.
    void ended(Code seen, Cause cause, Instant latency, Instant since_first_attempt);

    /// Attempts on a page: those at a version, or their mirrored copies.
    Tally tally(std::size_t number) const;
    /// Requests as their clients see them, retries and all.
    Tally clients() const;
    /// Proxies count copies, too.
    Meter proxy_meter(std::size_t version) const;
    Meter client_meter() const;
    Instant first_arrival(std::size_t version) const { return pages_[version].first_arrival; }

   private:
    struct Page {
        Meter proxy;
        std::int64_t arrived = 0;
        std::int64_t slow = 0;
        std::int64_t wrong = 0;  // failed, but proxies see a 200
        std::array<std::int64_t, kCauses> failed_by_cause{};
        Instant first_arrival = kNoInstant;
    };
    /// A wrong answer is a 200 with a cause.
    static bool is_well(Code seen, Cause cause) { return seen == Code::k200 && cause == Cause::kBackground; }

    LatencyBuckets buckets_;
    Instant slow_;
    std::size_t versions_;
    std::vector<Page> pages_;  // versions, none, then what was mirrored to versions
    // By how much the clients' books differ from the sum of the attempts.
    Meter client_besides_;
    std::array<std::int64_t, kCauses> retried_by_cause_{};
    std::int64_t slow_besides_ = 0;
    std::int64_t retries_ = 0;
};

}  // namespace rollcast
