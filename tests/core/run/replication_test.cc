#include "rollcast/run/replication.h"

#include <cstring>

#include <gtest/gtest.h>

#include "rollcast/strategies/baseline.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/rolling.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

using strategies::Rolling;
using testing::certain;

constexpr std::uint64_t kSeed = 5;

TEST(Replication, APerfectReleaseHarmsOnlyByItsMoves) {
    Scenario scenario = testing::small_scenario();
    scenario.service.error_rate = .002;
    for (std::uint32_t replication = 0; replication < 10; ++replication) {
        const Outcome row = replicate(scenario, Rolling({.replicas = 6}), kSeed, replication, 0);
        EXPECT_EQ(row.verdict, Verdict::kPromoted);
        // preStop outlasts the propagation and there is room enough: the moves harm nobody, and both runs meet the same
        // requests with the same luck.
        EXPECT_EQ(row.attributable(), 0);
        EXPECT_EQ(row.failed, row.failed_by_cause[std::size_t(Cause::kBackground)]);
        EXPECT_GT(row.failed, 0);
    }
}

TEST(Replication, WithoutPreStopAHealthyRollingUpdateLosesRequests) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.pre_stop = 0s;
    const Outcome race = replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0);
    EXPECT_GT(race.failed_by_cause[std::size_t(Cause::kHandOver)], 20);
    EXPECT_EQ(race.attributable(), race.failed_by_cause[std::size_t(Cause::kHandOver)]);
    scenario.fleet.pre_stop = 2s;
    EXPECT_EQ(replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0).attributable(), 0);
}

TEST(Replication, DefectsHarmThroughTheNewVersionOnly) {
    Scenario scenario = testing::small_scenario();
    scenario.release = certain(DefectKind::kErrorRate, .1);
    const Outcome row = replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0);
    const double exposed = static_cast<double>(row.exposure);
    EXPECT_EQ(row.verdict, Verdict::kPromoted) << "nobody looks";
    EXPECT_NEAR(static_cast<double>(row.failed_by_cause[std::size_t(Cause::kDefect)]), .1 * exposed,
                5 * std::sqrt(exposed * .1 * .9));
    EXPECT_EQ(row.blast_radius, 1);
}

TEST(Replication, ABaselineServesAsTheOldVersionDoesAndIsNotExposed) {
    using namespace strategies;
    Scenario scenario = testing::small_scenario();
    scenario.baseline = true;
    scenario.service.error_rate = .002;
    CanaryParams params{.replicas = 6, .routed = true};
    params.steps = {SetWeight{30}, Pause{Duration(2min)}};
    const auto canary = std::make_shared<Canary>(params);
    const Baseline beside(canary, {});
    const Outcome good = replicate(scenario, beside, kSeed, 0, 0);
    EXPECT_EQ(good.verdict, Verdict::kPromoted);
    EXPECT_EQ(good.attributable(), 0) << "its failures are background, which the twin has, too";
    EXPECT_GT(good.extra_instance_seconds, replicate(scenario, *canary, kSeed, 0, 0).extra_instance_seconds + 200)
        << "two more instances for two minutes";

    scenario.release = certain(DefectKind::kErrorRate, .1);
    const Outcome bad = replicate(scenario, beside, kSeed, 0, 0);
    const double exposed = static_cast<double>(bad.exposure);
    // Five standard deviations.
    EXPECT_NEAR(static_cast<double>(bad.attributable()), .1 * exposed, 5 * std::sqrt(exposed * .1 * .9));
    EXPECT_EQ(bad.attributable(), bad.failed_by_cause[std::size_t(Cause::kDefect)]);
}

TEST(Replication, AReleaseThatNeverStartsGetsStuckAtThePlansOwnLimits) {
    Scenario scenario = testing::small_scenario();
    scenario.window.horizon = 15min;
    scenario.release = certain(DefectKind::kCrashOnStart, 1);
    const Outcome row = replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0);
    EXPECT_EQ(row.verdict, Verdict::kStuck);
    EXPECT_EQ(row.exposure, 0);
    EXPECT_EQ(row.attributable(), 0);
    EXPECT_GT(row.restarts, 5);
}

TEST(Replication, IsAPureFunctionOfItsArguments) {
    Scenario scenario = testing::small_scenario();
    scenario.release = certain(DefectKind::kCrashHazard, 60);
    const Rolling strategy({.replicas = 6});
    const Outcome once = replicate(scenario, strategy, kSeed, 3, 0), again = replicate(scenario, strategy, kSeed, 3, 0);
    EXPECT_EQ(once.failed, again.failed);
    EXPECT_EQ(once.duration, again.duration);
    EXPECT_EQ(once.extra_instance_seconds, again.extra_instance_seconds);
    Timeline timeline;
    EXPECT_EQ(replicate(scenario, strategy, kSeed, 3, 0, &timeline).failed, once.failed) << "being watched changes it";
    EXPECT_NE(replicate(scenario, strategy, kSeed, 4, 0).requests, once.requests);
    EXPECT_NE(replicate(scenario, strategy, kSeed + 1, 3, 0).requests, once.requests);
}

TEST(Replication, PlansMeetTheSameArrivalsAndTheSameDefect) {
    Scenario scenario = testing::small_scenario();
    scenario.release.truths = {{.name = "errors", .kind = DefectKind::kErrorRate, .severity = LogUniform{.01, .2}}};
    const Outcome slow = replicate(scenario, Rolling({.replicas = 6, .max_surge = count(1)}), kSeed, 0, 0);
    const Outcome fast = replicate(scenario, Rolling({.replicas = 6, .max_surge = count(6)}), kSeed, 0, 0);
    EXPECT_EQ(slow.requests, fast.requests);
    EXPECT_EQ(slow.severity, fast.severity);
    EXPECT_EQ(slow.baseline_failed, fast.baseline_failed);
    EXPECT_NE(slow.duration, fast.duration);
}

TEST(Replication, APlanThatChangesNothingHarmsNobodyWhateverFails) {
    Scenario scenario = testing::small_scenario();
    scenario.service.error_rate = .002;
    scenario.faults.host_failures = {.hosts = 9, .mttf = 400, .repair = 40s, .notice = 5s, .evict = 20s};
    scenario.faults.zone_losses = {{.at = 20s, .lasts = 100s, .zone = 1}};
    scenario.faults.brown_outs = {{.at = 10s, .lasts = 30s, .slowness = 3, .error_rate = .05}};
    scenario.faults.black_outs = {{.at = 30s, .lasts = 60s}};
    scenario.faults.instances = {.noise = .3, .gray = .2, .gray_slowness = 4, .gray_errors = .1};
    const testing::Reflex looks_on([](const Observation& seen) {
        Directive want(seen.cohorts.size());
        for (std::size_t i = 0; i < want.targets.size(); ++i) want.targets[i].desired = seen.cohorts[i].desired;
        want.wake_at = seen.now + 1s;
        return want;
    });
    for (std::uint32_t replication = 0; replication < 10; ++replication) {
        const Outcome row = replicate(scenario, looks_on, kSeed, replication, 0);
        EXPECT_GT(row.failed, 1000);
        EXPECT_EQ(row.attributable(), 0);
        EXPECT_EQ(row.slow, row.baseline_slow);
        EXPECT_EQ(row.failed_by_cause[std::size_t(Cause::kDefect)], 0);
    }
}

TEST(Replication, APlanThatChangesNothingCostsNothingWhateverAnAutoscalerDoes) {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.autoscaling = Autoscaling{.least = 1, .most = 30};
    scenario.traffic.shape = {{.at = 0s, .factor = 1}, {.at = 60s, .factor = 6}};
    const testing::Reflex follows([](const Observation& seen) {
        Directive want(seen.cohorts.size());
        want.targets.front().desired = seen.replicas.value();
        return want;
    });
    int fewest = 100, most = 0;
    const testing::Reflex looks([&](const Observation& seen) {
        fewest = std::min(fewest, seen.replicas.value());
        most = std::max(most, seen.replicas.value());
        Directive want(seen.cohorts.size());
        want.targets.front().desired = seen.replicas.value();
        return want;
    });
    for (std::uint32_t replication = 0; replication < 3; ++replication) {
        const Outcome row = replicate(scenario, follows, kSeed, replication, 0);
        EXPECT_EQ(row.attributable(), 0);
        EXPECT_EQ(row.extra_instance_seconds, 0);
    }
    replicate(scenario, looks, kSeed, 0, 0);
    EXPECT_GT(most, fewest) << "it did something";
}

TEST(Replication, TwiceTheRateOnTwiceTheFleetFailsAtTheSameRatio) {
    Scenario scenario = testing::small_scenario();
    scenario.release = certain(DefectKind::kErrorRate, .05);
    const auto ratio = [&](int factor) {
        Scenario scaled = scenario;
        scaled.fleet.replicas *= factor;
        scaled.traffic.rate *= factor;
        // The same share of the fleet moves at a time.
        const Outcome row =
            replicate(scaled, Rolling({.replicas = scaled.fleet.replicas, .max_surge = percent(100)}), kSeed, 0, 0);
        return static_cast<double>(row.failed) / static_cast<double>(row.exposure);
    };
    // Of about 85,000 exposed requests 5 % fail: the ratio's standard deviation is below .0008; both differ by < 5 of
    // it.
    EXPECT_NEAR(ratio(1), ratio(2), 5 * .0008 * std::sqrt(1.5));
}

TEST(Replication, SpareCapacityIsThatOfThePeakThoughNothingElseHappensThen) {
    Scenario scenario = testing::small_scenario();
    scenario.traffic.shape = {{230s, 1}, {240s, 4}, {250s, 1}};
    const Outcome row = replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0);
    ASSERT_EQ(row.verdict, Verdict::kPromoted);
    ASSERT_LT(row.duration, 230);
    // 24 slots for 1,200 requests a second of mean service time each.
    EXPECT_DOUBLE_EQ(row.min_headroom, 24 / (1200 * mean(scenario.service.service_time)) - 1);
}

TEST(Replication, RefusesAScenarioThatDoesNotValidate) {
    Scenario scenario = testing::small_scenario();
    scenario.traffic.rate = -3;
    try {
        replicate(scenario, Rolling({.replicas = 6}), kSeed, 0, 0);
        FAIL() << "it ran";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "traffic.rate: must be above 0 and finite without users or a replay");
    }
    EXPECT_THROW(replicate(testing::small_scenario(), Rolling({.replicas = 6}), kSeed, 0, 1), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
