// Expected numbers follow from the algorithm details and the examples of kubernetes.io, "Horizontal Pod Autoscaling",
// and from pkg/controller/podautoscaler.

#include "rollcast/observe/pod_autoscaler.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = Time{} + 1h;

InstanceLoad pod(double utilization) {
    return {
        .ready = true,
        .reading = LoadReading{.at = kNow, .window = 15s, .utilization = utilization, .requests = 100 * utilization}};
}
std::vector<InstanceLoad> pods(int count, double utilization) {
    return std::vector<InstanceLoad>(static_cast<std::size_t>(count), pod(utilization));
}
/// Of one CPU target.
std::optional<int> wanted(double target, const std::vector<InstanceLoad>& seen, int replicas) {
    return replicas_by_load({}, {.value = target}, seen, replicas, kNow);
}

TEST(ReplicasByLoad, DoubleWhenTheLoadIsTwiceTheTarget) { EXPECT_EQ(wanted(.5, pods(4, 1), 4), 8); }
TEST(ReplicasByLoad, HalveWhenTheLoadIsHalfTheTarget) { EXPECT_EQ(wanted(1, pods(4, .5), 4), 2); }
TEST(ReplicasByLoad, AreRoundedUp) { EXPECT_EQ(wanted(.5, pods(3, .6), 3), 4); }
TEST(ReplicasByLoad, StayWithinTheTolerance) {
    EXPECT_EQ(wanted(.5, pods(10, .54), 10), 10);
    EXPECT_EQ(wanted(.5, pods(10, .56), 10), 12);
    EXPECT_EQ(wanted(.5, pods(10, .46), 10), 10);
    EXPECT_EQ(wanted(.5, pods(10, .44), 10), 9);
}
TEST(ReplicasByLoad, CountPodsThatAreThereNotReplicas) {
    // Twelve pods of a rolling update of ten carry what ten did: the mean sinks, the sum does not.
    EXPECT_EQ(wanted(.5, pods(12, .75), 10), 18);
    EXPECT_EQ(wanted(.5, pods(10, .9), 10), 18);
}
TEST(ReplicasByLoad, AreUnknownWithoutReadings) {
    EXPECT_EQ(wanted(.5, {}, 3), std::nullopt);
    EXPECT_EQ(wanted(.5, {InstanceLoad{.ready = true}}, 3), std::nullopt);
    EXPECT_EQ(wanted(.5, {InstanceLoad{.pending = true}}, 3), std::nullopt);
}

TEST(ReplicasByLoad, TakeMissingPodsForIdleOnTheWayUp) {
    std::vector<InstanceLoad> seen = pods(2, 1);
    seen.push_back({.ready = true});
    EXPECT_EQ(wanted(.5, seen, 3), 4);  // 2 / .5 and not 3 * 2
}
TEST(ReplicasByLoad, TakeMissingPodsForBusyOnTheWayDown) {
    std::vector<InstanceLoad> seen = pods(3, .1);
    seen.push_back({.ready = true});
    EXPECT_EQ(wanted(.5, seen, 4), 3);  // (.3 + 1) / 4 = 32 % of 50 %
}
TEST(ReplicasByLoad, DoNotTurnForMissingPods) {
    std::vector<InstanceLoad> seen = pods(1, .4);
    seen.resize(3, {.ready = true});
    EXPECT_EQ(wanted(.5, seen, 3), 3);
}

TEST(ReplicasByLoad, TakeUnreadyPodsForIdleOnTheWayUp) {
    std::vector<InstanceLoad> seen = pods(2, 1);
    seen.push_back({.pending = true});
    EXPECT_EQ(wanted(.5, seen, 3), 4);
}
TEST(ReplicasByLoad, LeaveUnreadyPodsOutOnTheWayDown) {
    std::vector<InstanceLoad> seen = pods(4, .25);
    seen.push_back({.pending = true});
    EXPECT_EQ(wanted(.5, seen, 5), 2);
}
TEST(ReplicasByLoad, LeaveOutTheLoadOfAStart) {
    InstanceLoad young = pod(1);
    young.created = kNow - 1min;
    young.ready_changed = kNow - 5s;  // the window of the reading began before it was ready
    std::vector<InstanceLoad> seen = pods(2, .5);
    seen.push_back(young);
    EXPECT_EQ(wanted(.5, seen, 3), 3);
    seen.back().ready_changed = kNow - 20s;
    EXPECT_EQ(wanted(.5, seen, 3), 4);
}
TEST(ReplicasByLoad, CountAnOldPodThatIsNotReadyAnyMore) {
    InstanceLoad sick = pod(1);
    sick.ready = false;
    sick.created = kNow - 30min;
    sick.ready_changed = kNow - 1min;
    std::vector<InstanceLoad> seen = pods(1, 1);
    seen.push_back(sick);
    EXPECT_EQ(wanted(.5, seen, 2), 4);
    seen.back().ready_changed = sick.created + 10s;  // it never was ready
    EXPECT_EQ(wanted(.5, seen, 2), 2);               // 1 / 2 of what is asked for: as it should be
}

TEST(ReplicasByLoad, FollowRequestsAPodAsTheyAre) {
    const LoadTarget target{.metric = LoadMetric::kRequests, .value = 40};
    EXPECT_EQ(replicas_by_load({}, target, pods(4, .5), 4, kNow), 5);
    std::vector<InstanceLoad> young = pods(4, .5);
    young.back().created = kNow - 1min;  // starts do not matter to them
    EXPECT_EQ(replicas_by_load({}, target, young, 4, kNow), 5);
}

TEST(ReplicasByLoad, AreTheMostThatAnyMetricAsksFor) {
    HorizontalPodAutoscaler rules;
    rules.targets = {{.value = .5}, {.metric = LoadMetric::kRequests, .value = 10}};
    EXPECT_EQ(replicas_by_load(rules, pods(2, .5), 2, kNow), 10);
}

// Behaviour

HorizontalPodAutoscaler rules(ScalingRules up, ScalingRules down) {
    HorizontalPodAutoscaler made;
    made.up = std::move(up);
    made.down = std::move(down);
    return made;
}
const ScalingRules kUp = HorizontalPodAutoscaler{}.up;
const ScalingRules kDown = HorizontalPodAutoscaler{}.down;

TEST(PodAutoscaler, DoublesAtMostEveryFifteenSeconds) {
    PodAutoscaler scaler({}, 1, 100);
    EXPECT_EQ(scaler.follow(90, 10, kNow), 20);
    EXPECT_EQ(scaler.follow(90, 20, kNow + 10s), 20);  // the first ten are of this period
    EXPECT_EQ(scaler.follow(90, 20, kNow + 15s), 40);
}
TEST(PodAutoscaler, AddsFourPodsWhereThatIsMore) {
    PodAutoscaler scaler({}, 1, 100);
    EXPECT_EQ(scaler.follow(90, 2, kNow), 6);
}
TEST(PodAutoscaler, ScalesDownAfterFiveMinutesThatAskForLess) {
    PodAutoscaler scaler({}, 1, 100);
    EXPECT_EQ(scaler.follow(10, 10, kNow), 10);
    Time now = kNow;
    for (int replicas = 10; now < kNow + 5min - 15s;) EXPECT_EQ(scaler.follow(4, replicas, now += 15s), 10);
    EXPECT_EQ(scaler.follow(4, 10, kNow + 5min), 4);
}
TEST(PodAutoscaler, ScalesDownToTheMostThatWasAskedForMeanwhile) {
    PodAutoscaler scaler({}, 1, 100);
    scaler.follow(3, 10, kNow);
    scaler.follow(6, 10, kNow + 1min);
    EXPECT_EQ(scaler.follow(2, 10, kNow + 5min), 6);
}
TEST(PodAutoscaler, StartsFromThePresentSize) {
    PodAutoscaler scaler({}, 1, 100);
    EXPECT_EQ(scaler.sync(pods(10, .1), 10, kNow), 10);  // it once was wanted: nothing goes for five minutes
    EXPECT_EQ(scaler.sync(pods(10, .1), 10, kNow + 5min), 2);
}

// "behavior: scaleDown" of the documentation: 4 pods a minute, or 10 % of them.
TEST(PodAutoscaler, TakesTheShareOfALargeFleetAndTheNumberOfASmallOne) {
    const ScalingRules down{.policies = {{.value = 4, .period = 60s}, {.percent = true, .value = 10, .period = 60s}}};
    PodAutoscaler scaler(rules(kUp, down), 1, 100);
    int replicas = scaler.follow(10, 80, kNow);
    EXPECT_EQ(replicas, 72);
    EXPECT_EQ(replicas = scaler.follow(10, replicas, kNow + 1min), 64);  // 64.8, rounded down
    for (int minute = 2; replicas > 36; ++minute) replicas = scaler.follow(10, replicas, kNow + minute * 1min);
    EXPECT_EQ(scaler.follow(10, 36, kNow + 1h), 32);
}
TEST(PodAutoscaler, TakesTheStricterPolicyWhenTold) {
    const ScalingRules down{.select = SelectPolicy::kMin,
                            .policies = {{.value = 5, .period = 60s}, {.percent = true, .value = 10, .period = 60s}}};
    PodAutoscaler scaler(rules(kUp, down), 1, 100);
    EXPECT_EQ(scaler.follow(10, 80, kNow), 75);
}
TEST(PodAutoscaler, DoesNotScaleAWayThatIsDisabled) {
    PodAutoscaler scaler(rules(kUp, {.select = SelectPolicy::kDisabled}), 1, 100);
    EXPECT_EQ(scaler.follow(10, 80, kNow), 80);
    PodAutoscaler stays(rules({.select = SelectPolicy::kDisabled}, kDown), 1, 100);
    EXPECT_EQ(stays.follow(90, 80, kNow), 80);
}
TEST(PodAutoscaler, WaitsBeforeItScalesUpWhenTold) {
    ScalingRules up = kUp;
    up.stabilization = 1min;
    PodAutoscaler scaler(rules(up, kDown), 1, 100);
    EXPECT_EQ(scaler.follow(10, 10, kNow), 10);
    EXPECT_EQ(scaler.follow(15, 10, kNow + 30s), 10);
    EXPECT_EQ(scaler.follow(18, 10, kNow + 1min), 15);
}
TEST(PodAutoscaler, StaysWithinItsBounds) {
    PodAutoscaler scaler({}, 3, 12);
    EXPECT_EQ(scaler.follow(90, 10, kNow), 12);
    EXPECT_EQ(scaler.sync(pods(20, .8), 20, kNow), 12);
    EXPECT_EQ(scaler.sync(pods(2, .8), 2, kNow), 3);
}

}  // namespace
}  // namespace rollcast
