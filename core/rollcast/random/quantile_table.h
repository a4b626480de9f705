#pragma once
// One 32-bit word in, one variate out, for any distribution at the same price and without libm: the inverse of the
// distribution function, tabulated over both tails (128 bins an octave) and interpolated linearly, in single precision.
// Exactly one word a variate, so that another plan's draws never shift. Relative error for tails down to 1e-6: below
// 1e-5 for exponentials, Erlangs and lognormals up to sigma 1, 2.5e-5 at sigma 2 and for a Weibull of shape 1/2. A
// distribution that bends within a bin (a mixture of very unlike phases, an empirical one) is wrong there, not in its
// mean: by parts in a thousand. The entries are rounded to single precision,
// so that two machines whose libm differ in the last bit build the same table.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "rollcast/random/distribution.h"
#include "rollcast/random/instruction_set.h"

namespace rollcast {

/// Cheap to copy: copies share the entries. So do tables of equal distributions, as long as the process remembers them
/// (the last few), because a study builds the same ones for every replication.
class QuantileTable {
   public:
    explicit QuantileTable(const Distribution& distribution);

    /// The quantile at (word + 1/2) / 2^32.
    float operator()(std::uint32_t word) const {
        const Place place = place_of(word);
        const Entry& entry = (*entries_)[place.bin];
        return entry.value + entry.rise * place.fraction;
    }

    friend void quantiles(const QuantileTable& table, const std::uint32_t* words, float scale, float* out,
                          std::size_t n, InstructionSet level);

   private:
    friend struct QuantileColumns;

    struct Entry {
        float value;  // at the start of the bin
        float rise;   // over 2^-16 of the bin
    };
    // A bin is named by the exponent and the first bits of the tail's mantissa. tail + 1/2 runs from 2^-1 to 2^31,
    // which is reached by rounding and has a bin of its own.
    static constexpr int kFractionBits = 16;
    static constexpr std::uint32_t kFractionMask = (1U << kFractionBits) - 1;
    static constexpr std::uint32_t kFirstBin = std::bit_cast<std::uint32_t>(.5f) >> kFractionBits;
    static constexpr std::uint32_t kBins = (std::bit_cast<std::uint32_t>(0x1p31f) >> kFractionBits) - kFirstBin + 1;
    using Entries = std::array<Entry, 2 * kBins>;  // the lower tail, then the upper

    struct Place {
        std::uint32_t bin;
        float fraction;  // of the bin, in units of its rise
    };
    static Place place_of(std::uint32_t word) {
        const std::uint32_t upper = -(word >> 31);                                      // all ones in the upper half
        const auto tail = static_cast<float>(static_cast<std::int32_t>(word ^ upper));  // distance from the nearer end
        const auto bits = std::bit_cast<std::uint32_t>(tail + .5f);
        return {(bits >> kFractionBits) - kFirstBin + (upper & kBins),
                static_cast<float>(static_cast<std::int32_t>(bits & kFractionMask))};
    }

    static Entries tabulate(const Distribution& distribution);

    std::shared_ptr<const Entries> entries_;
};

/// out[i] = table(words[i]) * scale, the same bits at every level. The machine must support `level`.
void quantiles(const QuantileTable& table, const std::uint32_t* words, float scale, float* out, std::size_t n,
               InstructionSet level = best_instruction_set());

}  // namespace rollcast
