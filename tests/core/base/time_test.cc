#include "rollcast/base/time.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(SimulatedTime, RoundsSecondsToTheNearestNanosecond) {
    EXPECT_EQ(from_seconds(1.5), 1'500'000'000ns);
    EXPECT_EQ(from_seconds(1.4e-9), 1ns);
    EXPECT_EQ(from_seconds(1.6e-9), 2ns);
    EXPECT_EQ(from_seconds(-1.6e-9), -2ns);
}

TEST(SimulatedTime, HoldsWhatDoesNotFitAtTheEnds) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(from_seconds(infinity), Duration::max());
    EXPECT_EQ(from_seconds(-infinity), Duration::min());
    EXPECT_EQ(from_seconds(1e300), Duration::max());
    EXPECT_EQ(from_seconds(9.3e9), Duration::max());
    EXPECT_EQ(from_seconds(std::nan("")), Duration::zero());
}

TEST(SimulatedTime, GoesToSecondsAndBack) {
    for (const Duration wait : {0ns, 1ns, 999'999'999ns, Duration(3h), Duration(-24h)}) {
        EXPECT_EQ(from_seconds(to_seconds(wait)), wait);
    }
}

TEST(SimulatedTime, NeverEndsAWaitOfACentury) {
    const Time now{5min};
    EXPECT_EQ(after(now, 1h), Time{65min});
    EXPECT_EQ(after(now, Duration::max()), kNever);
    EXPECT_EQ(after(now, std::chrono::hours(24 * 36525)), kNever);
    EXPECT_LT(after(now, std::chrono::hours(24 * 36525) - 1ns), kNever);
}

}  // namespace
}  // namespace rollcast
