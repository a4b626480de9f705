#include "rollcast/base/pool.h"

#include <string>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Pool, GivesANumberAgainWhenItIsFreeAndNotBefore) {
    Pool<std::string> pool;
    const std::uint32_t one = pool.add("one"), two = pool.add("two");
    EXPECT_NE(one, two);
    pool.remove(one);
    EXPECT_EQ(pool.add("three"), one);
    EXPECT_NE(pool.add("four"), two);
    EXPECT_EQ(pool[one], "three");
    EXPECT_EQ(pool[two], "two");
}

}  // namespace
}  // namespace rollcast
