#include "rollcast/world/request.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(AttemptId, NamesTheRequestAndTheAttempt) {
    const AttemptId third = (AttemptId{2} << kOrdinalBits) + 12345;
    EXPECT_EQ(ordinal_of(third), 12345u);
    EXPECT_EQ(attempt_of(third), 2u);
    const AttemptId last = (AttemptId{1} << kOrdinalBits) - 1;
    EXPECT_EQ(ordinal_of(last), last);
    EXPECT_EQ(attempt_of(last), 0u);
}

TEST(AttemptId, OfALaterAttemptIsLarger) {
    EXPECT_LT((AttemptId{1} << kOrdinalBits) - 1, AttemptId{1} << kOrdinalBits);
}

TEST(Instant, IsATimeAsANumber) {
    const Time before = Time{} - std::chrono::milliseconds(3);
    EXPECT_EQ(instant(before), -3'000'000);
    EXPECT_EQ(time_of(instant(before)), before);
    EXPECT_EQ(time_of(kNoInstant), kNever);
}

}  // namespace
}  // namespace rollcast
