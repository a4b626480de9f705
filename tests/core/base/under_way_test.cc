#include "rollcast/base/under_way.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(UnderWay, TakesTheOldVersionsPlaceOrStandsBesideIt) {
    EXPECT_FALSE(any(UnderWay{}));
    EXPECT_EQ(left_of_old({}, 10), 10);
    EXPECT_TRUE(any({.instances = 4}));
    EXPECT_EQ(left_of_old({.instances = 4}, 10), 6);
    EXPECT_EQ(left_of_old({.instances = 4, .on_top = true}, 10), 10);
}

}  // namespace
}  // namespace rollcast
