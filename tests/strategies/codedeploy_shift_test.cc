#include "rollcast/strategies/codedeploy_shift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using codedeploy::Platform;
using codedeploy::TrafficType;
using testing::Point;
using testing::ToyFleet;

constexpr AnalysisId kAlarms{0};

std::vector<Point> points(const CodeDeployShiftParams& params) {
    ToyFleet fleet(params.replicas);
    const auto controller = CodeDeployShift(params).start({.replicas = params.replicas});
    return testing::trajectory(fleet, *controller);
}

CodeDeployShiftParams predefined(std::string_view name) {
    const auto configs = codedeploy::predefined_traffic_configs();
    const auto it =
        std::find_if(configs.begin(), configs.end(), [name](const auto& each) { return each.name == name; });
    return {.replicas = 3, .platform = it->platform, .config = it->config};
}

// The predefined configurations do what their names say.

TEST(CodeDeployShift, FollowsLambdaCanary10Percent5Minutes) {
    EXPECT_EQ(points(predefined("CodeDeployDefault.LambdaCanary10Percent5Minutes")),
              (std::vector<Point>{{0, 3, 3, 0}, {0, 3, 3, 10}, {5, 3, 3, 100}, {5, 0, 3, 100}}));
}

TEST(CodeDeployShift, FollowsEcsLinear10PercentEvery3Minutes) {
    CodeDeployShiftParams params = predefined("CodeDeployDefault.ECSLinear10PercentEvery3Minutes");
    params.termination_wait = 60min;
    EXPECT_EQ(points(params), (std::vector<Point>{{0, 3, 3, 0},
                                                  {0, 3, 3, 10},
                                                  {3, 3, 3, 20},
                                                  {6, 3, 3, 30},
                                                  {9, 3, 3, 40},
                                                  {12, 3, 3, 50},
                                                  {15, 3, 3, 60},
                                                  {18, 3, 3, 70},
                                                  {21, 3, 3, 80},
                                                  {24, 3, 3, 90},
                                                  {27, 3, 3, 100},
                                                  {87, 0, 3, 100}}));
}

TEST(CodeDeployShift, FollowsEcsAllAtOnce) {
    EXPECT_EQ(points(predefined("CodeDeployDefault.ECSAllAtOnce")),
              (std::vector<Point>{{0, 3, 3, 0}, {0, 3, 3, 100}, {0, 0, 3, 100}}));
}

// The User Guide's example of a custom configuration: a quarter, and the rest 45 minutes later.
TEST(CodeDeployShift, FollowsACustomCanary) {
    EXPECT_EQ(points({.replicas = 3, .config = {TrafficType::kTimeBasedCanary, 25, 45min}}),
              (std::vector<Point>{{0, 3, 3, 0}, {0, 3, 3, 25}, {45, 3, 3, 100}, {45, 0, 3, 100}}));
}

TEST(CodeDeployShift, FailsWhenTheReplacementIsNotThereAfterFiveDays) {
    ToyFleet fleet(3);
    fleet.new_version_comes_up = false;
    const auto controller = CodeDeployShift({.replicas = 3, .rollback = {.on_failure = true}}).start({.replicas = 3});
    EXPECT_EQ(fleet.run_to(*controller, Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(fleet.now(), Time(120h));
}

TEST(CodeDeployShift, RefusesWhatCodeDeployRefuses) {
    const auto refused = [](CodeDeployShiftParams params) {
        EXPECT_THROW(CodeDeployShift{params}, std::invalid_argument);
    };
    refused({.replicas = 0});
    refused({.platform = Platform::kServer});
    refused({.config = {TrafficType::kTimeBasedCanary, 100, 5min}});
    refused({.config = {TrafficType::kTimeBasedLinear, 0, 5min}});
    refused({.config = {TrafficType::kTimeBasedLinear, 10, 0min}});
    refused({.config = {TrafficType::kTimeBasedCanary, 10, 2881min}});
    refused({.config = {TrafficType::kTimeBasedLinear, 10, 321min}});
    refused({.termination_wait = 2881min});
    refused({.platform = Platform::kLambda, .termination_wait = 1min});
    EXPECT_NO_THROW(CodeDeployShift({.config = {TrafficType::kTimeBasedLinear, 10, 320min}}));
}

TEST(CodeDeployShift, DescribesItselfInFull) {
    EXPECT_EQ(CodeDeployShift({.replicas = 3,
                               .config = {TrafficType::kTimeBasedCanary, 10, 5min},
                               .termination_wait = 1h,
                               .alarms = kAlarms,
                               .rollback = {.on_failure = true, .on_alarm = true}})
                  .describe(),
              "codedeploy_ecs(replicas=3, shifts=[10% at 0s, 100% at 5m], bake=1h, alarms=analysis 0, "
              "rollback_on=[failure alarm], fails_after=120h)");
}

}  // namespace
}  // namespace rollcast::strategies
