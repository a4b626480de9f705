#include "rollcast/model/traffic.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

// 1 until 10 s, a line to 3 at 20 s, a jump to 0 until 30 s, then 2.
const std::vector<RatePoint> kShape{{10s, 1}, {20s, 3}, {20s, 0}, {30s, 0}, {30s, 2}};

TEST(Shape, HoldsItsFirstFactorBeforeItAndItsLastAfterIt) {
    EXPECT_EQ(shape_from(kShape, -5s).first, 1);
    EXPECT_EQ(shape_from(kShape, -5s).end, 10s);
    EXPECT_EQ(shape_from(kShape, 31s).first, 2);
    EXPECT_EQ(shape_from(kShape, 31s).last, 2);
    EXPECT_EQ(shape_from(kShape, 31s).end, Duration::max());
    EXPECT_EQ(shape_from({}, 7s).first, 1);
    EXPECT_EQ(shape_from({}, 7s).end, Duration::max());
}

TEST(Shape, IsStraightBetweenPointsAndBelongsToTheLaterPieceAtAJump) {
    const ShapePiece half = shape_from(kShape, 15s);
    EXPECT_DOUBLE_EQ(half.first, 2);
    EXPECT_EQ(half.last, 3);
    EXPECT_EQ(half.end, 20s);
    EXPECT_EQ(shape_from(kShape, 20s).first, 0);
    EXPECT_EQ(shape_from(kShape, 20s - 1ns).last, 3);
    EXPECT_EQ(shape_from(kShape, 30s).first, 2);
}

TEST(Shape, OfTwoIsTheirProductAtEachPointOfEither) {
    const std::vector<RatePoint> other{{15s, .5}, {25s, .5}, {25s, 2}};
    const std::vector<RatePoint> both = product(kShape, other);
    for (const Duration at : {-5s, 10s, 15s, 20s, 25s, 30s, 99s}) {
        EXPECT_DOUBLE_EQ(shape_from(both, at).first, shape_from(kShape, at).first * shape_from(other, at).first);
    }
    EXPECT_DOUBLE_EQ(shape_from(both, 20s - 1ns).last, 1.5) << "up to the jump";
    EXPECT_DOUBLE_EQ(shape_from(both, 12s).first, (shape_from(kShape, 12s).first) * .5) << "straight in between";
    EXPECT_EQ(product({}, other).size(), other.size());
    EXPECT_EQ(product(kShape, {}).size(), kShape.size());
}

TEST(MeanRate, IsTheIntegralOverTheWindow) {
    const Traffic traffic{.rate = 10, .shape = kShape};
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 0s, 10s), 10);
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 10s, 20s), 20);
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 12s, 15s), 17);  // from 14 to 20
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 20s, 30s), 0);
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 0s, 40s), (100. + 200 + 0 + 200) / 40);
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 15s, 15s), 20) << "an empty window: the rate there";
    EXPECT_DOUBLE_EQ(mean_rate({.rate = 7}, -1h, 1h), 7);
}

TEST(PeakRate, IsTheHighestPointOfTheWindow) {
    const Traffic traffic{.rate = 10, .shape = kShape};
    EXPECT_DOUBLE_EQ(peak_rate(traffic, 0s, 40s), 30);
    EXPECT_DOUBLE_EQ(peak_rate(traffic, 0s, 15s), 20) << "in the middle of a line";
    EXPECT_DOUBLE_EQ(peak_rate(traffic, 20s, 29s), 0);
    EXPECT_DOUBLE_EQ(peak_rate(traffic, 29s, 60s), 20);
}

TEST(Rates, HaveBurstsAveragedIn) {
    // 10 s in 40 are at three times the rate: 1.5 on average.
    const Traffic traffic{.rate = 10, .bursts = Bursts{.factor = 3, .mean_quiet = 30s, .mean_burst = 10s}};
    EXPECT_DOUBLE_EQ(rate_at(traffic, Time{}), 15);
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 0s, 5s), 15);
    EXPECT_DOUBLE_EQ(peak_rate(traffic, 0s, 5s), 15);
}

TEST(Rates, OfGivenArrivalsAreTheirCounts) {
    std::vector<std::int64_t> at;
    for (int i = 0; i < 60; ++i) at.push_back(Duration(i * 1s).count());            // one a second for a minute,
    for (int i = 0; i < 600; ++i) at.push_back(Duration(60s + i * 100ms).count());  // then ten
    const Traffic traffic{.rate = 5, .replay = std::make_shared<const std::vector<std::int64_t>>(at)};
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 0s, 120s), 5.5);
    EXPECT_DOUBLE_EQ(mean_rate(traffic, 0s, 240s), 2.75);
    EXPECT_DOUBLE_EQ(rate_at(traffic, Time{} + 30s), 1);
    EXPECT_DOUBLE_EQ(rate_at(traffic, Time{} + 90s), 10);
    EXPECT_DOUBLE_EQ(peak_rate(traffic, 0s, 120s), 10);
}

}  // namespace
}  // namespace rollcast
