#include "rollcast/world/backlog.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

constexpr double kStep = .5;

double waits(const std::vector<Backlog::Met>& met) {
    double sum = 0;
    for (const Backlog::Met& each : met) sum += each.share * each.waiting;
    return sum;
}

TEST(Backlog, GrowsByWhatComesBeyondWhatIsServedAndShrinksAgain) {
    Backlog backlog;
    backlog.resize(3);
    std::vector<Backlog::Met> met;
    const Backlog::Instances of{.each = 10, .most = 40};
    EXPECT_EQ(backlog.pass(.9, of, 10, kStep, met), 10);
    EXPECT_TRUE(met.empty());
    EXPECT_EQ(backlog.pass(3, of, 1, kStep, met), 0);
    EXPECT_NEAR(backlog.mean(), 20, 1e-9);
    EXPECT_NEAR(waits(met), 10, 1e-9) << "on average over the second";
    EXPECT_NEAR(backlog.pass(.5, of, 10, kStep, met), 6, 1e-6);
    EXPECT_TRUE(backlog.empty());
}

TEST(Backlog, IsNoLongerThanInstancesLetWait) {
    Backlog backlog;
    backlog.resize(2);
    std::vector<Backlog::Met> met;
    const Backlog::Instances of{.each = 10, .most = 40, .pooled = false};
    backlog.pass(3, of, 4, kStep, met);
    EXPECT_NEAR(backlog.mean(), 40, 1e-9);
    double without_room = 0;
    for (const Backlog::Met& each : met) without_room += each.room ? 0 : each.share;
    EXPECT_NEAR(without_room, .5, 1e-6);
}

TEST(Backlog, WhoBeginsHasNothingAndGetsAllFromABalancerThatLooks) {
    for (const bool pooled : {true, false}) {
        Backlog backlog;
        backlog.resize(1);
        std::vector<Backlog::Met> met;
        const Backlog::Instances of{.each = 10, .most = 100, .pooled = pooled};
        backlog.pass(4, of, 1, kStep, met);
        backlog.resize(2);
        EXPECT_NEAR(backlog.mean(), 15, 1e-9);
        EXPECT_NEAR(waits(backlog.now(1, of)), pooled ? 0 : 15, 1e-9);
        // 40 a second to one that works off 10, while the other works off 10 of its 30: as busy after .75 s.
        met.clear();
        backlog.pass(2, of, .75, kStep, met);
        EXPECT_NEAR(waits(backlog.now(1, of)), 22.5, 1e-6);
        EXPECT_NEAR(waits(met), pooled ? 11.25 : 18.75, 1e-6);
        backlog.resize(1);
        EXPECT_NEAR(backlog.mean(), pooled ? 22.5 : 7.5, 1e-6) << "who goes takes along what waits there";
    }
}

}  // namespace
}  // namespace rollcast
