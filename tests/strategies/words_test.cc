#include "rollcast/strategies/words.h"

#include <gtest/gtest.h>

namespace rollcast::strategies {
namespace {

TEST(Words, SayHowManyThereAreOfHowMany) { EXPECT_EQ(of(7, 10), "7/10"); }

}  // namespace
}  // namespace rollcast::strategies
