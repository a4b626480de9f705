#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "rollcast/stats/moments.h"
#include "support/running.h"

namespace rollcast {
namespace {

using testing::quick_scenario;
using testing::Running;

Scenario with_zone_loss(Duration lasts, int zones_lost = 1) {
    Scenario scenario = quick_scenario();
    scenario.service.queue = 1000;  // the instances that are left can take it all
    scenario.service.service_time = Constant{.001};
    for (int zone = 0; zone < zones_lost; ++zone) {
        scenario.faults.zone_losses.push_back({.at = 10s, .lasts = lasts, .zone = zone});
    }
    return scenario;
}

std::int64_t failed(const Running& running, Cause cause) {
    return running.world.data().total().failed_by_cause[std::size_t(cause)];
}

/// No traffic and nothing to start to speak of: only hosts.
Scenario only_hosts(int hosts, double mttf) {
    Scenario scenario;
    scenario.traffic.rate = 1e-6;
    scenario.faults.host_failures = {.hosts = hosts, .mttf = mttf, .shape = 1, .burst = 0};
    return scenario;
}

// ---- zones ----

TEST(WorldFaults, ALostZoneFailsWhatRoutersSendThereUntilItIsNoticedAndLearned) {
    const Scenario scenario = with_zone_loss(30min);
    Running running(scenario);
    running.run(10s);
    EXPECT_EQ(running.world.data().total().failed(), 0);
    running.run(39s);  // 49 s
    EXPECT_EQ(running.cohort(0).ready, 6) << "not noticed yet";
    running.run(2s);  // 51 s
    EXPECT_EQ(running.cohort(0).ready, 4);
    EXPECT_EQ(running.cohort(0).instances, 6) << "not given up yet";
    const auto lost = static_cast<double>(failed(running, Cause::kBackground));
    // A third of 300 requests a second for 40 s and 1 s of propagation; five standard deviations of a Poisson count.
    EXPECT_NEAR(lost, 4100, 5 * std::sqrt(4100.));
    running.run(100s);
    EXPECT_EQ(running.world.data().total().failed(), static_cast<std::int64_t>(lost));
}

TEST(WorldFaults, LostInstancesAreReplacedInOtherZonesAndDoNotMoveBack) {
    Scenario scenario = with_zone_loss(30min);
    scenario.faults.zone_losses.push_back({.at = 2h, .lasts = 1s, .zone = 0});
    Running running(scenario);
    running.run(10s + 40s + 300s - 1s);
    EXPECT_EQ(running.cohort(0).pending, 0);
    running.run(2s);
    EXPECT_EQ(running.cohort(0).pending, 2);
    EXPECT_EQ(running.cohort(0).instances, 6);
    running.run(10s);
    EXPECT_EQ(running.cohort(0).ready, 6);
    EXPECT_EQ(running.world.restarts(), 0) << "they are new instances";

    running.run(1h);
    const std::int64_t before = running.world.data().total().failed();
    running.want(6, 6);  // the new version is spread evenly: two of its instances in each zone
    running.run(1h);
    const Tally old = running.world.data().tally(0), fresh = running.world.data().tally(1);
    EXPECT_GT(running.world.restarts(), 0);
    EXPECT_EQ(running.world.restarts(), 2) << "zone 0 was back before those of the new version were given up";
    EXPECT_GT(fresh.failed(), 0);
    EXPECT_EQ(old.failed(), before) << "the old version has nothing there any more";
}

TEST(WorldFaults, InstancesThatAreReplacedInAZoneAreLostWithIt) {
    Scenario scenario = with_zone_loss(30min);
    scenario.faults.zone_losses[0] = {.at = 2min, .lasts = 30min, .zone = 1};
    Running running(scenario);
    const std::vector<Target> zonal{{.desired = 4, .weight = {}, .zone = ZoneId{1}},
                                    {.desired = 2, .weight = {}, .zone = ZoneId{1}}};
    EXPECT_TRUE(running.world.apply(zonal, running.now, running.queue));
    running.run(1min);
    EXPECT_EQ(running.cohort(1).ready, 2);
    running.run(2min);
    EXPECT_EQ(running.cohort(0).ready, 4) << "none of the old version was left there";
    EXPECT_EQ(running.cohort(1).ready, 0) << "and all of the new one was";
}

TEST(WorldFaults, WhatIsAskedForInALostZoneComesElsewhere) {
    Scenario scenario = with_zone_loss(30min);
    Running running(scenario);
    running.run(1min);
    const std::vector<Target> zonal{{.desired = 6, .weight = {}}, {.desired = 2, .weight = {}, .zone = ZoneId{0}}};
    EXPECT_TRUE(running.world.apply(zonal, running.now, running.queue));
    running.run(1min);
    EXPECT_EQ(running.cohort(1).ready, 2);
    const std::vector<Target> nowhere{{.desired = 6, .weight = {}}, {.desired = 2, .weight = {}, .zone = ZoneId{3}}};
    EXPECT_THROW(running.world.apply(nowhere, running.now, running.queue), InvariantError);
}

TEST(WorldFaults, AZoneThatIsBackBeforeTheEvictionStartsItsInstancesAgain) {
    const Scenario scenario = with_zone_loss(60s);
    Running running(scenario);
    running.run(60s);
    EXPECT_EQ(running.cohort(0).ready, 4);
    running.run(11500ms);  // back at 70 s, 1.5 s into the start
    EXPECT_EQ(running.cohort(0).ready, 4);
    EXPECT_EQ(running.cohort(0).restarts, 2);
    running.run(5s);
    EXPECT_EQ(running.cohort(0).ready, 6);
    running.run(1h);
    EXPECT_EQ(running.cohort(0).restarts, 2);
    EXPECT_EQ(running.cohort(0).instances, 6) << "the eviction was called off";
}

TEST(WorldFaults, ALossShorterThanItsNoticeIsSeenWhenTheInstancesStartAgain) {
    const Scenario scenario = with_zone_loss(5s);
    Running running(scenario);
    running.run(14s);
    EXPECT_EQ(running.cohort(0).ready, 6);
    running.run(2s);
    EXPECT_EQ(running.cohort(0).ready, 4);
    running.run(2s);
    EXPECT_EQ(running.cohort(0).ready, 6);
    running.run(1h);
    EXPECT_EQ(running.cohort(0).ready, 6);
}

TEST(WorldFaults, WithoutAnyHostInstancesWaitForOne) {
    const Scenario scenario = with_zone_loss(20min, 3);
    Running running(scenario);
    running.run(15min);
    EXPECT_EQ(running.cohort(0).unschedulable, 6);
    EXPECT_EQ(running.cohort(0).ready, 0);
    EXPECT_EQ(running.world.instances(), 0);
    EXPECT_EQ(running.world.share(0), 0);
    running.want(6, 2);
    running.want(6, 1);
    EXPECT_EQ(running.cohort(1).unschedulable, 1);
    running.run(6min);
    EXPECT_EQ(running.cohort(0).ready, 6);
    EXPECT_EQ(running.cohort(1).ready, 1);
    EXPECT_EQ(running.world.instances(), 7);
}

TEST(WorldFaults, WhatWasLostWhileItTerminatedIsGoneWithoutAReplacement) {
    Scenario scenario = with_zone_loss(30min);
    scenario.fleet.pre_stop = 20s;
    scenario.fleet.grace = 60s;
    Running running(scenario);
    running.run(5s);
    running.want(0, 6);
    EXPECT_EQ(running.cohort(0).draining, 6);
    running.run(100s);
    EXPECT_EQ(running.cohort(0).draining, 2) << "nobody can tell whether they still run";
    running.run(300s);
    EXPECT_EQ(running.cohort(0).draining, 0);
    EXPECT_EQ(running.cohort(1).ready, 6);
    EXPECT_EQ(running.world.instances(), 6);
}

TEST(WorldFaults, ALostInstanceIsTheFirstToGoAndOnlyGoneOnceGivenUp) {
    const Scenario scenario = with_zone_loss(30min);
    Running running(scenario);
    running.run(60s);
    running.want(4, 0);
    EXPECT_EQ(running.cohort(0).ready, 4);
    EXPECT_EQ(running.cohort(0).draining, 2);
    running.run(300s);
    EXPECT_EQ(running.cohort(0).draining, 0);
    EXPECT_EQ(running.cohort(0).ready, 4);
}

TEST(WorldFaults, ALossBeforeTheRunBeganIsOver) {
    Scenario scenario = quick_scenario();
    scenario.faults.zone_losses = {{.at = -1h, .lasts = 30min, .zone = 0}, {.at = -1h, .lasts = 2h, .zone = 1}};
    Running running(scenario);
    running.run(10min);
    EXPECT_EQ(running.cohort(0).ready, 6);
    EXPECT_GT(failed(running, Cause::kBackground), 0) << "zone 1 is still down";
    EXPECT_EQ(running.world.restarts(), 0);
}

// ---- hosts ----

/// P(at least one of 1,000 nodes fails within an hour) at Google's MTTF of 4.3 months, without bursts: 27.6 %.
TEST(WorldFaults, OneOfAThousandNodesFailsInEveryFourthHour) {
    Scenario scenario = only_hosts(1000, 4.3 * 30 * 86400);
    const double expected = 1 - std::exp(-1000 / (4.3 * 30 * 24));
    EXPECT_NEAR(expected, .276, .001);
    constexpr int kWorlds = 400;
    int hit = 0;
    for (std::uint32_t replication = 0; replication < kWorlds; ++replication) {
        Running running(scenario, {}, replication);
        running.run(1h);
        hit += running.world.host_failures() > 0;
    }
    EXPECT_NEAR(hit / double(kWorlds), expected, 4.5 * std::sqrt(expected * (1 - expected) / kWorlds));
}

TEST(WorldFaults, HostsFailAtTheSameRateFromTheStartWhateverTheShape) {
    for (const double shape : {.72, 1., 3.}) {
        Scenario scenario = only_hosts(20'000, 86400);
        scenario.faults.host_failures.shape = shape;
        scenario.faults.host_failures.repair = 1s;
        Running running(scenario);
        std::int64_t before = 0;
        for (int part = 0; part < 3; ++part) {
            running.run(2h);
            const std::int64_t here = running.world.host_failures() - before;
            before = running.world.host_failures();
            // 20,000 / 12; a sum of many renewal processes over a short time is all but Poisson.
            EXPECT_NEAR(static_cast<double>(here), 20000 / 12., 4.5 * std::sqrt(20000 / 12.)) << shape << ", " << part;
        }
    }
}

TEST(WorldFaults, HostsAreMetDownAsOftenAsTheyAreDown) {
    Scenario scenario = only_hosts(10'000, 86400);
    scenario.faults.host_failures.repair = 6h;  // down for a fifth of the time
    scenario.fleet.replicas = 10'000;
    scenario.faults.host_failures.notice = scenario.faults.host_failures.evict = 1000h;
    Running running(scenario);
    // Only a host that is up fails: the failures of the first hour show how many are.
    running.run(1h);
    EXPECT_NEAR(static_cast<double>(running.world.host_failures()), 8000 / 24., 4.5 * std::sqrt(8000 / 24.));
    EXPECT_EQ(running.cohort(0).ready, 10'000);
}

TEST(WorldFaults, AShareOfAllFailuresComesInPairs) {
    Scenario scenario = only_hosts(1000, 2.5e6);  // a failure in 2,500 s
    scenario.faults.host_failures.burst = .37;
    scenario.faults.host_failures.burst_within = 1s;
    Running running(scenario);
    std::vector<Time> times;
    while (times.size() < 3000) {
        const EventQueue::Entry next = running.queue.pop();
        running.now = next.at;
        running.world.handle(next.event, next.at, running.queue);
        if (running.world.host_failures() > std::int64_t(times.size())) times.push_back(running.now);
    }
    int pairs = 0;
    for (std::size_t i = 1; i < times.size(); ++i) pairs += times[i] - times[i - 1] <= 1s;
    const double own = 3000 - pairs;
    // One own failure in 2 / .37 - 1 takes another along; failures that meet by chance are one in 2,500.
    const double contagion = 1 / (2 / .37 - 1);
    EXPECT_NEAR(pairs / own, contagion, 4.5 * std::sqrt(contagion * (1 - contagion) / own) + .0004);
    const double span = to_seconds(times.back());
    // Pairs make the count's variance (1 + burst) times a Poisson count's.
    EXPECT_NEAR(span / 3000, 2500, 4.5 * 2500 * std::sqrt(1.37 / 3000));
}

TEST(WorldFaults, WhatFailsWhenIsTheSameForEveryPlan) {
    Scenario scenario = quick_scenario();
    scenario.traffic.rate = 1;
    scenario.faults.host_failures = {.hosts = 30, .mttf = 3600, .shape = .75, .repair = 2min};
    scenario.faults.zone_losses = {{.at = 20min, .lasts = 10min, .zone = 2}};
    Running still(scenario), moving(scenario);
    for (int minute = 0; minute < 120; ++minute) {
        moving.want(minute % 7, 3 + minute % 4);
        still.run(1min);
        moving.run(1min);
        ASSERT_EQ(still.world.host_failures(), moving.world.host_failures()) << minute;
    }
    EXPECT_GT(still.world.host_failures(), 30);
}

TEST(WorldFaults, EveryInstanceThatIsWantedComesBackWhateverFails) {
    Scenario scenario = quick_scenario();
    scenario.traffic.rate = 1;
    scenario.faults.host_failures = {.hosts = 9, .mttf = 1800, .repair = 5min, .notice = 10s, .evict = 60s};
    scenario.faults.zone_losses = {{.at = 20min, .lasts = 30min, .zone = 1}};
    Running running(scenario);
    running.want(4, 4);
    for (int minute = 0; minute < 240; ++minute) {
        running.run(1min);
        for (const std::size_t version : {0u, 1u}) {
            const Cohort cohort = running.cohort(version);
            ASSERT_EQ(cohort.instances, 4) << minute;
            ASSERT_LE(cohort.available, cohort.ready);
            ASSERT_LE(cohort.ready + cohort.pending, 4);
        }
    }
    EXPECT_GT(running.world.host_failures(), 20);
    running.want(0, 0);
    running.run(10min);
    EXPECT_EQ(running.world.instances(), 0);
    for (const std::size_t version : {0u, 1u}) {
        const Cohort cohort = running.cohort(version);
        EXPECT_EQ(cohort.ready + cohort.available + cohort.pending + cohort.draining + cohort.restarts, 0);
    }
}

// ---- brown-outs ----

TEST(WorldFaults, ABrownOutHarmsBothVersionsAlikeWhileItLasts) {
    Scenario scenario = quick_scenario();
    scenario.service.service_time = Constant{.01};
    scenario.faults.brown_outs = {{.at = 60s, .lasts = 60s, .slowness = 2, .error_rate = .2},
                                  {.at = 90s, .lasts = 60s, .slowness = 1.5, .error_rate = .5}};
    Running running(scenario);
    running.want(6, 6);
    running.run(50s);
    EXPECT_EQ(running.world.data().total().failed(), 0);
    struct Part {
        Duration until;
        double errors;
        double latency;  // seconds, at the least: hardly any request waits
    };
    Tally before[2] = {running.world.data().tally(0), running.world.data().tally(1)};
    std::int64_t latency_before[2] = {running.world.data().proxy_meter(0).latency_ns,
                                      running.world.data().proxy_meter(1).latency_ns};
    for (const Part& part :
         {Part{60s, 0, .01}, Part{90s, .2, .02}, Part{120s, .6, .03}, Part{150s, .5, .015}, Part{180s, 0, .01}}) {
        running.run(Time{} + part.until - running.now);
        for (const std::size_t version : {0u, 1u}) {
            const Tally tally = running.world.data().tally(version);
            const Tally here = tally - before[version];
            const std::int64_t latency = running.world.data().proxy_meter(version).latency_ns;
            const auto arrived = static_cast<double>(here.arrived);
            // Requests in flight at either end are one in a thousand.
            EXPECT_NEAR(static_cast<double>(here.failed()) / arrived, part.errors,
                        4.5 * std::sqrt(part.errors * (1 - part.errors) / arrived) + .002);
            EXPECT_EQ(here.failed(), here.failed_by_cause[std::size_t(Cause::kBackground)]);
            EXPECT_NEAR(static_cast<double>(latency - latency_before[version]) * 1e-9 / arrived, part.latency,
                        .02 * part.latency);
            before[version] = tally, latency_before[version] = latency;
        }
    }
}

// ---- instances that are not alike ----

TEST(WorldFaults, AGrayInstanceIsReadyThoughItsUsersSuffer) {
    Scenario scenario = quick_scenario();
    scenario.service.service_time = Constant{.01};
    scenario.faults.instances = {.gray = 1, .gray_slowness = 3, .gray_errors = .4};
    Running running(scenario);
    running.want(6, 6);
    running.run(100s);
    for (const std::size_t version : {0u, 1u}) {
        EXPECT_EQ(running.cohort(version).available, 6);
        const Tally tally = running.world.data().tally(version);
        const auto arrived = static_cast<double>(tally.arrived);
        EXPECT_NEAR(static_cast<double>(tally.failed()) / arrived, .4, 4.5 * std::sqrt(.24 / arrived));
        EXPECT_EQ(tally.failed(), tally.failed_by_cause[std::size_t(Cause::kBackground)]);
        EXPECT_NEAR(static_cast<double>(running.world.data().proxy_meter(version).latency_ns) * 1e-9 / arrived, .03,
                    .0006);
    }
}

TEST(WorldFaults, SomeInstancesAreGray) {
    Scenario scenario = quick_scenario();
    scenario.fleet.replicas = 1000;
    scenario.service.service_time = Constant{.001};
    scenario.faults.instances = {.gray = .3, .gray_errors = 1};
    Running running(scenario);
    running.run(100s);
    const Tally tally = running.world.data().total();
    // 30 requests each, so the spread is that of 1,000 instances.
    EXPECT_NEAR(static_cast<double>(tally.failed()) / static_cast<double>(tally.arrived), .3,
                4.5 * std::sqrt(.3 * .7 / 1000 + .3 * .7 / 30000));
}

TEST(WorldFaults, NoiseMakesInstancesServiceTimesLognormal) {
    Scenario scenario = quick_scenario();
    scenario.fleet.replicas = 1;
    scenario.traffic.rate = 1;
    scenario.service.service_time = Constant{.001};
    scenario.faults.instances.noise = .5;
    constexpr int kWorlds = 300;
    Moments logarithms;
    for (std::uint32_t replication = 0; replication < kWorlds; ++replication) {
        Running running(scenario, {}, replication);
        running.run(10s);
        const Meter& meter = running.world.data().proxy_meter(0);
        if (meter.counters.requests() == 0) continue;  // one in 20,000
        logarithms.add(std::log(static_cast<double>(meter.latency_ns) * 1e-6 / double(meter.counters.requests())));
    }
    EXPECT_NEAR(logarithms.mean(), 0, 4.5 * .5 / std::sqrt(kWorlds)) << "the median is 1";
    EXPECT_NEAR(logarithms.variance(), .25, 4.5 * .25 * std::sqrt(2. / kWorlds));
}

TEST(WorldFaults, EffectsAreDrawnForEachProcess) {
    Scenario scenario = quick_scenario();
    scenario.fleet.replicas = 1;
    scenario.fleet.zones = 1;
    scenario.service.service_time = Constant{.001};
    scenario.faults.instances = {.gray = .5, .gray_errors = 1};
    for (int i = 0; i < 20; ++i) {
        scenario.faults.zone_losses.push_back({.at = i * 1min + 30s, .lasts = 1s, .zone = 0});
    }
    Running running(scenario);
    running.run(20s);
    int gray = 0;
    for (int i = 0; i < 20; ++i) {
        running.run(50s);  // 40 s after the loss, long ready again
        const Tally before = running.world.data().total();
        running.run(10s);
        gray += (running.world.data().total() - before).failed() > 0;
    }
    // Binomial: outside of 1 to 19 once in 500,000.
    EXPECT_GE(gray, 1);
    EXPECT_LE(gray, 19);
    EXPECT_EQ(running.world.restarts(), 20);
}

// ---- defects ----

TEST(WorldFaults, ASlowLeakKillsAProcessSoLongAfterItBeganToAnswer) {
    Scenario scenario = quick_scenario();
    scenario.fleet.warm_up = Constant{3};
    Running running(scenario, {.kind = DefectKind::kSlowLeak, .severity = 60});
    running.want(6, 1);
    running.run(64900ms);  // running at 2 s, warm at 5 s
    EXPECT_EQ(running.world.data().total().failed(), 0);
    EXPECT_EQ(running.cohort(1).ready, 1);
    running.run(6s);  // dead at 65 s; seen and restarted at 66 s, answers at 71 s
    EXPECT_EQ(running.cohort(1).restarts, 1);
    EXPECT_EQ(running.cohort(1).ready, 0);
    // A seventh of 300 requests a second for 2 s.
    EXPECT_NEAR(static_cast<double>(failed(running, Cause::kDefect)), 86, 5 * std::sqrt(86.));
    running.run(1500ms);  // 72.4 s: ready, and routers have learned
    EXPECT_EQ(running.cohort(1).ready, 1);
    running.run(58500ms);  // 130.9 s
    EXPECT_EQ(running.cohort(1).restarts, 1);
    running.run(11s);  // dead at 131 s, restarted 10 s later
    EXPECT_EQ(running.cohort(1).restarts, 2);
}

// ---- drains ----

/// Six instances on three hosts that do not fail; the first is drained after 10 s.
Scenario with_drain(std::optional<DisruptionBudget> budget) {
    Scenario scenario = quick_scenario();
    scenario.faults.host_failures = {.hosts = 3, .mttf = 1e12, .burst = 0};
    scenario.faults.drains = {{.at = 10s, .away = 1min}};
    scenario.fleet.disruption_budget = budget;
    return scenario;
}

TEST(Drains, EvictAtOnceWithoutABudgetAndInstancesAreReplacedElsewhere) {
    const Scenario scenario = with_drain(std::nullopt);
    Running running(scenario);
    running.run(10s + 1ms);
    EXPECT_EQ(running.cohort(0).ready, 4);
    EXPECT_EQ(running.cohort(0).draining, 2);
    EXPECT_EQ(running.cohort(0).instances, 6);
    running.run(40s);
    EXPECT_EQ(running.cohort(0).ready, 6);
    EXPECT_EQ(running.world.restarts(), 0);
}

TEST(Drains, TakeNoMoreThanTheBudgetLets) {
    for (const DisruptionBudget& budget : {DisruptionBudget{.min_available = count(5)},
                                           DisruptionBudget{.max_unavailable = percent(10)}}) {  // rounds up: one
        const Scenario scenario = with_drain(budget);
        Running running(scenario);
        int fewest = 6;
        for (int step = 0; step < 60; ++step) {
            running.run(1s);
            fewest = std::min(fewest, running.cohort(0).ready);
        }
        EXPECT_EQ(fewest, 5);
        EXPECT_EQ(running.cohort(0).ready, 6);
    }
}

TEST(Drains, StandStillWhereTheBudgetLetsNothingGo) {
    Scenario scenario = with_drain(DisruptionBudget{.max_unavailable = count(0)});
    Running running(scenario);
    running.run(30min);
    EXPECT_EQ(running.cohort(0).ready, 6);
    EXPECT_EQ(running.cohort(0).draining, 0);
    EXPECT_EQ(running.world.host_failures(), 0);
}

TEST(Drains, AreGivenUpAtTheirTimeoutOrForced) {
    Scenario scenario = with_drain(DisruptionBudget{.max_unavailable = count(0)});
    scenario.faults.drains.front().timeout = 2min;
    Scenario forced = scenario;
    forced.faults.drains.front().force = true;
    Running gives_up(scenario), forces(forced);
    for (Running* each : {&gives_up, &forces}) each->run(10s + 2min + 1s);
    EXPECT_EQ(gives_up.cohort(0).ready, 6);
    EXPECT_LT(forces.cohort(0).ready, 6);
}

TEST(Drains, GoFromHostToHostAndTheFleetIsWholeInTheEnd) {
    Scenario scenario = with_drain(DisruptionBudget{.max_unavailable = count(1)});
    scenario.faults.drains.front().hosts = 3;
    Running running(scenario);
    int fewest = 6;
    for (int step = 0; step < 900; ++step) {
        running.run(1s);
        fewest = std::min(fewest, running.cohort(0).ready);
    }
    EXPECT_EQ(fewest, 5);
    EXPECT_EQ(running.cohort(0).ready, 6);
    EXPECT_EQ(running.world.instances(), 6);
}

TEST(Drains, ABudgetDoesNotHoldBackWhatARolloutTakesAway) {
    Scenario scenario = with_drain(DisruptionBudget{.max_unavailable = count(0)});
    Running running(scenario);
    running.want(2, 0);
    EXPECT_EQ(running.cohort(0).ready, 2);
}

}  // namespace
}  // namespace rollcast
