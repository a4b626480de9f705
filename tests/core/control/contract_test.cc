#include "rollcast/control/contract.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

const std::vector<Cohort> kCohorts(2);
const Observation kSeen{.now = Time{} + 90s, .cohorts = kCohorts, .analyses = {}};

Directive sound() {
    Directive want(2);
    want.targets = {{10, .8}, {3, .2}};
    want.reason = "canary";
    return want;
}
std::string told(const Directive& want, Phase before = Phase::kMoving) { return breach(want, kSeen, before); }

TEST(Breach, OfASoundDirectiveIsNone) {
    Directive want = sound();
    EXPECT_EQ(told(want), "");
    want.targets = {{0, 1 - .1 - .2}, {10, .1 + .2}};
    EXPECT_EQ(told(want), "") << "rounding is none";
    want.targets = {{10, {}}, {0, {}}};
    EXPECT_EQ(told(want), "") << "weights may be left out";
    want.phase = Phase::kPromoted;
    EXPECT_EQ(told(want, Phase::kPromoted), "");
}

TEST(Breach, IsToldInWords) {
    Directive want = sound();
    want.targets.resize(1);
    EXPECT_EQ(told(want), "it gives 1 targets where there are 2 versions");
    want = sound();
    want.targets[1].desired = -3;
    EXPECT_EQ(told(want), "it wants -3 instances");
    want = sound();
    want.targets[1].weight.reset();
    EXPECT_EQ(told(want), "it gives weights to some versions and not to all");
    want.targets[1].weight = .3;
    EXPECT_EQ(told(want), "its weights add up to 1.1, not to 1");
    want.targets = {{10, 1.5}, {0, -.5}};
    EXPECT_EQ(told(want), "it gives a weight of 1.5, which is not between 0 and 1");
    want.targets[0].weight = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(told(want), "it gives a weight of nan, which is not between 0 and 1");
    want = sound();
    want.targets[1].mirrored = 1.2;
    EXPECT_EQ(told(want), "it mirrors a share of 1.2, which is not between 0 and 1");
    want.targets = {{10, {}}, {3, {}, .5}};
    EXPECT_EQ(told(want), "it mirrors requests and gives no weights");
    want.targets = {{10, 1}, {3, 0, .5}};
    EXPECT_EQ(told(want), "");
    want.phase = Phase::kPromoted;
    EXPECT_EQ(told(want), "it goes on mirroring requests after its end");
    want.phase = Phase::kMoving;
    want.targets = {{10, .9}, {.weight = .1, .behind_flag = true}};
    EXPECT_EQ(told(want), "");
    EXPECT_EQ(describe(want), "moving: old 10 at 90%, new behind a flag at 10% (canary)");
    want.targets[1].desired = 2;
    EXPECT_EQ(told(want), "it wants 2 instances of a version that is behind a flag");
    want.targets[1] = {.weight = .1, .mirrored = .5, .behind_flag = true};
    EXPECT_EQ(told(want), "it mirrors requests to a version that is behind a flag");
    want.targets = {{10, {}}, {.weight = {}, .behind_flag = true}};
    EXPECT_EQ(told(want), "it puts a version behind a flag and gives no weights");
    want.targets = {{.weight = .9, .behind_flag = true}, {.weight = .1}};
    EXPECT_EQ(told(want), "it puts the old version behind a flag");
    const std::vector<Cohort> four(4);
    const Observation two_places{.now = kSeen.now, .cohorts = four, .analyses = {}, .locations = 2};
    want.targets = {{10, .9}, {.weight = .1, .behind_flag = true}, {10, .5}, {.weight = .5, .behind_flag = true}};
    EXPECT_EQ(breach(want, two_places, Phase::kMoving), "");
    want.targets[2].behind_flag = true;
    EXPECT_EQ(breach(want, two_places, Phase::kMoving), "it puts the old version behind a flag");
    want = sound();
    want.wake_at = kSeen.now;
    EXPECT_EQ(told(want), "it wants to be woken at 1m30s, which is not to come");
    EXPECT_EQ(told(sound(), Phase::kRolledBack), "it goes on after its end: it was rolled back");
}

TEST(Describe, TellsADirectiveInOneLine) {
    EXPECT_EQ(describe(sound()), "moving: old 10 at 80%, new 3 at 20% (canary)");
    Directive shadow(2);
    shadow.targets = {{10, 1}, {3, 0, .5}};
    EXPECT_EQ(describe(shadow), "moving: old 10 at 100%, new 3 at 0% and 50% mirrored");
    Directive want(3);
    want.targets[1].desired = 2;
    want.phase = Phase::kRollingBack;
    EXPECT_EQ(describe(want), "rolling back: old 0, between 2, new 0");
}

}  // namespace
}  // namespace rollcast
