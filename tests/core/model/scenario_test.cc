#include "rollcast/model/scenario.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>

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
    scenario.service.slots = 1025;
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

struct Wrong {
    std::string path;
    std::function<void(Scenario&)> change;
};

/// A scenario of two zones and two classes.
Scenario plain() {
    Scenario scenario;
    scenario.fleet.zones = 2;
    scenario.traffic.classes = {{.name = "read", .share = .9}, {.name = "write", .share = .1}};
    return scenario;
}

std::shared_ptr<const std::vector<std::int64_t>> replay(std::vector<std::int64_t> times) {
    return std::make_shared<const std::vector<std::int64_t>>(std::move(times));
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const Wrong kWrong[] = {
    {"service.slots", [](Scenario& s) { s.service.slots = 0; }},
    {"service.queue", [](Scenario& s) { s.service.queue = 65537; }},
    {"service.most_wait", [](Scenario& s) { s.service.most_wait = -1s; }},
    {"service.cores", [](Scenario& s) { s.service.cores = -1; }},
    {"service.cold_slowness", [](Scenario& s) { s.service.cold_slowness = kNaN; }},
    {"service.cold_decay", [](Scenario& s) { s.service.cold_decay = 0s; }},
    {"traffic.rate", [](Scenario& s) { s.traffic.rate = 0; }},
    {"traffic.rate", [](Scenario& s) { s.traffic.rate = kInfinity; }},
    {"traffic.shape[1].factor", [](Scenario& s) { s.traffic.shape = {{0s, 1}, {1s, -1}}; }},
    {"traffic.shape[0].factor", [](Scenario& s) { s.traffic.shape = {{0s, kInfinity}}; }},
    {"traffic.shape[1].at", [](Scenario& s) { s.traffic.shape = {{1s, 1}, {0s, 1}}; }},
    {"traffic.shape[2].at", [](Scenario& s) { s.traffic.shape = {{1s, 1}, {1s, 2}, {1s, 3}}; }},
    {"traffic.shape", [](Scenario& s) { s.traffic.shape = {{0s, 0}, {1s, 0}}; }},
    {"traffic.bursts.factor", [](Scenario& s) { s.traffic.bursts = {.factor = -1}; }},
    {"traffic.bursts.mean_quiet", [](Scenario& s) { s.traffic.bursts = {.mean_quiet = 0s}; }},
    {"traffic.bursts.mean_burst", [](Scenario& s) { s.traffic.bursts = {.mean_burst = 0s}; }},
    {"traffic.replay", [](Scenario& s) { s.traffic.replay = replay({}); }},
    {"traffic.replay[2]", [](Scenario& s) { s.traffic.replay = replay({1, 3, 2}); }},
    {"traffic.shape", [](Scenario& s) { s.traffic.replay = replay({1}), s.traffic.shape = {{0s, 1}}; }},
    {"traffic.bursts", [](Scenario& s) { s.traffic.replay = replay({1}), s.traffic.bursts = Bursts{}; }},
    {"traffic.classes", [](Scenario& s) { s.traffic.classes[0].share = .8; }},
    {"traffic.classes", [](Scenario& s) { s.traffic.classes.resize(kMostClasses + 1, {.share = 0}); }},
    {"traffic.classes[0].share",
     [](Scenario& s) { s.traffic.classes = {{.share = -.1}, {.share = .9}, {.share = .2}}; }},
    {"traffic.classes[1].service_time", [](Scenario& s) { s.traffic.classes[1].service_time = Exponential{0}; }},
    {"traffic.classes[1].error_rate", [](Scenario& s) { s.traffic.classes[1].error_rate = 1.5; }},
    {"traffic.users.count", [](Scenario& s) { s.traffic.users.count = -1; }},
    {"traffic.users.think", [](Scenario& s) { s.traffic.users.think = Constant{-1}; }},
    {"traffic.sessions.users", [](Scenario& s) { s.traffic.sessions.users = 0; }},
    {"traffic.retries.attempts", [](Scenario& s) { s.traffic.retries.attempts = 0; }},
    {"traffic.retries.attempts", [](Scenario& s) { s.traffic.retries.attempts = 101; }},
    {"traffic.retries.base", [](Scenario& s) { s.traffic.retries = {.attempts = 2, .base = 0s}; }},
    {"traffic.retries.base", [](Scenario& s) { s.traffic.retries.base = -1s; }},
    {"traffic.retries.factor", [](Scenario& s) { s.traffic.retries.factor = .5; }},
    {"traffic.retries.most", [](Scenario& s) { s.traffic.retries.most = 50ms; }},
    {"traffic.retries.budget", [](Scenario& s) { s.traffic.retries.budget = 1.5; }},
    {"traffic.retries.reserve", [](Scenario& s) { s.traffic.retries = {.budget = .1, .reserve = .5}; }},
    {"balancing.balancers", [](Scenario& s) { s.balancing.balancers = 256; }},
    {"balancing.slow_start", [](Scenario& s) { s.balancing.slow_start = -1s; }},
    {"balancing.ewma_decay", [](Scenario& s) { s.balancing.ewma_decay = 0s; }},
    {"balancing.max_outstanding", [](Scenario& s) { s.balancing.max_outstanding = -1; }},
    {"balancing.outlier.consecutive_errors", [](Scenario& s) { s.balancing.outlier = {.consecutive_errors = 0}; }},
    {"balancing.outlier.interval", [](Scenario& s) { s.balancing.outlier = {.interval = 0s}; }},
    {"balancing.outlier.base_ejection", [](Scenario& s) { s.balancing.outlier = {.base_ejection = 0s}; }},
    {"balancing.outlier.most_ejection", [](Scenario& s) { s.balancing.outlier = {.most_ejection = 1s}; }},
    {"balancing.outlier.most_ejected", [](Scenario& s) { s.balancing.outlier = {.most_ejected = 2}; }},
    {"balancing.locality.overprovisioning", [](Scenario& s) { s.balancing.locality = {.overprovisioning = 0}; }},
    {"balancing.propagation", [](Scenario& s) { s.balancing.propagation = Constant{-1}; }},
    {"balancing.weight_propagation", [](Scenario& s) { s.balancing.weight_propagation = Constant{-1}; }},
    {"faults.host_failures.hosts", [](Scenario& s) { s.faults.host_failures.hosts = -1; }},
    {"faults.host_failures.mttf", [](Scenario& s) { s.faults.host_failures.mttf = 0; }},
    {"faults.host_failures.shape", [](Scenario& s) { s.faults.host_failures.shape = 0; }},
    {"faults.host_failures.burst", [](Scenario& s) { s.faults.host_failures.burst = 1.1; }},
    {"faults.host_failures.burst_within", [](Scenario& s) { s.faults.host_failures.burst_within = -1s; }},
    {"faults.host_failures.repair", [](Scenario& s) { s.faults.host_failures.repair = 0s; }},
    {"faults.host_failures.notice", [](Scenario& s) { s.faults.host_failures.notice = -1s; }},
    {"faults.host_failures.evict", [](Scenario& s) { s.faults.host_failures.evict = -1s; }},
    {"faults.zone_losses[0].zone", [](Scenario& s) { s.faults.zone_losses = {{.zone = 2}}; }},
    {"faults.zone_losses[0].at", [](Scenario& s) { s.faults.zone_losses = {{.at = -1s}}; }},
    {"faults.brown_outs[1].lasts", [](Scenario& s) { s.faults.brown_outs = {{}, {.lasts = 0s}}; }},
    {"faults.brown_outs[0].slowness", [](Scenario& s) { s.faults.brown_outs = {{.slowness = 0}}; }},
    {"faults.brown_outs[0].error_rate", [](Scenario& s) { s.faults.brown_outs = {{.error_rate = 2}}; }},
    {"faults.black_outs[0].lasts", [](Scenario& s) { s.faults.black_outs = {{.lasts = -1s}}; }},
    {"faults.instances.noise", [](Scenario& s) { s.faults.instances.noise = -1; }},
    {"faults.instances.gray", [](Scenario& s) { s.faults.instances.gray = 2; }},
    {"faults.instances.gray_slowness", [](Scenario& s) { s.faults.instances.gray_slowness = 0; }},
    {"faults.instances.gray_errors", [](Scenario& s) { s.faults.instances.gray_errors = -1; }},
    {"fleet.quota", [](Scenario& s) { s.fleet.quota = s.fleet.replicas - 1; }},
    {"fleet.quota", [](Scenario& s) { s.fleet = {.replicas = 4, .under_way = {2, true}, .quota = 5}; }},
    {"fleet.under_way.instances", [](Scenario& s) { s.fleet.under_way.instances = -1; }},
    {"fleet.under_way.instances", [](Scenario& s) { s.fleet = {.replicas = 4, .under_way = {4}}; }},
    {"fleet.under_way", [](Scenario& s) { s.fleet = {.replicas = 4, .under_way = {2}}, s.baseline = true; }},
    {"fleet.creation.initial", [](Scenario& s) { s.fleet.creation.initial = 0s; }},
    {"fleet.disruption_budget", [](Scenario& s) { s.fleet.disruption_budget = DisruptionBudget{}; }},
    {"faults.drains[0].hosts", [](Scenario& s) { s.faults.drains = {{.hosts = 9}}; }},
    {"fleet.replicas", [](Scenario& s) { s.fleet.autoscaling = Autoscaling{.least = 50, .most = 60}; }},
    {"fleet.autoscaling.request", [](Scenario& s) { s.fleet.autoscaling = Autoscaling{.most = 60, .request = 0}; }},
    {"fleet.autoscaling.by.targets[0].value",
     [](Scenario& s) {
         s.fleet.autoscaling = Autoscaling{.most = 60, .by = HorizontalPodAutoscaler{.targets = {{.value = 0}}}};
     }},
    {"fleet.autoscaling.by.down.policies",
     [](Scenario& s) { s.fleet.autoscaling = Autoscaling{.most = 60, .by = HorizontalPodAutoscaler{.down = {}}}; }},
    {"fleet.autoscaling.by[0].scale_in_cooldown",
     [](Scenario& s) {
         s.fleet.autoscaling = Autoscaling{.most = 60, .by = std::vector<TargetTracking>{{.scale_in_cooldown = -1s}}};
     }},
    {"release.truths[0].request_class",
     [](Scenario& s) { s.release.truths[0] = {.kind = DefectKind::kErrorRate, .request_class = 2}; }},
    {"release.truths[0].request_class",
     [](Scenario& s) { s.release.truths[0] = {.kind = DefectKind::kCapacity, .request_class = 1}; }},
};

TEST(Scenario, EveryValueOutOfItsRangeIsRefusedAndNothingElse) {
    ASSERT_TRUE(validate(plain()).empty());
    for (const Wrong& wrong : kWrong) {
        Scenario scenario = plain();
        wrong.change(scenario);
        const std::vector<Complaint> found = validate(scenario);
        ASSERT_EQ(found.size(), 1u) << wrong.path;
        EXPECT_EQ(found[0].path, wrong.path);
        EXPECT_FALSE(found[0].message.empty());
    }
}

TEST(Scenario, WithoutARateThereMustBeUsersOrAReplay) {
    Scenario scenario;
    scenario.traffic.rate = 0;
    scenario.traffic.users.count = 1;
    EXPECT_TRUE(validate(scenario).empty());
    scenario.traffic.users.count = 0;
    scenario.traffic.replay = replay({-5, 0, 0, 7});
    EXPECT_TRUE(validate(scenario).empty());
}

TEST(Scenario, RetriesAtOnceNeedABudget) {
    Scenario scenario;
    scenario.traffic.retries = {.attempts = 3, .base = 0s, .budget = .1};
    EXPECT_TRUE(validate(scenario).empty());
    scenario.traffic.retries = {.attempts = 1, .base = 0s};
    EXPECT_TRUE(validate(scenario).empty());
}

TEST(Scenario, ASeverityOutOfTheRangeOfItsDefectIsRefused) {
    struct {
        DefectKind kind;
        Distribution good, bad;
    } const cases[] = {
        {DefectKind::kErrorRate, LogUniform{.1, 1}, LogUniform{.1, 1.5}},
        {DefectKind::kLatency, Constant{1}, Constant{.5}},
        {DefectKind::kCrashOnStart, Constant{1}, Uniform{.5, 1.1}},
        {DefectKind::kCrashOnRequest, Constant{1}, Constant{2}},
        {DefectKind::kMemoryLeak, Constant{1}, Uniform{.5, 100}},
        {DefectKind::kSlowLeak, Exponential{1}, Constant{0}},
        {DefectKind::kDescriptorLeak, Constant{1}, Constant{0}},
        {DefectKind::kCapacity, Constant{.99}, Constant{1}},
    };
    for (const auto& one : cases) {
        Scenario scenario;
        scenario.release.truths = {{.kind = one.kind, .severity = one.bad}};
        EXPECT_TRUE(complains_about(scenario, "release.truths[0].severity")) << static_cast<int>(one.kind);
        scenario.release.truths[0].severity = one.good;
        EXPECT_TRUE(validate(scenario).empty()) << static_cast<int>(one.kind);
    }
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
