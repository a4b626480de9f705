#pragma once
// When each slot of each server is free for the next admission, and which is the first: a scan where slots are few, a
// winner tree where they are many.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

#include "rollcast/world/request.h"

namespace rollcast {

class SlotTimes {
   public:
    static constexpr Instant kFree = std::numeric_limits<Instant>::min() >> 10;  // since ever
    static constexpr Instant kGone = std::numeric_limits<Instant>::max() >> 10;  // a slot that the server lacks

    struct First {
        std::uint32_t slot;
        Instant at;
    };

    explicit SlotTimes(std::uint32_t slots)
        : scans_(slots <= kMostScanned),
          leaves_(scans_ ? 0 : std::bit_ceil(slots)),
          stride_(scans_ ? (slots + kLanes - 1) / kLanes * kLanes : 2 * leaves_) {}

    /// One server more, with that many slots.
    void add(std::uint32_t usable) {
        times_.resize(times_.size() + stride_, kGone << kSlotBits);
        usable_.push_back(usable);
        reset(usable_.size() - 1);
    }
    void reset(std::size_t server) {
        for (std::uint32_t slot = 0; slot < usable_[server]; ++slot) set(server, slot, kFree);
    }

    First first(std::size_t server) const {
        const Instant* times = &times_[server * stride_];
        Instant first = times[1];
        if (scans_) {
            // Which is the first is anybody's guess: select, do not branch.
            Instant of_even = std::min(times[0], times[2]);
            Instant of_odd = std::min(first, times[3]);
            for (std::size_t s = kLanes; s < stride_; s += kLanes) {
                of_even = std::min(of_even, std::min(times[s], times[s + 2]));
                of_odd = std::min(of_odd, std::min(times[s + 1], times[s + 3]));
            }
            first = std::min(of_even, of_odd);
        }
        return {static_cast<std::uint32_t>(first & kSlotMask), first >> kSlotBits};
    }

    void set(std::size_t server, std::uint32_t slot, Instant at) {
        Instant* times = &times_[server * stride_];
        std::size_t node = leaves_ + slot;
        times[node] = at << kSlotBits | slot;
        for (node = leaves_ == 0 ? 0 : node / 2; node > 0; node /= 2) {
            times[node] = std::min(times[2 * node], times[2 * node + 1]);
        }
    }

    /// When the last of them is free.
    Instant last(std::size_t server) const {
        const Instant* times = &times_[server * stride_ + leaves_];
        return *std::max_element(times, times + usable_[server]) >> kSlotBits;
    }

    void prefetch(std::size_t server) const { __builtin_prefetch(&times_[server * stride_]); }

   private:
    static constexpr int kSlotBits = 10;
    static constexpr Instant kSlotMask = (1 << kSlotBits) - 1;
    static constexpr std::uint32_t kMostScanned = 16;
    static constexpr std::uint32_t kLanes = 4;  // rows that are scanned are as long as a multiple of it

    bool scans_;
    std::size_t leaves_;  // of a tree; 0: a row is scanned
    std::size_t stride_;
    std::vector<Instant, boost::alignment::aligned_allocator<Instant, 64>>
        times_;  // time << kSlotBits | slot; of trees: the root at 1, leaves from leaves_ on
    std::vector<std::uint32_t> usable_;
};

}  // namespace rollcast
