#include "rollcast/world/lifecycle.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(Lifecycle, KillComesAfterWhatPreStopLeavesOfTheGraceButNotBeforeTwoSeconds) {
    EXPECT_EQ(term_to_kill(30s, 0s), Duration(30s));
    EXPECT_EQ(term_to_kill(30s, 12s), Duration(18s));
    EXPECT_EQ(term_to_kill(30s, 40s), Duration(2s));
}

TEST(Lifecycle, AnInstanceIsAvailableOnceItHasBeenReadyForLongEnough) {
    EXPECT_FALSE(is_available(false, 1h, 0s));
    EXPECT_TRUE(is_available(true, 0s, 0s));
    EXPECT_FALSE(is_available(true, 9s, 10s));
    EXPECT_TRUE(is_available(true, 10s, 10s));
}

TEST(Lifecycle, AShrinkingReplicaSetFirstLosesThePodsThatServeNobody) {
    const DeletionRank ready{.ready = true, .ready_for = 1h, .age = 1h};
    DeletionRank unready = ready;
    unready.ready = false;
    EXPECT_TRUE(deleted_before(unready, ready));
    EXPECT_FALSE(deleted_before(ready, unready));
}

TEST(Lifecycle, ThenTheYoungerOneByTheLogarithmOfTime) {
    DeletionRank young{.ready = true, .ready_for = 2h, .age = 5h}, old{.ready = true, .ready_for = 5h, .age = 5h};
    EXPECT_TRUE(deleted_before(young, old));
    young.ready_for = 70min, old.ready_for = 71min;  // the same power of two
    EXPECT_FALSE(deleted_before(young, old));
    EXPECT_FALSE(deleted_before(old, young));
}

}  // namespace
}  // namespace rollcast
