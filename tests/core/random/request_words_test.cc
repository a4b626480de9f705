#include "rollcast/random/request_words.h"

#include <memory>

#include <gtest/gtest.h>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

TEST(RequestWords, AreTheWordsOfEachRequestsStream) {
    const auto words = std::make_unique<RequestWords>();
    for (const StreamSpace& streams : {StreamSpace(1, 0), StreamSpace(0xfedcba9876543210, 0xffffffff)}) {
        for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{256}, (std::uint64_t{1} << 32) - 256,
                                          std::uint64_t{1} << 32, (std::uint64_t{1} << 56) - 256}) {
            request_words(streams, first, *words);
            for (std::size_t i = 0; i < kRequestBlock; ++i) {
                const PhiloxCounter expected = philox4x32(streams.counter(Purpose::kRequest, first + i), streams.key());
                ASSERT_EQ(words->gap[i], expected[0]) << first << " + " << i;
                ASSERT_EQ(words->service[i], expected[1]) << first << " + " << i;
                ASSERT_EQ(words->error[i], expected[2]) << first << " + " << i;
                ASSERT_EQ(words->balance[i], expected[3]) << first << " + " << i;
            }
        }
    }
}

TEST(RequestWords, StartOnlyAtWholeBlocks) {
    RequestWords words;
    EXPECT_THROW(request_words(StreamSpace(1, 0), 255, words), InvariantError);
}

}  // namespace
}  // namespace rollcast
