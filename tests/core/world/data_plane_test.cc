#include "rollcast/world/data_plane.h"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

constexpr std::uint64_t kSeed = 20240601;

/// A data plane with `servers` servers of version 0, all listening.
struct Plane {
    Plane(const Scenario& what, std::uint32_t servers, Defect defect = {}, std::uint32_t replication = 0)
        : scenario(what),
          data(scenario, std::array<Defect, 2>{defect, Defect{}}, StreamSpace(kSeed, replication), Time{}) {
        RouteGroup all;
        for (std::uint32_t i = 0; i < servers; ++i) {
            all.servers.push_back(data.add_server(kOldVersion));
            data.listen(all.servers.back(), Time{});
        }
        data.set_routes({all});
    }
    Scenario scenario;  // must outlive the plane
    DataPlane data;
};

Scenario one_second_of_service(int slots, int queue, Duration timeout, double rate) {
    Scenario scenario;
    scenario.service = {.slots = slots, .queue = queue, .service_time = Constant{1}, .timeout = timeout};
    scenario.traffic.rate = rate;
    return scenario;
}

TEST(DataPlane, AnswersEverythingWhenThereIsRoom) {
    Plane plane(one_second_of_service(64, 10, 10s, 5), 1);
    plane.data.advance(Time{} + 100s);
    plane.data.sweep(Time{} + 100s);
    const Tally tally = plane.data.total();
    // Poisson with mean 500: five standard deviations.
    EXPECT_NEAR(static_cast<double>(tally.arrived), 500, 5 * std::sqrt(500.0));
    EXPECT_EQ(tally.failed(), 0);
    EXPECT_EQ(tally.in_flight(), plane.data.count_in_flight(Time{} + 100s));
}

TEST(DataPlane, FailsWhatFindsTheQueueFullForWantOfCapacity) {
    Plane plane(one_second_of_service(1, 2, 100s, 50), 1);
    plane.data.advance(Time{} + 100s);
    plane.data.sweep(Time{} + 100s);
    const Tally tally = plane.data.total();
    // One slot of one second answers one request a second from the first arrival on; two wait and one is served.
    EXPECT_NEAR(static_cast<double>(tally.answered), 99, 1);
    EXPECT_EQ(tally.in_flight(), 3);
    EXPECT_EQ(tally.failed(), tally.failed_by_cause[std::size_t(Cause::kCapacity)]);
}

TEST(DataPlane, FirstComeFirstServedUnderOverloadServesThoseWhoAreAboutToGiveUp) {
    // Two seconds of patience, one second of service, twenty times too many requests. Those who give up in the queue
    // take no slot, so the slot never idles; but it is always the longest waiting whom it takes, and they give up in
    // mid-service: only the first few are answered.
    Plane plane(one_second_of_service(1, 1000, 2s, 20), 1);
    plane.data.advance(Time{} + 58s);
    plane.data.sweep(Time{} + 58s);
    const std::int64_t arrived_before = plane.data.total().arrived;
    plane.data.advance(Time{} + 60s);
    plane.data.sweep(Time{} + 60s);
    const Tally tally = plane.data.total();
    EXPECT_LE(tally.in_flight(), tally.arrived - arrived_before) << "nobody waits for longer than two seconds";
    EXPECT_NEAR(static_cast<double>(plane.data.take_application(0).counters.requests()), 59, 1);
    EXPECT_LE(tally.answered, 3);
    EXPECT_EQ(tally.failed(), tally.failed_by_cause[std::size_t(Cause::kCapacity)]);
    EXPECT_EQ(plane.data.proxy_meter(0).counters.by_code[std::size_t(Code::k504)], tally.failed());
}

TEST(DataPlane, AClientThatGivesUpInMidServiceLeavesWorkBehind) {
    Plane plane(one_second_of_service(1, 0, 500ms, 1000), 1);
    plane.data.advance(Time{} + 10s);
    plane.data.sweep(Time{} + 10s);
    EXPECT_EQ(plane.data.total().answered, 0);
    // The application served them all the same, one a second, and thinks that all is well.
    EXPECT_NEAR(static_cast<double>(plane.data.take_application(0).counters.by_code[std::size_t(Code::k200)]), 9, 1);
}

TEST(DataPlane, AKillFailsExactlyWhatItCutsOff) {
    Plane plane(one_second_of_service(8, 100, 100s, 100), 1);
    plane.data.advance(Time{} + 10s);
    plane.data.sweep(Time{} + 10s);
    const Tally before = plane.data.total();
    plane.data.kill(0, Time{} + 10s, Cause::kDefect);
    const Tally after = plane.data.total();
    EXPECT_EQ(after.failed() - before.failed(), before.in_flight());
    EXPECT_EQ(after.failed_by_cause[std::size_t(Cause::kDefect)], before.in_flight());
    EXPECT_EQ(after.in_flight(), 0);
    EXPECT_EQ(plane.data.take_application(0).counters.requests(), 0) << "its counters die with it";
}

TEST(DataPlane, AKillSparesWhatWasDoneBeforeItThoughNobodyHadCountedItYet) {
    Plane plane(one_second_of_service(64, 0, 10s, 5), 1);
    DataPlane swept = plane.data;
    plane.data.advance(Time{} + 10s);
    swept.advance(Time{} + 10s);
    swept.sweep(Time{} + 10s);
    plane.data.kill(0, Time{} + 10s, Cause::kDefect);
    EXPECT_GT(plane.data.total().answered, 20);
    EXPECT_EQ(plane.data.total().answered, swept.total().answered);
}

TEST(DataPlane, RefusalsAreTaggedWithTheirCause) {
    Plane plane(one_second_of_service(8, 0, 10s, 10), 1);
    plane.data.refuse(0, Cause::kHandOver);
    plane.data.advance(Time{} + 10s);
    EXPECT_EQ(plane.data.total().failed_by_cause[std::size_t(Cause::kHandOver)], plane.data.total().arrived);
}

TEST(DataPlane, WithoutEndpointsRequestsReachNoVersion) {
    Plane plane(one_second_of_service(8, 0, 10s, 10), 0);
    plane.data.advance(Time{} + 10s);
    EXPECT_EQ(plane.data.tally(0).arrived, 0);
    EXPECT_EQ(plane.data.tally(plane.data.versions()).failed(), plane.data.total().arrived);
}

TEST(DataPlane, BackgroundAndDefectErrorsComeAtTheirRates) {
    Scenario scenario = one_second_of_service(64, 100, 10s, 1000);
    scenario.service.service_time = Constant{.001};
    scenario.service.error_rate = .01;
    Plane plane(scenario, 1, {.kind = DefectKind::kErrorRate, .severity = .05});
    plane.data.advance(Time{} + 1000s);
    plane.data.sweep(Time{} + 1000s);
    const Tally tally = plane.data.total();
    const double n = static_cast<double>(tally.arrived);
    // Binomial counts, five standard deviations.
    EXPECT_NEAR(static_cast<double>(tally.failed_by_cause[std::size_t(Cause::kBackground)]), .01 * n,
                5 * std::sqrt(n * .01 * .99));
    EXPECT_NEAR(static_cast<double>(tally.failed_by_cause[std::size_t(Cause::kDefect)]), .05 * n,
                5 * std::sqrt(n * .05 * .95));
}

TEST(DataPlane, ALatencyDefectSlowsTheShareThatItIsSaidTo) {
    Scenario scenario = one_second_of_service(64, 100, 10s, 20);
    scenario.observability.latency_buckets = {1.5};
    Plane plane(scenario, 1, {.kind = DefectKind::kLatency, .severity = 2, .share = .25});
    plane.data.advance(Time{} + 5000s);
    const Counters& seen = plane.data.proxy_meter(0).counters;
    const double n = static_cast<double>(seen.requests());
    EXPECT_NEAR(static_cast<double>(seen.by_latency[1]), .25 * n, 5 * std::sqrt(n * .25 * .75));
}

TEST(DataPlane, SharesSplitTheTraffic) {
    Scenario scenario = one_second_of_service(64, 1000, 100s, 1000);
    scenario.service.service_time = Constant{.001};
    Plane plane(scenario, 0);
    std::vector<RouteGroup> groups(2);
    for (int version = 0; version < 2; ++version) {
        const std::uint32_t server = plane.data.add_server(VersionId(version));
        plane.data.listen(server, Time{});
        groups[std::size_t(version)] = {.share = version == 0 ? .9 : .1, .servers = {server}};
    }
    plane.data.set_routes(groups);
    plane.data.advance(Time{} + 100s);
    const double n = static_cast<double>(plane.data.total().arrived);
    EXPECT_NEAR(static_cast<double>(plane.data.tally(1).arrived), .1 * n, 5 * std::sqrt(n * .1 * .9));
}

TEST(DataPlane, ABalancerSendsAServerNoMoreThanItMayHold) {
    Scenario scenario = one_second_of_service(1, 100, 100s, 20);
    scenario.balancing.max_outstanding = 3;
    Plane plane(scenario, 1);
    for (int second = 1; second <= 50; ++second) {
        const Time now = Time{} + std::chrono::seconds(second);
        plane.data.advance(now);
        plane.data.sweep(now);
        EXPECT_LE(plane.data.count_in_flight(now), 3);
    }
    // It is never idle: one answer a second.
    EXPECT_NEAR(static_cast<double>(plane.data.total().answered), 49, 1);
}

/// A server of each version; all requests go to the first, and `mirrored` of them are copied to the second.
struct Mirror {
    Mirror(const Scenario& what, Defect defect, double mirrored, Pace pace = Pace::kFastest)
        : scenario(what), data(scenario, std::array<Defect, 2>{Defect{}, defect}, StreamSpace(kSeed, 0), Time{}, pace) {
        std::vector<RouteGroup> groups(2);
        for (std::uint16_t version = 0; version < 2; ++version) {
            groups[version].servers = {data.add_server(VersionId{version})};
            data.listen(groups[version].servers.front(), Time{});
        }
        groups[1].share = 0;
        groups[1].mirrored = mirrored;
        data.set_routes(groups);
        data.advance(Time{} + 100s);
        data.sweep(Time{} + 100s);
    }
    Scenario scenario;
    DataPlane data;
};

TEST(DataPlane, MirroredCopiesLoadTheirServersAndHurtNobody) {
    Scenario scenario = one_second_of_service(8, 4, 10s, 6);
    scenario.traffic.retries.attempts = 3;
    for (const Pace pace : {Pace::kFastest, Pace::kEventByEvent}) {
        const Mirror alone(scenario, {}, 0, pace);
        const Mirror half(scenario, {}, .5, pace), slow(scenario, {DefectKind::kLatency, 8}, 1, pace);
        EXPECT_EQ(alone.data.mirrored(1), Tally{});
        for (const Mirror* each : {&half, &slow}) {
            EXPECT_EQ(each->data.total(), alone.data.total()) << "their own clients see the same";
            EXPECT_EQ(each->data.tally(1), Tally{});
            EXPECT_EQ(each->data.count_in_flight(Time{} + 100s), alone.data.count_in_flight(Time{} + 100s));
        }
        const double n = static_cast<double>(alone.data.tally(0).arrived);
        EXPECT_NEAR(static_cast<double>(half.data.mirrored(1).arrived), n / 2, 5 * std::sqrt(n / 4));
        EXPECT_EQ(half.data.mirrored(1).failed(), 0) << "three requests a second for eight slots";
        EXPECT_EQ(slow.data.mirrored(1).arrived, alone.data.total().arrived);
        // Eight slots answer one request a second, if they take 8 s each; the rest finds no room or waits too long.
        EXPECT_LT(slow.data.mirrored(1).answered, 110);
        EXPECT_GT(slow.data.mirrored(1).failed_by_cause[std::size_t(Cause::kCapacity)] +
                      slow.data.mirrored(1).failed_by_cause[std::size_t(Cause::kDefect)],
                  400);
        EXPECT_EQ(slow.data.proxy_meter(1).counters.errors(), slow.data.mirrored(1).failed());
    }
}

/// Four servers of version 0, and so many requests with version 1's code.
struct Flag {
    Flag(const Scenario& what, Defect defect, double exposed, Pace pace = Pace::kFastest)
        : scenario(what), data(scenario, std::array<Defect, 2>{Defect{}, defect}, StreamSpace(kSeed, 0), Time{}, pace) {
        RouteGroup all;
        for (int i = 0; i < 4; ++i) {
            all.servers.push_back(data.add_server(kOldVersion));
            data.listen(all.servers.back(), Time{});
        }
        data.set_routes({all});
        data.set_flag(exposed);
        data.keep_journal(&journal);
        data.advance(Time{} + 1000s);
        data.sweep(Time{} + 1000s);
    }
    Scenario scenario;
    DataPlane data;
    std::vector<AttemptRecord> journal;
};

TEST(DataPlane, FlaggedRequestsMeetTheDefectAtInstancesOfTheOldVersion) {
    const Scenario scenario = one_second_of_service(8, 10, 10s, 5);
    for (const Pace pace : {Pace::kFastest, Pace::kEventByEvent}) {
        Flag flag(scenario, {DefectKind::kErrorRate, .4}, .25, pace);
        const Tally old = flag.data.tally(0), fresh = flag.data.tally(1);
        EXPECT_EQ(old.failed(), 0);
        const double n = static_cast<double>(old.arrived + fresh.arrived), hit = static_cast<double>(fresh.arrived);
        EXPECT_NEAR(hit, .25 * n, 5 * std::sqrt(n * .25 * .75));
        EXPECT_NEAR(static_cast<double>(fresh.failed_by_cause[std::size_t(Cause::kDefect)]), .4 * hit,
                    5 * std::sqrt(hit * .4 * .6));
        // Instances count them apart.
        Meter own;
        for (std::uint32_t server = 0; server < 4; ++server) own += flag.data.take_application(server);
        const Meter flagged = flag.data.take_flagged();
        EXPECT_EQ(own.counters.errors(), 0);
        EXPECT_EQ(flagged.counters.errors(), fresh.failed());
        EXPECT_EQ(own.counters.requests(), old.answered);
        EXPECT_EQ(flagged.counters.requests(), fresh.answered + fresh.failed());
        EXPECT_EQ(flag.data.take_flagged().counters.requests(), 0);
    }
}

TEST(DataPlane, TheLoadOfFlaggedRequestsIsEverybodys) {
    const Scenario scenario = one_second_of_service(8, 1000, 1h, 20);
    const Flag none(scenario, {DefectKind::kLatency, 4}, 0), some(scenario, {DefectKind::kLatency, 4}, .3);
    const auto latency = [](const Flag& flag) {
        const Meter meter = flag.data.proxy_meter(0);
        return 1e-9 * double(meter.latency_ns) / double(meter.counters.requests());
    };
    // 20 requests a second of 1 s for 32 slots, or 20 * (.7 * 1 + .3 * 4) = 38.
    EXPECT_LT(latency(none), 1.1);
    EXPECT_GT(latency(some), 2);
}

TEST(DataPlane, FlaggedRequestsUseUpTheProcessesThatServeThem) {
    const Scenario scenario = one_second_of_service(64, 10, 10s, 5);
    Flag flag(scenario, {DefectKind::kDescriptorLeak, 100}, .5);
    const Tally fresh = flag.data.tally(1);
    // Each of four instances serves a hundred of them, and fails all others.
    EXPECT_EQ(fresh.answered, 400);
    EXPECT_GT(fresh.failed(), 1500);
    EXPECT_EQ(flag.data.tally(0).failed(), 0) << "the old code opens nothing";
}

TEST(DataPlane, WhoIsExposedStaysSo) {
    Scenario scenario = one_second_of_service(64, 10, 10s, 5);
    const auto exposed = [&](double share) {
        std::vector<std::uint64_t> ordinals;
        for (const AttemptRecord& record : Flag(scenario, {}, share).journal) {
            if (is_flagged(record.id)) ordinals.push_back(ordinal_of(record.id));
        }
        std::sort(ordinals.begin(), ordinals.end());
        return ordinals;
    };
    const auto within = [&](double few, double more) {
        const auto a = exposed(few), b = exposed(more);
        EXPECT_LT(a.size(), b.size());
        EXPECT_TRUE(std::includes(b.begin(), b.end(), a.begin(), a.end()));
    };
    within(.1, .3);
    scenario.traffic.sessions = {.sticky = Stickiness::kVersion, .users = 10};
    within(.2, .7);
    // Ten users, each all or nothing: of 5000 requests a multiple of 500, give or take.
    const double requests = static_cast<double>(exposed(.5).size()) / 500;
    EXPECT_NEAR(requests, std::round(requests), .25);
}

TEST(DataPlane, RetriesOfExposedRequestsAreExposed) {
    Scenario scenario = one_second_of_service(64, 10, 10s, 5);
    scenario.traffic.retries.attempts = 3;
    const Flag flag(scenario, {DefectKind::kErrorRate, 1}, .3);
    EXPECT_EQ(flag.data.tally(0).failed(), 0);
    std::int64_t first = 0, later = 0;
    for (const AttemptRecord& record : flag.journal) {
        EXPECT_EQ(is_flagged(record.id), record.seen == Code::k500);
        (attempt_of(record.id) == 0 ? first : later) += is_flagged(record.id);
    }
    EXPECT_NEAR(static_cast<double>(later), 2. * static_cast<double>(first), 80) << "some wait at the end";
}

TEST(DataPlane, RoundRobinTakesTurnsAndLeastOutstandingBeatsRandom) {
    std::array<double, 3> latency{};
    for (const Policy policy : {Policy::kRandom, Policy::kRoundRobin, Policy::kLeastOutstanding}) {
        Scenario scenario;
        scenario.service = {.slots = 1, .queue = 1000, .service_time = Exponential{1}, .timeout = 1h};
        scenario.traffic.rate = 8;
        scenario.balancing.policy = policy;
        Plane plane(scenario, 10);
        plane.data.advance(Time{} + 5000s);
        plane.data.sweep(Time{} + 5000s);
        const Meter& meter = plane.data.proxy_meter(0);
        latency[std::size_t(policy)] = 1e-9 * double(meter.latency_ns) / double(meter.counters.requests());
        if (policy != Policy::kRoundRobin) continue;
        for (std::uint32_t server = 0; server < 10; ++server) {
            EXPECT_NEAR(double(plane.data.take_application(server).counters.requests()),
                        double(meter.counters.requests()) / 10, 20)
                << "all alike but for what is still waiting";
        }
    }
    EXPECT_LT(latency[std::size_t(Policy::kRoundRobin)], latency[std::size_t(Policy::kRandom)]);
    EXPECT_LT(latency[std::size_t(Policy::kLeastOutstanding)], latency[std::size_t(Policy::kRoundRobin)]);
}

TEST(DataPlane, SweepingOftenChangesNothing) {
    Scenario scenario = one_second_of_service(3, 5, 2s, 5);
    scenario.service.service_time = Exponential{1};
    Plane plane(scenario, 2);
    DataPlane swept = plane.data;
    plane.data.advance(Time{} + 500s);
    plane.data.sweep(Time{} + 500s);
    for (Time t{}; t <= Time{} + 500s; t += 100ms) {
        swept.advance(t);
        swept.sweep(t);
        ASSERT_EQ(swept.total().in_flight(), swept.count_in_flight(t)) << "at " << to_seconds(t) << " s";
    }
    EXPECT_EQ(swept.total(), plane.data.total());
    EXPECT_EQ(swept.proxy_meter(0).counters, plane.data.proxy_meter(0).counters);
}

TEST(DataPlane, WhatArrivesAtTheEndOfAnAdvanceArrivesInTheNext) {
    Scenario scenario = one_second_of_service(64, 100, 10s, 0);
    scenario.traffic.replay = std::make_shared<const std::vector<std::int64_t>>(3, instant(Time{} + 2s));
    scenario.traffic.users = {.count = 1, .think = Constant{2}};
    Plane plane(scenario, 1);
    plane.data.advance(Time{} + 2s);
    EXPECT_EQ(plane.data.total().arrived, 0) << "control acts first";
    plane.data.advance(Time{} + 2s + 1ns);
    EXPECT_EQ(plane.data.total().arrived, 4);
}

TEST(DataPlane, TheNextRequestKnowsTheNewRoutes) {
    for (const Policy policy : {Policy::kRandom, Policy::kPowerOfTwo, Policy::kRoundRobin, Policy::kPeakEwma}) {
        Scenario scenario = one_second_of_service(64, 100, 10s, 0);
        scenario.traffic.replay = std::make_shared<const std::vector<std::int64_t>>(std::vector<std::int64_t>{1, 2, 3});
        scenario.balancing.policy = policy;
        Plane plane(scenario, 2);
        std::vector<AttemptRecord> journal;
        plane.data.keep_journal(&journal);
        for (std::uint32_t i = 0; i < 3; ++i) {
            plane.data.set_routes({{.servers = {i % 2}}});
            plane.data.advance(Time{} + Duration(i + 2));
        }
        plane.data.advance(Time{} + 5s);
        plane.data.sweep(Time{} + 5s);
        ASSERT_EQ(journal.size(), 3u);
        for (const AttemptRecord& record : journal) EXPECT_EQ(record.server, (record.arrived - 1) % 2);
    }
}

TEST(DataPlane, ARetryBudgetIsAShareOfRequests) {
    Scenario scenario = one_second_of_service(8, 0, 10s, 100);
    scenario.traffic.retries = {.attempts = 4, .base = 10ms, .budget = .2, .reserve = 15};
    scenario.traffic.users = {.count = 20, .think = Constant{1}};
    Plane plane(scenario, 0);  // everything fails at once
    plane.data.advance(Time{} + 100s);
    plane.data.sweep(Time{} + 100s);
    const auto requests = static_cast<double>(plane.data.total().arrived);
    const auto retries = static_cast<double>(plane.data.tally(plane.data.versions()).arrived) - requests;
    EXPECT_GT(requests, 11'000);
    EXPECT_LE(retries, 15 + .2 * requests);
    EXPECT_GE(retries, 15 + .2 * requests - 10) << "the last ones back off, and what the first ones brought ran over";
}

TEST(DataPlane, RekeyingChangesOnlyTheFuture) {
    Scenario scenario = one_second_of_service(64, 100, 10s, 50);
    Plane plane(scenario, 1);
    plane.data.advance(Time{} + 10s);
    DataPlane other = plane.data;
    other.rekey(StreamSpace(kSeed, 0).rekeyed(1));
    DataPlane same = plane.data;
    plane.data.advance(Time{} + 100s), same.advance(Time{} + 100s), other.advance(Time{} + 100s);
    EXPECT_EQ(plane.data.total(), same.total());
    EXPECT_NE(plane.data.total(), other.total());
}

TEST(DataPlane, WrongAnswersFailInTruthAndLookWell) {
    Scenario scenario = one_second_of_service(64, 10, 10s, 20);
    scenario.service.service_time = Constant{.01};
    Plane plane(scenario, 1, {.kind = DefectKind::kWrongAnswers, .severity = .25});
    plane.data.advance(Time{} + 1000s);
    plane.data.sweep(Time{} + 1000s);
    const Tally tally = plane.data.total();
    const auto wrong = static_cast<double>(tally.failed_by_cause[std::size_t(Cause::kDefect)]);
    // Poisson of mean 5,000: five standard deviations.
    EXPECT_NEAR(wrong, 5000, 5 * std::sqrt(5000.));
    EXPECT_EQ(tally.failed(), tally.failed_by_cause[std::size_t(Cause::kDefect)]);
    EXPECT_EQ(tally.in_flight(), plane.data.count_in_flight(Time{} + 1000s));
    EXPECT_EQ(plane.data.proxy_meter(0).counters.errors(), 0);
    EXPECT_EQ(plane.data.proxy_meter(0).counters.requests(), tally.answered + tally.failed());
}

}  // namespace
}  // namespace rollcast
