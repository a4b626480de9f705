#include "rollcast/stats/counters.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Counters, CountErrorsAsAllThatIsNot200) {
    Counters counters;
    counters.by_code = {10, 1, 2, 3};
    EXPECT_EQ(counters.requests(), 16);
    EXPECT_EQ(counters.errors(), 6);
}

TEST(Counters, AWindowIsADifferenceOfSnapshots) {
    Counters before, window;
    before.by_code = {5, 1, 0, 0};
    before.by_latency[3] = 6;
    window.by_code = {7, 0, 2, 1};
    window.by_latency[0] = 4;
    window.by_latency[3] = 6;
    EXPECT_EQ((before + window) - before, window);
    EXPECT_EQ((before + window).by_latency[3], 12);
}

}  // namespace
}  // namespace rollcast
