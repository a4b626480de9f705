#include "rollcast/run/flow.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/run/replication.h"
#include "rollcast/run/simulation.h"
#include "rollcast/stats/moments.h"
#include "rollcast/strategies/all_at_once.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/rolling.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using strategies::Canary;
using strategies::Rolling;
using testing::certain;

constexpr std::uint64_t kSeed = 5;

Scenario drawn_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.service.error_rate = .002;
    scenario.fidelity = Fidelity::kFlow;
    return scenario;
}

Canary canary(Duration pause = 1min) {
    return Canary({.replicas = 6,
                   .steps = {strategies::SetWeight{20}, strategies::Pause{pause}, strategies::SetWeight{50},
                             strategies::Pause{1min}},
                   .routed = true});
}

TEST(Flow, APerfectReleaseHarmsOnlyByItsMoves) {
    const Scenario scenario = drawn_scenario();
    for (std::uint32_t replication = 0; replication < 10; ++replication) {
        const Outcome row = replicate(scenario, Rolling({.replicas = 6}), kSeed, replication, 0);
        EXPECT_EQ(row.verdict, Verdict::kPromoted);
        EXPECT_EQ(row.attributable(), 0) << "its twin has the same failures";
        EXPECT_EQ(row.failed, row.failed_by_cause[std::size_t(Cause::kBackground)]);
        // 300 requests a second for five minutes: six deviations.
        EXPECT_NEAR(static_cast<double>(row.requests), 90000, 6 * 300);
        EXPECT_NEAR(static_cast<double>(row.failed), 180, 6 * std::sqrt(180.));
    }
}

TEST(Flow, DefectsHarmThroughTheNewVersionOnly) {
    Scenario scenario = drawn_scenario();
    scenario.release = certain(DefectKind::kErrorRate, .1);
    const Outcome row = replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0);
    const double exposed = static_cast<double>(row.exposure);
    EXPECT_NEAR(static_cast<double>(row.failed_by_cause[std::size_t(Cause::kDefect)]), .1 * exposed,
                6 * std::sqrt(exposed * .1 * .9));
    EXPECT_EQ(row.attributable(), row.failed_by_cause[std::size_t(Cause::kDefect)]);
}

TEST(Flow, ConservesRequestsUnderEveryDefectWithAndWithoutRetries) {
    const std::vector<std::pair<DefectKind, double>> defects{
        {DefectKind::kNone, 0},          {DefectKind::kErrorRate, .1},    {DefectKind::kLatency, 4},
        {DefectKind::kCrashOnStart, .5}, {DefectKind::kCrashHazard, 60},  {DefectKind::kCrashOnRequest, 1e-3},
        {DefectKind::kMemoryLeak, 2000}, {DefectKind::kSlowLeak, 60},     {DefectKind::kDescriptorLeak, 2000},
        {DefectKind::kCapacity, .75},    {DefectKind::kWrongAnswers, .1},
    };
    for (const int attempts : {1, 3}) {
        for (const auto& [kind, severity] : defects) {
            Scenario scenario = drawn_scenario();
            scenario.traffic.retries.attempts = attempts;
            scenario.fleet.pre_stop = 0s;
            const Defect defect{.kind = kind, .severity = severity};
            Simulation simulation(scenario, defect, StreamSpace(kSeed, 0),
                                  std::make_shared<const Flow>(scenario, defect));
            simulation.run_until(Time{});
            simulation.launch(canary());
            std::int64_t before = 0;
            for (Duration at = 10s; at <= 5min; at += 10s) {
                simulation.run_until(Time{} + at);
                simulation.settle();
                const Tally all = total(simulation.sites());
                EXPECT_EQ(all.in_flight(), 0) << static_cast<int>(kind);
                EXPECT_GE(all.arrived, before);
                before = all.arrived;
                std::int64_t attempts_made = 0;
                for (std::size_t version = 0; version <= 2; ++version) {
                    const Tally tally = rollcast::tally(simulation.sites(), version);
                    EXPECT_EQ(tally.in_flight(), 0);
                    for (const std::int64_t failed : tally.failed_by_cause) EXPECT_GE(failed, 0);
                    attempts_made += tally.arrived;
                }
                if (attempts == 1) {
                    EXPECT_EQ(attempts_made, all.arrived);
                }
                EXPECT_GE(attempts_made, all.arrived);
                for (const std::int64_t failed : all.failed_by_cause) EXPECT_GE(failed, 0);
            }
        }
    }
}

bool same(const Outcome& a, const Outcome& b) {
    return a.verdict == b.verdict && a.duration == b.duration && a.requests == b.requests && a.failed == b.failed &&
           a.slow == b.slow && a.failed_by_cause == b.failed_by_cause && a.baseline_failed == b.baseline_failed &&
           a.exposure == b.exposure && a.restarts == b.restarts;
}

TEST(Flow, IsAPureFunctionOfItsArgumentsWhateverTheProfileKnows) {
    Scenario scenario = drawn_scenario();
    scenario.traffic.rate = 900;  // queues
    scenario.release = certain(DefectKind::kLatency, 1.5);
    const auto profile = std::make_shared<Profile>(scenario);
    const auto kept = std::make_shared<Profile>(scenario);
    const Outcome alone = replicate(scenario, canary(), kSeed, 3, 0);
    replicate(scenario, canary(), kSeed, 4, 0, nullptr, profile);
    EXPECT_TRUE(same(alone, replicate(scenario, canary(), kSeed, 3, 0, nullptr, profile)));
    ASSERT_GT(profile->dump().size(), 0U);
    kept->restore(profile->dump());
    EXPECT_EQ(kept->dump(), profile->dump());
    EXPECT_TRUE(same(alone, replicate(scenario, canary(), kSeed, 3, 0, nullptr, kept)));
    EXPECT_THROW(kept->restore(std::vector<double>(Profile::kRow + 1)), std::invalid_argument);
}

std::array<Simulation, 2> at_the_end(Simulation one, Simulation other) {
    std::array<Simulation, 2> both{std::move(one), std::move(other)};
    for (Simulation& each : both) {
        each.run_until(Time{} + 5min);
        each.settle();
    }
    return both;
}

void expect_alike(const std::array<Simulation, 2>& both) {
    EXPECT_EQ(total(both[0].sites()), total(both[1].sites()));
    EXPECT_TRUE(same(both[0].outcome(), both[1].outcome()));
}

TEST(Flow, ACloneContinuesExactly) {
    Scenario scenario = drawn_scenario();
    const Defect defect{.kind = DefectKind::kCrashHazard, .severity = 60};
    Simulation simulation(scenario, defect, StreamSpace(kSeed, 1), std::make_shared<const Flow>(scenario, defect));
    simulation.run_until(Time{});
    simulation.launch(canary());
    simulation.run_until(Time{} + 100s);
    expect_alike(at_the_end(simulation, simulation));
}

/// Of the variance of a difference between two plans: what meeting the same luck takes away.
double gain(const Scenario& scenario) {
    Moments one, other, difference;
    for (std::uint32_t replication = 0; replication < 80; ++replication) {
        const auto harm = [&](Duration pause) {
            return static_cast<double>(replicate(scenario, canary(pause), kSeed, replication, 0).failed);
        };
        const double a = harm(1min), b = harm(70s);
        one.add(a), other.add(b), difference.add(a - b);
    }
    return 1 - difference.variance() / (one.variance() + other.variance());
}

TEST(Flow, PairedPlansKeepThreeQuartersOfWhatCommonLuckTakesAway) {
    Scenario scenario = drawn_scenario();
    scenario.traffic.rate = 100;
    scenario.service.error_rate = .01;
    scenario.release = certain(DefectKind::kErrorRate, .02);
    const double flow = gain(scenario);
    scenario.fidelity = Fidelity::kRequest;
    EXPECT_GE(flow, .75 * gain(scenario));
}

/// Each at its own luck.
void expect_alike(const Scenario& one, const Scenario& other, const std::string& what,
                  const Strategy& strategy = canary()) {
    constexpr std::uint32_t kTimes = 200;
    constexpr double kSigmas = 5;  // each has a chance of 6e-7 to be further apart
    using Read = double (*)(const Outcome&);
    const std::vector<std::pair<const char*, Read>> columns{
        {"requests", [](const Outcome& row) { return double(row.requests); }},
        {"failed", [](const Outcome& row) { return double(row.failed); }},
        {"attributable", [](const Outcome& row) { return double(row.attributable()); }},
        {"slow", [](const Outcome& row) { return double(row.slow); }},
        {"exposure", [](const Outcome& row) { return double(row.exposure); }},
        {"restarts", [](const Outcome& row) { return double(row.restarts); }},
    };
    std::vector<std::array<Moments, 2>> seen(columns.size());
    for (const std::size_t side : {0, 1}) {
        const Scenario& scenario = side == 0 ? one : other;
        const auto profile = std::make_shared<Profile>(scenario);
        for (std::uint32_t replication = 0; replication < kTimes; ++replication) {
            const Outcome row = replicate(scenario, strategy, kSeed + side, replication, 0, nullptr, profile);
            for (std::size_t i = 0; i < columns.size(); ++i) seen[i][side].add(columns[i].second(row));
        }
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& [a, b] = seen[i];
        EXPECT_NEAR(a.mean(), b.mean(), kSigmas * std::sqrt((a.variance() + b.variance()) / kTimes))
            << columns[i].first << " of " << what;
    }
}

TEST(Flow, FollowsTheBurstsOfTheTraffic) {
    Scenario scenario = drawn_scenario();
    scenario.traffic.rate = 200;
    scenario.traffic.bursts = Bursts{.factor = 3, .mean_quiet = 20s, .mean_burst = 10s};
    for (const auto& [kind, severity] : {std::pair{DefectKind::kErrorRate, .02}, {DefectKind::kMemoryLeak, 1500.}}) {
        scenario.release = certain(kind, severity);
        for (const Fidelity fidelity : {Fidelity::kFlow, Fidelity::kHybrid}) {
            scenario.fidelity = fidelity;
            Scenario exact = scenario;
            exact.fidelity = Fidelity::kRequest;
            expect_alike(scenario, exact, "defect " + std::to_string(static_cast<int>(kind)));
        }
    }
    // The path has luck of its own, the same on both planes: most of what the numbers of requests differ by.
    Moments difference, requests;
    const auto profile = std::make_shared<Profile>(scenario);
    for (std::uint32_t replication = 0; replication < 50; ++replication) {
        const auto count = [&](Fidelity fidelity) {
            scenario.fidelity = fidelity;
            return static_cast<double>(replicate(scenario, canary(), kSeed, replication, 0, nullptr, profile).requests);
        };
        const double exact = count(Fidelity::kRequest);
        requests.add(exact), difference.add(count(Fidelity::kFlow) - exact);
    }
    EXPECT_LT(difference.variance(), .1 * requests.variance());
}

TEST(Flow, RequestsThatFindNoInstanceFail) {
    Scenario scenario = drawn_scenario();
    scenario.traffic.rate = 60;  // the first instance that is there can answer them
    Scenario exact = scenario;
    exact.fidelity = Fidelity::kRequest;
    expect_alike(scenario, exact, "all at once", strategies::AllAtOnce({.replicas = 6}));
    scenario.traffic.retries.attempts = 3;
    const Outcome row = replicate(scenario, strategies::AllAtOnce({.replicas = 6}), kSeed, 0, 0);
    EXPECT_NEAR(static_cast<double>(row.requests), 60 * 300, 6 * std::sqrt(60. * 300)) << "none is lost";
    EXPECT_GT(row.attributable(), 20);
}

// Without variety in service times the least busy ones are taken nearly in turn: all wear out at once. Spread at random
// they would differ by 4 % of the time that they last.
TEST(Flow, WearsProcessesOutAsEvenlyAsBalancersSpreadRequests) {
    Scenario scenario = drawn_scenario();
    scenario.service.service_time = Constant{.05};
    scenario.balancing.policy = Policy::kLeastOutstanding;
    scenario.release = certain(DefectKind::kMemoryLeak, 600);
    Scenario exact = scenario;
    exact.fidelity = Fidelity::kRequest;
    constexpr std::uint32_t kTimes = 100;
    const auto profile = std::make_shared<Profile>(scenario);
    Moments drawn, simulated;
    for (std::uint32_t i = 0; i < kTimes; ++i) {
        drawn.add(static_cast<double>(replicate(scenario, canary(), kSeed, i, 0, nullptr, profile).restarts));
        simulated.add(static_cast<double>(replicate(exact, canary(), kSeed + 1, i, 0).restarts));
    }
    EXPECT_GT(simulated.mean(), 2);
    EXPECT_NEAR(drawn.mean(), simulated.mean(),
                5 * std::sqrt((drawn.variance() + simulated.variance()) / kTimes) + 1e-9);
    // So few are served, and no others drawn: it is the same run.
    const auto same = [&](double leak) {
        scenario.release = exact.release = certain(DefectKind::kMemoryLeak, leak);
        return replicate(scenario, canary(), kSeed, 0, 0).failed == replicate(exact, canary(), kSeed, 0, 0).failed;
    };
    EXPECT_TRUE(same(600));
    EXPECT_FALSE(same(3000));
    const Defect many{.kind = DefectKind::kMemoryLeak, .severity = 1e5};
    EXPECT_EQ(Flow(scenario, many).quiet.front().balancing.policy, Policy::kRoundRobin);
}

TEST(Hybrid, SimulatesWhatTheNewVersionDoesToItsRequests) {
    Scenario scenario = drawn_scenario();
    const std::vector<std::pair<DefectKind, double>> defects{
        {DefectKind::kNone, 0},       {DefectKind::kErrorRate, .02},   {DefectKind::kLatency, 3},
        {DefectKind::kCapacity, .75}, {DefectKind::kMemoryLeak, 3000}, {DefectKind::kCrashOnRequest, 1e-3}};
    for (const auto& [kind, severity] : defects) {
        scenario.release = certain(kind, severity);
        scenario.fidelity = Fidelity::kHybrid;
        Scenario exact = scenario;
        exact.fidelity = Fidelity::kRequest;
        expect_alike(scenario, exact, "defect " + std::to_string(static_cast<int>(kind)));
    }
}

TEST(Hybrid, ConservesRequestsAndItsClonesGoOnExactly) {
    Scenario scenario = drawn_scenario();
    scenario.fidelity = Fidelity::kHybrid;
    const Defect defect{.kind = DefectKind::kMemoryLeak, .severity = 2000};
    Simulation simulation(scenario, defect, StreamSpace(kSeed, 1), std::make_shared<const Flow>(scenario, defect));
    simulation.run_until(Time{});
    EXPECT_EQ(simulation.world().data().total().arrived, 0) << "only the old version is there";
    simulation.launch(canary());
    simulation.run_until(Time{} + 100s);
    const std::array<Simulation, 2> both = at_the_end(simulation, simulation);
    expect_alike(both);
    const Site& site = both[0].sites().front();
    Tally parts;
    for (std::size_t version = 0; version <= 2; ++version) parts += site.tally(version);
    EXPECT_EQ(parts, site.total());
    EXPECT_EQ(parts.in_flight(), site.world.data().count_in_flight(both[0].now()));
    EXPECT_GT(site.world.data().total().arrived, 0);
}

TEST(Hybrid, IsRefusedWhereARequestMayMeetTwoVersions) {
    Scenario scenario = drawn_scenario();
    scenario.fidelity = Fidelity::kHybrid;
    EXPECT_TRUE(validate(scenario).empty());
    scenario.traffic.retries.attempts = 2;
    ASSERT_EQ(validate(scenario).size(), 1U);
    EXPECT_EQ(validate(scenario).front().path, "fidelity");
}

}  // namespace
}  // namespace rollcast
