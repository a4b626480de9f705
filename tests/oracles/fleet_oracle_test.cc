// Instances and rollouts against closed forms; the same tolerance rule as in queueing_oracle_test.cc.

#include <cmath>

#include <gtest/gtest.h>

#include "rollcast/run/simulation.h"
#include "rollcast/stats/moments.h"
#include "rollcast/stats/queueing.h"
#include "rollcast/strategies/rolling.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

constexpr std::uint64_t kSeed = 271828;

/// Instances whose start takes an exponential time and nothing else does; hardly any traffic.
Scenario exponential_starts(int replicas, double mean_start) {
    Scenario scenario;
    scenario.fleet = {.replicas = replicas, .start = Exponential{mean_start}, .readiness = {.period = 10ms}};
    scenario.traffic.rate = .01;
    scenario.window = {.lead_in = 0s, .horizon = 24h};
    return scenario;
}

double duration(const Scenario& scenario, const Strategy& strategy, std::uint32_t replication) {
    Simulation simulation(scenario, {}, StreamSpace(kSeed, replication));
    simulation.run_until(Time{});
    simulation.launch(strategy);
    for (int minutes = 10; simulation.outcome().verdict != Verdict::kPromoted; minutes += 10) {
        simulation.run_until(Time{} + std::chrono::minutes(minutes));
    }
    return simulation.outcome().duration;
}

void expect_mean_duration(const Scenario& scenario, const Strategy& strategy, std::uint32_t replications,
                          double oracle) {
    Moments sample;
    for (std::uint32_t r = 0; r < replications; ++r) sample.add(duration(scenario, strategy, r));
    const double error = std::sqrt(sample.variance() / replications);
    EXPECT_LT(std::abs(sample.mean() - oracle), 5 * error) << sample.mean() << " +- " << error;
    EXPECT_LT(error, .03 * oracle);
}

TEST(Oracle, AFleetStartedAtOnceIsThereWithItsSlowestStart) {
    // n starts of mean 30 s; a probe every 10 ms finds a start 0 s late, since the first probe comes with the process.
    for (const int n : {5, 10, 20}) {
        expect_mean_duration(exponential_starts(n, 30), testing::AllAtOnce(), 400, expected_maximum_exponential(30, n));
    }
}

TEST(Oracle, ARollingUpdateWithSurgeOnlyIsASlidingWindow) {
    const Scenario scenario = exponential_starts(100, 30);
    const strategies::Rolling rolling({.replicas = 100, .max_surge = count(10), .max_unavailable = count(0)});
    expect_mean_duration(scenario, rolling, 200, sliding_window_duration(30, 100, 10));  // 357.87 s
}

TEST(Oracle, DeterministicBatchesTakeTheirNumberTimesTheirTime) {
    Scenario scenario = exponential_starts(100, 30);
    scenario.fleet.start = Constant{30};
    const strategies::Rolling rolling({.replicas = 100, .max_surge = count(10), .max_unavailable = count(0)});
    EXPECT_NEAR(duration(scenario, rolling, 0), 300, 1e-6);
}

TEST(Oracle, AvailabilityOfInstancesThatCrashAndRestartIsTheTwoStateChains) {
    // Failures at .01/s, restarts of mean 2 s with no back-off to speak of, deaths seen at once.
    Scenario scenario = exponential_starts(3000, 2);
    scenario.fleet.backoff = {.initial = 1ns, .most = 1ns};
    scenario.fleet.crash_notice = Constant{0};
    const Defect defect{.kind = DefectKind::kCrashHazard, .severity = .01 * 3600};
    EventQueue queue;
    World world(scenario, defect, StreamSpace(kSeed, 0), Time{}, queue);
    world.apply(std::vector<Target>{{.desired = 0, .weight = {}}, {.desired = 3000, .weight = {}}}, Time{}, queue);
    for (const double t : {1., 5., 24., 200.}) {
        while (to_seconds(queue.next_time()) <= t) {
            const EventQueue::Entry next = queue.pop();
            world.advance(next.at);  // no traffic to speak of, so there is nothing to deal with
            world.handle(next.event, next.at, queue);
        }
        // Down at first: the complement of the availability of a chain with the two rates exchanged.
        const double up = 1 - two_state_availability(.5, .01, t);
        EXPECT_NEAR(world.ready(1) / 3000., up, 5 * std::sqrt(up * (1 - up) / 3000)) << "at " << t << " s";
    }
}

TEST(Oracle, AvailabilityOfInstancesWhoseHostsFailIsTheTwoStateChains) {
    // Each instance is alone on its host; failures at .001/s, replaced at once, starts of mean 50 s.
    Scenario scenario = exponential_starts(3000, 50);
    scenario.faults.host_failures = {.hosts = 9000, .mttf = 1000, .shape = 1, .burst = 0, .repair = 1s};
    scenario.faults.host_failures.notice = scenario.faults.host_failures.evict = 0s;
    EventQueue queue;
    World world(scenario, {}, StreamSpace(kSeed, 0), Time{}, queue);
    for (const double t : {10., 30., 100., 400.}) {
        while (to_seconds(queue.next_time()) <= t) {
            const EventQueue::Entry next = queue.pop();
            world.advance(next.at);
            world.handle(next.event, next.at, queue);
        }
        const double up = two_state_availability(.001, 1. / 50, t);
        EXPECT_NEAR(world.ready(0) / 3000., up, 5 * std::sqrt(up * (1 - up) / 3000)) << "at " << t << " s";
    }
}

TEST(Oracle, AvailabilityUnderHostFailuresCountsNoticeEvictionAndStart) {
    // Down for 40 + 100 + 60 s after 2,000 s of mean: 10/11 in the long run, whatever the distributions; the notice
    // is not seen from within, so that instances are down, but ready, for 40 s of the cycle.
    Scenario scenario = exponential_starts(1500, 0);
    scenario.fleet.start = Constant{60};
    scenario.faults.host_failures = {
        .hosts = 6000, .mttf = 2000, .shape = 1, .burst = 0, .repair = 1h, .notice = 40s, .evict = 100s};
    EventQueue queue;
    World world(scenario, {}, StreamSpace(kSeed, 1), Time{}, queue);
    double sum = 0;
    for (int t = 1; t <= 100; ++t) {
        while (to_seconds(queue.next_time()) <= t * 500.) {
            const EventQueue::Entry next = queue.pop();
            world.advance(next.at);
            world.handle(next.event, next.at, queue);
        }
        if (t > 20) sum += world.ready(0) / 1500.;
    }
    // 80 looks at 1,500 instances, 500 s apart: as good as independent.
    const double ready = 2040. / 2200;
    EXPECT_NEAR(sum / 80, ready, 5 * std::sqrt(ready * (1 - ready) / (80 * 1500)));
}

}  // namespace
}  // namespace rollcast
