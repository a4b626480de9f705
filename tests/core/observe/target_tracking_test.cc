// Alarms, cooldowns and deployments as the Application Auto Scaling and Amazon ECS guides describe them.

#include "rollcast/observe/target_tracking.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// A service with one policy on 50 % CPU, minute by minute.
struct Service {
    TargetTracker tracker{std::vector<TargetTracking>{{.target = {.value = .5}}}, 2, 100};
    int desired = 10;
    bool deploying = false;
    Time now{};

    int minute(std::optional<double> utilization) {
        now += 1min;
        const std::optional<double> minutes[] = {utilization};
        return desired = tracker.follow(minutes, desired, deploying, now);
    }
    int minutes(int count, std::optional<double> utilization) {
        for (int i = 0; i < count; ++i) minute(utilization);
        return desired;
    }
};

TEST(TargetTracker, ScalesOutAfterThreeMinutesAboveTheTarget) {
    Service service;
    EXPECT_EQ(service.minutes(2, .8), 10);
    EXPECT_EQ(service.minute(.8), 16);
}
TEST(TargetTracker, StartsAgainAfterAMinuteThatIsNotAbove) {
    Service service;
    service.minutes(2, .8);
    service.minute(.5);
    EXPECT_EQ(service.minutes(2, .8), 10);
}
TEST(TargetTracker, CountsWhatItAddedWhileItCoolsDown) {
    Service service;
    EXPECT_EQ(service.minutes(3, .8), 16);
    EXPECT_EQ(service.minute(.8), 16);  // the six are under way
    EXPECT_EQ(service.minute(1), 20);   // a larger one
    EXPECT_EQ(service.minutes(4, .6), 20);
    EXPECT_EQ(service.minute(.6), 24);  // five minutes later it counts from what is there
}
TEST(TargetTracker, ScalesInAfterFifteenMinutesBelowNineTenths) {
    Service service;
    EXPECT_EQ(service.minutes(14, .2), 10);
    EXPECT_EQ(service.minute(.2), 4);
    Service near;
    EXPECT_EQ(near.minutes(60, .46), 10);
}
TEST(TargetTracker, ScalesInNoSoonerThanItsCooldown) {
    Service service;
    EXPECT_EQ(service.minutes(15, .3), 6);
    EXPECT_EQ(service.minutes(4, .3), 6);
    EXPECT_EQ(service.minute(.3), 4);
}
TEST(TargetTracker, DoesNotScaleInDuringADeployment) {
    Service service;
    service.deploying = true;
    EXPECT_EQ(service.minutes(30, .2), 10);
    EXPECT_EQ(service.minutes(3, .8), 16);  // but out
    service.deploying = false;
    EXPECT_EQ(service.minutes(15, .2), 7);
}
TEST(TargetTracker, DoesNothingWithoutData) {
    Service service;
    EXPECT_EQ(service.minutes(30, std::nullopt), 10);
}
TEST(TargetTracker, DoesNotScaleInWhenToldNotTo) {
    Service service;
    service.tracker = TargetTracker({{.target = {.value = .5}, .disable_scale_in = true}}, 2, 100);
    EXPECT_EQ(service.minutes(30, .2), 10);
}
TEST(TargetTracker, StaysWithinItsBounds) {
    Service service;
    service.tracker = TargetTracker({{.target = {.value = .5}}}, 8, 12);
    EXPECT_EQ(service.minutes(3, 1), 12);
    EXPECT_EQ(service.minutes(60, .01), 8);
}
TEST(TargetTracker, ScalesOutForAnyPolicyAndInForAll) {
    TargetTracker tracker({{.target = {.value = .5}}, {.target = {.metric = LoadMetric::kRequests, .value = 10}}}, 1,
                          100);
    const std::optional<double> apart[] = {.1, 20};
    int desired = 10;
    Time now{};
    for (int i = 0; i < 3; ++i) desired = tracker.follow(apart, desired, false, now += 1min);
    EXPECT_EQ(desired, 20);
    const std::optional<double> one[] = {.1, 9.5};
    for (int i = 0; i < 30; ++i) desired = tracker.follow(one, desired, false, now += 1min);
    EXPECT_EQ(desired, 20);
    const std::optional<double> both[] = {.1, 5};
    for (int i = 0; i < 15; ++i) desired = tracker.follow(both, desired, false, now += 1min);
    EXPECT_EQ(desired, 10);
}
TEST(TargetTracker, TakesTheMeanOfTasksThatRun) {
    TargetTracker tracker({{.target = {.value = .5}}}, 1, 100);
    const std::vector<InstanceLoad> tasks{
        {.reading = LoadReading{.utilization = .9}}, {.reading = LoadReading{.utilization = .7}}, {.pending = true}};
    int desired = 3;
    for (int i = 0; i < 3; ++i) desired = tracker.sync(tasks, desired, true, Time{} + i * 1min);
    EXPECT_EQ(desired, 5);  // 3 * .8 / .5, rounded up
}

}  // namespace
}  // namespace rollcast
