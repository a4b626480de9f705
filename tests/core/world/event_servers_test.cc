// What only servers event by event can do. What both kinds can, lookahead_servers_test.cc tests of both.

#include "rollcast/world/event_servers.h"

#include <cmath>

#include <gtest/gtest.h>

#include "rollcast/stats/moments.h"
#include "support/given_arrivals.h"

namespace rollcast {
namespace {

using testing::GivenArrivals;
using testing::seconds_of_service;
using Answers = std::vector<GivenArrivals::Answer>;

Service last_come_first_served(int slots, int queue, Duration timeout = 1h) {
    Service service = seconds_of_service(slots, queue, timeout);
    service.order = QueueOrder::kLifo;
    return service;
}

TEST(LastComeFirstServed, TheLatestBeginsFirst) {
    GivenArrivals given(last_come_first_served(1, 9), {0, .25, .5, .75, 1.5});
    EXPECT_EQ(given.answers(10),
              (Answers{{1, Code::k200}, {5, Code::k200}, {4, Code::k200}, {2, Code::k200}, {3, Code::k200}}));
}

TEST(LastComeFirstServed, AFullQueueShedsTheOneThatComes) {
    GivenArrivals given(last_come_first_served(1, 1), {0, .25, .5});
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {2, Code::k200}, {.5, Code::k503}}));
}

TEST(LastComeFirstServed, WhoGivesUpLeavesTheQueueFromAnywhere) {
    // The second gives up at the bottom of the queue, at 1.75 s; the third at 2 s, from the middle.
    GivenArrivals given(last_come_first_served(1, 9, 1500ms), {0, .25, .5, .75, 1.25, 1.875});
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200},
                                          {1.75, Code::k504},
                                          {2, Code::k504},
                                          {2, Code::k200},
                                          {2.75, Code::k504},
                                          {3, Code::k200}}));
}

TEST(LastComeFirstServed, WhatWaitedTooLongIsDroppedWhenItsTurnComes) {
    Service service = last_come_first_served(1, 9);
    service.most_wait = 1500ms;
    GivenArrivals given(service, {0, .25, .375, .75});
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {2, Code::k503}, {2, Code::k503}, {2, Code::k200}}));
}

Service shared_cores(int slots, double cores, Duration timeout = 1h) {
    Service service = seconds_of_service(slots, 9, timeout);
    service.cores = cores;
    return service;
}

TEST(SharedCores, RequestsSlowEachOther) {
    // Alone until .5 s, then at half speed until the first is done at 1.5 s; the second has half of its work left.
    GivenArrivals given(shared_cores(2, 1), {0, .5});
    EXPECT_EQ(given.answers(10), (Answers{{1.5, Code::k200}, {2, Code::k200}}));
}

TEST(SharedCores, UpToTheirNumberRequestsDoNotSlowEachOther) {
    GivenArrivals given(shared_cores(3, 2), {0, .25, .625});
    // From .625 s on three share two cores: 3/8 s of work of the first take 9/16 s.
    const Answers answers = given.answers(10);
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_NEAR(answers[0].at, .625 + .375 * 1.5, 1e-8);
    EXPECT_NEAR(answers[1].at, 1.1875 + .25, 1e-8) << "two are left, at full speed";
    EXPECT_NEAR(answers[2].at, 1.1875 + .625, 1e-8);
}

TEST(SharedCores, ASlotIsNeededToShareThem) {
    GivenArrivals given(shared_cores(1, 1), {0, .5});
    EXPECT_EQ(given.answers(10), (Answers{{1, Code::k200}, {2, Code::k200}}));
}

TEST(SharedCores, WhoGaveUpGoesOnSlowingOthers) {
    GivenArrivals given(shared_cores(2, 1, 1750ms), {0, 0, 1.5});
    // Two share until 2 s (both give up before); the third waits for a slot until then.
    EXPECT_EQ(given.answers(10), (Answers{{1.75, Code::k504}, {1.75, Code::k504}, {3, Code::k200}}));
}

TEST(SharedCores, AKillAndADrainWorkThereToo) {
    GivenArrivals given(shared_cores(2, 1), {0, .5, 3});
    given.plane.advance(Time{} + 1s);
    given.plane.refuse(0, Cause::kHandOver);
    given.plane.drain(0, Time{} + 1s);
    GivenArrivals killed(shared_cores(2, 1), {0, .5});
    const auto notice = given.plane.advance(Time{} + 9s);
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->at, Time{} + 2s);
    killed.plane.advance(Time{} + 1250ms);
    killed.plane.kill(0, Time{} + 1250ms, Cause::kDefect);
    EXPECT_EQ(killed.answers(10), (Answers{{1.25, Code::k503}, {1.25, Code::k503}}));
}

/// Mean time in a system of one core that all requests share, over independent replications: mean and its error.
Moments mean_sojourn(const Distribution& service_time, double rate) {
    Scenario scenario;
    scenario.service = {.slots = 1024, .queue = 0, .cores = 1, .service_time = service_time, .timeout = 24h};
    scenario.traffic.rate = rate;
    Moments means;
    for (std::uint32_t replication = 0; replication < 30; ++replication) {
        DataPlane plane(scenario, std::array<Defect, 1>{}, StreamSpace(20240610, replication), Time{});
        plane.listen(plane.add_server(kOldVersion), Time{});
        plane.set_routes({{.servers = {0}}});
        plane.advance(Time{} + 10'000s);
        const Meter& meter = plane.proxy_meter(0);
        means.add(1e-9 * static_cast<double>(meter.latency_ns) / static_cast<double>(meter.counters.requests()));
    }
    return means;
}

TEST(SharedCores, AreAProcessorSharingQueueWhoseMeanKnowsOnlyTheMeanOfService) {
    // M/G/1 with processor sharing: mean / (1 - load), whatever the law. First come, first served would give 1.5 s for
    // constant times. Five standard errors of 30 replications (t: once in 40,000 seeds); the empty start takes less
    // than .1 %.
    for (const Distribution& law :
         {Distribution{Exponential{1}}, Distribution{Constant{1}}, Distribution{LogNormal{.7, .845}}}) {
        const Moments sojourn = mean_sojourn(law, .5);
        const double expected = mean(law) / (1 - .5 * mean(law));
        EXPECT_NEAR(sojourn.mean(), expected, 5 * std::sqrt(sojourn.variance() / 30) + .001 * expected);
        EXPECT_LT(std::sqrt(sojourn.variance() / 30), .02 * expected) << "or the test could not fail";
    }
}

}  // namespace
}  // namespace rollcast
