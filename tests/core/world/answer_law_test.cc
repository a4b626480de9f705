#include "rollcast/world/answer_law.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "rollcast/random/distribution.h"
#include "rollcast/stats/queueing.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// One instance of four slots; a request takes 100 ms on average.
Scenario exponential_scenario() {
    Scenario scenario;
    scenario.service.slots = 4;
    scenario.service.service_time = Exponential{.1};
    scenario.service.timeout = 10s;
    scenario.service.error_rate = .01;
    return scenario;
}

double slower_than(const Scenario& scenario, const AnswerLaw& law, double limit) {
    double share = 0;
    for (std::size_t b = 0; b < scenario.observability.latency_buckets.size(); ++b) {
        if (scenario.observability.latency_buckets[b] <= limit) share += law.by_latency[b];
    }
    return 1 - share;
}

TEST(AnswerBook, WithoutLoadAnswersTakeAsLongAsTheirService) {
    const Scenario scenario = exponential_scenario();
    const AnswerBook book(scenario, {});
    const AnswerLaw law = book.law(0, 0, 1, 1);
    for (const double limit : {.01, .05, .1, .25, .5})
        EXPECT_NEAR(slower_than(scenario, law, limit), std::exp(-10 * limit), 1e-9);
    EXPECT_NEAR(law.latency, .1, 1e-3);
    EXPECT_NEAR(std::accumulate(law.by_latency.begin(), law.by_latency.end(), 0.), 1, 1e-12);
}

TEST(AnswerBook, UnderLoadAnswersWaitAsInMMc) {
    const Scenario scenario = exponential_scenario();
    const AnswerBook book(scenario, {});
    const MMc queue = mmc(28, 10, 4);  // load .7
    const AnswerLaw law = book.law(1, 28, 1, 1);
    EXPECT_NEAR(law.latency, .1 + queue.mean_wait, .002);
    // The time in an M/M/c system: a wait that is exponential at rate 40 - 28 with the probability of waiting, and the
    // service after it.
    const auto beyond = [&](double t) {
        const double waits = queue.wait_probability, end = 12;
        return (1 - waits) * std::exp(-10 * t) +
               waits * (end * std::exp(-10 * t) - 10 * std::exp(-end * t)) / (end - 10);
    };
    for (const double limit : {.1, .25, .5, 1.}) EXPECT_NEAR(slower_than(scenario, law, limit), beyond(limit), .004);
    EXPECT_NEAR(book.load(1, 28, 1, 1), .7, 1e-3);
    EXPECT_NEAR(book.load(1, 28, 2, 2), .7, 1e-3);
}

TEST(AnswerBook, KnowsWhatADefectDoes) {
    const Scenario scenario = exponential_scenario();
    const AnswerBook slow(scenario, {.kind = DefectKind::kLatency, .severity = 3, .share = .1});
    // The slowest tenth of an exponential of mean 1 has the mean 1 + ln 10.
    EXPECT_NEAR(slow.version(1).work, .1 * (1 + 2 * .1 * (1 + std::log(10))), 5e-4);
    EXPECT_NEAR(slow.version(0).work, .1, 1e-4);
    const AnswerBook small(scenario, {.kind = DefectKind::kCapacity, .severity = .5});
    EXPECT_EQ(small.version(1).slots, 2);
    EXPECT_EQ(small.version(0).slots, 4);
    const AnswerBook failing(scenario, {.kind = DefectKind::kErrorRate, .severity = .2});
    EXPECT_EQ(failing.version(1).defective, .2);
    EXPECT_EQ(failing.version(0).defective, 0);
}

TEST(AnswerBook, OnlyTheClassThatIsHitFails) {
    Scenario scenario = exponential_scenario();
    scenario.traffic.classes = {{.name = "read", .share = .8},
                                {.name = "write", .share = .2, .service_time = Constant{1}, .error_rate = .05}};
    const AnswerBook book(scenario, {.kind = DefectKind::kErrorRate, .severity = .5, .request_class = 1});
    EXPECT_NEAR(book.version(1).background, .8 * .01 + .2 * .05, 1e-15);
    EXPECT_NEAR(book.version(1).defective, .2 * .5, 1e-15);
    EXPECT_NEAR(book.version(1).work, .8 * .1 + .2, 1e-3);
}

TEST(AnswerBook, SaysHowManyComeTooLate) {
    Scenario scenario = exponential_scenario();
    scenario.service.timeout = 300ms;
    const AnswerLaw law = AnswerBook(scenario, {}).law(0, 0, 1, 1);
    EXPECT_NEAR(law.in_time(), 1 - std::exp(-3), 1e-9);
    EXPECT_NEAR(std::accumulate(law.by_latency.begin(), law.by_latency.end(), 0.), law.in_time(), 1e-12);
    EXPECT_NEAR(AnswerBook(scenario, {}).law(0, 0, 1, 2).in_time(), 1 - std::exp(-1.5), 1e-9);
}

TEST(AnswerBook, BalancersThatLookAtInstancesPoolThem) {
    Scenario scenario = exponential_scenario();
    const double alone = AnswerBook(scenario, {}).law(0, 28 * 5, 5, 1).latency;
    scenario.balancing.policy = Policy::kLeastOutstanding;
    const double pooled = AnswerBook(scenario, {}).law(0, 28 * 5, 5, 1).latency;
    EXPECT_NEAR(alone, .1 + mmc(28, 10, 4).mean_wait, .002);
    EXPECT_NEAR(pooled, .1 + mmc(140, 10, 20).mean_wait, .002);
}

TEST(AnswerBook, SlotsFillAsSlowlyAsTheLongestRequestsTake) {
    Scenario scenario = exponential_scenario();
    scenario.service.timeout = 60s;
    const auto inertia = [&](const Distribution& service_time) {
        scenario.service.service_time = service_time;
        const AnswerBook book(scenario, {});
        return book.inertia(0, .05, 1, [&](double load) { return book.law_at(0, load, 1, 1); });
    };
    // With slots for all the share of them in use is that of the service times' equilibrium distribution.
    EXPECT_NEAR(inertia(Exponential{.1}), .1, 5e-4);
    EXPECT_NEAR(inertia(Constant{.1}), .05, 5e-4);
    EXPECT_NEAR(inertia(Weibull{.1, .5}), .1 * std::tgamma(5) / (2 * std::tgamma(3)), .03);  // steps in the tail
}

TEST(AnswerLaw, WhatADefectMakesLateEndsWellElsewhere) {
    AnswerLaw law;
    law.late[static_cast<std::size_t>(Cause::kBackground)] = .1;
    law.late[static_cast<std::size_t>(Cause::kDefect)] = .2;
    law.refused[static_cast<std::size_t>(Cause::kCapacity)] = .07;
    law.by_latency[0] = .63;
    EXPECT_NEAR(law.fails_otherwise(true), .27 / .9, 1e-12);
    EXPECT_NEAR(law.fails_otherwise(false), .07 / .7, 1e-12) << "where they come back they are late again";
}

}  // namespace
}  // namespace rollcast
