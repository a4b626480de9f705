#pragma once
// When each slot of each server is free for the next admission, and which is the first: a scan where slots are few, a
// winner tree where they are many.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include <boost/align/aligned_allocator.hpp>

#include "rollcast/random/instruction_set.h"
#include "rollcast/world/request.h"

namespace rollcast {

class SlotTimes {
   public:
    // Chosen so that differences of keys do not overflow.
    static constexpr Instant kFree = -(Instant{1} << 50);     // since ever
    static constexpr Instant kGone = 7 * (Instant{1} << 50);  // a slot that the server lacks

    struct First {
        std::uint32_t slot;
        Instant at;
    };

    explicit SlotTimes(std::uint32_t slots)
        : leaves_(slots <= kMostScanned ? 0 : std::bit_ceil(slots)),
          stride_(leaves_ == 0 ? (slots + kLine - 1) / kLine * kLine : 2 * leaves_) {}

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
        const Instant* times = row(server);
        Instant first = times[1];
        if (leaves_ == 0) {
            // Which is the first is anybody's guess: select, do not branch.
            Instant of_even = std::min(times[0], times[2]);
            Instant of_odd = std::min(first, times[3]);
            for (std::size_t s = 4; s < stride_; s += 4) {
                of_even = std::min(of_even, std::min(times[s], times[s + 2]));
                of_odd = std::min(of_odd, std::min(times[s + 1], times[s + 3]));
            }
            first = std::min(of_even, of_odd);
        }
        return {static_cast<std::uint32_t>(first & kSlotMask), first >> kSlotBits};
    }

    void set(std::size_t server, std::uint32_t slot, Instant at) {
        Instant* times = row(server);
        std::size_t node = leaves_ + slot;
        Instant first = times[node] = at << kSlotBits | slot;
        if (leaves_ == 0) return;
        for (; node > 1; node /= 2) times[node / 2] = first = std::min(first, times[node ^ 1]);
    }

    Instant at(std::size_t server, std::uint32_t slot) const { return row(server)[leaves_ + slot] >> kSlotBits; }
    /// When the last of them is free.
    Instant last(std::size_t server) const {
        const Instant* times = row(server) + leaves_;
        return *std::max_element(times, times + usable_[server]) >> kSlotBits;
    }
    /// Slots of the server.
    std::uint32_t usable(std::size_t server) const { return usable_[server]; }

    // ---- for rows that are scanned ----
    static constexpr std::uint32_t kLine = 8;  // such rows are as long as one of these, or two
    static constexpr std::uint32_t kMostScanned = 2 * kLine;
    /// How long they are; 0: rows are trees.
    std::uint32_t scanned() const { return leaves_ == 0 ? static_cast<std::uint32_t>(stride_) : 0; }
    // kRow: scanned().
    /// A bit for each slot that is not free at `now`, and for those that the server lacks.
    template <std::uint32_t kRow, InstructionSet kMay = InstructionSet::kBaseline>
    std::uint32_t busy(std::size_t server, Instant now) const {
        const Instant* times = times_.data() + server * kRow;
        const Instant limit = now << kSlotBits | kSlotMask;
        std::uint32_t mask = 0;
#ifdef __x86_64__
        if constexpr (kMay >= InstructionSet::kAvx2) return busy_avx2<kRow>(limit, times);
#endif
        for (std::uint32_t s = 0; s < kRow; s += 4) mask |= signs_of_difference(limit, times + s) << s;
        return mask;
    }
    template <std::uint32_t kRow>
    void set(std::size_t server, std::uint32_t slot, Instant at) {
        if constexpr (kRow == 0) return set(server, slot, at);
        times_[server * kRow + slot] = at << kSlotBits | slot;
    }
    const Instant* data() const { return times_.data(); }

   private:
    static constexpr int kSlotBits = 10;
    static constexpr Instant kSlotMask = (1 << kSlotBits) - 1;

    const Instant* row(std::size_t server) const { return times_.data() + server * stride_; }
    Instant* row(std::size_t server) { return times_.data() + server * stride_; }

    /// Bit i: minuend < subtrahends[i], for four of them.
    static std::uint32_t signs_of_difference(Instant minuend, const Instant* subtrahends) {
#ifdef __SSE2__  // does not compare 64 bits, but subtracts them
        const __m128i from = _mm_set1_epi64x(minuend);
        const auto* pairs = reinterpret_cast<const __m128i*>(subtrahends);
        const __m128i low = _mm_sub_epi64(from, _mm_load_si128(pairs));
        const __m128i high = _mm_sub_epi64(from, _mm_load_si128(pairs + 1));
        constexpr int kUpperHalves = 0b11011101;
        const __m128 signs = _mm_shuffle_ps(_mm_castsi128_ps(low), _mm_castsi128_ps(high), kUpperHalves);
        return static_cast<std::uint32_t>(_mm_movemask_ps(signs));
#else
        std::uint32_t mask = 0;
        for (std::uint32_t i = 0; i < 4; ++i) mask |= std::uint32_t{minuend < subtrahends[i]} << i;
        return mask;
#endif
    }

#ifdef __x86_64__
    template <std::uint32_t kRow>
    __attribute__((target("avx2,bmi,popcnt"))) static inline std::uint32_t busy_avx2(Instant limit,
                                                                                     const Instant* times) {
        const __m256i limits = _mm256_set1_epi64x(limit);
        std::uint32_t mask = 0;
        for (std::uint32_t s = 0; s < kRow; s += 4) {
            const __m256i later =
                _mm256_cmpgt_epi64(_mm256_load_si256(reinterpret_cast<const __m256i*>(times + s)), limits);
            mask |= static_cast<std::uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(later))) << s;
        }
        return mask;
    }
#endif

    std::size_t leaves_;  // of a tree; 0: a row is scanned
    std::size_t stride_;
    std::vector<Instant, boost::alignment::aligned_allocator<Instant, 64>>
        times_;  // time << kSlotBits | slot; of trees: the root at 1, leaves from leaves_ on
    std::vector<std::uint32_t> usable_;
};

}  // namespace rollcast
