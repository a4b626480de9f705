#include "rollcast/random/request_words.h"

#include "rollcast/base/check.h"

#ifdef __x86_64__
// GCC 12 takes the don't-care operands within the AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace rollcast {
namespace {

/// Where the four words of each counter go.
struct Columns {
    std::uint32_t* word[4];
};

#ifdef __x86_64__

// One lane of 64 bits holds one word of one counter in its low half. What the products leave in the high half is never
// read: the next product takes low halves only, and the end drops it. So a round is two products, two shifts and the
// exclusive ors. Two vectors go together, over the even and the odd counters: the end needs one shift and one blend to
// put them side by side.

struct RoundKeys {
    std::uint32_t word[10][2];
    explicit RoundKeys(PhiloxKey key) {
        for (auto& round : word) {
            round[0] = key[0];
            round[1] = key[1];
            key = {key[0] + kPhiloxWeyl0, key[1] + kPhiloxWeyl1};
        }
    }
};

void philox_baseline(PhiloxCounter first, PhiloxKey key, const Columns& out) {
    const RoundKeys keys(key);
    const __m128i multiply0 = _mm_set1_epi64x(kPhiloxMultiply0), multiply1 = _mm_set1_epi64x(kPhiloxMultiply1);
    const __m128i low_half = _mm_set1_epi64x(0xFFFFFFFF);
    for (std::uint32_t i = 0; i < kRequestBlock; i += 4) {
        __m128i state[2][4];
        for (std::uint32_t odd = 0; odd < 2; ++odd) {
            const std::uint32_t from = first[1] + i + odd;
            state[odd][0] = _mm_set1_epi64x(first[0]);
            state[odd][1] = _mm_set_epi64x(from + 2, from);
            state[odd][2] = _mm_set1_epi64x(first[2]);
            state[odd][3] = _mm_set1_epi64x(first[3]);
        }
#pragma GCC unroll 10
        for (const auto& round : keys.word) {
            const __m128i key0 = _mm_set1_epi64x(round[0]), key1 = _mm_set1_epi64x(round[1]);
            for (auto& c : state) {
                const __m128i product0 = _mm_mul_epu32(c[0], multiply0), product1 = _mm_mul_epu32(c[2], multiply1);
                c[0] = _mm_xor_si128(_mm_srli_epi64(product1, 32), _mm_xor_si128(c[1], key0));
                c[1] = product1;
                c[2] = _mm_xor_si128(_mm_srli_epi64(product0, 32), _mm_xor_si128(c[3], key1));
                c[3] = product0;
            }
        }
        for (int w = 0; w < 4; ++w) {
            const __m128i even = _mm_and_si128(state[0][w], low_half), odd = _mm_slli_epi64(state[1][w], 32);
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out.word[w] + i), _mm_or_si128(even, odd));
        }
    }
}

__attribute__((target("avx2"))) void philox_avx2(PhiloxCounter first, PhiloxKey key, const Columns& out) {
    const RoundKeys keys(key);
    const __m256i multiply0 = _mm256_set1_epi64x(kPhiloxMultiply0), multiply1 = _mm256_set1_epi64x(kPhiloxMultiply1);
    const __m256i evens = _mm256_set_epi64x(6, 4, 2, 0);
    for (std::uint32_t i = 0; i < kRequestBlock; i += 8) {
        __m256i state[2][4];
        for (std::uint32_t odd = 0; odd < 2; ++odd) {
            state[odd][0] = _mm256_set1_epi64x(first[0]);
            state[odd][1] = _mm256_add_epi64(_mm256_set1_epi64x(first[1] + i + odd), evens);
            state[odd][2] = _mm256_set1_epi64x(first[2]);
            state[odd][3] = _mm256_set1_epi64x(first[3]);
        }
#pragma GCC unroll 10
        for (const auto& round : keys.word) {
            const __m256i key0 = _mm256_set1_epi64x(round[0]), key1 = _mm256_set1_epi64x(round[1]);
            for (auto& c : state) {
                const __m256i product0 = _mm256_mul_epu32(c[0], multiply0);
                const __m256i product1 = _mm256_mul_epu32(c[2], multiply1);
                c[0] = _mm256_xor_si256(_mm256_srli_epi64(product1, 32), _mm256_xor_si256(c[1], key0));
                c[1] = product1;
                c[2] = _mm256_xor_si256(_mm256_srli_epi64(product0, 32), _mm256_xor_si256(c[3], key1));
                c[3] = product0;
            }
        }
        for (int w = 0; w < 4; ++w) {
            const __m256i both = _mm256_blend_epi32(state[0][w], _mm256_slli_epi64(state[1][w], 32), 0b10101010);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.word[w] + i), both);
        }
    }
}

__attribute__((target("avx512f"))) void philox_avx512(PhiloxCounter first, PhiloxKey key, const Columns& out) {
    const RoundKeys keys(key);
    const __m512i multiply0 = _mm512_set1_epi64(kPhiloxMultiply0), multiply1 = _mm512_set1_epi64(kPhiloxMultiply1);
    const __m512i evens = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    for (std::uint32_t i = 0; i < kRequestBlock; i += 16) {
        __m512i state[2][4];
        for (std::uint32_t odd = 0; odd < 2; ++odd) {
            state[odd][0] = _mm512_set1_epi64(first[0]);
            state[odd][1] = _mm512_add_epi64(_mm512_set1_epi64(first[1] + i + odd), evens);
            state[odd][2] = _mm512_set1_epi64(first[2]);
            state[odd][3] = _mm512_set1_epi64(first[3]);
        }
#pragma GCC unroll 10
        for (const auto& round : keys.word) {
            const __m512i key0 = _mm512_set1_epi64(round[0]), key1 = _mm512_set1_epi64(round[1]);
            for (auto& c : state) {
                const __m512i product0 = _mm512_mul_epu32(c[0], multiply0);
                const __m512i product1 = _mm512_mul_epu32(c[2], multiply1);
                constexpr int kXorOfThree = 0x96;
                c[0] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product1, 32), c[1], key0, kXorOfThree);
                c[1] = product1;
                c[2] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product0, 32), c[3], key1, kXorOfThree);
                c[3] = product0;
            }
        }
        for (int w = 0; w < 4; ++w) {
            const __m512i both = _mm512_mask_blend_epi32(0xAAAA, state[0][w], _mm512_slli_epi64(state[1][w], 32));
            _mm512_storeu_si512(out.word[w] + i, both);
        }
    }
}

#else

void philox_baseline(PhiloxCounter first, PhiloxKey key, const Columns& out) {
    for (std::uint32_t i = 0; i < kRequestBlock; ++i) {
        const PhiloxCounter words = philox4x32({first[0], first[1] + i, first[2], first[3]}, key);
        for (int w = 0; w < 4; ++w) out.word[w][i] = words[w];
    }
}

#endif

void words_of_block(const StreamSpace& streams, std::uint64_t first_ordinal, std::uint32_t block, InstructionSet level,
                    const Columns& out) {
    ensure(first_ordinal % kRequestBlock == 0, "a block of requests starts at a multiple of its size");
    ensure(first_ordinal < kMaxOrdinals, "there are more requests than ordinals");
    ensure(level <= best_instruction_set(), "this machine lacks the instructions asked for");
    PhiloxCounter first = streams.counter(Purpose::kRequest, first_ordinal);
    first[0] = block;
#ifdef __x86_64__
    if (level == InstructionSet::kAvx512) return philox_avx512(first, streams.key(), out);
    if (level == InstructionSet::kAvx2) return philox_avx2(first, streams.key(), out);
#endif
    philox_baseline(first, streams.key(), out);
}

}  // namespace

void request_words(const StreamSpace& streams, std::uint64_t first_ordinal, RequestWords& out, InstructionSet level) {
    words_of_block(streams, first_ordinal, 0, level,
                   {{out.gap.data(), out.service.data(), out.error.data(), out.balance.data()}});
}

void extra_words(const StreamSpace& streams, std::uint64_t first_ordinal, ExtraWords& out, InstructionSet level) {
    words_of_block(streams, first_ordinal, 1, level,
                   {{out.choice.data(), out.kind.data(), out.user.data(), out.spare.data()}});
}

std::array<std::uint32_t, 4> attempt_words(const StreamSpace& streams, std::uint64_t ordinal, std::uint32_t attempt,
                                           std::uint32_t block) {
    ensure(ordinal < kMaxOrdinals, "there are more requests than ordinals");
    ensure(attempt < 256, "there are more attempts than the address has room for");
    PhiloxCounter counter = streams.counter(Purpose::kRequest, std::uint64_t{attempt} << 48 | ordinal);
    counter[0] = block;
    return philox4x32(counter, streams.key());
}

}  // namespace rollcast
