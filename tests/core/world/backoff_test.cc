#include "rollcast/world/backoff.h"

#include <vector>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

/// The waits before each restart of a process that lives for `life` each time.
std::vector<Duration> waits(Duration life, int restarts) {
    const Backoff limits;
    RestartBackoff backoff;
    std::vector<Duration> found;
    Time start{};
    for (int i = 0; i < restarts; ++i) {
        const Time died = start + life;
        found.push_back(backoff.wait(limits, died));
        start = died + found.back();
        backoff.next(limits, died, start);
    }
    return found;
}

TEST(RestartBackoff, RestartsAtOnceThenDoublesUpToFiveMinutes) {
    const std::vector<Duration> expected{0s, 10s, 20s, 40s, 80s, 160s, 300s, 300s};
    EXPECT_EQ(waits(1s, 8), expected);
}

TEST(RestartBackoff, ForgetsAfterMoreThanTenMinutesButNotAfterExactlyTen) {
    EXPECT_EQ(waits(600s, 3), (std::vector<Duration>{0s, 10s, 20s}));
    EXPECT_EQ(waits(601s, 3), (std::vector<Duration>{0s, 0s, 0s}));
}

}  // namespace
}  // namespace rollcast
