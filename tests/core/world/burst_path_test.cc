#include "rollcast/world/burst_path.h"

#include <cmath>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(BurstPath, OfTrafficWithoutBurstsIsOneStay) {
    const Traffic traffic;
    const BurstPath path(traffic, StreamSpace(1, 0), Time{});
    EXPECT_EQ(path.factor(traffic), 1);
    EXPECT_EQ(path.stay_end(), BurstPath::kTooLate);
}

// Stays are exponential: the mean of n is off by their mean over the root of n; bounds of 5 deviations.
TEST(BurstPath, HasStaysOfTheirMeansInTurn) {
    constexpr int kStays = 10'000;
    const Traffic traffic{.bursts = Bursts{.factor = 4, .mean_quiet = 30s, .mean_burst = 5s}};
    const StreamSpace streams(20240601, 0);
    BurstPath path(traffic, streams, Time{} - 10min);
    double in_burst = 0, quiet = 0;
    std::int64_t at = Duration(-10min).count();
    for (int i = 0; i < 2 * kStays; ++i) {
        ASSERT_GT(path.stay_end(), at);
        const double before = path.factor(traffic);
        (before == 4 ? in_burst : quiet) += static_cast<double>(path.stay_end() - at) * 1e-9;
        at = path.stay_end();
        path.next(traffic, streams);
        ASSERT_EQ(path.factor(traffic), before == 4 ? 1 : 4);
    }
    EXPECT_NEAR(in_burst / kStays, 5, 5 * 5 / std::sqrt(kStays));
    EXPECT_NEAR(quiet / kStays, 30, 5 * 30 / std::sqrt(kStays));
}

TEST(BurstPath, BeginsAsItIsAtAnyTime) {
    constexpr int kTimes = 10'000;
    const Traffic traffic{.bursts = Bursts{.factor = 4, .mean_quiet = 30s, .mean_burst = 10s}};
    int bursts = 0;
    for (std::uint32_t i = 0; i < kTimes; ++i)
        bursts += BurstPath(traffic, StreamSpace(3, i), Time{}).factor(traffic) == 4;
    EXPECT_NEAR(bursts, .25 * kTimes, 5 * std::sqrt(kTimes * .25 * .75));
}

}  // namespace
}  // namespace rollcast
