#include "rollcast/strategies/codedeploy_attempts.h"

#include <gtest/gtest.h>

#include <chrono>

namespace rollcast::strategies::codedeploy {
namespace {

using namespace std::chrono_literals;

/// Of four hosts, of which so many stay healthy; begun.
Attempts of_four(int minimum) {
    Attempts attempts = Attempts::of_all(4, minimum, {});
    attempts.begin(Time{});
    return attempts;
}

TEST(Attempts, BeginAsManyAsTheMinimumAllows) {
    EXPECT_EQ(of_four(3).attempted(), 1);
    EXPECT_EQ(of_four(1).attempted(), 3);
    EXPECT_EQ(of_four(4).attempted(), 0);
}

TEST(Attempts, OfAHostThatIsAvailableSucceed) {
    Attempts attempts = of_four(2);
    attempts.observe({.available = 1}, 1h, Time(1min));
    EXPECT_EQ(attempts.describe(), "1/4 hosts succeeded, 0 failed, 1 under way");
    attempts.begin(Time(1min));
    EXPECT_EQ(attempts.in_flight(), 2);
}

TEST(Attempts, FailByACrashOrWhenTheirTimeIsOver) {
    Attempts attempts = of_four(0);
    attempts.observe({.restarts = 1}, 1h, Time(1min));
    EXPECT_EQ(attempts.failed, 1);
    EXPECT_EQ(attempts.times_out(1h), Time(1h));
    attempts.observe({.available = 1, .restarts = 1}, 1h, Time(1h));
    EXPECT_EQ(attempts.describe(), "1/4 hosts succeeded, 3 failed, 0 under way");
    EXPECT_EQ(attempts.times_out(1h), kNever);
    EXPECT_EQ(attempts.status(), Status::kSucceeded) << "none is left, and one succeeded";
}

TEST(Attempts, ACrashOfAHostThatHadSucceededIsNoAttempts) {
    Attempts attempts = of_four(2);
    attempts.observe({.available = 1}, 1h, Time(1min));
    attempts.observe({.available = 0, .restarts = 1}, 1h, Time(2min));
    EXPECT_EQ(attempts.describe(), "1/4 hosts succeeded, 0 failed, 1 under way");
}

TEST(Attempts, OfAZoneHoldToItsMinimumAndToThatOfAll) {
    Attempts attempts = Attempts::of_all(4, 2, {});
    attempts.zone = {.minimum = 1, .healthy = 2, .healthy_left = 2};
    attempts.begin(Time{});
    EXPECT_EQ(attempts.attempted(), 1) << "the minimum of the zone";
    attempts.observe({.restarts = 1}, 1h, Time(1min));
    EXPECT_EQ(attempts.deployment.status(), Status::kInProgress);
    EXPECT_EQ(attempts.status(), Status::kFailed)
        << "one of two is healthy in the zone, which is not above its minimum";
}

TEST(Attempts, OfHostsThatJoinComeLast) {
    Attempts attempts = of_four(3);
    attempts.grow(2, 5);
    EXPECT_EQ(attempts.hosts, 6);
    attempts.observe({.available = 1}, 1h, Time(1min));
    attempts.begin(Time(1min));
    EXPECT_EQ(attempts.describe(), "1/6 hosts succeeded, 0 failed, 1 under way");
}

}  // namespace
}  // namespace rollcast::strategies::codedeploy
