#include "rollcast/base/words.h"

#include <gtest/gtest.h>

#include <chrono>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(Words, SpellTimeAsManifestsDo) {
    EXPECT_EQ(spell(0s), "0s");
    EXPECT_EQ(spell(500ms), "0.5s");
    EXPECT_EQ(spell(30s), "30s");
    EXPECT_EQ(spell(90s), "1m30s");
    EXPECT_EQ(spell(1h), "1h");
    EXPECT_EQ(spell(25h + 1s), "25h1s");
    EXPECT_EQ(spell(-90s), "-1m30s");
    EXPECT_EQ(spell(Time(750s)), "12m30s");
}

}  // namespace
}  // namespace rollcast
