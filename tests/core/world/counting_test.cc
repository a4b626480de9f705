// Fleets that are kept in groups: see Counting.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/stats/moments.h"
#include "support/running.h"

namespace rollcast {
namespace {

using testing::quick_scenario;
using testing::Running;

constexpr int kReplicas = 210;
constexpr Counting kTens{.groups = 21};  // groups of ten

/// 210 instances in three zones, next to no requests.
Scenario quiet_scenario() {
    Scenario scenario = quick_scenario();
    scenario.fleet.replicas = kReplicas;
    scenario.traffic.rate = 1e-9;
    return scenario;
}

TEST(Counting, AGroupIsAShareOfTheFleetNoLargerThanWhatFailsOrIsReadTogether) {
    Scenario scenario = quiet_scenario();
    EXPECT_EQ(World::grain(scenario, {}), 1);
    EXPECT_EQ(World::grain(scenario, kTens), 10);
    EXPECT_EQ(World::grain(scenario, {.groups = 128}), 1);
    EXPECT_EQ(World::grain(scenario, {.groups = 1}), 70) << "one a zone";
    EXPECT_EQ(World::most_thinned(scenario, kTens), 5);
    scenario.faults.host_failures.hosts = 50;
    EXPECT_EQ(World::grain(scenario, kTens), 4) << "of 4.2 instances on a host";
    scenario.faults.host_failures.hosts = 0;
    scenario.fleet.autoscaling.emplace();
    EXPECT_EQ(World::grain(scenario, kTens), 1);
    scenario.fleet.autoscaling.reset();
    EventQueue queue;
    EXPECT_THROW(World(scenario, {}, StreamSpace(1, 0), Time{}, queue, Pace::kFastest, {.groups = 21, .thinned = 5.5}),
                 InvariantError);
}

// ---- where nothing is left to chance, groups change nothing ----

/// What a control plane and a recorder see each second.
struct Seen {
    std::array<int, 18> counts{};
    friend bool operator==(const Seen&, const Seen&) = default;
};

Seen see(const Running& running) {
    Seen seen;
    auto next = seen.counts.begin();
    for (std::size_t version = 0; version < 2; ++version) {
        const Cohort cohort = running.cohort(version);
        for (const int count : {cohort.instances, cohort.pending, cohort.unschedulable, cohort.ready, cohort.available,
                                cohort.draining, cohort.restarts}) {
            *next++ = count;
        }
    }
    const World& world = running.world;
    for (const int count :
         {world.instances(), world.known(0) + 1000 * world.known(1), world.answering(0) + 1000 * world.answering(1),
          world.refusing(0) + 1000 * world.refusing(1)}) {
        *next++ = count;
    }
    return seen;
}

using Plan = std::function<void(Running&, int second)>;

std::vector<Seen> seconds_of(const Scenario& scenario, const Defect& defect, const Counting& counting, int seconds,
                             const Plan& plan) {
    Running running(scenario, defect, 0, counting);
    std::vector<Seen> all;
    running.run(500ms);  // looks lie between what happens
    for (int second = 0; second < seconds; ++second) {
        plan(running, second);
        running.run(1s);
        all.push_back(see(running));
    }
    return all;
}

void expect_the_same(const Scenario& scenario, const Defect& defect, int seconds, const Plan& plan) {
    const std::vector<Seen> listed = seconds_of(scenario, defect, {}, seconds, plan);
    const std::vector<Seen> counted = seconds_of(scenario, defect, kTens, seconds, plan);
    for (int second = 0; second < seconds; ++second) {
        const auto at = static_cast<std::size_t>(second);
        ASSERT_EQ(counted[at].counts, listed[at].counts) << "second " << second;
    }
    EXPECT_GT(std::count_if(listed.begin() + 1, listed.end(), [&](const Seen& seen) { return seen != listed[0]; }), 5);
}

/// A scenario in which all takes its time.
Scenario slow_scenario() {
    Scenario scenario = quiet_scenario();
    scenario.fleet.schedule = Constant{1};
    scenario.fleet.warm_up = Constant{1.25};
    scenario.fleet.min_ready = 3s;
    scenario.fleet.crash_notice = Constant{2};
    scenario.balancing.propagation = Constant{4};
    return scenario;
}

TEST(Counting, GroupsAreCutToTheInstance) {
    const Scenario scenario = slow_scenario();
    expect_the_same(scenario, {}, 120, [](Running& running, int second) {
        if (second == 2) running.want(203, 7);
        if (second == 6) running.want(197, 33);   // while those of before start
        if (second == 9) running.want(188, 21);   // fewer again, some of which are not ready yet
        if (second == 12) running.want(188, 16);  // some of which routers do not know yet
        if (second == 30) running.want(1, 210);
        if (second == 33) running.want(0, 109);
        if (second == 50) running.want(55, 0);
    });
}

TEST(Counting, QuotaAndCapacityAreOfInstances) {
    Scenario scenario = slow_scenario();
    scenario.fleet.quota = 233;
    scenario.fleet.capacity = 227;
    expect_the_same(scenario, {}, 120, [](Running& running, int second) {
        if (second == 2) running.want(210, 51);
        if (second == 20) running.want(187, 51);
        if (second == 40) running.want(150, 44);
        if (second == 60) running.want(0, 210);
    });
}

TEST(Counting, WhatWearsOutAndRestartsIsCutLikewise) {
    const Scenario scenario = slow_scenario();
    for (const Defect& defect : {Defect{.kind = DefectKind::kSlowLeak, .severity = 17},
                                 Defect{.kind = DefectKind::kCrashOnStart, .severity = 1}}) {
        expect_the_same(scenario, defect, 200, [](Running& running, int second) {
            if (second == 2) running.want(210, 63);
            if (second == 23) running.want(210, 38);
            if (second == 24) running.want(210, 31);
            if (second == 31) running.want(210, 29);
            if (second == 100) running.want(210, 3);
        });
    }
}

TEST(Counting, AZoneTakesItsThirdAlong) {
    Scenario scenario = slow_scenario();
    scenario.faults.zone_losses = {{.at = 10s, .lasts = 30s, .zone = 1}, {.at = 100s, .lasts = 200s, .zone = 0}};
    scenario.faults.host_failures.notice = 5s;
    scenario.faults.host_failures.evict = 60s;
    expect_the_same(scenario, {}, 300, [](Running& running, int second) {
        if (second == 15) running.want(177, 0);  // some of those that nobody has noticed yet, and some that are lost
        if (second == 60) running.want(210, 30);
    });
}

TEST(Counting, ADrainEvictsNoMoreThanItsBudget) {
    Scenario scenario = slow_scenario();
    scenario.faults.host_failures.hosts = 21;  // of ten instances
    scenario.faults.host_failures.mttf = 1e12;
    for (const int most : {1, 4, 15}) {
        for (const bool force : {false, true}) {
            scenario.fleet.disruption_budget = DisruptionBudget{.max_unavailable = count(most)};
            scenario.faults.drains = {{.at = 10s, .retry = 3s, .away = 20s, .force = force}};
            if (force) scenario.faults.drains[0].timeout = 10s;
            expect_the_same(scenario, {}, 150, [](Running&, int) {});
        }
    }
}

// ---- means are kept, variances grow by the grain ----

constexpr int kReplications = 200;

struct Sample {
    Moments listed, counted;
};

/// `measure`: of a running world with that defect.
Sample sample(const Scenario& scenario, const Defect& defect, const std::function<double(Running&)>& measure) {
    Sample all;
    for (std::uint32_t r = 0; r < kReplications; ++r) {
        Running listed(scenario, defect, r), counted(scenario, defect, kReplications + r, kTens);
        all.listed.add(measure(listed));
        all.counted.add(measure(counted));
    }
    return all;
}

/// Means at 4.5 standard errors: once in 150,000 tests beyond. Variances of nearly normal numbers likewise.
void expect_mean(const Moments& moments, double mean) {
    EXPECT_NEAR(moments.mean(), mean, 4.5 * std::sqrt(moments.variance() / kReplications));
}
void expect_binomial(const Moments& moments, int n, double p, double grain) {
    expect_mean(moments, n * p);
    const double variance = n * p * (1 - p) * grain;
    EXPECT_NEAR(moments.variance(), variance, 4.5 * std::sqrt(2. / kReplications) * variance);
}
/// `grain`: by which groups have more variance.
void expect_binomial(const Sample& sample, double p, double grain) {
    expect_binomial(sample.listed, kReplicas, p, 1);
    expect_binomial(sample.counted, kReplicas, p, grain);
}
void expect_same_mean(const Sample& sample) {
    const double variance = sample.listed.variance() + sample.counted.variance();
    EXPECT_GT(variance, 0);
    EXPECT_NEAR(sample.counted.mean(), sample.listed.mean(), 4.5 * std::sqrt(variance / kReplications));
}

double ready_after(Running& running, Duration time) {
    running.want(0, kReplicas);
    running.run(time);
    return running.cohort(1).ready;
}

/// Nobody notices a death.
Scenario unnoticed() {
    Scenario scenario = quiet_scenario();
    scenario.fleet.crash_notice = Constant{1e6};
    return scenario;
}

TEST(Counting, TimesAreThoseOfGroups) {
    Scenario scenario = quiet_scenario();
    scenario.fleet.start = Exponential{20};
    expect_binomial(sample(scenario, {}, [](Running& running) { return ready_after(running, 20s); }), 1 - std::exp(-1),
                    10);
    // Alive a minute after a start of 2 s, at one crash in two minutes.
    expect_binomial(sample(unnoticed(), {.kind = DefectKind::kCrashHazard, .severity = 30},
                           [](Running& running) {
                               ready_after(running, 62s);
                               return running.world.answering(1);
                           }),
                    std::exp(-.5), 10);
}

TEST(Counting, EachInstanceHasTheImageOrNotAndCrashesOnItsStartOrNot) {
    Scenario scenario = quiet_scenario();
    scenario.fleet.image_cached = .4;
    scenario.fleet.image_bytes = 3e9, scenario.fleet.pull_bytes_per_second = 50e6;  // a minute
    expect_binomial(sample(scenario, {}, [](Running& running) { return ready_after(running, 30s); }), .4, 1);
    // Of those that crash, each tries again 1 s later, and then 10 s later.
    for (const auto& [time, crashes] : {std::pair{2500ms, 1}, std::pair{5500ms, 2}, std::pair{17500ms, 3}}) {
        expect_binomial(sample(quiet_scenario(), {.kind = DefectKind::kCrashOnStart, .severity = .3},
                               [&](Running& running) { return ready_after(running, time); }),
                        1 - std::pow(.3, crashes), 1);
    }
}

// The mean of the largest of n exponential times is that of one times 1 + 1/2 + ... + 1/n.
TEST(Counting, TheLastIsReadyAsTheLastOfSoManyGroups) {
    Scenario scenario = quiet_scenario();
    scenario.fleet.start = Exponential{20};
    const Sample last = sample(scenario, {}, [](Running& running) {
        for (running.want(0, kReplicas); running.cohort(1).ready < kReplicas;) running.run(100ms);
        return to_seconds(running.now) - .05;
    });
    const auto harmonic = [](int n) {
        double sum = 0;
        for (int i = 1; i <= n; ++i) sum += 1. / i;
        return sum;
    };
    expect_mean(last.listed, 20 * harmonic(kReplicas));
    expect_mean(last.counted, 20 * harmonic(kTens.groups));
}

TEST(Counting, CrashLoopsRestartAsOften) {
    Scenario scenario = quiet_scenario();
    scenario.fleet.warm_up = Uniform{0, 3};
    for (const Defect& defect : {Defect{.kind = DefectKind::kCrashOnStart, .severity = .6},
                                 Defect{.kind = DefectKind::kCrashHazard, .severity = 60}}) {
        const Sample restarts = sample(scenario, defect, [](Running& running) {
            for (const int wanted : {14, 105, 96, 210}) {
                running.want(kReplicas - wanted, wanted);
                running.run(60s);
            }
            return running.world.restarts();
        });
        EXPECT_GT(restarts.listed.mean(), 100);
        expect_same_mean(restarts);
    }
}

// Of each five requests there is one. Ten instances that die together do so as often as one of the listed, and so do
// the three of a small group: the fifth reaches a full group half of the time, for the rest it reaches nobody.
TEST(Counting, RequestsKillAsManyInstances) {
    constexpr double kRate = 10, kThinned = 5;
    const Defect fatal{.kind = DefectKind::kCrashOnRequest, .severity = 1};
    struct Case {
        int old_instances, new_instances;
        std::optional<double> weight;
    };
    for (const auto& [old_instances, new_instances, weight] :
         {Case{0, 210, {}}, Case{207, 3, {}}, Case{180, 34, .25}, Case{210, 63, {}}}) {
        const auto alive = [&](double thinned, const Counting& counting) {
            Scenario scenario = unnoticed();
            scenario.traffic.rate = kRate / thinned;
            scenario.service.service_time = Constant{0};
            Moments moments;
            for (std::uint32_t r = 0; r < kReplications; ++r) {
                Running running(scenario, fatal, r, counting);
                running.want(old_instances, new_instances, weight);
                running.run(13s);  // known at 3 s
                moments.add(running.world.answering(1));
            }
            return moments;
        };
        const double share = weight.value_or(double(new_instances) / (old_instances + new_instances));
        const double p = std::exp(-kRate * share / new_instances * 10);
        expect_mean(alive(1, {}), new_instances * p);
        expect_mean(alive(kThinned, {.groups = kTens.groups, .thinned = kThinned}), new_instances * p);
    }
}

TEST(Counting, HostsTakeAsManyAlong) {
    Scenario scenario = quiet_scenario();
    scenario.faults.host_failures = {.hosts = 30, .mttf = 1800, .repair = 60s, .notice = 5s, .evict = 30s};
    EXPECT_EQ(World::grain(scenario, kTens), 7);
    const Sample ready = sample(scenario, {}, [](Running& running) {
        double sum = 0;
        for (int minute = 0; minute < 10; ++minute) {
            running.want(kReplicas - 20 * minute, 20 * minute);
            running.run(1min);
            sum += running.cohort(0).ready + running.cohort(1).ready;
        }
        return sum;
    });
    EXPECT_LT(ready.listed.mean(), 10 * kReplicas - 10);
    expect_same_mean(ready);
}

// ---- what it is good for ----

TEST(Counting, AMillionInstancesAreAsManyEventsAsAThousand) {
    const auto events = [](int replicas) {
        Scenario scenario = slow_scenario();
        scenario.fleet.replicas = replicas;
        Running running(scenario, {}, 0, {.groups = 100});
        for (int percent = 10; percent <= 100; percent += 10) {
            running.want(replicas / 100 * (100 - percent), replicas / 100 * percent);
            running.run(20s);
        }
        EXPECT_EQ(running.cohort(1).available, replicas);
        return running.events;
    };
    EXPECT_EQ(events(1'000'000), events(1'000));
}

}  // namespace
}  // namespace rollcast
