#include "rollcast/stats/moments.h"

#include <vector>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Moments, OfNothingAreZero) {
    const Moments none;
    EXPECT_EQ(none.count(), 0);
    EXPECT_EQ(none.mean(), 0);
    EXPECT_EQ(none.variance(), 0);
}

TEST(Moments, OfOneValueHaveNoSpread) {
    Moments one;
    one.add(7);
    EXPECT_EQ(one.mean(), 7);
    EXPECT_EQ(one.variance(), 0);
}

TEST(Moments, AreThoseOfTheTextbook) {
    Moments sample;
    for (const double x : {2, 4, 4, 4, 5, 5, 7, 9}) sample.add(x);
    EXPECT_EQ(sample.count(), 8);
    EXPECT_DOUBLE_EQ(sample.mean(), 5);
    EXPECT_DOUBLE_EQ(sample.variance(), 32. / 7);
}

// The sum of squares would lose all digits of the spread here; Welford's update loses few.
TEST(Moments, KeepTheSpreadOfLargeValues) {
    Moments sample;
    for (const double x : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) sample.add(x);
    EXPECT_NEAR(sample.variance(), 30, 1e-6);
}

TEST(Moments, MergedAreThoseOfAllValues) {
    const std::vector<double> values{3, -1, 4, 1, -5, 9, 2, 6};
    for (std::size_t split = 0; split <= values.size(); ++split) {
        Moments all, left, right;
        for (std::size_t i = 0; i < values.size(); ++i) {
            all.add(values[i]);
            (i < split ? left : right).add(values[i]);
        }
        left.merge(right);
        EXPECT_EQ(left.count(), all.count());
        EXPECT_NEAR(left.mean(), all.mean(), 1e-14);  // rounding of sums of order 10
        EXPECT_NEAR(left.variance(), all.variance(), 1e-13);
    }
}

}  // namespace
}  // namespace rollcast
