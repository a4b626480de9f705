#include "rollcast/run/simulation.h"

#include <gtest/gtest.h>

#include "rollcast/base/check.h"
#include "rollcast/strategies/rolling.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

using strategies::Rolling;

Rolling rolling(const Scenario& scenario) { return Rolling({.replicas = scenario.fleet.replicas}); }

Simulation warmed_up(const Scenario& scenario, Defect defect = {}, std::uint32_t replication = 0) {
    Simulation simulation(scenario, defect, StreamSpace(11, replication));
    simulation.run_until(Time{});
    return simulation;
}

TEST(Simulation, ConservesRequestsAtEveryInstantOfRandomRuns) {
    const Defect defects[] = {{},
                              {.kind = DefectKind::kErrorRate, .severity = .2},
                              {.kind = DefectKind::kLatency, .severity = 8},
                              {.kind = DefectKind::kCrashOnStart, .severity = .5},
                              {.kind = DefectKind::kCrashHazard, .severity = 200}};
    std::uint32_t replication = 0;
    for (const Policy policy : {Policy::kRandom, Policy::kRoundRobin, Policy::kLeastOutstanding}) {
        for (const Defect& defect : defects) {
            Scenario scenario = testing::small_scenario();
            scenario.balancing.policy = policy;
            scenario.fleet.pre_stop = 0s;
            scenario.service.queue = 3;
            Simulation simulation = warmed_up(scenario, defect, ++replication);
            simulation.launch(rolling(scenario));
            for (int step = 1; step <= 900; ++step) {
                simulation.run_until(Time{} + step * 100ms);
                const DataPlane& data = simulation.world().data();
                ASSERT_EQ(data.total().in_flight(), data.count_in_flight(simulation.now())) << "step " << step;
            }
        }
    }
}

TEST(Simulation, ACloneContinuesExactlyAndARekeyedOneDiverges) {
    const Scenario scenario = testing::small_scenario();
    Simulation original = warmed_up(scenario, {.kind = DefectKind::kCrashHazard, .severity = 100});
    original.launch(rolling(scenario));
    original.run_until(Time{} + 10s);
    Simulation clone = original, other = original;
    other.rekey(StreamSpace(11, 0).rekeyed(1));
    for (Simulation* each : {&original, &clone, &other}) each->run_until(Time{} + 300s);
    EXPECT_EQ(original.world().data().total(), clone.world().data().total());
    EXPECT_EQ(original.outcome().duration, clone.outcome().duration);
    EXPECT_EQ(original.outcome().decisions, clone.outcome().decisions);
    EXPECT_NE(original.world().data().total(), other.world().data().total());
}

TEST(Simulation, StoppingOnTheWayChangesNothing) {
    const Scenario scenario = testing::small_scenario();
    Simulation whole = warmed_up(scenario);
    whole.launch(rolling(scenario));
    Simulation pieces = whole;
    whole.run_until(Time{} + 300s);
    for (int second = 1; second <= 300; ++second) pieces.run_until(Time{} + std::chrono::seconds(second));
    EXPECT_EQ(whole.world().data().total(), pieces.world().data().total());
}

class Restless final : public Strategy {
   public:
    std::string describe() const override { return "restless"; }
    std::unique_ptr<Controller> start(const Launch&) const override { return std::make_unique<Mind>(); }

   private:
    class Mind final : public Controller {
       public:
        Directive decide(const Observation& seen) override {
            Directive want(seen.cohorts.size());
            want.targets[0].desired = seen.cohorts[0].desired == 6 ? 5 : 6;
            return want;
        }
        std::unique_ptr<Controller> clone() const override { return std::make_unique<Mind>(*this); }
    };
};

TEST(Simulation, StopsAControllerThatKeepsChangingItsMindWhileTimeStandsStill) {
    const Scenario scenario = testing::small_scenario();
    Simulation simulation = warmed_up(scenario);
    simulation.launch(Restless());
    EXPECT_THROW(simulation.run_until(Time{} + 1s), InvariantError);
}

TEST(Simulation, TellsItsStoryInOrderOfTime) {
    const Scenario scenario = testing::small_scenario();
    Simulation simulation = warmed_up(scenario);
    Timeline timeline;
    simulation.launch(rolling(scenario), &timeline);
    simulation.run_until(Time{} + 300s);
    ASSERT_GT(timeline.entries.size(), 5u);
    for (std::size_t i = 1; i < timeline.entries.size(); ++i) {
        EXPECT_LE(timeline.entries[i - 1].at, timeline.entries[i].at);
    }
    EXPECT_EQ(timeline.entries.back().kind, TimelineEntry::Kind::kVerdict);
    ASSERT_EQ(timeline.samples.size(), 20u) << "300 s of scrapes 15 s apart";
    EXPECT_EQ(timeline.samples.back().ready, (std::vector<int>{0, 6}));
    EXPECT_EQ(timeline.samples.back().weight, (std::vector<double>{0, 1}));
}

}  // namespace
}  // namespace rollcast
