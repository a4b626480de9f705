// Rollouts of fleets that are kept in groups: see Counting.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "rollcast/run/simulation.h"
#include "rollcast/stats/moments.h"
#include "rollcast/strategies/rolling.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

constexpr std::uint32_t kReplications = 300;
constexpr int kReplicas = 240;

struct Course {
    std::vector<Moments> ready;      // of the new version, every other second
    std::vector<Moments> instances;  // of both, those that terminate too
    Moments duration;
    Moments restarts;
};

Course course(const Scenario& scenario, const Defect& defect, const Counting& counting, int looks) {
    const strategies::Rolling rolling({.replicas = scenario.fleet.replicas});
    Course all{.ready = std::vector<Moments>(static_cast<std::size_t>(looks)), .instances = {}};
    all.instances = all.ready;
    for (std::uint32_t r = 0; r < kReplications; ++r) {
        Simulation simulation(scenario, defect, StreamSpace(counting.groups == 0 ? 1 : 2, r), Pace::kFastest, counting);
        simulation.run_until(Time{});
        simulation.launch(rolling);
        for (std::size_t look = 0; look < all.ready.size(); ++look) {
            simulation.run_until(simulation.now() + 2s);
            all.ready[look].add(simulation.world().ready(index_of(kNewVersion)));
            all.instances[look].add(simulation.world().instances());
        }
        simulation.run_until(Time{} + scenario.window.horizon);
        all.duration.add(simulation.outcome().duration);
        all.restarts.add(static_cast<double>(simulation.outcome().restarts));
    }
    return all;
}

/// The end of a rollout comes sooner by what separates the longest start of 24 groups from that of 240 instances: the
/// quantiles of LogNormal{8, .25} at 1 - 1/24 and 1 - 1/240 are 12.3 s and 15.5 s.
constexpr double kSooner = 3.2;

/// Groups come at once, so that a step of the rollout waits for them: 1 % of the fleet is let pass besides 4.5 standard
/// errors.
void expect_the_same(const Moments& listed, const Moments& counted, double besides) {
    const double error = std::sqrt((listed.variance() + counted.variance()) / kReplications);
    EXPECT_NEAR(counted.mean(), listed.mean(), 4.5 * error + besides);
}

TEST(CountedFleet, RollsAsTheListedOne) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.replicas = kReplicas;
    scenario.fleet.start = LogNormal{8, .25};
    scenario.traffic.rate = 1e-9;
    for (const double crashes : {0., .1}) {
        const Defect defect{.kind = DefectKind::kCrashOnStart, .severity = crashes};
        const Course listed = course(scenario, defect, {}, 20), counted = course(scenario, defect, {.groups = 24}, 20);
        for (std::size_t look = 0; look < listed.ready.size(); ++look) {
            SCOPED_TRACE(look);
            expect_the_same(listed.ready[look], counted.ready[look], .01 * kReplicas);
            expect_the_same(listed.instances[look], counted.instances[look], .01 * kReplicas);
        }
        for (const Course& each : {listed, counted}) {
            const double error = std::sqrt(each.restarts.variance() / kReplications);
            EXPECT_NEAR(each.restarts.mean(), kReplicas * crashes / (1 - crashes), 4.5 * error);
        }
        if (crashes == 0) {
            EXPECT_LT(counted.duration.mean(), listed.duration.mean());
        }
        expect_the_same(listed.duration, counted.duration, kSooner);
    }
}

}  // namespace
}  // namespace rollcast
