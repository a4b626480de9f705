// An overload that outlives its cause. Nothing in the engine knows of it: clients give up in a long queue and ask
// again, instances serve those who have already gone, and so every answer comes too late.

#include <array>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "rollcast/world/data_plane.h"

namespace rollcast {
namespace {

enum class Trigger : std::uint8_t { kFlashCrowd, kBrownOut };

constexpr Retries kNone{.attempts = 1};
constexpr Retries kThree{.attempts = 3};
constexpr Retries kBudget{.attempts = 3, .budget = .1};

/// Two instances at 70% load; in the second of five minutes, twice the requests or twice the work.
Scenario five_minutes(Trigger trigger, const Retries& retries) {
    Scenario scenario;
    scenario.service = {.slots = 8, .queue = 1000, .service_time = LogNormal{.02, .5}, .timeout = 1s};
    scenario.traffic.rate = .7 * 2 * 8 / mean(scenario.service.service_time);
    scenario.traffic.retries = retries;
    if (trigger == Trigger::kFlashCrowd) {
        scenario.traffic.shape = {
            {.at = 60s, .factor = 1}, {.at = 60s, .factor = 2}, {.at = 120s, .factor = 2}, {.at = 120s, .factor = 1}};
    }
    return scenario;
}

struct Goodput {  // share of requests that end well
    double before = 0;
    double meanwhile = 0;
    double in_the_end = 0;  // of the last two of the three minutes after the trigger
};

Goodput live_through(Trigger trigger, const Scenario& scenario, std::uint64_t seed) {
    DataPlane data(scenario, std::array<Defect, 1>{}, StreamSpace(seed, 0), Time{});
    RouteGroup all;
    for (int i = 0; i < 2; ++i) {
        all.servers.push_back(data.add_server(kOldVersion));
        data.listen(all.servers.back(), Time{});
    }
    data.set_routes({all});
    const auto goodput = [&](Duration from, Duration to) {
        data.advance(Time{} + from);
        data.sweep(Time{} + from);
        const Tally before = data.total();
        data.advance(Time{} + to);
        data.sweep(Time{} + to);
        const Tally recent = data.total() - before;
        return static_cast<double>(recent.answered) / static_cast<double>(recent.arrived);
    };
    Goodput result;
    result.before = goodput(10s, 60s);
    if (trigger == Trigger::kBrownOut) data.impair_all({.slowness = 2});
    result.meanwhile = goodput(60s, 120s);
    data.impair_all({});
    result.in_the_end = goodput(180s, 300s);
    return result;
}

class RetryStorm : public ::testing::TestWithParam<Trigger> {
   protected:
    template <typename Check>
    void each_time(const Retries& retries, Check check) const {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            SCOPED_TRACE(seed);
            const Scenario scenario = five_minutes(GetParam(), retries);
            const Goodput goodput = live_through(GetParam(), scenario, seed);
            EXPECT_GT(goodput.before, .98);
            EXPECT_LT(goodput.meanwhile, .5);
            check(goodput);
        }
    }
};

TEST_P(RetryStorm, GoesOnAfterItsCauseWithThreeAttemptsAndNoBudget) {
    each_time(kThree, [](const Goodput& goodput) { EXPECT_LT(goodput.in_the_end, .5); });
}

TEST_P(RetryStorm, EndsWithItsCauseUnderABudgetOfTenPercent) {
    each_time(kBudget, [](const Goodput& goodput) { EXPECT_GT(goodput.in_the_end, .98); });
}

TEST_P(RetryStorm, EndsWithItsCauseWithoutRetries) {
    each_time(kNone, [](const Goodput& goodput) { EXPECT_GT(goodput.in_the_end, .98); });
}

INSTANTIATE_TEST_SUITE_P(After, RetryStorm, ::testing::Values(Trigger::kFlashCrowd, Trigger::kBrownOut),
                         [](const auto& each) {
                             return std::string(each.param == Trigger::kFlashCrowd ? "AFlashCrowd" : "ABrownOut");
                         });

}  // namespace
}  // namespace rollcast
