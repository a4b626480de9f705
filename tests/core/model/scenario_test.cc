#include "rollcast/model/scenario.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

bool complains_about(const Scenario& scenario, const std::string& path) {
    const std::vector<Complaint> found = validate(scenario);
    return std::any_of(found.begin(), found.end(), [&](const Complaint& complaint) { return complaint.path == path; });
}

TEST(Scenario, TheDefaultsAreValid) { EXPECT_TRUE(validate(Scenario{}).empty()); }

TEST(Scenario, EveryComplaintComesAtOnceWithItsPath) {
    Scenario scenario;
    scenario.fleet.replicas = 0;
    scenario.service.slots = 65;
    scenario.traffic.rate = 0;
    scenario.observability.latency_buckets = {.1, .1};
    scenario.release.truths = {{.probability = .5, .kind = DefectKind::kLatency, .severity = Constant{.5}}};
    scenario.window.horizon = 0s;
    scenario.analyses = {{.name = "empty", .metrics = {}}};
    const char* paths[] = {"fleet.replicas",
                           "service.slots",
                           "traffic.rate",
                           "observability.latency_buckets[1]",
                           "release.truths[0].severity",
                           "release.truths",
                           "window.horizon",
                           "analyses[0].metrics"};
    for (const char* path : paths) EXPECT_TRUE(complains_about(scenario, path)) << path;
}

TEST(Scenario, AProbabilityThatASeverityCouldExceedOneWithIsRefused) {
    Scenario scenario;
    scenario.release.truths = {{.kind = DefectKind::kErrorRate, .severity = LogUniform{.1, 1.5}}};
    EXPECT_TRUE(complains_about(scenario, "release.truths[0].severity"));
    scenario.release.truths[0].severity = LogUniform{.1, 1};
    EXPECT_FALSE(complains_about(scenario, "release.truths[0].severity"));
}

TEST(Scenario, LoadIsWhatKeepsInstancesBusy) {
    Scenario scenario;
    scenario.traffic.rate = 1000;
    scenario.service.slots = 4;
    scenario.service.service_time = Constant{.02};
    EXPECT_DOUBLE_EQ(instances_needed(scenario), 5);
    scenario.service.cores = 2;
    EXPECT_DOUBLE_EQ(instances_needed(scenario), 10);
}

TEST(Scenario, LoadFollowsTheShapeOfTheRate) {
    Scenario scenario;
    scenario.traffic = {.rate = 1000, .shape = {{0s, 1}, {10s, 3}}};
    scenario.service.slots = 4;
    scenario.service.service_time = Constant{.02};
    EXPECT_DOUBLE_EQ(instances_needed(scenario, Time{} + 5s, Time{} + 5s), 10);
    EXPECT_DOUBLE_EQ(instances_needed(scenario, Time{}, Time{} + 6s), 11);
    EXPECT_DOUBLE_EQ(instances_needed(scenario), 15) << "the peak of the window";
}

TEST(Scenario, LoadIsOfAllClassesAndOfUsersInAClosedLoop) {
    Scenario scenario;
    scenario.traffic.rate = 1000;
    scenario.traffic.classes = {{.name = "read", .share = .75}, {.name = "write", .share = .25}};
    scenario.traffic.classes[1].service_time = Constant{.1};
    scenario.service.slots = 4;
    scenario.service.service_time = Constant{.02};
    EXPECT_DOUBLE_EQ(instances_needed(scenario), 1000 * .04 / 4);  // .75 * .02 + .25 * .1
    EXPECT_EQ(closed_loop_rate(scenario), 0);
    // Each asks once in 1.96 + .04 seconds if nothing makes him wait.
    scenario.traffic.users = {.count = 100, .think = Constant{1.96}};
    EXPECT_DOUBLE_EQ(closed_loop_rate(scenario), 50);
    EXPECT_DOUBLE_EQ(instances_needed(scenario), 1050 * .04 / 4);
    scenario.traffic.rate = 0;
    EXPECT_DOUBLE_EQ(instances_needed(scenario), 50 * .04 / 4);
}

}  // namespace
}  // namespace rollcast
