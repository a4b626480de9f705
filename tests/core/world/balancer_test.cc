#include "rollcast/world/balancer.h"

#include <array>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "rollcast/world/shared.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

constexpr Instant kSecond = 1'000'000'000;
const StreamSpace kStreams(20240609, 0);

std::uint32_t word_at(double place) { return static_cast<std::uint32_t>(place * 4294967296.0); }

/// Servers of which only is known how many requests they hold.
struct Held {
    std::vector<std::uint32_t> of_all;
    std::vector<std::uint32_t> of_one;
    std::uint32_t outstanding(std::uint32_t server, Instant, Shared&) const { return of_all[server]; }
    std::uint32_t outstanding(std::uint32_t server, std::uint8_t, Instant, Shared&) const { return of_one[server]; }
    void report_until(std::uint32_t, Instant, Shared&) {}
};

/// A balancer of `servers` servers, server i in zone i % zones, all in one group.
struct Fixture {
    Fixture(const Balancing& balancing, std::uint32_t servers, int zones = 1, const Sessions& sessions = {},
            Instant from = 0)
        : balancer(balancing, traffic(sessions), zones, kStreams), held{std::vector<std::uint32_t>(servers), {}} {
        for (std::uint32_t i = 0; i < servers; ++i) {
            balancer.add_server(ZoneId(static_cast<std::uint16_t>(i % static_cast<std::uint32_t>(zones))));
        }
        balancer.set_routes({all(servers)}, from);
        held.of_one = held.of_all;
    }
    static Traffic traffic(const Sessions& sessions) {
        Traffic traffic;
        traffic.sessions = sessions;
        return traffic;
    }
    static RouteGroup all(std::uint32_t servers, double share = 1, std::uint32_t first = 0) {
        RouteGroup group{.share = share, .servers = std::vector<std::uint32_t>(servers)};
        std::iota(group.servers.begin(), group.servers.end(), first);
        return group;
    }
    std::uint32_t choose(const RouteWords& words, Instant now = 0) { return balancer.choose(words, now, held, shared); }
    /// By the places of the first and the second choice.
    std::uint32_t choose(double first, double second = 0, Instant now = 0, std::uint8_t of = 0) {
        return choose({.balance = word_at(first), .choice = word_at(second), .balancer = of}, now);
    }
    bool fail(std::uint32_t server, int times, Instant now, std::uint8_t of = 0) {
        bool ejected = false;
        for (int i = 0; i < times; ++i) ejected = balancer.report(of, server, false, 0, now);
        return ejected;
    }
    /// Those that a random choice leads to.
    std::set<std::uint32_t> in(std::uint8_t of = 0) {
        std::set<std::uint32_t> found;
        for (int i = 0; i < 997; ++i) found.insert(choose((i + .5) / 997, 0, 0, of));
        return found;
    }

    Balancer balancer;
    Held held;
    Scenario scenario{};
    Shared shared{.answering = Answering(scenario, std::array<Defect, 1>{}),
                  .ledger = Ledger(1, LatencyBuckets({1}), 1s),
                  .clients = Clients(scenario.traffic, kStreams),
                  .balancer = Balancer({}, scenario.traffic, 1, kStreams),
                  .agenda = {},
                  .timeout = 0,
                  .most_wait = 0,
                  .queue = 0,
                  .follows_failures = false};
};

TEST(Balancer, SplitsByShareAndEvenlyWithinAGroup) {
    Fixture fixture({}, 5);
    fixture.balancer.set_routes({Fixture::all(3, .9), Fixture::all(2, .1, 3)}, 0);
    constexpr int kWords = 9'000;
    std::array<int, 5> count{};
    for (int i = 0; i < kWords; ++i) count[fixture.choose((i + .5) / kWords)] += 1;
    for (const std::size_t server : {0u, 1u, 2u}) EXPECT_NEAR(count[server], .3 * kWords, 1);
    for (const std::size_t server : {3u, 4u}) EXPECT_NEAR(count[server], .05 * kWords, 1);
    EXPECT_EQ(fixture.choose({.balance = ~0u}), 4u);
    EXPECT_EQ(fixture.choose({.balance = 0}), 0u);
}

TEST(Balancer, AGroupWithoutShareGetsNothingAndOneWithoutServersFails) {
    Fixture fixture({}, 2);
    fixture.balancer.set_routes({Fixture::all(1, 0), Fixture::all(1, 1, 1), Fixture::all(0, 0)}, 0);
    EXPECT_EQ(fixture.in(), (std::set<std::uint32_t>{1}));
    fixture.balancer.set_routes({Fixture::all(1, .5), Fixture::all(0, .5)}, 0);
    EXPECT_EQ(fixture.in(), (std::set<std::uint32_t>{0, Balancer::kNobody}));
}

TEST(Balancer, RoundRobinTakesTurnsInEachGroupByItself) {
    Fixture fixture({.policy = Policy::kRoundRobin}, 5);
    fixture.balancer.set_routes({Fixture::all(3, .5), Fixture::all(2, .5, 3)}, 0);
    for (const std::uint32_t server : {0u, 1u, 2u, 0u}) EXPECT_EQ(fixture.choose(.1), server);
    for (const std::uint32_t server : {3u, 4u, 3u}) EXPECT_EQ(fixture.choose(.9), server);
    EXPECT_EQ(fixture.choose(.1), 1u);
    fixture.balancer.set_routes({Fixture::all(1, .5), Fixture::all(2, .5, 3)}, 0);  // its turn would be beyond the end
    EXPECT_EQ(fixture.choose(.1), 0u);
}

TEST(Balancer, LeastOutstandingFindsTheEmptiestAndBreaksTiesByChance) {
    Fixture fixture({.policy = Policy::kLeastOutstanding}, 4);
    fixture.held.of_all = {3, 2, 1, 2};
    for (const double place : {.1, .4, .6, .9}) EXPECT_EQ(fixture.choose(place), 2u);
    fixture.held.of_all = {2, 5, 2, 5};
    EXPECT_EQ(fixture.choose(.1), 0u);
    EXPECT_EQ(fixture.choose(.3), 2u) << "the first from 1 on";
    EXPECT_EQ(fixture.choose(.6), 2u);
    EXPECT_EQ(fixture.choose(.9), 0u) << "around the end";
}

TEST(Balancer, PowerOfTwoTakesTheEmptierOfTwo) {
    Fixture fixture({.policy = Policy::kPowerOfTwo}, 4);
    fixture.held.of_all = {3, 2, 0, 2};
    EXPECT_EQ(fixture.choose(.1, .3), 1u);
    EXPECT_EQ(fixture.choose(.3, .1), 1u);
    EXPECT_EQ(fixture.choose(.3, .9), 1u) << "a tie";
    EXPECT_EQ(fixture.choose(.9, .3), 3u) << "a tie";
    EXPECT_EQ(fixture.choose(.1, .1), 0u) << "the same twice";
}

TEST(Balancer, OneOfSeveralKnowsOnlyWhatItSentItself) {
    Fixture fixture({.policy = Policy::kPowerOfTwo, .balancers = 2}, 2);
    fixture.held.of_all = {9, 0};
    fixture.held.of_one = {1, 2};
    EXPECT_EQ(fixture.choose(.1, .9), 0u);
}

TEST(Balancer, WeightedLeastRequestWeighsByHowLongAServerIsKnown) {
    const Balancing balancing{.policy = Policy::kWeightedLeastRequest, .slow_start = 100s};
    Fixture fixture(balancing, 2);
    fixture.balancer.add_server(ZoneId{});
    fixture.held.of_all.push_back(0);
    fixture.balancer.set_routes({Fixture::all(3)}, 10 * kSecond);
    const auto chosen = [&](std::uint32_t at_old, double age) {
        fixture.held.of_all[0] = at_old;
        const Instant now = 10 * kSecond + static_cast<Instant>(age * 1e9);
        const std::uint32_t one = fixture.choose(.1, .9, now), other = fixture.choose(.9, .1, now);
        EXPECT_EQ(one, other);
        return one;
    };
    // (0 + 1) / weight of the new one against (held + 1) / 1 of the old one.
    EXPECT_EQ(chosen(0, 50), 0u);
    EXPECT_EQ(chosen(2, 50), 2u);
    EXPECT_EQ(chosen(0, 49), 0u);
    EXPECT_EQ(chosen(3, 26), 2u) << "1 / .26 < 4";
    EXPECT_EQ(chosen(3, 24), 0u) << "1 / .24 > 4";
    EXPECT_EQ(chosen(8, 1), 0u) << "no less than a tenth";
    EXPECT_EQ(chosen(10, 1), 2u);
    fixture.held.of_all = {1, 1, 1};
    EXPECT_EQ(fixture.choose(.1, .9, 110 * kSecond), 0u) << "a tie when it is warm";
    EXPECT_EQ(fixture.choose(.9, .1, 110 * kSecond), 2u);
}

TEST(Balancer, ServersThatAreThereFromTheStartHaveBeenForLong) {
    Fixture fixture({.policy = Policy::kWeightedLeastRequest, .slow_start = 100s}, 2, 1, {}, -50 * kSecond);
    fixture.balancer.add_server(ZoneId{});
    fixture.balancer.set_routes({Fixture::all(2)}, 0);  // still the old ones
    fixture.held.of_all = {3, 0, 0};
    fixture.balancer.set_routes({Fixture::all(3)}, 0);
    EXPECT_EQ(fixture.choose(.1, .9, kSecond), 0u) << "4 / 1 against 1 / .1";
    fixture.held.of_all = {0, 0, 0};
    EXPECT_EQ(fixture.choose(.4, .1, kSecond), 1u);
    EXPECT_EQ(fixture.choose(.1, .4, kSecond), 0u) << "both are warm";
}

TEST(Balancer, WhatLeftAndComesBackStartsSlowlyAgain) {
    Fixture fixture({.policy = Policy::kWeightedLeastRequest, .slow_start = 100s}, 2);
    fixture.balancer.set_routes({Fixture::all(1)}, 200 * kSecond);
    fixture.balancer.set_routes({Fixture::all(2)}, 300 * kSecond);
    fixture.held.of_all = {1, 0};
    EXPECT_EQ(fixture.choose(.1, .9, 320 * kSecond), 0u);
    EXPECT_EQ(fixture.choose(.1, .9, 360 * kSecond), 1u);
}

/// Latency from which on server 1 loses to server 0, whose cost we want to know: found by trying.
double cost_of_first(const Fixture& fixture, Instant now, std::uint32_t held = 0) {
    double low = 0, high = 1e12;
    for (int i = 0; i < 60; ++i) {
        const double tried = (low + high) / 2;
        Fixture copy = fixture;
        copy.held.of_all = {held, 0};
        copy.balancer.report(0, 1, true, static_cast<Instant>(tried), now);  // a peak counts as it is
        (copy.choose(.1, .9, now) == 1 ? low : high) = tried;
    }
    return low;
}

TEST(Balancer, PeakEwmaCountsAPeakAtOnceAndForgetsItSlowly) {
    const Balancing balancing{.policy = Policy::kPeakEwma, .ewma_decay = 10s};
    for (const Instant from : {Instant{0}, -300 * kSecond}) {
        Fixture fixture(balancing, 2, 1, {}, from);
        Balancer& balancer = fixture.balancer;
        // The table of e^-x is good to 4e-5 (of the difference of two costs).
        balancer.report(0, 0, true, 100'000'000, from + kSecond);
        EXPECT_NEAR(cost_of_first(fixture, from + kSecond), 100e6, 10);
        const double after_10_s = 100e6 * std::exp(-1.);
        EXPECT_NEAR(cost_of_first(fixture, from + 11 * kSecond), after_10_s, 5e3) << "nothing comes back: it fades";
        balancer.report(0, 0, true, 20'000'000, from + 11 * kSecond);
        const double kept = std::exp(-1.);
        const double mixed = 100e6 * kept + 20e6 * (1 - kept);
        EXPECT_NEAR(cost_of_first(fixture, from + 11 * kSecond), mixed, 5e3) << "less than the average: it fades in";
        EXPECT_NEAR(cost_of_first(fixture, from + 11 * kSecond, 2), 3 * mixed, 15e3) << "times what it holds";
        balancer.report(0, 0, true, 300'000'000, from + 12 * kSecond);
        EXPECT_NEAR(cost_of_first(fixture, from + 12 * kSecond), 300e6, 10) << "more: it counts at once";
    }
}

TEST(Balancer, PeakEwmaTriesAnUnknownServerOnceThenWaitsForIt) {
    Fixture fixture({.policy = Policy::kPeakEwma}, 3);
    fixture.balancer.report(0, 0, true, 100'000'000, 0);
    EXPECT_EQ(fixture.choose(.1, .5, 0), 1u) << "it costs nothing as far as is known";
    fixture.held.of_all = {100, 1, 2};
    EXPECT_EQ(fixture.choose(.1, .5, 0), 0u) << "it has one already";
    EXPECT_EQ(fixture.choose(.9, .5, 0), 1u) << "of two unknown ones that with fewer";
    EXPECT_EQ(fixture.choose(.5, .9, 0), 1u);
}

TEST(Balancer, ASessionOfAVersionMovesOneWayAsTheWeightRises) {
    Fixture fixture({}, 4, 1, {.sticky = Stickiness::kVersion, .users = 1000});
    std::vector<bool> moved(1000);
    std::size_t at_new = 0;
    for (const double weight : {0., .01, .1, .3, .5, .9, 1.}) {
        fixture.balancer.set_routes({Fixture::all(2, 1 - weight), Fixture::all(2, weight, 2)}, 0);
        at_new = 0;
        std::set<std::uint32_t> servers;
        for (std::uint32_t person = 0; person < 1000; ++person) {
            const std::uint32_t server = fixture.choose({.balance = word_at(.3), .person = person});
            const bool now = server >= 2;
            ASSERT_EQ(now, fixture.choose({.balance = word_at(.7), .person = person}) >= 2) << "whatever the request";
            servers.insert({server, fixture.choose({.balance = word_at(.7), .person = person})});
            ASSERT_GE(now, moved[person]) << "never back";
            moved[person] = now;
            at_new += now;
        }
        // Binomial, five standard deviations.
        EXPECT_NEAR(static_cast<double>(at_new), 1000 * weight, 5 * std::sqrt(1000 * weight * (1 - weight)));
        EXPECT_EQ(servers.size(), weight == 0 || weight == 1 ? 2u : 4u) << "any server of the version";
    }
}

TEST(Balancer, ASessionOfAnInstanceStaysUntilItLeavesOrHasNoWeight) {
    Fixture fixture({}, 3, 1, {.sticky = Stickiness::kInstance, .users = 10});
    const auto ask = [&](double place, std::uint32_t person) {
        return fixture.choose({.balance = word_at(place), .person = person});
    };
    EXPECT_EQ(ask(.5, 4), 1u);
    EXPECT_EQ(ask(.1, 4), 1u);
    EXPECT_EQ(ask(.1, 5), 0u) << "someone else";
    fixture.balancer.set_routes({{.servers = {0, 2}}}, 0);
    EXPECT_EQ(ask(.9, 4), 2u);
    fixture.balancer.set_routes({Fixture::all(3)}, 0);
    EXPECT_EQ(ask(.5, 4), 2u) << "it does not go back";
    fixture.balancer.set_routes({Fixture::all(2), Fixture::all(1, 0, 2)}, 0);
    EXPECT_EQ(ask(.1, 4), 0u) << "its version has no weight any more";
}

TEST(Balancer, ASessionOfAnInstanceMovesWhenThatIsEjected) {
    Fixture fixture({.outlier = OutlierDetection{}}, 3, 1, {.sticky = Stickiness::kInstance, .users = 1});
    EXPECT_EQ(fixture.choose(.5), 1u);
    ASSERT_TRUE(fixture.fail(1, 5, 0));
    EXPECT_EQ(fixture.choose(.9), 2u);
}

// ---- outlier detection ----

TEST(Outliers, FiveErrorsInARowEjectAndASuccessBetweenThemDoesNot) {
    Fixture fixture({.outlier = OutlierDetection{}}, 20);
    EXPECT_FALSE(fixture.fail(7, 4, 0));
    EXPECT_FALSE(fixture.balancer.report(0, 7, true, 0, 0));
    EXPECT_FALSE(fixture.fail(7, 4, 0));
    EXPECT_FALSE(fixture.fail(8, 4, 0)) << "each server has its own row";
    EXPECT_EQ(fixture.in().size(), 20u);
    EXPECT_TRUE(fixture.fail(7, 1, 0));
    EXPECT_EQ(fixture.in().size(), 19u);
    EXPECT_FALSE(fixture.in().contains(7));
    EXPECT_FALSE(fixture.fail(7, 20, 0)) << "once";
}

TEST(Outliers, NoMoreThanAShareIsEjectedButAlwaysOne) {
    Fixture fixture({.outlier = OutlierDetection{}}, 20);
    EXPECT_TRUE(fixture.fail(0, 5, 0));
    EXPECT_TRUE(fixture.fail(1, 5, 0));
    EXPECT_FALSE(fixture.fail(2, 5, 0)) << "two of twenty are a tenth";
    EXPECT_EQ(fixture.in().size(), 18u);
    fixture.balancer.readmit(30 * kSecond);
    EXPECT_FALSE(fixture.fail(2, 4, 31 * kSecond)) << "what was spared begins to count anew";
    EXPECT_TRUE(fixture.fail(2, 1, 31 * kSecond));
    Fixture few({.outlier = OutlierDetection{}}, 3);
    EXPECT_TRUE(few.fail(0, 5, 0));
    EXPECT_FALSE(few.fail(1, 5, 0));
    EXPECT_EQ(few.in(), (std::set<std::uint32_t>{1, 2}));
}

TEST(Outliers, WhereUnderHalfAreLeftAllAreUsed) {
    Fixture one({.outlier = OutlierDetection{}}, 1);
    EXPECT_TRUE(one.fail(0, 5, 0));
    EXPECT_EQ(one.in(), (std::set<std::uint32_t>{0})) << "an only instance is used for better or worse";
    Fixture four({.outlier = OutlierDetection{.most_ejected = 1}}, 4);
    for (const std::uint32_t server : {0u, 1u}) EXPECT_TRUE(four.fail(server, 5, 0));
    EXPECT_EQ(four.in(), (std::set<std::uint32_t>{2, 3})) << "half are left";
    EXPECT_TRUE(four.fail(2, 5, 0));
    EXPECT_EQ(four.in().size(), 4u);
}

TEST(Outliers, ComeBackAtASweepAfterTheBaseTimeTimesTheirEjections) {
    Fixture fixture({.outlier = OutlierDetection{}}, 10);
    Instant now = 0;
    const auto sweeps_out = [&] {
        EXPECT_TRUE(fixture.fail(3, 5, now));
        for (int sweeps = 1;; ++sweeps) {
            fixture.balancer.readmit(now + sweeps * 10 * kSecond);
            if (!fixture.in().contains(3)) continue;
            now += sweeps * 10 * kSecond;
            return sweeps;
        }
    };
    EXPECT_EQ(sweeps_out(), 3);
    EXPECT_EQ(sweeps_out(), 6);
    EXPECT_EQ(sweeps_out(), 9);
    fixture.balancer.readmit(now += 10 * kSecond);  // one is forgiven ...
    EXPECT_EQ(sweeps_out(), 9);
    fixture.balancer.readmit(now += 10 * kSecond);
    fixture.balancer.readmit(now += 10 * kSecond);
    EXPECT_EQ(sweeps_out(), 6);  // ... for each sweep that finds it in
}

TEST(Outliers, StayOutForTheMostAtMostAndDoNotPileUpMore) {
    Fixture fixture({.outlier = OutlierDetection{.most_ejection = 60s}}, 10);
    Instant now = 0;
    for (int i = 0; i < 30; ++i) {
        EXPECT_TRUE(fixture.fail(3, 5, now));
        const Instant out = (i == 0 ? 30 : 60) * kSecond;
        fixture.balancer.readmit(now + out - 1);
        EXPECT_FALSE(fixture.in().contains(3));
        fixture.balancer.readmit(now += out);
        EXPECT_TRUE(fixture.in().contains(3));
    }
    // Counted no further than one beyond the most, 3 times the base: after three quiet sweeps all is forgiven.
    for (int i = 0; i < 3; ++i) fixture.balancer.readmit(now += 10 * kSecond);
    EXPECT_TRUE(fixture.fail(3, 5, now));
    fixture.balancer.readmit(now + 30 * kSecond - 1);
    EXPECT_FALSE(fixture.in().contains(3));
    fixture.balancer.readmit(now + 30 * kSecond);
    EXPECT_TRUE(fixture.in().contains(3));
}

TEST(Outliers, ErrorsBeforeTheReturnAreForgotten) {
    Fixture fixture({.outlier = OutlierDetection{}}, 10);
    EXPECT_TRUE(fixture.fail(3, 5, 0));
    fixture.fail(3, 4, 20 * kSecond);  // what it still held
    fixture.balancer.readmit(30 * kSecond);
    EXPECT_FALSE(fixture.fail(3, 4, 31 * kSecond));
    EXPECT_TRUE(fixture.fail(3, 1, 31 * kSecond));
}

TEST(Outliers, AreEachBalancersOwn) {
    Fixture fixture({.balancers = 3, .outlier = OutlierDetection{}}, 4);
    for (std::uint8_t of = 0; of < 3; ++of) EXPECT_FALSE(fixture.fail(2, 4, 0, of));
    EXPECT_TRUE(fixture.fail(2, 1, 0, 1));
    EXPECT_EQ(fixture.in(0).size(), 4u);
    EXPECT_EQ(fixture.in(1), (std::set<std::uint32_t>{0, 1, 3}));
    EXPECT_EQ(fixture.in(2).size(), 4u);
    fixture.balancer.readmit(30 * kSecond);
    EXPECT_EQ(fixture.in(1).size(), 4u);
}

TEST(Outliers, AreCountedByGroupAndStayOutWhenRoutesChange) {
    Fixture fixture({.outlier = OutlierDetection{}}, 8);
    fixture.balancer.set_routes({Fixture::all(4, .5), Fixture::all(4, .5, 4)}, 0);
    EXPECT_TRUE(fixture.fail(0, 5, 0));
    EXPECT_TRUE(fixture.fail(4, 5, 0)) << "the first of its version";
    EXPECT_FALSE(fixture.fail(5, 5, 0));
    fixture.balancer.set_routes({Fixture::all(8)}, 0);
    EXPECT_EQ(fixture.in(), (std::set<std::uint32_t>{1, 2, 3, 5, 6, 7}));
}

TEST(Outliers, WhatRoutersDoNotKnowIsNotEjected) {
    Fixture fixture({.outlier = OutlierDetection{}}, 4);
    fixture.balancer.set_routes({Fixture::all(3)}, 0);
    EXPECT_FALSE(fixture.fail(3, 5, 0));
    EXPECT_TRUE(fixture.fail(2, 5, 0)) << "and takes no place of those that may be";
}

// ---- locality ----

/// Share of the requests of a balancer that goes to each zone; server i is in zone i % zones but for those moved.
std::vector<double> shares_by_zone(Fixture& fixture, std::uint8_t of, const std::vector<std::uint16_t>& zone_of) {
    constexpr int kWords = 10'000;
    std::vector<double> shares(3);
    for (int i = 0; i < kWords; ++i) shares[zone_of[fixture.choose((i + .5) / kWords, 0, 0, of)]] += 1. / kWords;
    return shares;
}

TEST(Locality, KeepsRequestsInTheirZoneAsFarAsItCanCarryThem) {
    // Zones of 1, 2 and 3 servers. Of zone z's requests min(1, factor * 3 * n_z / 6) stay; the rest goes to all others
    // alike.
    const std::vector<std::uint16_t> zone_of{0, 1, 1, 2, 2, 2};
    const std::array<double, 3> size{1, 2, 3};
    for (const double factor : {.5, 1., 1.4, 3.}) {
        Balancer balancer({.balancers = 6, .locality = Locality{.overprovisioning = factor}}, Traffic{}, 3, kStreams);
        for (const std::uint16_t zone : zone_of) balancer.add_server(ZoneId(zone));
        balancer.set_routes({Fixture::all(6)}, 0);
        Fixture fixture({}, 0);
        fixture.balancer = balancer;
        for (std::uint8_t of = 0; of < 6; ++of) {
            const std::size_t mine = of % 3;
            const double stays = std::min(1., factor * 3 * size[mine] / 6);
            const auto shares = shares_by_zone(fixture, of, zone_of);
            for (std::size_t zone = 0; zone < 3; ++zone) {
                const double expected = zone == mine ? stays : (1 - stays) * size[zone] / (6 - size[mine]);
                EXPECT_NEAR(shares[zone], expected, 1e-3) << "factor " << factor << " from " << mine << " to " << zone;
            }
        }
    }
}

TEST(Locality, AnEmptyZoneSendsAllElsewhereAndAnOnlyZoneKeepsAll) {
    Balancer balancer({.balancers = 2, .locality = Locality{.overprovisioning = .1}}, Traffic{}, 3, kStreams);
    for (int i = 0; i < 2; ++i) balancer.add_server(ZoneId(1));
    balancer.set_routes({Fixture::all(2)}, 0);
    Fixture fixture({}, 0);
    fixture.balancer = balancer;
    EXPECT_EQ(fixture.in(0), (std::set<std::uint32_t>{0, 1}));
    EXPECT_EQ(fixture.in(1), (std::set<std::uint32_t>{0, 1}));
}

TEST(Locality, ComesOnTopOfTheSplitBetweenVersions) {
    Balancer balancer({.locality = Locality{.overprovisioning = 1.4}}, Traffic{}, 2, kStreams);
    for (std::uint16_t i = 0; i < 4; ++i) balancer.add_server(ZoneId(i % 2));
    balancer.set_routes({Fixture::all(2, .9), Fixture::all(2, .1, 2)}, 0);
    Fixture fixture({}, 0);
    fixture.balancer = balancer;
    int at_new = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint32_t server = fixture.choose((i + .5) / 1000);
        EXPECT_EQ(server % 2, 0u) << "zone 0 can carry all of its half";
        at_new += server == 2;
    }
    EXPECT_NEAR(at_new, 100, 1);
}

TEST(Locality, CountsOnlyThoseThatAreNotEjected) {
    Fixture fixture({.balancers = 2, .outlier = OutlierDetection{.most_ejected = 1}, .locality = Locality{1}}, 4, 2);
    EXPECT_EQ(fixture.in(0), (std::set<std::uint32_t>{0, 2}));
    EXPECT_TRUE(fixture.fail(0, 5, 0));
    // One of three is left in its zone: 2 * 1/3 stay.
    int near = 0;
    for (int i = 0; i < 3000; ++i) near += fixture.choose((i + .5) / 3000) == 2;
    EXPECT_NEAR(near, 2000, 2);
    EXPECT_EQ(fixture.in(1), (std::set<std::uint32_t>{1, 3})) << "the other balancer does not know";
}

}  // namespace
}  // namespace rollcast
