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
}

}  // namespace
}  // namespace rollcast
