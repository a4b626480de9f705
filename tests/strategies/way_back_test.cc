#include "rollcast/strategies/way_back.h"

#include <gtest/gtest.h>

#include <vector>

namespace rollcast::strategies {
namespace {

Cohort cohort(int available, double weight) {
    return {.exists = true,
            .desired = available,
            .instances = available,
            .ready = available,
            .available = available,
            .weight = weight};
}

TEST(WayBack, KeepsTheNewVersionUntilTheOldOneIsWhole) {
    const std::vector<Cohort> cohorts{cohort(4, 0), cohort(8, 0)};
    const Directive want = way_back({.cohorts = cohorts, .analyses = {}}, 10, "errors");
    EXPECT_EQ(want.targets[0], (Target{10, {}}));
    EXPECT_EQ(want.targets[1], (Target{6, {}}));
    EXPECT_EQ(want.phase, Phase::kRollingBack);
    EXPECT_EQ(want.reason, "errors: 4/10 old available, 8 new left");
}

TEST(WayBack, KeepsAnIntermediateRevisionBeforeTheNewOne) {
    std::vector<Cohort> cohorts{cohort(4, 0), cohort(4, 0), cohort(5, 0)};
    Directive want = way_back({.cohorts = cohorts, .analyses = {}}, 10, "errors", true);
    EXPECT_EQ(want.targets[1].desired, 4);
    EXPECT_EQ(want.targets[2].desired, 2);
    cohorts = {cohort(10, 0), cohort(1, 0), cohort(0, 0)};
    want = way_back({.cohorts = cohorts, .analyses = {}}, 10, "errors", true);
    EXPECT_EQ(want.targets[1].desired, 0);
    EXPECT_EQ(want.phase, Phase::kRollingBack) << "an intermediate one still serves";
    cohorts[1] = cohort(0, 0);
    EXPECT_EQ(way_back({.cohorts = cohorts, .analyses = {}}, 10, "errors", true).phase, Phase::kRolledBack);
}

TEST(WayBack, MovesAsMuchTrafficAsTheOldVersionCanBear) {
    const std::vector<Cohort> cohorts{cohort(4, .1), cohort(8, .9)};
    const Directive want = way_back({.cohorts = cohorts, .analyses = {}, .routed = true}, 10, "errors");
    EXPECT_EQ(want.targets[0], (Target{10, .4}));
    EXPECT_EQ(want.targets[1], (Target{6, .6}));
}

TEST(WayBack, EndsWhereTheOldVersionIsWholeAndAlone) {
    std::vector<Cohort> cohorts{cohort(10, .5), cohort(8, .5)};
    EXPECT_EQ(way_back({.cohorts = cohorts, .analyses = {}, .routed = true}, 10, "errors").phase, Phase::kRollingBack);
    cohorts[1].weight = 0;
    EXPECT_EQ(way_back({.cohorts = cohorts, .analyses = {}, .routed = true}, 10, "errors").phase, Phase::kRolledBack);
    EXPECT_EQ(way_back({.cohorts = cohorts, .analyses = {}}, 10, "errors").phase, Phase::kRollingBack)
        << "without a router traffic follows instances";
    cohorts[1] = cohort(0, 0);
    EXPECT_EQ(way_back({.cohorts = cohorts, .analyses = {}}, 10, "errors").phase, Phase::kRolledBack);
}

}  // namespace
}  // namespace rollcast::strategies
