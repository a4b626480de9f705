#include "rollcast/base/amount.h"

#include <limits>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Amount, ResolvesACountToItself) {
    EXPECT_EQ(resolve(count(3), 10, Rounding::kUp), 3);
    EXPECT_EQ(resolve(count(3), 0, Rounding::kDown), 3);
}

TEST(Amount, RoundsAPercentageAsThePlaceWants) {
    EXPECT_EQ(resolve(percent(25), 10, Rounding::kUp), 3);
    EXPECT_EQ(resolve(percent(25), 10, Rounding::kDown), 2);
    EXPECT_EQ(resolve(percent(1), 1, Rounding::kUp), 1);
    EXPECT_EQ(resolve(percent(99), 1, Rounding::kDown), 0);
}

TEST(Amount, DoesNotRoundWhatIsWhole) {
    // In floating point 0.07 * 100 is above 7 and 0.29 * 100 below 29.
    for (int value = 0; value <= 100; ++value) {
        EXPECT_EQ(resolve(percent(value), 100, Rounding::kUp), value);
        EXPECT_EQ(resolve(percent(value), 100, Rounding::kDown), value);
    }
}

TEST(Amount, RoundsNegativePercentagesTheSameWay) {
    EXPECT_EQ(resolve(percent(-25), 10, Rounding::kUp), -2);
    EXPECT_EQ(resolve(percent(-25), 10, Rounding::kDown), -3);
}

TEST(Amount, ResolvesMoreThanTheWhole) { EXPECT_EQ(resolve(percent(150), 3, Rounding::kUp), 5); }

TEST(Amount, ReadsPercentages) {
    EXPECT_EQ(parse_amount("25%"), percent(25));
    EXPECT_EQ(parse_amount("0%"), percent(0));
    EXPECT_EQ(parse_amount("150%"), percent(150));
}

TEST(Amount, ReadsABareNumberAsAPercentageOnlyWhereThatIsTheRule) {
    EXPECT_EQ(parse_amount("25"), std::nullopt);
    EXPECT_EQ(parse_amount("25", true), percent(25));
    EXPECT_EQ(parse_amount("25%", true), percent(25));
}

TEST(Amount, RefusesWhatIsNoAmount) {
    for (const char* text : {"", "%", "25%%", "25 %", " 25%", "#%", "90#", "-5%", "+5%", "2.5%", "0x1%", "oops",
                             "99999999999999999999%"}) {
        EXPECT_EQ(parse_amount(text), std::nullopt) << text;
        EXPECT_EQ(parse_amount(text, true), std::nullopt) << text;
    }
}

TEST(Amount, PrintsAsItIsRead) {
    EXPECT_EQ(to_string(count(3)), "3");
    EXPECT_EQ(to_string(percent(25)), "25%");
}

}  // namespace
}  // namespace rollcast
