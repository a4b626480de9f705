#include "rollcast/observe/autoscaler.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

const std::vector<InstanceLoad> kBusy(4, {.ready = true, .reading = LoadReading{.window = 15s, .utilization = 1}});

TEST(Autoscaler, LooksAsOftenAsItsPlatformDoes) {
    EXPECT_EQ(Autoscaler({}).period(), 15s);
    EXPECT_EQ(Autoscaler({.by = std::vector<TargetTracking>{{}}}).period(), 1min);
}

TEST(Autoscaler, FollowsThePlatformThatItIsOf) {
    Autoscaler pods({.least = 1, .most = 10});
    EXPECT_EQ(pods.look(kBusy, 4, true, Time{} + 1h), 5);  // 4 / .8
    Autoscaler tasks({.least = 1, .most = 10, .by = std::vector<TargetTracking>{{}}});
    EXPECT_EQ(tasks.look(kBusy, 4, true, Time{} + 1h), 4);
    EXPECT_EQ(tasks.look(kBusy, 4, true, Time{} + 61min), 4);
    EXPECT_EQ(tasks.look(kBusy, 4, true, Time{} + 62min), 5);
}

}  // namespace
}  // namespace rollcast
