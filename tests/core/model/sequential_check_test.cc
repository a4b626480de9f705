#include "rollcast/model/sequential_check.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(SequentialCheck, IsSoundForEveryTest) {
    EXPECT_FALSE(complaint(SequentialCheck{}));
    EXPECT_FALSE(complaint(SequentialCheck{.test = MixtureSprtParams{}}));
    EXPECT_FALSE(complaint(SequentialCheck{.test = CountTestParams{}}));
    EXPECT_FALSE(complaint(SequentialCheck{.test = GroupSequentialParams{.bounds = {2}}}));
}

TEST(SequentialCheck, RefusesNonsense) {
    EXPECT_EQ(complaint(SequentialCheck{.test = SprtParams{.good = .1, .bad = .1}}),
              "has a test that is impossible: the bad failure rate must be above the good one");
    EXPECT_EQ(complaint(SequentialCheck{.test = MixtureSprtParams{.spread = 0}}),
              "has a test that is impossible: the spread must be above 0");
    EXPECT_EQ(complaint(SequentialCheck{.test = CountTestParams{.alpha = 1}}),
              "has a test that is impossible: alpha must be between 0 and 1");
    EXPECT_EQ(complaint(SequentialCheck{.test = GroupSequentialParams{}}),
              "has a test that is impossible: a test needs at least one look");
    EXPECT_EQ(complaint(SequentialCheck{.vantage = Vantage::kClient}), "needs a vantage that can tell versions apart");
}

}  // namespace
}  // namespace rollcast
