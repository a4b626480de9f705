#include "rollcast/run/simulation.h"

#include <array>
#include <utility>

#include <gtest/gtest.h>

#include "rollcast/control/contract.h"
#include "rollcast/strategies/baseline.h"
#include "rollcast/strategies/blue_green.h"
#include "rollcast/strategies/canary.h"
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

/// Everything that can go wrong by itself does, several times in five minutes.
Faults all_faults() {
    Faults faults;
    faults.host_failures = {.hosts = 9, .mttf = 400, .repair = 40s, .notice = 5s, .evict = 20s};
    faults.zone_losses = {{.at = 20s, .lasts = 15s, .zone = 1}, {.at = 60s, .lasts = 60s, .zone = 2}};
    faults.brown_outs = {{.at = 10s, .lasts = 30s, .slowness = 3, .error_rate = .05}};
    faults.black_outs = {{.at = 30s, .lasts = 60s}};
    faults.instances = {.noise = .3, .gray = .2, .gray_slowness = 4, .gray_errors = .1};
    return faults;
}

constexpr Defect kDefects[] = {{},
                               {.kind = DefectKind::kErrorRate, .severity = .2},
                               {.kind = DefectKind::kLatency, .severity = 8},
                               {.kind = DefectKind::kCrashOnStart, .severity = .5},
                               {.kind = DefectKind::kCrashHazard, .severity = 200},
                               {.kind = DefectKind::kCrashOnRequest, .severity = .001},
                               {.kind = DefectKind::kMemoryLeak, .severity = 500},
                               {.kind = DefectKind::kSlowLeak, .severity = 10},
                               {.kind = DefectKind::kDescriptorLeak, .severity = 500},
                               {.kind = DefectKind::kCapacity, .severity = .7},
                               {.kind = DefectKind::kWrongAnswers, .severity = .2}};

TEST(Simulation, ConservesRequestsAtEveryInstantOfRandomRuns) {
    std::uint32_t replication = 0;
    for (const Policy policy : {Policy::kRandom, Policy::kRoundRobin, Policy::kLeastOutstanding}) {
        for (const Defect& defect : kDefects) {
            for (const Faults& faults : {Faults{}, all_faults()}) {
                Scenario scenario = testing::small_scenario();
                scenario.balancing.policy = policy;
                scenario.fleet.pre_stop = 0s;
                scenario.service.queue = 3;
                scenario.faults = faults;
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
}

TEST(Simulation, ACloneContinuesExactlyAndARekeyedOneDiverges) {
    for (const Faults& faults : {Faults{}, all_faults()}) {
        Scenario scenario = testing::small_scenario();
        scenario.faults = faults;
        Simulation original = warmed_up(scenario, {.kind = DefectKind::kCrashHazard, .severity = 100});
        original.launch(rolling(scenario));
        original.run_until(Time{} + 10s);
        Simulation clone = original, other = original;
        other.rekey(StreamSpace(11, 0).rekeyed(1));
        for (Simulation* each : {&original, &clone, &other}) each->run_until(Time{} + 300s);
        EXPECT_EQ(original.world().data().total(), clone.world().data().total());
        EXPECT_EQ(original.world().host_failures(), clone.world().host_failures());
        EXPECT_EQ(original.outcome().duration, clone.outcome().duration);
        EXPECT_EQ(original.outcome().decisions, clone.outcome().decisions);
        EXPECT_NE(original.world().data().total(), other.world().data().total());
    }
}

TEST(Simulation, AFlakyJudgeGoesOnInACloneAsItWouldAndOtherwiseWithOtherLuck) {
    Scenario scenario = testing::small_scenario();
    const QueryCheck content{.query = {{.number = 1}}};
    scenario.analyses = {
        {.name = "flaky",
         .metrics = {{.name = "flaky", .source = content, .interval = 5s, .failure_limit = 3, .flaky = .2}}}};
    scenario.people.pages = {AnalysisId{0}};
    int alarms = 0, differ = 0;
    for (std::uint32_t replication = 0; replication < 20; ++replication) {
        Simulation original = warmed_up(scenario, {}, replication);
        original.launch(rolling(scenario));
        original.run_until(Time{} + 10s);
        Simulation clone = original, other = original;
        other.rekey(StreamSpace(11, replication).rekeyed(1));
        for (Simulation* each : {&original, &clone, &other}) each->run_until(Time{} + 60s);
        EXPECT_EQ(original.outcome().alarms_false, clone.outcome().alarms_false);
        EXPECT_EQ(original.outcome().duration, clone.outcome().duration);
        alarms += static_cast<int>(original.outcome().alarms_false);
        differ += original.outcome().alarms_false != other.outcome().alarms_false;
    }
    // Of 20, each alarmed with probability .25 and independently of its double: none at all once in 300, hence the
    // fixed seed.
    EXPECT_GT(alarms, 0);
    EXPECT_GT(differ, 0);
}

/// Of the requests, the instances and what telemetry saw of them.
void expect_same(const Simulation& a, const Simulation& b) {
    const DataPlane &first = a.world().data(), &second = b.world().data();
    EXPECT_EQ(first.total(), second.total());
    for (std::size_t version = 0; version <= first.versions(); ++version) {
        EXPECT_EQ(first.tally(version), second.tally(version));
        EXPECT_EQ(first.proxy_meter(version).counters, second.proxy_meter(version).counters);
        EXPECT_EQ(first.proxy_meter(version).latency_ns, second.proxy_meter(version).latency_ns);
    }
    EXPECT_EQ(a.world().restarts(), b.world().restarts());
    EXPECT_EQ(a.world().host_failures(), b.world().host_failures());
    EXPECT_EQ(a.outcome().duration, b.outcome().duration);
    EXPECT_EQ(a.outcome().extra_instance_seconds, b.outcome().extra_instance_seconds);
    for (const Vantage vantage : {Vantage::kApplication, Vantage::kProxy, Vantage::kClient}) {
        const Selector all{.vantage = vantage, .window = 10min};
        EXPECT_EQ(a.telemetry().increase(all, a.now()), b.telemetry().increase(all, b.now()));
    }
}

TEST(Simulation, StoppingOnTheWayChangesNothing) {
    for (const Defect& defect : kDefects) {
        SCOPED_TRACE(static_cast<int>(defect.kind));
        Scenario scenario = testing::small_scenario();
        scenario.faults = all_faults();
        Simulation whole = warmed_up(scenario, defect);
        whole.launch(rolling(scenario));
        Simulation pieces = whole;
        whole.run_until(Time{} + 120s);
        for (int step = 1; step <= 480; ++step) pieces.run_until(Time{} + step * 250ms);
        expect_same(whole, pieces);
    }
}

TEST(Simulation, RequestsAreTheSameWhetherTheyGoAheadOrEventByEvent) {
    for (const Policy policy : {Policy::kRandom, Policy::kPowerOfTwo}) {
        for (const int attempts : {1, 3}) {
            for (const Defect& defect : kDefects) {
                SCOPED_TRACE(::testing::Message() << "policy " << int(policy) << ", " << attempts
                                                  << " attempts, defect " << int(defect.kind));
                Scenario scenario = testing::small_scenario();
                scenario.balancing.policy = policy;
                scenario.traffic.retries.attempts = attempts;
                scenario.faults = all_faults();
                Simulation ahead(scenario, defect, StreamSpace(11, 1)),
                    stepwise(scenario, defect, StreamSpace(11, 1), Pace::kEventByEvent);
                for (Simulation* each : {&ahead, &stepwise}) {
                    each->run_until(Time{});
                    each->launch(rolling(scenario));
                    each->run_until(Time{} + 40s);
                }
                expect_same(ahead, stepwise);
            }
        }
    }
}

/// A canary beside a baseline of its age, in three steps.
Scenario with_baseline(const Faults& faults) {
    Scenario scenario = testing::small_scenario();
    scenario.baseline = true;
    scenario.service.cold_slowness = 2;
    scenario.faults = faults;
    return scenario;
}
strategies::Baseline canary_and_baseline() {
    using namespace strategies;
    CanaryParams params{.replicas = 6, .routed = true};
    params.steps = {SetWeight{20}, Pause{15s}, SetWeight{50}, Pause{15s}, SetWeight{70}, Pause{15s}};
    return Baseline(std::make_shared<Canary>(params), {.scale_down_delay = 5s});
}

TEST(Simulation, ConservesRequestsAndGoesOnInACloneWithABaseline) {
    const strategies::Baseline strategy = canary_and_baseline();
    for (const Defect& defect : kDefects) {
        SCOPED_TRACE(static_cast<int>(defect.kind));
        const Scenario scenario = with_baseline(all_faults());
        Simulation original = warmed_up(scenario, defect);
        original.launch(strategy);
        original.run_until(Time{} + 20s);
        Simulation clone = original;
        for (int step = 1; step <= 400; ++step) {
            original.run_until(Time{} + 20s + step * 250ms);
            const DataPlane& data = original.world().data();
            ASSERT_EQ(data.total().in_flight(), data.count_in_flight(original.now())) << "step " << step;
        }
        clone.run_until(original.now());
        expect_same(original, clone);
        EXPECT_GT(original.world().data().tally(index_of(kBaselineVersion)).arrived, 0);
    }
}

TEST(Simulation, RequestsAreTheSameEventByEventWithABaseline) {
    const strategies::Baseline strategy = canary_and_baseline();
    for (const Defect& defect : kDefects) {
        SCOPED_TRACE(static_cast<int>(defect.kind));
        const Scenario scenario = with_baseline(all_faults());
        Simulation ahead(scenario, defect, StreamSpace(11, 1)),
            stepwise(scenario, defect, StreamSpace(11, 1), Pace::kEventByEvent);
        for (Simulation* each : {&ahead, &stepwise}) {
            each->run_until(Time{});
            each->launch(strategy);
            each->run_until(Time{} + 90s);
        }
        expect_same(ahead, stepwise);
    }
}

TEST(Simulation, ABaselineThatTheStrategyDoesNotBringChangesNothing) {
    Scenario without = testing::small_scenario(), with = without;
    with.baseline = true;
    Simulation two = warmed_up(without), three = warmed_up(with);
    for (Simulation* each : {&two, &three}) {
        each->launch(rolling(without));
        each->run_until(Time{} + 90s);
    }
    EXPECT_EQ(two.outcome().verdict, Verdict::kPromoted);
    EXPECT_EQ(two.outcome().duration, three.outcome().duration);
    EXPECT_EQ(two.world().data().total(), three.world().data().total());
    for (const std::size_t version : {0, 1}) {
        EXPECT_EQ(two.world().data().tally(version), three.world().data().tally(version));
    }
    EXPECT_EQ(three.world().data().tally(2), Tally{});
}

/// What it is told when it decides so five seconds into the rollout.
std::string told(const testing::Reflex::Decide& decide) {
    const Scenario scenario = testing::small_scenario();
    Simulation simulation = warmed_up(scenario);
    simulation.launch(testing::Reflex([&](const Observation& seen) {
        Directive want(seen.cohorts.size());
        want.targets[0].desired = 6;
        want.wake_at = Time{} + 5s;
        return seen.now < Time{} + 5s ? want : decide(seen);
    }));
    try {
        simulation.run_until(Time{} + 6s);
    } catch (const StrategyError& error) {
        return error.what();
    }
    return "nothing";
}

TEST(Simulation, TellsWhichStrategyDidWhenWhatNoneMay) {
    EXPECT_EQ(told([](const Observation& seen) {
                  Directive want(seen.cohorts.size());
                  want.targets[0] = {6, .5};
                  want.targets[1] = {1, .3};
                  want.reason = "half";
                  return want;
              }),
              "reflex, 5s into the rollout: its weights add up to 0.8, not to 1; "
              "its decision: moving: old 6 at 50%, new 1 at 30% (half)");
    EXPECT_EQ(told([](const Observation& seen) {
                  Directive want(seen.cohorts.size());
                  want.analyses = {{.run = 1, .analysis = AnalysisId{0}}};
                  return want;
              }),
              "reflex, 5s into the rollout: it asks for analysis 0 of 0; its decision: moving: old 0, new 0");
    EXPECT_EQ(told([](const Observation&) -> Directive { throw std::runtime_error("lost the thread"); }),
              "reflex, 5s into the rollout: lost the thread");
}

TEST(Simulation, StopsAControllerThatKeepsChangingItsMindWhileTimeStandsStill) {
    EXPECT_EQ(told([](const Observation& seen) {
                  Directive restless(seen.cohorts.size());
                  restless.targets[0].desired = seen.cohorts[0].desired == 6 ? 5 : 6;
                  return restless;
              }),
              "reflex, 5s into the rollout: it keeps changing its mind while time stands still");
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

TEST(Simulation, TellsHowManyRequestsAndRetriesAndGoodAnswersThereWere) {
    Scenario scenario = testing::small_scenario();
    scenario.service.error_rate = .4;
    scenario.traffic.retries = {.attempts = 3};
    Simulation simulation = warmed_up(scenario);
    const auto totals = [&] {
        const DataPlane& data = simulation.world().data();
        std::int64_t attempts = 0;
        for (std::size_t version = 0; version <= data.versions(); ++version) attempts += data.tally(version).arrived;
        return std::array{data.total().arrived, attempts - data.total().arrived, data.total().answered};
    };
    const auto before = totals();
    Timeline timeline;
    simulation.launch(rolling(scenario), &timeline);
    simulation.run_until(Time{} + 300s);
    const Time last = timeline.samples.back().at;
    double requests = 0, retries = 0, answered = 0;
    Time then{};
    for (const TimelineSample& sample : timeline.samples) {
        const double seconds = to_seconds(sample.at - std::exchange(then, sample.at));
        requests += sample.request_rate * seconds;
        retries += sample.retry_rate * seconds;
        answered += sample.goodput * seconds;
    }
    simulation = warmed_up(scenario);
    simulation.launch(rolling(scenario));
    simulation.run_until(last);
    EXPECT_NEAR(requests, double(totals()[0] - before[0]), 1e-6);
    EXPECT_NEAR(retries, double(totals()[1] - before[1]), 1e-6);
    EXPECT_NEAR(answered, double(totals()[2] - before[2]), 1e-6);
    EXPECT_GT(retries, .4 * requests);
}

TEST(Simulation, ACopyTellsNoStory) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.start = Constant{5};
    Simulation simulation = warmed_up(scenario);
    Timeline timeline;
    simulation.launch(rolling(scenario), &timeline);
    simulation.run_until(Time{} + 5s);
    const std::size_t told = timeline.entries.size();
    Simulation copy = simulation, assigned = simulation;
    assigned = copy;
    for (Simulation* each : {&copy, &assigned}) each->run_until(Time{} + 300s);
    EXPECT_EQ(timeline.entries.size(), told);
    simulation.run_until(Time{} + 300s);
    EXPECT_GT(timeline.entries.size(), told);
}

TEST(Simulation, TellsOfFaults) {
    Scenario scenario = testing::small_scenario();
    scenario.faults = all_faults();
    Simulation simulation = warmed_up(scenario);
    Timeline timeline;
    simulation.launch(rolling(scenario), &timeline);
    simulation.run_until(Time{} + 300s);
    std::vector<std::string> told;
    for (const TimelineEntry& entry : timeline.entries) {
        if (entry.kind == TimelineEntry::Kind::kTruth && entry.text.find("host") == std::string::npos) {
            told.push_back(entry.text);
        }
    }
    EXPECT_EQ(told,
              (std::vector<std::string>{"a brown-out begins", "zone 1 is lost", "a brown-out ends", "zone 2 is lost"}));
}

TEST(Simulation, ARolloutThatLosesAZoneOnTheWayStillEnds) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.start = Constant{5};
    scenario.faults.zone_losses = {{.at = 8s, .lasts = 30min, .zone = 1}};
    Simulation simulation = warmed_up(scenario);
    simulation.launch(rolling(scenario));
    simulation.run_until(Time{} + 300s);
    EXPECT_EQ(simulation.outcome().verdict, Verdict::kTimedOut) << "it waits for the new instances that were lost";
    simulation.run_until(Time{} + 400s);
    EXPECT_EQ(simulation.outcome().verdict, Verdict::kPromoted);
    EXPECT_EQ(simulation.world().ready(0), 0);
    EXPECT_EQ(simulation.world().ready(1), 6);
}

// ---- autoscaling and quota ----

/// Ten instances at 70 % of their two slots each, with an autoscaler that likes it so.
Scenario autoscaled_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.replicas = 10;
    scenario.service.slots = 2;
    scenario.service.queue = 50;
    scenario.service.service_time = Exponential{.02};
    scenario.traffic.rate = 10 * 2 * .7 / .02;
    scenario.window.lead_in = 5min;
    scenario.fleet.autoscaling =
        Autoscaling{.least = 2, .most = 40, .by = HorizontalPodAutoscaler{.targets = {{.value = .7}}}};
    return scenario;
}

TEST(Autoscaling, LeavesAServiceAloneThatIsAsBusyAsItShouldBe) {
    const Scenario scenario = autoscaled_scenario();
    Simulation simulation = warmed_up(scenario);
    simulation.run_until(Time{} + 10min);
    EXPECT_EQ(simulation.world().cohorts().front().desired, 10);
}

TEST(Autoscaling, FollowsTheLoadWithoutARollout) {
    Scenario scenario = autoscaled_scenario();
    scenario.traffic.shape = {{.at = 0s, .factor = 1}, {.at = 1s, .factor = 1.4}};
    Simulation simulation = warmed_up(scenario);
    simulation.run_until(Time{} + 10min);
    const Cohort old = simulation.world().cohorts().front();
    // 1.4 * 10 to the tolerance of a tenth, and a pod for rounding and noise.
    EXPECT_GE(old.available, 13);
    EXPECT_LE(old.desired, 16);
}

TEST(Autoscaling, LeavesWhatAnEarlierRolloutHasStartedToTheNextOne) {
    Scenario scenario = autoscaled_scenario();
    scenario.fleet.under_way = {.instances = 4};
    scenario.traffic.shape = {{.at = 0s, .factor = 1}, {.at = 1s, .factor = 1.4}};
    Simulation simulation = warmed_up(scenario);
    simulation.run_until(Time{} + 10min);
    const std::vector<Cohort> seen = simulation.world().cohorts();
    EXPECT_EQ(seen[1].desired, 4);
    EXPECT_GE(seen[0].available + seen[1].available, 13);
    EXPECT_LE(seen[0].desired + seen[1].desired, 16);
}

TEST(Autoscaling, DoublesACanaryThatIsSlow) {
    Scenario scenario = autoscaled_scenario();
    scenario.traffic.rate = 10 * 2 * .2 / .02;  // and 20 % are as it should be: a slow instance is not full
    scenario.fleet.autoscaling->by = HorizontalPodAutoscaler{.targets = {{.value = .2}}};
    const strategies::Canary canary(
        {.replicas = 10, .steps = {strategies::SetWeight{30}, strategies::Pause{}}, .routed = true});
    Simulation good = warmed_up(scenario), slow = warmed_up(scenario, {.kind = DefectKind::kLatency, .severity = 4.5});
    for (Simulation* each : {&good, &slow}) {
        each->launch(canary);
        each->run_until(Time{} + 15min);
    }
    // Thirteen pods with the load of ten: 10 / 13 of the target, times 13, and one for rounding up and noise.
    EXPECT_LE(good.world().cohorts().front().desired, 12);
    EXPECT_LE(good.world().cohorts().back().desired, 4);
    // 30 % of the traffic takes 4.5 times as long: 2.05 times the load.
    EXPECT_GE(slow.world().cohorts().front().desired, 18);
    EXPECT_GE(slow.world().cohorts().back().desired, 6);
}

TEST(Autoscaling, ScalesDownInTheMiddleOfARollingUpdate) {
    Scenario scenario = autoscaled_scenario();
    scenario.traffic.shape = {{.at = 0s, .factor = 1}, {.at = 1s, .factor = .5}};
    // Batches of six minutes. Starts delay an autoscaler: pods that are not read yet count as busy.
    scenario.fleet.min_ready = 6min;
    Timeline timeline;
    Simulation simulation = warmed_up(scenario);
    simulation.launch(rolling(scenario), &timeline);
    simulation.run_until(Time{} + 30min);
    const std::vector<Cohort> cohorts = simulation.world().cohorts();
    EXPECT_EQ(simulation.phase(), Phase::kPromoted);
    EXPECT_EQ(cohorts.front().desired, 0);
    EXPECT_LE(cohorts.back().available, 6);
    const auto at_of = [&](const std::string& words) {
        const auto found =
            std::find_if(timeline.entries.begin(), timeline.entries.end(),
                         [&](const TimelineEntry& one) { return one.text.find(words) != std::string::npos; });
        return found == timeline.entries.end() ? kNever : found->at;
    };
    EXPECT_LT(at_of("the autoscaler asks for"), at_of("promoted"));
}

TEST(Autoscaling, GoesOnInACloneAsItWould) {
    Scenario scenario = autoscaled_scenario();
    scenario.traffic.shape = {{.at = 0s, .factor = 1}, {.at = 60s, .factor = 2}};
    Simulation original = warmed_up(scenario);
    original.launch(rolling(scenario));
    original.run_until(Time{} + 40s);
    Simulation clone = original;
    for (Simulation* each : {&original, &clone}) each->run_until(Time{} + 300s);
    EXPECT_EQ(original.world().data().total(), clone.world().data().total());
    EXPECT_EQ(original.world().instances(), clone.world().instances());
}

TEST(Autoscaling, SeesTheSameLoadWhetherRequestsGoAheadOrEventByEvent) {
    const Scenario scenario = autoscaled_scenario();
    std::array<double, 2> busy{};
    for (const Pace pace : {Pace::kFastest, Pace::kEventByEvent}) {
        Simulation simulation(scenario, {}, StreamSpace(11, 0), pace);
        simulation.run_until(Time{} + 60s);
        const std::vector<InstanceLoad> loads = simulation.world().loads();
        ASSERT_EQ(loads.size(), 10u);
        for (const InstanceLoad& load : loads) busy[pace == Pace::kFastest] += load.reading.value().utilization / 10;
    }
    // One counts a request when it comes, the other when it begins: of 10,500 in a window a few dozen differ.
    EXPECT_NEAR(busy[0], busy[1], .01);
    EXPECT_NEAR(busy[0], .7, .05);  // five standard errors of 10,500 exponential requests
}

TEST(Quota, StallsASurgeThatDoesNotFitIntoTheProgressDeadline) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.quota = scenario.fleet.replicas;
    Simulation simulation = warmed_up(scenario);
    simulation.launch(
        Rolling({.replicas = scenario.fleet.replicas, .max_surge = count(1), .max_unavailable = count(0)}));
    simulation.run_until(Time{} + 590s);
    EXPECT_EQ(simulation.phase(), Phase::kMoving);
    simulation.run_until(Time{} + 620s);
    EXPECT_EQ(simulation.phase(), Phase::kStuck);
    EXPECT_EQ(simulation.world().cohorts().back().instances, 0);
    EXPECT_EQ(simulation.world().cohorts().back().desired, 1);
}

TEST(Quota, LetsARollingUpdateThroughThatNeedsNoSurge) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.quota = scenario.fleet.replicas;
    Simulation simulation = warmed_up(scenario);
    simulation.launch(
        Rolling({.replicas = scenario.fleet.replicas, .max_surge = count(0), .max_unavailable = count(1)}));
    simulation.run_until(Time{} + 20min);
    EXPECT_EQ(simulation.phase(), Phase::kPromoted);
}

TEST(Simulation, EveryStrategyGetsThroughEveryFault) {
    Scenario scenario = testing::small_scenario();
    scenario.faults = all_faults();
    const strategies::Rolling rolling({.replicas = 6});
    const strategies::Rolling recreate({.replicas = 6, .type = strategies::DeploymentType::kRecreate});
    const strategies::Canary canary(
        {.replicas = 6, .steps = {strategies::SetWeight{20}, strategies::Pause{30s}}, .routed = true});
    const strategies::BlueGreen blue_green({.replicas = 6, .auto_promotion = 20s});
    for (const Strategy* strategy : std::initializer_list<const Strategy*>{&rolling, &recreate, &canary, &blue_green}) {
        for (std::uint32_t replication = 0; replication < 5; ++replication) {
            Simulation simulation = warmed_up(scenario, {}, replication);
            simulation.launch(*strategy);
            simulation.run_until(Time{} + 10min);
            EXPECT_EQ(simulation.outcome().verdict, Verdict::kPromoted) << strategy->describe() << ", " << replication;
        }
    }
}

TEST(Simulation, TelemetryShowsNothingInABlackOutAndCatchesUpAfterIt) {
    Scenario scenario = testing::small_scenario();
    scenario.observability.delay = 0s;
    // Longer than telemetry keeps anything, so that the growth over the gap can be asked for.
    const Selector minute{.window = 1min}, all{.window = 10min};
    scenario.analyses = {
        {.name = "any", .metrics = {{.source = QueryCheck{.query = {{.op = QueryStep::Op::kRate, .selector = all}}}}}}};
    Scenario seen = scenario;
    scenario.faults.black_outs = {{.at = 60s, .lasts = 120s}};
    Simulation dark = warmed_up(scenario), light = warmed_up(seen);
    for (Simulation* each : {&dark, &light}) each->run_until(Time{} + 178s);
    EXPECT_TRUE(light.telemetry().increase(minute, light.now()).has_value());
    EXPECT_FALSE(dark.telemetry().increase(minute, dark.now()).has_value());
    for (Simulation* each : {&dark, &light}) each->run_until(Time{} + 300s);
    EXPECT_EQ(dark.telemetry().increase(minute, dark.now()), light.telemetry().increase(minute, light.now()));
    EXPECT_EQ(dark.telemetry().increase(all, dark.now()), light.telemetry().increase(all, light.now()));
    EXPECT_EQ(dark.world().data().total(), light.world().data().total()) << "only operators are blind";
}

/// Fails as soon as a tenth of the new version's answers are errors.
Analysis of_errors() {
    using Op = QueryStep::Op;
    const Selector errors{.scope = Scope::kNew, .codes = 0b1110, .window = 30s};
    const Selector all{.scope = Scope::kNew, .window = 30s};
    using Say = ConditionStep::Op;
    const QueryCheck check{.query = {{.op = Op::kRate, .selector = errors},
                                     {.op = Op::kRate, .selector = all},
                                     {.op = Op::kDivide},
                                     {.op = Op::kNumber, .number = 0},
                                     {.op = Op::kOr}},
                           .failure = {{.op = Say::kResult},
                                       {.op = Say::kNumber, .number = 0},
                                       {.op = Say::kIndex},
                                       {.op = Say::kNumber, .number = .1},
                                       {.op = Say::kGreater}}};
    const Metric metric{.name = "errors", .source = check, .interval = 10s};
    return {.name = "errors", .metrics = {metric}};
}

/// Pauses with a third of the fleet until a person promotes.
strategies::Canary waiting_canary(const Scenario& scenario) {
    return strategies::Canary(
        {.replicas = scenario.fleet.replicas, .steps = {strategies::SetWeight{34}, strategies::Pause{}}});
}

OnCall on_call_for(double seconds) {
    return {.acknowledge = Constant{seconds}, .diagnose = Constant{0}, .act = Constant{0}};
}

TEST(People, ThePersonOnCallAbortsWhatAnAlarmPagedFor) {
    Scenario scenario = testing::small_scenario();
    scenario.observability = {.scrape_interval = 5s, .delay = 1s};
    scenario.analyses = {of_errors()};
    scenario.people.pages = {AnalysisId{0}};
    scenario.people.on_call = on_call_for(60);
    for (const bool rolls : {false, true}) {
        Simulation simulation = warmed_up(scenario, {.kind = DefectKind::kErrorRate, .severity = .5});
        // A progress deadline so far away that nothing but the person ends it.
        rolls ? simulation.launch(Rolling({.replicas = 6, .max_surge = count(1), .max_unavailable = count(0)}))
              : simulation.launch(waiting_canary(scenario));
        simulation.run_until(Time{300s});
        const Outcome row = simulation.outcome();
        if (rolls) {
            EXPECT_EQ(row.verdict, Verdict::kPromoted) << "it is over before the person comes";
            continue;
        }
        EXPECT_EQ(row.verdict, Verdict::kAborted);
        EXPECT_GT(row.detection, 60);
        EXPECT_LT(row.detection, 60 + 30 + 15) << "a window of data, a scrape and a measurement";
        EXPECT_EQ(row.alarms_true, 1);
        EXPECT_EQ(simulation.world().share(index_of(kNewVersion)), 0);
    }
}

TEST(People, OnlyUsersNoticeWrongAnswers) {
    Scenario scenario = testing::small_scenario();
    scenario.observability = {.scrape_interval = 5s, .delay = 1s};
    scenario.analyses = {of_errors()};
    scenario.people.pages = {AnalysisId{0}};
    scenario.people.on_call = on_call_for(30);
    for (const double share : {0., .01}) {
        scenario.people.reports = {.share = share, .delay = Constant{20}, .enough = 3};
        Simulation simulation = warmed_up(scenario, {.kind = DefectKind::kWrongAnswers, .severity = .5});
        simulation.launch(waiting_canary(scenario));
        simulation.run_until(Time{300s});
        const Outcome row = simulation.outcome();
        EXPECT_GT(row.failed_by_cause[std::size_t(Cause::kDefect)], 100);
        EXPECT_EQ(row.alarms_true, 0) << "all counters say that it is well";
        EXPECT_EQ(row.verdict, share > 0 ? Verdict::kAborted : Verdict::kStuck);
    }
}

TEST(People, APauseThatNobodyEndsIsAbortedAtItsLimit) {
    Scenario scenario = testing::small_scenario();
    scenario.people.approval_limit = 100s;
    for (const bool comes : {false, true}) {
        if (comes) scenario.people.approval = Constant{50};
        Simulation simulation = warmed_up(scenario);
        simulation.launch(waiting_canary(scenario));
        simulation.run_until(Time{300s});
        EXPECT_EQ(simulation.outcome().verdict, comes ? Verdict::kPromoted : Verdict::kRolledBack);
    }
}

}  // namespace
}  // namespace rollcast
