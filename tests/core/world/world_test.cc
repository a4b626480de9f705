#include "rollcast/world/world.h"

#include <gtest/gtest.h>

#include "rollcast/base/check.h"
#include "support/running.h"

namespace rollcast {
namespace {

using testing::quick_scenario;
using testing::Running;

TEST(World, StartsInItsSteadyState) {
    const Scenario scenario = quick_scenario();
    Running running(scenario);
    running.run(10s);
    EXPECT_EQ(running.cohort(0).available, 6);
    EXPECT_EQ(running.world.data().total().failed(), 0);
    EXPECT_EQ(running.world.share(0), 1);
}

TEST(World, AnInstanceIsPlacedPullsStartsWarmsAndIsProbedBeforeItIsReady) {
    Scenario scenario = quick_scenario();
    scenario.fleet.schedule = Constant{1};
    scenario.fleet.image_cached = 0;
    scenario.fleet.image_bytes = 300e6, scenario.fleet.pull_bytes_per_second = 100e6;  // 3 s
    scenario.fleet.start = Constant{2};
    scenario.fleet.warm_up = Constant{2.5};
    scenario.fleet.readiness = {.initial_delay = 1s, .period = 2s};  // probes 1, 3, 5 ... s after the process started
    scenario.fleet.min_ready = 4s;
    Running running(scenario);
    running.want(6, 1);
    // 1 + 3 + 2 = 6 s to the process; warm 2.5 s later; the probe at 3 s finds it.
    running.run(5900ms);
    EXPECT_EQ(running.cohort(1).pending, 1);
    running.run(200ms);
    EXPECT_EQ(running.cohort(1).pending, 0);
    running.run(2800ms);
    EXPECT_EQ(running.cohort(1).ready, 0) << "at 8.9 s";
    running.run(200ms);
    EXPECT_EQ(running.cohort(1).ready, 1) << "at 9.1 s";
    EXPECT_EQ(running.cohort(1).available, 0);
    running.run(4s);
    EXPECT_EQ(running.cohort(1).available, 1);
}

TEST(World, RoutersLearnOfANewEndpointAfterThePropagation) {
    Scenario scenario = quick_scenario();
    scenario.balancing.propagation = Constant{3};
    Running running(scenario);
    running.want(6, 6);
    running.run(4900ms);  // ready at 2 s
    EXPECT_EQ(running.world.data().tally(1).arrived, 0);
    running.run(5s);
    EXPECT_GT(running.world.data().tally(1).arrived, 0);
    EXPECT_EQ(running.world.share(1), .5);
}

TEST(World, WeightsHoldOnceRoutersHaveLearnedThem) {
    Scenario scenario = quick_scenario();
    scenario.balancing.weight_propagation = Constant{2};
    Running running(scenario);
    running.want(6, 6, 0);
    running.run(10s);
    EXPECT_EQ(running.world.data().tally(1).arrived, 0) << "ready, but without weight";
    running.want(6, 6, .25);
    EXPECT_EQ(running.cohort(1).weight, .25) << "what routers were told";
    running.run(1900ms);
    EXPECT_EQ(running.world.data().tally(1).arrived, 0);
    running.run(10s);
    EXPECT_GT(running.world.data().tally(1).arrived, 0);
}

TEST(World, RoutersMirrorOnceTheyHaveLearnedTo) {
    Scenario scenario = quick_scenario();
    scenario.balancing.weight_propagation = Constant{2};
    Running running(scenario);
    running.want(6, 6, 0);
    running.run(10s);
    const std::vector<Target> mirrored{{.desired = 6, .weight = 1.0}, {.desired = 6, .weight = 0.0, .mirrored = 1}};
    EXPECT_TRUE(running.world.apply(mirrored, running.now, running.queue));
    EXPECT_EQ(running.cohort(1).mirrored, 1);
    running.run(1900ms);
    EXPECT_EQ(running.world.data().mirrored(1).arrived, 0);
    running.run(10s);
    EXPECT_GT(running.world.data().mirrored(1).arrived, 0);
    EXPECT_EQ(running.world.data().tally(1).arrived, 0);
    EXPECT_EQ(running.world.share(1), 0);
    const std::vector<Target> unrouted{{.desired = 6, .weight = {}}, {.desired = 6, .weight = {}, .mirrored = 1}};
    EXPECT_THROW(running.world.apply(unrouted, running.now, running.queue), InvariantError);
}

TEST(World, UsersBehindAFlagAreServedByTheInstancesThatThereAre) {
    Scenario scenario = quick_scenario();
    scenario.balancing.weight_propagation = Constant{2};
    Running running(scenario);
    const std::vector<Target> flag{{.desired = 6, .weight = .75}, {.weight = .25, .behind_flag = true}};
    EXPECT_TRUE(running.world.apply(flag, running.now, running.queue));
    running.run(1900ms);
    EXPECT_EQ(running.world.data().tally(1).arrived, 0);
    running.run(60s);
    const Tally old = running.world.data().tally(0), fresh = running.world.data().tally(1);
    EXPECT_EQ(running.world.share(1), .25);
    EXPECT_EQ(running.world.known(1), 6);
    EXPECT_EQ(running.world.answering(1), 6);
    EXPECT_EQ(running.cohort(1).instances, 0);
    EXPECT_GT(fresh.answered, 0);
    EXPECT_EQ(fresh.failed() + old.failed(), 0);
    // Back at once: nobody has to be stopped or started.
    const std::vector<Target> off{{.desired = 6, .weight = 1.0}, {.weight = 0.0, .behind_flag = true}};
    EXPECT_TRUE(running.world.apply(off, running.now, running.queue));
    running.run(2s);
    const std::int64_t exposed = running.world.data().tally(1).arrived;
    running.run(10s);
    EXPECT_EQ(running.world.data().tally(1).arrived, exposed);
    const std::vector<Target> wrong{{.desired = 6, .weight = .75}, {.desired = 1, .weight = .25, .behind_flag = true}};
    EXPECT_THROW(running.world.apply(wrong, running.now, running.queue), InvariantError);
}

TEST(World, ABaselineChangesNoneOfTheNewVersionsRequests) {
    Scenario scenario = quick_scenario();
    std::array<Tally, 2> of_new;
    for (const bool baseline : {false, true}) {
        scenario.baseline = baseline;
        Running running(scenario, {.kind = DefectKind::kErrorRate, .severity = .1});
        std::vector<Target> want{{.desired = 6, .weight = .75}, {.desired = 3, .weight = .25}};
        if (baseline) {
            want[0].weight = .5;
            want.insert(want.begin() + 1, {.desired = 3, .weight = .25});
        }
        running.world.apply(want, running.now, running.queue);
        running.run(60s);
        const DataPlane& data = running.world.data();
        of_new[baseline] = data.tally(index_of(kNewVersion));
        EXPECT_GT(of_new[baseline].failed_by_cause[std::size_t(Cause::kDefect)], 0);
        if (!baseline) continue;
        const std::vector<Cohort> seen = running.world.cohorts();
        ASSERT_EQ(seen.size(), 3u);
        EXPECT_EQ(seen[1].version, kBaselineVersion);
        EXPECT_EQ(seen[1].ready, 3);
        EXPECT_EQ(seen[1].weight, .25);
        EXPECT_EQ(seen[2].version, kNewVersion);
        const Tally of_baseline = data.tally(index_of(kBaselineVersion));
        EXPECT_GT(of_baseline.arrived, 0);
        EXPECT_EQ(of_baseline.failed_by_cause[std::size_t(Cause::kDefect)], 0);
        EXPECT_EQ(running.world.scrape(running.now).proxy.size(), 4u);
    }
    EXPECT_EQ(of_new[0], of_new[1]);
}

TEST(World, InstancesBeyondTheCapacityWaitForAPlace) {
    Scenario scenario = quick_scenario();
    scenario.fleet.capacity = 7;
    Running running(scenario);
    running.want(6, 3);
    running.run(10s);
    EXPECT_EQ(running.cohort(1).unschedulable, 2);
    EXPECT_EQ(running.cohort(1).ready, 1);
    running.want(4, 3);
    running.run(20s);
    EXPECT_EQ(running.cohort(1).unschedulable, 0);
    EXPECT_EQ(running.cohort(1).ready, 3);
}

// The race of every hand-over: TERM comes at once, routers learn a second later.
TEST(World, AnInstanceThatStopsBeforeRoutersKnowRefusesWhatTheySend) {
    Scenario scenario = quick_scenario();
    scenario.fleet.pre_stop = 0s;
    Running running(scenario);
    running.want(3, 0);
    running.run(10s);
    const Tally tally = running.world.data().total();
    // Half of 300 requests a second go to the three for one second: Poisson with mean 150, five standard deviations.
    EXPECT_NEAR(static_cast<double>(tally.failed_by_cause[std::size_t(Cause::kHandOver)]), 150, 5 * std::sqrt(150.0));
    EXPECT_EQ(tally.failed(), tally.failed_by_cause[std::size_t(Cause::kHandOver)]);
}

TEST(World, CountsThoseThatRefuseUntilRoutersKnow) {
    Scenario scenario = quick_scenario();
    scenario.traffic.rate = 1e-9;  // who has nothing to do ends at once
    scenario.balancing.propagation = Constant{3};
    scenario.fleet.pre_stop = 1s;
    Running running(scenario);
    const auto expect = [&](int known, int answering, int refusing) {
        EXPECT_EQ(running.world.known(0), known);
        EXPECT_EQ(running.world.answering(0), answering);
        EXPECT_EQ(running.world.refusing(0), refusing);
    };
    running.want(4, 0);
    running.run(900ms);
    expect(6, 6, 0);
    running.run(200ms);
    EXPECT_EQ(running.world.instances(), 4);
    expect(6, 4, 2);
    running.run(2s);
    expect(4, 4, 0);
}

TEST(World, WhoIsDeadNeitherAnswersNorRefusesUntilItIsWarmAgain) {
    Scenario scenario = quick_scenario();
    scenario.traffic.rate = 1e-9;
    scenario.balancing.propagation = Constant{30};
    scenario.fleet.crash_notice = Constant{4};
    scenario.fleet.start = Constant{1};
    scenario.fleet.warm_up = Constant{2};
    Running running(scenario, {.kind = DefectKind::kSlowLeak, .severity = 40});
    running.want(6, 2);
    running.run(42s);  // a start and a warm-up of 3 s; routers know after 33 s or so
    EXPECT_EQ(running.world.answering(1), 2);
    running.run(2s);  // dead at 43 s
    EXPECT_EQ(running.world.known(1), 2);
    EXPECT_EQ(running.world.answering(1), 0);
    running.run(5s);  // they run again at 48 s
    EXPECT_EQ(running.cohort(1).restarts, 2);
    EXPECT_EQ(running.world.answering(1), 0);
    running.run(2s);  // and are warm at 50 s, before routers knew of anything
    EXPECT_EQ(running.world.known(1), 2);
    EXPECT_EQ(running.world.answering(1), 2);
    EXPECT_EQ(running.world.refusing(1), 0);
}

TEST(World, PreStopBeyondThePropagationLosesNothing) {
    Scenario scenario = quick_scenario();
    scenario.fleet.pre_stop = 2s;
    Running running(scenario);
    running.want(3, 0);
    running.run(1s);
    EXPECT_EQ(running.cohort(0).draining, 3);
    EXPECT_EQ(running.cohort(0).instances, 3);
    running.run(10s);
    EXPECT_EQ(running.cohort(0).draining, 0);
    EXPECT_EQ(running.world.data().total().failed(), 0);
}

TEST(World, TheKillCutsOffWhatTheGraceDidNotLetEnd) {
    Scenario scenario = quick_scenario();
    scenario.service.service_time = Constant{20};
    scenario.service.timeout = 10min;
    scenario.service.slots = 64;
    scenario.traffic.rate = 6;
    scenario.fleet.pre_stop = 2s;
    scenario.fleet.grace = 5s;
    Running running(scenario);
    running.run(60s);
    running.want(0, 0);
    running.run(4900ms);
    EXPECT_EQ(running.world.data().total().failed_by_cause[std::size_t(Cause::kHandOver)], 0);
    const std::int64_t held = running.world.data().count_in_flight(running.now);
    running.run(200ms);
    const std::int64_t cut = running.world.data().total().failed_by_cause[std::size_t(Cause::kHandOver)];
    EXPECT_GT(cut, 50);
    EXPECT_LE(cut, held);
}

TEST(World, ACrashedInstanceGetsTrafficUntilSomeoneNotices) {
    Scenario scenario = quick_scenario();
    scenario.fleet.crash_notice = Constant{4};
    scenario.balancing.propagation = Constant{1};
    scenario.fleet.start = Constant{1};
    scenario.fleet.backoff.initial = 100s;
    Running running(scenario, {.kind = DefectKind::kCrashHazard, .severity = 3600. / 20});  // every 20 s or so
    running.want(0, 6);
    running.run(300s);
    const Tally tally = running.world.data().total();
    EXPECT_GT(tally.failed_by_cause[std::size_t(Cause::kDefect)], 100);
    EXPECT_GT(running.world.restarts(), 6);
    EXPECT_EQ(tally.in_flight(), running.world.data().count_in_flight(running.now));
}

TEST(World, AProcessThatRequestsKillIsSeenLateRoutedAroundAndRestarted) {
    Scenario scenario = quick_scenario();
    scenario.fleet.crash_notice = Constant{4};
    Running running(scenario, {.kind = DefectKind::kMemoryLeak, .severity = 1000});
    running.want(6, 1);
    running.run(10s);
    EXPECT_EQ(running.cohort(1).ready, 1);
    while (running.world.data().tally(1).failed() == 0) running.run(100ms);
    // A seventh of 300 requests a second from 3 s on: the thousandth comes after 23 s.
    EXPECT_NEAR(to_seconds(running.now), 26.3, 5 * std::sqrt(1000.) * 7 / 300);
    EXPECT_EQ(running.cohort(1).ready, 1) << "not noticed yet";
    running.run(3800ms);
    EXPECT_EQ(running.cohort(1).ready, 1);
    running.run(300ms);
    EXPECT_EQ(running.cohort(1).ready, 0);
    EXPECT_EQ(running.cohort(1).restarts, 1);
    running.run(1s);
    const Tally out = running.world.data().tally(1);
    EXPECT_EQ(out.failed(), out.failed_by_cause[std::size_t(Cause::kDefect)]);
    running.run(5s);
    EXPECT_EQ(running.cohort(1).ready, 1);
    EXPECT_GT(running.world.data().tally(1).answered, out.answered + 30);
    EXPECT_EQ(running.world.data().tally(1).failed(), out.failed());
}

TEST(World, AReleaseThatCrashesOnStartIsNeverReadyAndBacksOff) {
    Scenario scenario = quick_scenario();
    Running running(scenario, {.kind = DefectKind::kCrashOnStart, .severity = 1});
    running.want(6, 1);
    running.run(10min);
    EXPECT_EQ(running.cohort(1).ready, 0);
    // Starts of 2 s; waits 0 (but 1 s until the death is seen), 10, 20, 40, 80, 160, 300 s: the seventh restart is at
    // 2 + 1 + 2 + 10 + 2 + 20 + 2 + 40 + 2 + 80 + 2 + 160 + 2 = 325 s, the eighth 302 s later.
    EXPECT_EQ(running.cohort(1).restarts, 6);
    EXPECT_EQ(running.world.data().tally(1).arrived, 0);
}

/// Asks instances for what they count.
Analysis of_applications() {
    const QueryStep all{.op = QueryStep::Op::kRate, .selector = {.vantage = Vantage::kApplication, .window = 1min}};
    return {.name = "of applications", .metrics = {{.name = "requests", .source = QueryCheck{.query = {all}}}}};
}

TEST(World, TelemetryLosesWhatAnInstanceCountedAfterItsLastScrape) {
    Scenario scenario = quick_scenario();
    scenario.analyses = {of_applications()};
    scenario.fleet.pre_stop = 0s;
    scenario.balancing.propagation = Constant{0};
    Running running(scenario);
    running.run(30s);
    (void)running.world.scrape(running.now);
    running.run(10s);
    const Scrape seen = running.world.scrape(running.now);
    EXPECT_EQ(seen.application[0].increase.requests(), seen.proxy[0].increase.requests());
    EXPECT_EQ(seen.client.increase.requests(), seen.proxy[0].increase.requests());

    running.run(10s);
    running.want(3, 0);
    running.run(5s);
    const Scrape later = running.world.scrape(running.now);
    EXPECT_LT(later.application[0].increase.requests(), later.proxy[0].increase.requests());
    EXPECT_EQ(later.client.increase.requests(), later.proxy[0].increase.requests());
}

TEST(World, InstancesCountOnlyForAnalysesThatAsk) {
    const Scenario scenario = quick_scenario();
    Running running(scenario);
    running.run(30s);
    (void)running.world.scrape(running.now);
    running.run(10s);
    const Scrape seen = running.world.scrape(running.now);
    EXPECT_EQ(seen.application[0].increase, Counters{});
    EXPECT_GT(seen.proxy[0].increase.requests(), 0);
}

TEST(World, ASeriesAddsNothingAtItsFirstSight) {
    const Scenario scenario = quick_scenario();
    Running running(scenario);
    running.run(10s);
    const Scrape first = running.world.scrape(running.now);
    EXPECT_EQ(first.proxy[0].increase.requests(), 0);
    EXPECT_EQ(first.proxy[0].codes, 1) << "but it exists";
    EXPECT_EQ(first.proxy[1].codes, 0);
}

TEST(World, RefusesDirectivesThatMakeNoSense) {
    const Scenario scenario = quick_scenario();
    Running running(scenario);
    EXPECT_THROW(running.want(-1, 0), InvariantError);
    const std::vector<Target> half{{.desired = 6, .weight = 1.0}, {.desired = 0, .weight = {}}};
    EXPECT_THROW(running.world.apply(half, running.now, running.queue), InvariantError);
}

TEST(World, ACopyGoesOnExactlyAsTheOriginal) {
    const Scenario scenario = quick_scenario();
    Running running(scenario, {.kind = DefectKind::kCrashHazard, .severity = 600});
    running.want(3, 3);
    running.run(20s);
    Running copy = running, other = running;
    other.world.rekey(StreamSpace(7, 0).rekeyed(1));
    for (Running* each : {&running, &copy, &other}) each->run(120s);
    EXPECT_EQ(running.world.data().total(), copy.world.data().total());
    EXPECT_EQ(running.world.restarts(), copy.world.restarts());
    EXPECT_NE(running.world.data().total(), other.world.data().total());
}

}  // namespace
}  // namespace rollcast
