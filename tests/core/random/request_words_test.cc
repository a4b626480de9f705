#include "rollcast/random/request_words.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/random/at_level.h"
#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr std::uint64_t kFirstOrdinals[]{0, 256, (std::uint64_t{1} << 32) - 256, std::uint64_t{1} << 32,
                                         kMaxOrdinals - 256};
const StreamSpace kSpaces[]{StreamSpace(1, 0), StreamSpace(0xfedcba9876543210, 0xffffffff)};

PhiloxCounter block_of_stream(const StreamSpace& streams, std::uint64_t entity, std::uint32_t block) {
    Stream stream = streams.stream(Purpose::kRequest, entity);
    for (std::uint32_t i = 0; i < 4 * block; ++i) stream();
    PhiloxCounter words;
    std::generate(words.begin(), words.end(), stream);
    return words;
}

using RequestWordsAtLevel = AtLevel;

TEST_P(RequestWordsAtLevel, AreTheWordsOfEachRequestsStream) {
    for (const StreamSpace& streams : kSpaces) {
        for (const std::uint64_t first : kFirstOrdinals) {
            RequestWords words{};
            ExtraWords extra{};
            request_words(streams, first, words, GetParam());
            extra_words(streams, first, extra, GetParam());
            for (std::size_t i = 0; i < kRequestBlock; ++i) {
                ASSERT_EQ((PhiloxCounter{words.gap[i], words.service[i], words.error[i], words.balance[i]}),
                          block_of_stream(streams, first + i, 0))
                    << first << " + " << i;
                ASSERT_EQ((PhiloxCounter{extra.choice[i], extra.kind[i], extra.user[i], extra.spare[i]}),
                          block_of_stream(streams, first + i, 1))
                    << first << " + " << i;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, RequestWordsAtLevel, kAllLevels, name_of);

TEST(RequestWords, OfAnAttemptAreThoseOfItsStream) {
    for (const StreamSpace& streams : kSpaces) {
        for (const std::uint64_t ordinal : {std::uint64_t{0}, std::uint64_t{1} << 32, kMaxOrdinals - 1}) {
            for (const std::uint32_t attempt : {0U, 1U, 255U}) {
                for (const std::uint32_t block : {0U, 1U, 2U}) {
                    EXPECT_EQ(attempt_words(streams, ordinal, attempt, block),
                              block_of_stream(streams, std::uint64_t{attempt} << 48 | ordinal, block));
                }
            }
        }
    }
}

TEST(RequestWords, StartOnlyAtWholeBlocks) {
    RequestWords words;
    EXPECT_THROW(request_words(StreamSpace(1, 0), 255, words), InvariantError);
    ExtraWords extra;
    EXPECT_THROW(extra_words(StreamSpace(1, 0), 255, extra), InvariantError);
}

// Beyond them the words would be those of another attempt.
TEST(RequestWords, EndWithTheOrdinals) {
    const StreamSpace streams(1, 0);
    RequestWords words;
    EXPECT_THROW(request_words(streams, kMaxOrdinals, words), InvariantError);
    EXPECT_THROW(attempt_words(streams, kMaxOrdinals, 0, 0), InvariantError);
    EXPECT_THROW(attempt_words(streams, 0, 256, 0), InvariantError);
}

TEST(RequestWords, RefuseInstructionsThatTheMachineLacks) {
    if (best_instruction_set() == InstructionSet::kAvx512) GTEST_SKIP() << "this machine has them all";
    RequestWords words;
    EXPECT_THROW(request_words(StreamSpace(1, 0), 0, words, InstructionSet::kAvx512), InvariantError);
}

}  // namespace
}  // namespace rollcast
