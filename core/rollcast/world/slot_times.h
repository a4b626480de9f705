#pragma once
// When each slot of each server is free for the next admission, and which is the first: a scan where slots are few, a
// winner tree where they are many.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "rollcast/world/request.h"

namespace rollcast {

class SlotTimes {
   public:
    static constexpr Instant kFree = std::numeric_limits<Instant>::min() >> 11;  // since ever
    static constexpr Instant kGone = std::numeric_limits<Instant>::max() >> 11;  // a slot that the server lacks

    struct First {
        std::uint32_t slot;
        Instant at;
    };

    explicit SlotTimes(std::uint32_t slots)
        : slots_(slots), leaves_(std::bit_ceil(slots)), scans_(slots <= kMostScanned) {}

    /// One server more, with the first `usable` of its slots.
    void add(std::uint32_t usable) {
        const std::size_t server = servers_++;
        times_.resize(servers_ * stride(), kGone << kSlotBits);
        usable_.push_back(usable);
        reset(server);
    }
    void reset(std::size_t server) {
        for (std::uint32_t slot = 0; slot < usable_[server]; ++slot) set(server, slot, kFree);
    }

    First first(std::size_t server) const {
        const Instant* times = &times_[server * stride()];
        if (!scans_) return {static_cast<std::uint32_t>(times[1] & kSlotMask), times[1] >> kSlotBits};
        Instant earliest = times[0];
        std::uint32_t slot = 0;
        for (std::uint32_t s = 1; s < slots_; ++s) {  // which is the first is anybody's guess: select, do not branch
            const bool earlier = times[s] < earliest;
            earliest = earlier ? times[s] : earliest;
            slot = earlier ? s : slot;
        }
        return {slot, earliest >> kSlotBits};
    }

    void set(std::size_t server, std::uint32_t slot, Instant at) {
        Instant* times = &times_[server * stride()];
        if (scans_) {
            times[slot] = at << kSlotBits;
            return;
        }
        std::size_t node = leaves_ + slot;
        times[node] = at << kSlotBits | slot;
        for (node /= 2; node > 0; node /= 2) times[node] = std::min(times[2 * node], times[2 * node + 1]);
    }

    /// When the last of them is free.
    Instant last(std::size_t server) const {
        const Instant* times = &times_[server * stride() + (scans_ ? 0 : leaves_)];
        Instant latest = kFree;
        for (std::uint32_t slot = 0; slot < usable_[server]; ++slot)
            latest = std::max(latest, times[slot] >> kSlotBits);
        return latest;
    }

    void prefetch(std::size_t server) const { __builtin_prefetch(&times_[server * stride()]); }

   private:
    static constexpr int kSlotBits = 10;
    static constexpr Instant kSlotMask = (1 << kSlotBits) - 1;
    static constexpr std::uint32_t kMostScanned = 16;
    std::size_t stride() const { return scans_ ? slots_ : 2 * leaves_; }

    std::uint32_t slots_;
    std::size_t leaves_;
    bool scans_;
    std::size_t servers_ = 0;
    std::vector<Instant> times_;  // times << kSlotBits; trees: | slot, root at 1
    std::vector<std::uint32_t> usable_;
};

}  // namespace rollcast
