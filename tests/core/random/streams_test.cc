#include "rollcast/random/streams.h"

#include <array>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

std::array<std::uint32_t, 5> first_words(Stream stream) { return {stream(), stream(), stream(), stream(), stream()}; }
using Words = std::array<std::uint32_t, 5>;

// Computed with a Philox written apart in Python, from the address as streams.h lays it out.
TEST(Streams, GiveTheWordsThatTheirAddressSays) {
    EXPECT_EQ(first_words(StreamSpace(2024, 7).stream(Purpose::kStart, 11)),
              (Words{0x26b61177, 0xfe0eacf1, 0x64d61278, 0xda04275e, 0x368cea9e}));
    const std::uint64_t last_but_one = (std::uint64_t{1} << 56) - 2;
    EXPECT_EQ(first_words(StreamSpace(0x0123456789abcdef, 0xfedcba98).stream(Purpose::kApproval, last_but_one)),
              (Words{0x36f0a482, 0xac8fab94, 0x0d0d682e, 0x508e260c, 0x755cd8c5}));
}

TEST(Streams, DifferWhereAnyPartOfTheAddressDoes) {
    std::set<Words> seen;
    std::size_t streams = 0;
    for (const std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32, ~0ULL}) {
        for (const std::uint32_t replication : {0U, 1U, 0x80000000U}) {
            for (const Purpose purpose : {Purpose::kRequest, Purpose::kTruth, Purpose::kApproval}) {
                for (const std::uint64_t entity : {0ULL, 1ULL, 1ULL << 31, 1ULL << 32, 1ULL << 40, 1ULL << 55}) {
                    seen.insert(first_words(StreamSpace(seed, replication).stream(purpose, entity)));
                    ++streams;
                }
            }
        }
    }
    EXPECT_EQ(seen.size(), streams);
}

TEST(Streams, DoNotDependOnOneAnother) {
    const StreamSpace space(3, 4);
    Stream a = space.stream(Purpose::kPull, 1);
    Stream b = space.stream(Purpose::kPull, 2);
    std::vector<std::uint32_t> mixed_a, mixed_b;
    for (int i = 0; i < 10; ++i) {
        mixed_a.push_back(a());
        if (i % 3 == 0) mixed_b.push_back(b());
    }
    Stream b_alone = space.stream(Purpose::kPull, 2);
    for (const std::uint32_t word : mixed_b) EXPECT_EQ(word, b_alone());
    Stream a_alone = space.stream(Purpose::kPull, 1);
    for (const std::uint32_t word : mixed_a) EXPECT_EQ(word, a_alone());
}

// Neighbouring addresses are as good as independent: over 4,000 streams each bit of the first word is set in half of
// them, and equal in neighbours half of the time. 64 comparisons at 4.5 sigma: a false alarm is rarer than 1 in 2,000
// for an arbitrary seed, and the seed is fixed.
TEST(Streams, OfNeighbouringEntitiesLookIndependent) {
    constexpr int kStreams = 4000;
    const double most = 4.5 * std::sqrt(kStreams / 4.0);
    std::array<int, 32> ones{}, changes{};
    std::uint32_t previous = 0;
    for (std::uint64_t entity = 0; entity < kStreams; ++entity) {
        const std::uint32_t word = StreamSpace(1, 0).stream(Purpose::kCrash, entity)();
        for (std::size_t bit = 0; bit < 32; ++bit) {
            ones[bit] += word >> bit & 1;
            changes[bit] += (word ^ previous) >> bit & 1;
        }
        previous = word;
    }
    for (std::size_t bit = 0; bit < 32; ++bit) {
        EXPECT_NEAR(ones[bit], kStreams / 2, most) << "bit " << bit;
        EXPECT_NEAR(changes[bit], kStreams / 2, most) << "bit " << bit;
    }
}

TEST(Streams, ACopyGoesOnAsTheOriginal) {
    Stream original = StreamSpace(5, 6).stream(Purpose::kWarmUp, 7);
    for (int i = 0; i < 6; ++i) original();
    Stream copy = original;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(original(), copy());
}

TEST(Streams, RekeyedDivergeByBranchAndAreReproducible) {
    const StreamSpace space(2024, 7);
    const auto words = [](const StreamSpace& s) { return first_words(s.stream(Purpose::kStart, 11)); };
    EXPECT_EQ(words(space.rekeyed(5)), words(space.rekeyed(5)));
    EXPECT_EQ(words(space.rekeyed(5)), (Words{0x489d46aa, 0xdc80fb01, 0xc89a9d2c, 0x7887e809, 0x798c5480}));
    std::set<Words> seen{words(space)};
    for (std::uint64_t branch = 0; branch < 100; ++branch) seen.insert(words(space.rekeyed(branch)));
    seen.insert(words(space.rekeyed(1).rekeyed(2)));
    seen.insert(words(space.rekeyed(2).rekeyed(1)));
    EXPECT_EQ(seen.size(), 103U);
}

// One more in the seed must not be one more in the branch: else branch b of study s would be branch b + 1 of study s
// - 1.
TEST(Streams, RekeyedMixSeedAndBranch) {
    std::set<PhiloxKey> keys;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        for (std::uint64_t branch = 0; branch < 64; ++branch) keys.insert(StreamSpace(seed, 0).rekeyed(branch).key());
    }
    EXPECT_EQ(keys.size(), 64U * 64U);
}

}  // namespace
}  // namespace rollcast
