#include "rollcast/strategies/batches.h"

#include <gtest/gtest.h>

#include <vector>

namespace rollcast::strategies {
namespace {

std::vector<int> wanted(const Batches& batches, std::vector<Cohort> cohorts, bool through = false) {
    Directive want(cohorts.size());
    batches.place({.cohorts = cohorts, .analyses = {}}, through, want);
    std::vector<int> desired;
    for (const Target& target : want.targets) desired.push_back(target.desired);
    return desired;
}

TEST(Batches, TakeAwayAsManyAsTheyBring) {
    Batches batches{.to = 1, .instances = 10};
    batches.begin(3, 10, Time{});
    EXPECT_EQ(wanted(batches, {{.desired = 10}, {}}), (std::vector{7, 3}));
    EXPECT_FALSE(batches.is_last());
    batches.begin(30, 10, Time{});
    EXPECT_EQ(wanted(batches, {{.desired = 7}, {.desired = 3}}), (std::vector{0, 10}));
    EXPECT_TRUE(batches.is_last());
}

TEST(Batches, KeepTheirSurgeUntilTheLastOneIsThrough) {
    Batches batches{.to = 1, .instances = 4, .surge = 1};
    batches.begin(1, 4, Time{});
    EXPECT_EQ(wanted(batches, {{.desired = 4}, {}}), (std::vector{4, 1}));
    batches.begin(3, 4, Time{});
    EXPECT_EQ(wanted(batches, {{.desired = 4}, {.desired = 1}}), (std::vector{1, 4}));
    EXPECT_EQ(wanted(batches, {{.desired = 1}, {.desired = 4}}, true), (std::vector{0, 4}));
}

TEST(Batches, StopAtALimitAndNeverGoBackward) {
    Batches batches{.to = 1, .instances = 10, .goal = 4};
    batches.begin(5, 6, Time{});
    EXPECT_EQ(batches.goal, 6);
    batches.begin(5, 3, Time{});
    EXPECT_EQ(batches.goal, 6);
}

TEST(Batches, OldestVersionsGoFirst) {
    const Batches batches{.to = 2, .instances = 10, .goal = 4};
    EXPECT_EQ(wanted(batches, {{.desired = 5}, {.desired = 5}, {}}), (std::vector{1, 5, 4}));
}

TEST(Batches, CountWhatIsLeftOfOtherVersionsWithWhatTerminates) {
    const std::vector<Cohort> cohorts{{.desired = 1, .instances = 2, .draining = 3}, {.instances = 7}};
    EXPECT_EQ((Batches{.to = 1}.others({.cohorts = cohorts, .analyses = {}})), 5);
}

TEST(Setback, GoesBackOrLeavesItAsItIs) {
    Setback kept;
    EXPECT_EQ(kept.explain("2 of 4"), "2 of 4");
    EXPECT_FALSE(kept.fail("an alarm is on", false));
    EXPECT_EQ(kept.explain("2 of 4"), "an alarm is on: left as it is: 2 of 4");

    Setback back;
    EXPECT_TRUE(back.fail("an alarm is on", true));
    EXPECT_EQ(back.explain("2 of 4"), "an alarm is on: 2 of 4");
}

TEST(Setback, WhatFailsOnTheWayBackStopsIt) {
    Setback setback;
    setback.fail("an alarm is on", true);
    EXPECT_FALSE(setback.fail("none came up", true));
    EXPECT_TRUE(setback.back);
    EXPECT_EQ(setback.explain("2 of 4"), "an alarm is on, and then none came up: left as it is: 2 of 4");
}

TEST(Setback, AnAbortGoesBackFromWhereItWasLeft) {
    Setback setback;
    setback.fail("an alarm is on", false);
    setback.abort();
    EXPECT_TRUE(setback.back);
    EXPECT_EQ(setback.explain("2 of 4"), "aborted from outside: 2 of 4");
}

}  // namespace
}  // namespace rollcast::strategies
