#include "rollcast/random/quantile_table.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <mutex>
#include <utility>

#include "rollcast/base/check.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace rollcast {
namespace {

/// The last few values that were made, so that they need not be made again.
template <typename Key, typename Value>
class Recent {
   public:
    template <typename Make>
    Value find_or(const Key& key, Make make) {
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [known, value] : values_) {
                if (known == key) return value;
            }
        }
        Value made = make();  // unlocked: two threads may do the same work once
        const std::lock_guard lock(mutex_);
        values_.emplace_front(key, made);
        if (values_.size() > kMost) values_.pop_back();
        return made;
    }

   private:
    static constexpr std::size_t kMost = 32;
    std::mutex mutex_;
    std::deque<std::pair<Key, Value>> values_;
};

}  // namespace

QuantileTable::Entries QuantileTable::tabulate(const Distribution& distribution) {
    Entries entries;
    for (std::uint32_t upper = 0; upper < 2; ++upper) {
        const auto start_of_bin = [&](std::uint32_t bin) {
            // The bits that operator() takes apart, put together again.
            const double share = std::ldexp(std::bit_cast<float>((kFirstBin + bin) << kFractionBits), -32);
            return static_cast<float>(upper ? upper_quantile(distribution, share) : quantile(distribution, share));
        };
        Entry* const side = &entries[upper * kBins];
        float value = start_of_bin(0);
        for (std::uint32_t bin = 0; bin + 1 < kBins; ++bin) {
            const float next = start_of_bin(bin + 1);
            side[bin] = {value, std::ldexp(next - value, -kFractionBits)};
            value = next;
        }
        side[kBins - 1] = {value, 0};
    }
    return entries;
}

QuantileTable::QuantileTable(const Distribution& distribution) {
    static Recent<Distribution, std::shared_ptr<const Entries>> recent;
    entries_ = recent.find_or(distribution, [&] { return std::make_shared<const Entries>(tabulate(distribution)); });
}

/// The loops of quantiles(): operator() on columns.
struct QuantileColumns {
    using Table = QuantileTable;

    static void baseline(const Table::Entry* entries, const std::uint32_t* words, float scale, float* out,
                         std::size_t n) {
        // In two steps, so that the first vectorises.
        constexpr std::size_t kMost = 64;
        std::array<std::uint32_t, kMost> bin;
        std::array<float, kMost> fraction;
        for (; n > 0;) {
            const std::size_t now = std::min(n, kMost);
            for (std::size_t i = 0; i < now; ++i) {
                const auto place = Table::place_of(words[i]);
                bin[i] = place.bin;
                fraction[i] = place.fraction;
            }
            for (std::size_t i = 0; i < now; ++i)
                out[i] = (entries[bin[i]].value + entries[bin[i]].rise * fraction[i]) * scale;
            n -= now;
            words += now;
            out += now;
        }
    }

#ifdef __x86_64__
    // Not gathered: eight plain loads are faster here, and on the processors whose gather has been mended they are much
    // faster. AVX-512 would be more of the same loads.
    __attribute__((target("avx2"))) static std::size_t avx2(const Table::Entry* entries, const std::uint32_t* words,
                                                            float scale, float* out, std::size_t n) {
        const __m256i fraction_mask = _mm256_set1_epi32(Table::kFractionMask);
        const __m256i upper_bins = _mm256_set1_epi32(Table::kBins), first_bin = _mm256_set1_epi32(Table::kFirstBin);
        const __m256 half = _mm256_set1_ps(.5f), scales = _mm256_set1_ps(scale);
        std::size_t i = 0;
        for (; i + 8 <= n; i += 8) {
            const __m256i word = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words + i));
            const __m256i upper = _mm256_srai_epi32(word, 31);
            const __m256 tail = _mm256_cvtepi32_ps(_mm256_xor_si256(word, upper));
            const __m256i bits = _mm256_castps_si256(_mm256_add_ps(tail, half));
            const __m256 fraction = _mm256_cvtepi32_ps(_mm256_and_si256(bits, fraction_mask));
            const __m256i bin = _mm256_sub_epi32(_mm256_srli_epi32(bits, Table::kFractionBits), first_bin);
            alignas(32) std::array<std::uint32_t, 8> at;
            _mm256_store_si256(reinterpret_cast<__m256i*>(at.data()),
                               _mm256_add_epi32(bin, _mm256_and_si256(upper, upper_bins)));
            const auto load = [&](std::uint32_t a) { return std::bit_cast<double>(entries[a]); };
            const __m256 even = _mm256_castpd_ps(_mm256_set_pd(load(at[5]), load(at[4]), load(at[1]), load(at[0])));
            const __m256 odd = _mm256_castpd_ps(_mm256_set_pd(load(at[7]), load(at[6]), load(at[3]), load(at[2])));
            const __m256 value = _mm256_shuffle_ps(even, odd, 0b10001000);
            const __m256 rise = _mm256_shuffle_ps(even, odd, 0b11011101);
            const __m256 quantile = _mm256_add_ps(value, _mm256_mul_ps(rise, fraction));
            _mm256_storeu_ps(out + i, _mm256_mul_ps(quantile, scales));
        }
        return i;
    }
#endif
};

void quantiles(const QuantileTable& table, const std::uint32_t* words, float scale, float* out, std::size_t n,
               InstructionSet level) {
    ensure(level <= best_instruction_set(), "this machine lacks the instructions asked for");
    std::size_t done = 0;
#ifdef __x86_64__
    if (level >= InstructionSet::kAvx2) done = QuantileColumns::avx2(table.entries_->data(), words, scale, out, n);
#endif
    QuantileColumns::baseline(table.entries_->data(), words + done, scale, out + done, n - done);
}

}  // namespace rollcast
