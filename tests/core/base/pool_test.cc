#include "rollcast/base/pool.h"

#include <string>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Pool, GivesANumberAgainWhenItIsFreeAndNotBefore) {
    Pool<std::string> pool;
    const std::uint32_t one = pool.take("one"), two = pool.take("two");
    EXPECT_NE(one, two);
    pool.give_back(one);
    EXPECT_EQ(pool.take(), one);
    EXPECT_EQ(pool[one], "one");
    pool.give_back(one);
    EXPECT_EQ(pool.take("three"), one);
    EXPECT_NE(pool.take("four"), two);
    EXPECT_EQ(pool[one], "three");
    EXPECT_EQ(pool[two], "two");
}

}  // namespace
}  // namespace rollcast
