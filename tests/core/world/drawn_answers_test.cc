#include "rollcast/world/drawn_answers.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "rollcast/stats/moments.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

constexpr auto kHandOver = static_cast<std::size_t>(Cause::kHandOver);
constexpr auto kCapacity = static_cast<std::size_t>(Cause::kCapacity);
constexpr auto kDefect = static_cast<std::size_t>(Cause::kDefect);
constexpr auto kBackground = static_cast<std::size_t>(Cause::kBackground);
constexpr AttemptCounts kCounts{.fine = 9000, .marked = 900, .doomed = 100};

/// Of 10,000 attempts 500 are cut off; of the others a tenth is late for want of capacity.
ExpectedAnswers expected() {
    ExpectedAnswers all{.fine = 9000, .marked = 900, .doomed = 100};
    all.cut_off[kHandOver] = 500;
    all.law.late[kCapacity] = 940;
    all.law.by_latency[0] = 5000;
    all.law.by_latency[2] = 3460;
    all.law.slow = 846;
    all.law.latency = 846;
    all.law.latency_square = 170;
    all.calm = all.law;
    all.defective = 769;  // a tenth of the fine ones
    return all;
}

Stream luck(std::uint64_t entity) { return StreamSpace(20240601, 0).stream(Purpose::kDrawn, entity); }

std::int64_t sum(const auto& numbers) {
    return std::accumulate(std::begin(numbers), std::end(numbers), std::int64_t{0});
}

TEST(DrawnAnswers, ConserveAttemptsAndCountEachWhereItIsSeen) {
    const Scenario scenario = testing::small_scenario();
    for (std::uint64_t i = 0; i < 100; ++i) {
        const DrawnAnswers all = draw(scenario, expected(), kCounts, false, luck(2 * i), luck(2 * i + 1));
        EXPECT_EQ(all.tally.arrived, 10000);
        EXPECT_EQ(all.tally.answered + all.tally.failed(), 10000);
        EXPECT_EQ(sum(all.proxy.counters.by_code), 10000);
        EXPECT_EQ(sum(all.proxy.counters.by_latency), 10000);
        EXPECT_EQ(sum(all.application.counters.by_code), sum(all.application.counters.by_latency));
        EXPECT_EQ(all.proxy.counters.by_code[static_cast<std::size_t>(Code::k503)],
                  all.tally.failed_by_cause[kHandOver]);
        EXPECT_EQ(sum(all.proxy.counters.by_code) - all.proxy.counters.by_code[static_cast<std::size_t>(Code::k200)],
                  all.tally.failed());
        EXPECT_EQ(sum(all.application.counters.by_code),
                  10000 - all.proxy.counters.by_code[static_cast<std::size_t>(Code::k503)])
            << "instances answer those who do not wait any more, too";
    }
}

// Bounds of 5 standard errors: a false alarm has a probability of 6e-7 each.
TEST(DrawnAnswers, HaveTheMeansThatAreExpected) {
    constexpr int kTimes = 2000;
    const Scenario scenario = testing::small_scenario();
    Moments refused, late, defective, slow, background;
    for (std::uint64_t i = 0; i < kTimes; ++i) {
        const DrawnAnswers all = draw(scenario, expected(), kCounts, false, luck(2 * i), luck(2 * i + 1));
        refused.add(static_cast<double>(all.tally.failed_by_cause[kHandOver]));
        late.add(static_cast<double>(all.tally.failed_by_cause[kCapacity]));
        defective.add(static_cast<double>(all.tally.failed_by_cause[kDefect]));
        background.add(static_cast<double>(all.tally.failed_by_cause[kBackground]));
        slow.add(static_cast<double>(all.tally.slow));
    }
    const auto is = [&](const Moments& seen, double mean, const char* what) {
        EXPECT_NEAR(seen.mean(), mean, 5 * std::sqrt(seen.variance() / kTimes)) << what;
    };
    is(refused, 500, "cut off");
    is(late, .95 * 9900 * .1, "late");
    is(defective, 9000 * .95 * .9 * .1 * 769 / 769.14, "of the fine ones in time");
    is(background, 900 * .95 * .9 + 95, "marked ones in time, and doomed ones");
    is(slow, 9000 * .95 * .9 * .9 * .1, "a tenth of those answered well");
}

TEST(DrawnAnswers, NobodySeesWhatIsSilent) {
    const Scenario scenario = testing::small_scenario();
    const DrawnAnswers loud = draw(scenario, expected(), kCounts, false, luck(0), {});
    const DrawnAnswers silent = draw(scenario, expected(), kCounts, true, luck(0), {});
    const auto errors = [](const Meter& meter) { return meter.counters.by_code[static_cast<std::size_t>(Code::k500)]; };
    EXPECT_EQ(loud.tally, silent.tally);
    const std::int64_t wrong = silent.tally.failed_by_cause[kDefect];
    EXPECT_EQ(errors(loud.proxy) - errors(silent.proxy), wrong);
    EXPECT_EQ(errors(loud.application) - errors(silent.application), wrong);
    const auto& seen = silent.proxy.counters.by_code;
    EXPECT_EQ(sum(silent.proxy.counters.by_latency),
              seen[static_cast<std::size_t>(Code::k504)] + seen[static_cast<std::size_t>(Code::k503)])
        << "no histogram was asked for but of those whose time is known";
}

TEST(DrawnAnswers, OfAWorseVersionAreNeverBetterWithTheSameLuck) {
    const Scenario scenario = testing::small_scenario();
    for (std::uint64_t i = 0; i < 100; ++i) {
        std::int64_t before = 0;
        for (const double defective : {0., 1., 20., 300., 7000.}) {
            ExpectedAnswers worse = expected();
            worse.defective = defective;
            const std::int64_t failed = draw(scenario, worse, kCounts, false, luck(i), {}).tally.failed();
            EXPECT_GE(failed, before);
            before = failed;
        }
    }
}

// What a budget pays for is a number, not a share: the failures of a burst vary as much as the burst.
TEST(DrawnAnswers, ABudgetPaysForTheFirstOfABurst) {
    constexpr int kTimes = 2000;
    Scenario scenario = testing::small_scenario();
    scenario.traffic.retries = {.attempts = 2, .budget = .1};
    ExpectedAnswers burst{.fine = 10000};
    burst.wanted[kHandOver] = 60;
    burst.bought = 20;
    burst.law.by_latency[0] = 9940;
    burst.calm = burst.law;
    Moments failed;
    for (std::uint64_t i = 0; i < kTimes; ++i) {
        const DrawnAnswers all = draw(scenario, burst, {.fine = 10000}, false, luck(2 * i), {});
        EXPECT_EQ(all.tally_again.failed_by_cause[kHandOver], std::min<std::int64_t>(20, all.tally_again.arrived));
        failed.add(static_cast<double>(all.tally.failed_by_cause[kHandOver]));
    }
    EXPECT_NEAR(failed.mean(), 40, 5 * std::sqrt(60. / kTimes));
    EXPECT_NEAR(failed.variance(), 60, 5 * 60 * std::sqrt(2. / kTimes));
}

}  // namespace
}  // namespace rollcast
