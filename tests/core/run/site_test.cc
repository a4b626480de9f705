#include "rollcast/run/site.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "rollcast/run/replication.h"
#include "rollcast/run/simulation.h"
#include "rollcast/strategies/baseline.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/feature_flag.h"
#include "rollcast/strategies/guarded.h"
#include "rollcast/strategies/rolling.h"
#include "rollcast/strategies/waves.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

using strategies::Guarded;
using strategies::Rolling;
using strategies::Wave;
using strategies::Waves;

/// The small service, split evenly.
Scenario spread(int locations) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.replicas = 2;
    for (int i = 0; i < locations; ++i) {
        scenario.locations.push_back({.name = "location " + std::to_string(i),
                                      .share = 1. / locations,
                                      .fleet = scenario.fleet,
                                      .faults = scenario.faults});
    }
    scenario.fleet.replicas = 2 * locations;
    scenario.traffic.rate = 50 * locations;
    return scenario;
}

/// The share of new answers that are errors is below 5%, looked at every 10 s.
Analysis few_errors() {
    const Selector answers{.scope = Scope::kNew, .window = 30s};
    Selector errors = answers;
    errors.codes = 0b1110;
    const QueryCheck check{.query = {{.op = QueryStep::Op::kRate, .selector = errors},
                                     {.op = QueryStep::Op::kRate, .selector = answers},
                                     {.op = QueryStep::Op::kDivide}},
                           .failure = {{.op = ConditionStep::Op::kResult},
                                       {.op = ConditionStep::Op::kNumber, .number = 0},
                                       {.op = ConditionStep::Op::kIndex},
                                       {.op = ConditionStep::Op::kNumber, .number = .05},
                                       {.op = ConditionStep::Op::kGreater}}};
    return {.name = "few-errors",
            .metrics = {{.name = "errors", .source = check, .interval = 10s, .consecutive_error_limit = 1000}}};
}

Waves one_by_one(int locations, Duration bake = {}, std::optional<AnalysisId> analysis = {}) {
    strategies::WavesParams params{.bake = bake, .analysis = analysis};
    for (int i = 0; i < locations; ++i) params.waves.push_back({static_cast<LocationId>(i)});
    return Waves({std::make_shared<Rolling>(strategies::RollingParams{.replicas = 2})}, std::move(params));
}

Simulation launched(const Scenario& scenario, const Strategy& strategy, Defect defect = {}) {
    Simulation simulation(scenario, defect, StreamSpace(11, 0));
    simulation.run_until(Time{});
    simulation.launch(strategy);
    return simulation;
}

TEST(Sites, ConserveRequestsInEachAndInAll) {
    Scenario scenario = spread(3);
    scenario.locations[1].faults.zone_losses = {{.at = 20s, .lasts = 30s, .zone = 0}};
    scenario.locations[2].faults.host_failures = {.hosts = 3, .mttf = 200, .repair = 20s};
    Simulation simulation = launched(scenario, one_by_one(3), {.kind = DefectKind::kCrashOnRequest, .severity = .01});
    for (int step = 1; step <= 300; ++step) {
        simulation.run_until(Time{} + step * 300ms);
        Tally sum;
        for (const Site& site : simulation.sites()) {
            const DataPlane& data = site.world.data();
            ASSERT_EQ(data.total().in_flight(), data.count_in_flight(simulation.now())) << site.name;
            sum += data.total();
        }
        ASSERT_EQ(sum, total(simulation.sites()));
    }
    EXPECT_GT(restarts(simulation.sites()), 0);
}

TEST(Sites, ACloneGoesOnExactlyHoweverItIsRun) {
    const Scenario scenario = spread(4);
    Simulation original = launched(scenario, one_by_one(4), {.kind = DefectKind::kCrashHazard, .severity = 100});
    original.run_until(Time{} + 10s);
    Simulation clone = original, other = original;
    other.rekey(StreamSpace(11, 0).rekeyed(1));
    original.run_until(Time{} + 200s);
    other.run_until(Time{} + 200s);
    for (int i = 1; i <= 19; ++i) clone.run_until(Time{} + 10s + i * 10s);
    EXPECT_EQ(total(original.sites()), total(clone.sites()));
    EXPECT_EQ(original.outcome().decisions, clone.outcome().decisions);
    EXPECT_EQ(original.outcome().duration, clone.outcome().duration);
    EXPECT_NE(total(original.sites()), total(other.sites()));
}

TEST(Sites, EachHasItsOwnLuckAndTheFirstThatOfTheOnlyOne) {
    const Scenario scenario = spread(2), alone = in_location(scenario, LocationId{0});
    Simulation both(scenario, {}, StreamSpace(11, 0)), one(alone, {}, StreamSpace(11, 0));
    both.run_until(Time{} + 60s);
    one.run_until(Time{} + 60s);
    EXPECT_EQ(both.sites()[0].world.data().total(), one.world().data().total());
    EXPECT_NE(both.sites()[1].world.data().total(), one.world().data().total());
}

TEST(Sites, AListOfOneIsTheServiceItself) {
    const Scenario scenario = spread(1), alone = in_location(scenario, LocationId{0});
    const Rolling rolling({.replicas = 2});
    const Outcome listed = replicate(scenario, rolling, 5, 3, 0), usual = replicate(alone, rolling, 5, 3, 0);
    EXPECT_EQ(listed.requests, usual.requests);
    EXPECT_EQ(listed.failed, usual.failed);
    EXPECT_EQ(listed.duration, usual.duration);
}

TEST(Sites, PromoteInWavesWithoutHarm) {
    const Scenario scenario = spread(3);
    Timeline timeline;
    const Outcome row = replicate(scenario, one_by_one(3, 20s), 7, 0, 0, &timeline);
    EXPECT_EQ(row.verdict, Verdict::kPromoted);
    EXPECT_GE(row.baking, 60);
    EXPECT_EQ(timeline.samples.back().reach, (std::vector<double>{1, 1, 1}));
    EXPECT_EQ(timeline.samples.back().ready, (std::vector<int>{0, 6}));
    for (std::size_t i = 1; i < timeline.entries.size(); ++i) {
        EXPECT_LE(timeline.entries[i - 1].at, timeline.entries[i].at);
    }
}

TEST(Sites, ABadReleaseThatTheFirstWaveFindsHarmsNobodyElse) {
    Scenario scenario = spread(4);
    scenario.analyses = {few_errors()};
    const Defect bad{.kind = DefectKind::kErrorRate, .severity = .5};
    const auto guarded = std::make_shared<Guarded>(std::make_shared<Rolling>(strategies::RollingParams{.replicas = 2}),
                                                   strategies::GuardParams{.analysis = AnalysisId{0}, .bake = 2min});
    const Waves inside({guarded}, {.waves = {{LocationId{0}}, {LocationId{1}, LocationId{2}, LocationId{3}}}});
    const Waves around = one_by_one(4, 2min, AnalysisId{0});
    for (const Waves* waves : {&inside, &around}) {
        Simulation simulation = launched(scenario, *waves, bad);
        simulation.run_until(Time{} + 5min);
        EXPECT_EQ(simulation.phase(), Phase::kRolledBack) << waves->describe();
        EXPECT_GT(simulation.sites()[0].world.data().tally(1).arrived, 100);
        for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(simulation.sites()[i].world.data().tally(1).arrived, 0);
        EXPECT_NEAR(simulation.outcome().blast_radius, .25, 1e-9) << "a quarter of the traffic, wholly";
    }
}

Waves canaries_one_by_one(int locations, bool behind_flag) {
    strategies::WavesParams params;
    for (int i = 0; i < locations; ++i) params.waves.push_back({static_cast<LocationId>(i)});
    const auto canary = std::make_shared<strategies::Canary>(strategies::CanaryParams{
        .replicas = 2, .steps = {strategies::SetWeight{50}, strategies::Pause{30s}}, .routed = true});
    if (behind_flag) return Waves({std::make_shared<strategies::FeatureFlag>(canary)}, std::move(params));
    return Waves({std::make_shared<strategies::Baseline>(canary, strategies::BaselineParams{})}, std::move(params));
}

TEST(Sites, HaveABaselineEach) {
    Scenario scenario = spread(2);
    scenario.baseline = true;
    Timeline timeline;
    const Outcome row = replicate(scenario, canaries_one_by_one(2, false), 7, 0, 0, &timeline);
    EXPECT_EQ(row.verdict, Verdict::kPromoted);
    std::vector<int> most(3, 0);  // ready at a time, in both
    for (const TimelineSample& sample : timeline.samples) {
        for (std::size_t version = 0; version < 3; ++version) {
            most[version] = std::max(most[version], sample.ready.at(version));
        }
    }
    EXPECT_EQ(most[0], 4);
    EXPECT_EQ(most[1], 4);
    EXPECT_GT(most[2], 0) << "the baseline is the third version, though it stands between the others";
    EXPECT_LE(most[2], 2) << "the two are not at once";
    EXPECT_EQ(timeline.samples.back().ready, (std::vector<int>{0, 4, 0}));
    EXPECT_EQ(timeline.samples.back().reach, (std::vector<double>{1, 1}));
}

TEST(Sites, HaveAFlagEach) {
    const Defect bad{.kind = DefectKind::kErrorRate, .severity = .5};
    const Scenario scenario = spread(2);
    Simulation simulation = launched(scenario, canaries_one_by_one(2, true), bad);
    simulation.run_until(Time{} + 20s);
    EXPECT_GT(simulation.sites()[0].world.data().tally(1).failed(), 50);
    EXPECT_EQ(simulation.sites()[1].world.data().tally(1).arrived, 0) << "its wave is to come";
    simulation.run_until(Time{} + 5min);
    EXPECT_EQ(simulation.phase(), Phase::kPromoted);
    EXPECT_EQ(share(simulation.sites(), 1), 1);
    EXPECT_EQ(instances(simulation.sites()), 4) << "instances do not change";
}

/// Is shown all locations.
class Everywhere final : public Strategy {
   public:
    explicit Everywhere(testing::Reflex::Decide decide) : reflex_(std::move(decide)) {}
    std::string describe() const override { return "everywhere"; }
    std::unique_ptr<Controller> start(const Launch& launch) const override { return reflex_.start(launch); }
    bool knows_locations() const override { return true; }

   private:
    testing::Reflex reflex_;
};

/// Ten instances in each of two locations, whose autoscalers would like a load of 70 %. That would be the load if it
/// were spread evenly, which it is not.
Scenario autoscaled() {
    Scenario scenario = spread(2);
    scenario.service = {.slots = 2, .queue = 50, .service_time = Exponential{.02}};
    scenario.window.lead_in = 5min;
    scenario.traffic.rate = 2 * 10 * 2 * .7 / .02;
    scenario.fleet.replicas = 20;
    for (Location& one : scenario.locations) {
        one.fleet.replicas = 10;
        one.fleet.autoscaling =
            Autoscaling{.least = 2, .most = 40, .by = HorizontalPodAutoscaler{.targets = {{.value = .7}}}};
    }
    scenario.locations[0].share = .1;
    scenario.locations[1].share = .9;
    return scenario;
}

TEST(Sites, ScaleEachByItself) {
    const Scenario scenario = autoscaled();
    Simulation simulation(scenario, {}, StreamSpace(11, 0));
    simulation.run_until(Time{} + 5min);
    const auto desired = [&](std::size_t site) { return simulation.sites()[site].world.cohorts()[0].desired; };
    // A fifth of the load that ten instances should have, and nine fifths, to the tolerance of a tenth and a pod.
    EXPECT_LE(desired(0), 4);
    EXPECT_GE(desired(1), 16);
    EXPECT_LE(desired(1), 21);
    EXPECT_EQ(simulation.sites()[0].size(), desired(0));
    EXPECT_EQ(replicas(simulation.sites()), desired(0) + desired(1));
}

TEST(Sites, WavesFollowTheAutoscalerOfEach) {
    const Scenario scenario = autoscaled();
    for (const bool halfway : {false, true}) {
        Simulation simulation(scenario, {}, StreamSpace(11, 0));
        simulation.run_until(Time{});
        const Waves waves = one_by_one(2, halfway ? 1h : 1s);
        simulation.launch(waves);
        simulation.run_until(Time{} + 10min);
        EXPECT_EQ(simulation.phase(), halfway ? Phase::kBaking : Phase::kPromoted);
        for (const Site& site : simulation.sites()) {
            const bool reached = !halfway || site.name == "location 0";
            const std::vector<Cohort> cohorts = site.world.cohorts();
            EXPECT_EQ(cohorts[reached ? 1 : 0].desired, site.size()) << site.name;
            EXPECT_EQ(cohorts[reached ? 0 : 1].desired, 0) << site.name;
        }
        EXPECT_GE(simulation.sites()[1].size(), 16);
    }
}

TEST(Sites, APlanThatChangesNothingCostsNothingWhateverAutoscalersDo) {
    const Scenario scenario = autoscaled();
    const Everywhere follows([](const Observation& seen) {
        Directive want(seen.cohorts.size());
        for (std::size_t i = 0; i < 2; ++i) {
            want.targets[2 * i].desired = seen.replicas_in(static_cast<LocationId>(i)).value();
        }
        return want;
    });
    const Outcome row = replicate(scenario, follows, 7, 0, 0);
    EXPECT_EQ(row.attributable(), 0);
    EXPECT_EQ(row.extra_instance_seconds, 0);
}

TEST(Sites, AnAnalysisOfALocationSeesThatLocation) {
    Scenario scenario = spread(2);
    scenario.locations[1].faults.brown_outs = {{.at = 0s, .lasts = 5min, .error_rate = .5}};
    scenario.analyses = {few_errors()};
    scenario.analyses[0].metrics[0].source = [&] {
        QueryCheck check = std::get<QueryCheck>(scenario.analyses[0].metrics[0].source);
        for (QueryStep& step : check.query) step.selector.scope = Scope::kService;
        return check;
    }();
    const Everywhere watch([](const Observation& seen) {
        Directive want(seen.cohorts.size());
        for (std::size_t i = 0; i < want.targets.size(); ++i) want.targets[i].desired = seen.cohorts[i].desired;
        for (const LocationId location : {LocationId{0}, LocationId{1}, kEverywhere}) {
            want.analyses.push_back({.run = 1, .analysis = AnalysisId{0}, .location = location});
        }
        if (seen.now < Time{} + 4min) {
            want.wake_at = Time{} + 4min;
            return want;
        }
        EXPECT_EQ(seen.analysis(1, LocationId{0}), AnalysisPhase::kRunning);
        EXPECT_EQ(seen.analysis(1, LocationId{1}), AnalysisPhase::kFailed);
        EXPECT_EQ(seen.analysis(1), AnalysisPhase::kFailed) << "a quarter of all";
        want.phase = Phase::kPaused;
        return want;
    });
    Simulation simulation = launched(scenario, watch);
    simulation.run_until(Time{} + 5min);
    EXPECT_EQ(simulation.phase(), Phase::kPaused);
}

TEST(Sites, ThirtyInThreeWaves) {
    const Scenario scenario = spread(30);
    std::vector<Wave> waves{{LocationId{0}}, {}, {}};
    for (std::uint16_t i = 1; i < 30; ++i) waves[i < 4 ? 1 : 2].push_back(LocationId{i});
    const Waves strategy({std::make_shared<Rolling>(strategies::RollingParams{.replicas = 2})},
                         {.waves = waves, .max_concurrent = percent(50), .bake = 10s});
    const Outcome row = replicate(scenario, strategy, 1, 0, 0);
    EXPECT_EQ(row.verdict, Verdict::kPromoted);
    EXPECT_GT(row.exposure, row.requests / 4);
}

TEST(Sites, AStrategyThatKnowsOneLocationIsToldSo) {
    const Scenario scenario = spread(2);
    try {
        replicate(scenario, Rolling({.replicas = 4}), 1, 0, 0);
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_NE(std::string(error.what()).find("location"), std::string::npos) << error.what();
    }
}

TEST(Locations, AreChecked) {
    const auto complaint = [](auto change) {
        Scenario scenario = spread(2);
        change(scenario);
        const std::vector<Complaint> found = validate(scenario);
        return found.empty() ? "" : found.front().path + ": " + found.front().message;
    };
    EXPECT_EQ(complaint([](Scenario&) {}), "");
    EXPECT_EQ(complaint([](Scenario& s) { s.locations[0].share = .4; }), "locations: shares must add up to 1");
    EXPECT_EQ(complaint([](Scenario& s) { s.locations[1].name = "location 0"; }),
              "locations[1].name: must be given and unique");
    EXPECT_EQ(complaint([](Scenario& s) { s.locations[1].fleet.zones = 0; }),
              "locations[1].fleet.zones: must be from 1 to 255, is 0");
    EXPECT_EQ(complaint([](Scenario& s) { s.fleet.autoscaling = Autoscaling{.least = 1, .most = 8}; }),
              "fleet.autoscaling: is of each location: give it there");
    EXPECT_EQ(complaint([](Scenario& s) { s.fleet.replicas = 5; }), "fleet.replicas: must be those of all locations");
}

TEST(Locations, ShareUsersWithoutLosingOne) {
    Scenario scenario = spread(3);
    scenario.traffic.users.count = 100;
    int users = 0;
    for (std::uint16_t i = 0; i < 3; ++i) users += in_location(scenario, LocationId{i}).traffic.users.count;
    EXPECT_EQ(users, 100);
}

}  // namespace
}  // namespace rollcast
