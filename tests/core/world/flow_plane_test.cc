#include "rollcast/world/flow_plane.h"

#include <array>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "support/running.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kOld = index_of(kOldVersion), kNew = index_of(kNewVersion),
                      kBaseline = index_of(kBaselineVersion);

/// A world with next to no requests of its own; `share` of the traffic goes to the new version.
testing::Running world_with(double share, std::uint32_t replication = 0) {
    static const Scenario quiet = [] {
        Scenario scenario = testing::quick_scenario();
        scenario.traffic.rate = 1e-9;
        return scenario;
    }();
    testing::Running running(quiet, {}, replication);
    if (share > 0) {
        running.want(6, 6, share);
        running.run(60s);
    }
    return running;
}

Scenario busy_scenario() {
    Scenario scenario = testing::quick_scenario();
    scenario.service.error_rate = .01;
    return scenario;  // 300 requests a second
}

FlowPlane drawn(const Scenario& scenario, const Defect& defect, std::uint32_t replication, Time from,
                std::optional<double> share = {}) {
    return FlowPlane(scenario, defect, std::make_shared<AnswerBook>(scenario, defect), StreamSpace(3, replication),
                     from, share);
}

/// The first scrape shows nothing (a series adds nothing at its first sight), so: the second.
Scrape second_scrape(FlowPlane& telemetry, const World& world, Time from) {
    telemetry.look(world, from);
    telemetry.scrape(world, from + 1000s);
    return telemetry.scrape(world, from + 2000s);
}

TEST(FlowPlane, HasTheCountsOfEachVersion) {
    const testing::Running running = world_with(.25);
    const Scenario scenario = busy_scenario();
    FlowPlane telemetry = drawn(scenario, {.kind = DefectKind::kErrorRate, .severity = .1}, 0, running.now);
    const Scrape scrape = second_scrape(telemetry, running.world, running.now);
    // Six standard deviations of what is counted.
    const auto near = [](std::int64_t count, double expected) {
        EXPECT_NEAR(static_cast<double>(count), expected, 6 * std::sqrt(expected));
    };
    near(scrape.proxy[kOld].increase.requests(), 225'000);
    near(scrape.proxy[kNew].increase.requests(), 75'000);
    near(scrape.proxy[kOld].increase.errors(), 2'250);
    near(scrape.proxy[kNew].increase.errors(), 8'250);
    near(scrape.client.increase.errors(), 10'500);
    EXPECT_EQ(scrape.client.increase.requests(),
              scrape.proxy[kOld].increase.requests() + scrape.proxy[kNew].increase.requests());
    EXPECT_NEAR(telemetry.exposure(), 150'000, 1e-6);
    EXPECT_NEAR(telemetry.harmed(), 15'000, 1e-6);
    EXPECT_EQ(telemetry.first_exposed(), running.now);
}

TEST(FlowPlane, AddsNothingAtTheFirstSightOfASeries) {
    const testing::Running running = world_with(.25);
    const Scenario scenario = busy_scenario();
    FlowPlane telemetry = drawn(scenario, {}, 0, running.now);
    telemetry.look(running.world, running.now);
    const Scrape first = telemetry.scrape(running.world, running.now + 15s);
    EXPECT_EQ(first.proxy[kNew].increase.requests(), 0);
    EXPECT_NE(first.proxy[kNew].codes, 0);
}

TEST(FlowPlane, IsSilentOfWrongAnswers) {
    const testing::Running running = world_with(.25);
    const Scenario scenario = busy_scenario();
    FlowPlane wrong = drawn(scenario, {.kind = DefectKind::kWrongAnswers, .severity = .3}, 0, running.now);
    FlowPlane good = drawn(scenario, {}, 0, running.now);
    const Scrape of_wrong = second_scrape(wrong, running.world, running.now);
    const Scrape of_good = second_scrape(good, running.world, running.now);
    EXPECT_EQ(of_wrong.proxy[kNew].increase, of_good.proxy[kNew].increase);
    EXPECT_NEAR(wrong.harmed(), 45'000, 1e-6);
    EXPECT_EQ(good.harmed(), 0);
}

TEST(FlowPlane, NeverShowsLessOfAWorseReleaseWithTheSameLuck) {
    const testing::Running running = world_with(.25);
    const Scenario scenario = busy_scenario();
    for (std::uint32_t replication = 0; replication < 20; ++replication) {
        std::int64_t errors = 0, slow = 0;
        for (int step = 0; step < 10; ++step) {
            FlowPlane failing =
                drawn(scenario, {.kind = DefectKind::kErrorRate, .severity = .002 * step}, replication, running.now);
            FlowPlane slower =
                drawn(scenario, {.kind = DefectKind::kLatency, .severity = 1 + .2 * step}, replication, running.now);
            const std::int64_t errors_now =
                second_scrape(failing, running.world, running.now).proxy[kNew].increase.errors();
            const Counters counted = second_scrape(slower, running.world, running.now).proxy[kNew].increase;
            std::int64_t slow_now = 0;
            for (std::size_t b = 5; b < kMaxLatencyBuckets; ++b) slow_now += counted.by_latency[b];
            EXPECT_GE(errors_now, errors);
            EXPECT_GE(slow_now, slow);
            errors = errors_now, slow = slow_now;
        }
    }
}

TEST(FlowPlane, TakesAnotherShareOnlyWhileBothVersionsHaveSome) {
    const Scenario scenario = busy_scenario();
    const testing::Running both = world_with(.25), old = world_with(0);
    FlowPlane of_both = drawn(scenario, {}, 0, both.now, .5), of_old = drawn(scenario, {}, 0, old.now, .5);
    of_both.look(both.world, both.now);
    of_both.look(both.world, both.now + 100s);
    EXPECT_NEAR(of_both.exposure(), 15'000, 1e-6);
    of_old.look(old.world, old.now);
    of_old.look(old.world, old.now + 100s);
    EXPECT_EQ(of_old.exposure(), 0);
    EXPECT_EQ(of_old.first_exposed(), kNever);
}

TEST(FlowPlane, AnotherShareTakesFromBothOldVersionsInProportion) {
    Scenario quiet = testing::quick_scenario(), scenario = busy_scenario();
    quiet.traffic.rate = 1e-9;
    quiet.fleet.under_way = scenario.fleet.under_way = {.instances = 2};
    testing::Running running(quiet);
    running.world.apply(
        std::vector<Target>{{.desired = 3, .weight = {}}, {.desired = 2, .weight = {}}, {.desired = 5, .weight = {}}},
        running.now, running.queue);
    running.run(60s);  // shares of 30 %, 20 % and 50 %
    FlowPlane shifted = drawn(scenario, {}, 0, running.now, .2);
    const Scrape scrape = second_scrape(shifted, running.world, running.now);
    const auto near = [](std::int64_t count, double expected) {
        EXPECT_NEAR(static_cast<double>(count), expected, 6 * std::sqrt(expected));
    };
    near(scrape.proxy[kNew].increase.requests(), 60'000);
    near(scrape.proxy[kOld].increase.requests(), 144'000);
    near(scrape.proxy[index_of(kIntermediateVersion)].increase.requests(), 96'000);
}

TEST(FlowPlane, ShowsABaselineThatAnswersAsTheOldVersion) {
    Scenario quiet = testing::quick_scenario(), scenario = busy_scenario();
    quiet.traffic.rate = 1e-9;
    quiet.baseline = scenario.baseline = true;
    testing::Running running(quiet);
    const std::vector<Target> want{
        {.desired = 6, .weight = .6}, {.desired = 2, .weight = .2}, {.desired = 2, .weight = .2}};
    running.world.apply(want, running.now, running.queue);
    running.run(60s);
    const Defect defect{.kind = DefectKind::kErrorRate, .severity = .1};
    FlowPlane planned = drawn(scenario, defect, 0, running.now), shifted = drawn(scenario, defect, 0, running.now, .4);
    const auto near = [](std::int64_t count, double expected) {
        EXPECT_NEAR(static_cast<double>(count), expected, 6 * std::sqrt(expected));
    };
    const Scrape scrape = second_scrape(planned, running.world, running.now);
    near(scrape.proxy[kOld].increase.requests(), 180'000);
    near(scrape.proxy[kNew].increase.requests(), 60'000);
    near(scrape.proxy[kBaseline].increase.requests(), 60'000);
    near(scrape.proxy[kBaseline].increase.errors(), 600);
    near(scrape.proxy[kNew].increase.errors(), 6'600);
    EXPECT_NEAR(planned.exposure(), 120'000, 1e-6);
    EXPECT_NEAR(planned.harmed(), 12'000, 1e-6);
    const Scrape at_share = second_scrape(shifted, running.world, running.now);
    near(at_share.proxy[kOld].increase.requests(), 60'000);
    near(at_share.proxy[kNew].increase.requests(), 120'000);
    near(at_share.proxy[kBaseline].increase.requests(), 120'000);
}

// One instance gets what six have to do: it answers what it can.
TEST(FlowPlane, CopiesAreLoadWhereNobodyElseIsServed) {
    testing::Running running = world_with(0);
    running.world.apply(std::vector<Target>{{.desired = 6, .weight = 1.}, {.desired = 1, .weight = 0., .mirrored = 1}},
                        running.now, running.queue);
    running.run(60s);
    const Scenario scenario = busy_scenario();
    FlowPlane telemetry = drawn(scenario, {}, 0, running.now);
    const Counters copies = second_scrape(telemetry, running.world, running.now).proxy[kNew].increase;
    const double rate = static_cast<double>(copies.requests()) / 1000;
    EXPECT_NEAR(rate, scenario.traffic.rate, 6 * std::sqrt(scenario.traffic.rate / 1000));
    const double capacity = scenario.service.slots / mean(scenario.service.service_time);
    EXPECT_NEAR(static_cast<double>(copies.by_code[std::size_t(Code::k200)]) / 1000, capacity, .1 * capacity);
}

TEST(FlowPlane, BehindAFlagAllRequestsShareTheInstances) {
    testing::Running running = world_with(0);
    const std::vector<Target> flag{{.desired = 6, .weight = .9}, {.weight = .1, .behind_flag = true}};
    running.world.apply(flag, running.now, running.queue);
    running.run(60s);
    const Scenario scenario = busy_scenario();
    const AnswerBook book(scenario, {});
    const double whole = book.load(kOld, 300, 6, 1);
    const auto load = [&](const Defect& defect) {
        FlowPlane telemetry = drawn(scenario, defect, 0, running.now);
        second_scrape(telemetry, running.world, running.now);
        return telemetry.highest_load();
    };
    EXPECT_NEAR(load({}), whole, 1e-9);
    // A tenth of the requests takes three times as long.
    EXPECT_NEAR(load({.kind = DefectKind::kLatency, .severity = 3}), 1.2 * whole, 1e-9);
}

/// What comes of the requests of three old and three new instances in a steady state.
struct Mixed {
    double share;                   // of all that get to the new version
    std::array<double, 2> late{};   // of each version's
    std::array<double, 2> waits{};  // mean latency of each version's, seconds

    Mixed(const std::array<std::int64_t, 2>& requests, const std::array<std::int64_t, 2>& late_ones,
          const std::array<double, 2>& seconds)
        : share(static_cast<double>(requests[kNew]) / static_cast<double>(requests[kOld] + requests[kNew])) {
        for (const std::size_t version : {kOld, kNew}) {
            const auto all = static_cast<double>(requests[version]);
            late[version] = static_cast<double>(late_ones[version]) / all;
            waits[version] = seconds[version] / all;
        }
    }
};

Mixed simulated(const Scenario& scenario, const Defect& defect) {
    testing::Running running(scenario, defect, 0);
    running.want(3, 3);
    running.run(60s);
    DataPlane& data = running.world.data();
    const std::array before{data.proxy_meter(kOld), data.proxy_meter(kNew)};
    running.run(1000s);
    std::array<std::int64_t, 2> requests{}, late{};
    std::array<double, 2> seconds{};
    for (const std::size_t version : {kOld, kNew}) {
        const Meter after = data.proxy_meter(version);
        requests[version] = after.counters.requests() - before[version].counters.requests();
        late[version] = after.counters.errors() - before[version].counters.errors();
        seconds[version] = static_cast<double>(after.latency_ns - before[version].latency_ns) / 1e9;
    }
    return {requests, late, seconds};
}

Mixed drawn_mix(const Scenario& scenario, const Defect& defect) {
    Scenario quiet = scenario;
    quiet.traffic.rate = 1e-9;
    testing::Running running(quiet, {}, 0);
    running.want(3, 3);
    running.run(60s);
    FlowPlane telemetry = drawn(scenario, defect, 0, running.now);
    const Scrape scrape = second_scrape(telemetry, running.world, running.now);
    std::array<std::int64_t, 2> requests{}, late{};
    std::array<double, 2> seconds{};
    for (const std::size_t version : {kOld, kNew}) {
        requests[version] = scrape.proxy[version].increase.requests();
        late[version] = scrape.proxy[version].increase.errors();
        seconds[version] = scrape.proxy[version].latency_sum;
    }
    return {requests, late, seconds};
}

TEST(FlowPlane, InOnePoolVersionsGetAndWaitWhatTheirInstancesDo) {
    struct Case {
        Policy policy;
        Defect defect;
        double rate;
    };
    const Defect slow{.kind = DefectKind::kLatency, .severity = 3},
        small{.kind = DefectKind::kCapacity, .severity = .5};
    for (const auto& [policy, defect, rate] :
         {Case{Policy::kLeastOutstanding, {}, 400}, Case{Policy::kRoundRobin, {}, 360},
          Case{Policy::kLeastOutstanding, slow, 224}, Case{Policy::kPowerOfTwo, slow, 224},
          Case{Policy::kPowerOfTwo, small, 252}, Case{Policy::kPeakEwma, slow, 130}}) {
        Scenario scenario = testing::quick_scenario();
        scenario.service.service_time = Exponential{.05};
        scenario.service.timeout = 500ms;
        scenario.service.error_rate = 0;
        scenario.balancing.policy = policy;
        scenario.traffic.rate = rate;
        const Mixed expected = simulated(scenario, defect), found = drawn_mix(scenario, defect);
        const auto which = "policy " + std::to_string(static_cast<int>(policy)) + ", defect " +
                           std::to_string(static_cast<int>(defect.kind));
        // Some 1e5 requests of a version in either: four deviations of what they have in common.
        EXPECT_NEAR(found.share, expected.share, .01) << which;
        for (const std::size_t version : {kOld, kNew}) {
            EXPECT_NEAR(found.waits[version], expected.waits[version], .03 * expected.waits[version]) << which;
            EXPECT_NEAR(found.late[version], expected.late[version], .1 * expected.late[version] + 5e-4) << which;
        }
    }
}

TEST(FlowPlane, FollowsTheProcessesThatTheWorldsOwnRequestsWearOut) {
    constexpr double kLeak = 200;
    const Defect leak{.kind = DefectKind::kDescriptorLeak, .severity = kLeak};
    static const Scenario thin = [] {
        Scenario scenario = testing::quick_scenario();
        scenario.traffic.rate = 30;
        return scenario;
    }();
    testing::Running running(thin, leak, 0);
    running.want(6, 6, .25);
    running.run(60s);
    const Scenario scenario = busy_scenario();
    FlowPlane telemetry = drawn(scenario, leak, 0, running.now);
    // 75 requests a second, of which 7.5 are the world's, wear six processes out in 1,200 of the latter: 160 s.
    const auto harmed_in = [&](Duration time) {
        const double before = telemetry.harmed();
        telemetry.look(running.world, running.now);
        running.run(time);
        telemetry.look(running.world, running.now);
        return telemetry.harmed() - before;
    };
    EXPECT_EQ(harmed_in(60s), 0);
    harmed_in(120s);
    EXPECT_NEAR(harmed_in(100s), 75 * 100 * .99, 1);  // a hundredth fails anyhow
}

// Three times what all slots can do, for a second: 20 more wait at each instance at its end, as long as the timeout. In
// the steady state of that load nearly all would be late from the beginning, and nobody after the end. The tolerance
// is for what a fluid leaves out.
TEST(FlowPlane, QueuesFillAndEmptyAsTheyDoRequestByRequest) {
    Scenario scenario = testing::quick_scenario();
    scenario.service = {.slots = 4, .queue = 40, .service_time = LogNormal{.29, .8}, .timeout = 2s};
    scenario.balancing.policy = Policy::kLeastOutstanding;
    scenario.traffic.rate = 36;
    scenario.traffic.shape = {{60s, 1}, {60s, 5}, {61s, 5}, {61s, 1}};
    Scenario quiet = scenario;
    quiet.traffic = {.rate = 1e-9};
    testing::Running running(quiet);
    const auto book = std::make_shared<AnswerBook>(scenario, Defect{});
    constexpr std::uint32_t kTimes = 60;
    double drawn = 0, exact = 0;
    for (std::uint32_t i = 0; i < kTimes; ++i) {
        FlowPlane flow(scenario, {}, book, StreamSpace(3, i), Time{});
        for (const Duration at : {60s, 61s, 91s}) {
            flow.settle(running.world, Time{} + at);
            if (at == 60s) drawn -= static_cast<double>(flow.total().failed());
        }
        drawn += static_cast<double>(flow.total().failed());

        DataPlane requests(scenario, std::vector{Defect{}}, StreamSpace(3, i), Time{});
        RouteGroup group;
        for (int instance = 0; instance < scenario.fleet.replicas; ++instance) {
            group.servers.push_back(requests.add_server(kOldVersion));
            requests.listen(group.servers.back(), Time{});
        }
        requests.set_routes({group});
        for (const Duration at : {60s, 91s}) {
            requests.advance(Time{} + at);
            requests.sweep(Time{} + at);
            exact += (at == 60s ? -1 : 1) * static_cast<double>(requests.total().failed());
        }
    }
    EXPECT_GT(exact / kTimes, 50);
    EXPECT_NEAR(drawn / kTimes, exact / kTimes, .12 * exact / kTimes);
}

/// What is counted in 1000 s of 300 requests a second; a fifth of the attempts ends with an error.
Scrape with_retries(const Retries& retries) {
    const testing::Running running = world_with(0);
    static Scenario scenario;
    scenario = busy_scenario();
    scenario.service.error_rate = .2;
    scenario.traffic.retries = retries;
    FlowPlane telemetry = drawn(scenario, {}, 0, running.now);
    return second_scrape(telemetry, running.world, running.now);
}

TEST(FlowPlane, ClientsSeeTheLastAttemptOfARequestAndProxiesAll) {
    const Scrape scrape = with_retries({.attempts = 3});
    const auto near = [](std::int64_t count, double expected) {
        EXPECT_NEAR(static_cast<double>(count), expected, .01 * expected + 6 * std::sqrt(expected));
    };
    near(scrape.client.increase.requests(), 300'000);
    near(scrape.client.increase.errors(), 300'000 * .2 * .2 * .2);
    near(scrape.proxy[kOld].increase.requests(), 300'000 * 1.24);
    near(scrape.proxy[kOld].increase.errors(), 300'000 * 1.24 * .2);
}

TEST(FlowPlane, ABudgetLeavesErrorsToClients) {
    const Scrape scrape = with_retries({.attempts = 2, .budget = .05});
    EXPECT_NEAR(static_cast<double>(scrape.proxy[kOld].increase.requests()), 300'000 * 1.05, 4'000);
    EXPECT_NEAR(static_cast<double>(scrape.client.increase.errors()), 300'000 * (1.05 * .2 - .05), 1'500);
}

}  // namespace
}  // namespace rollcast
