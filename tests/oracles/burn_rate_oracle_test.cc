// Burn-rate alerts over telemetry against the closed form of their detection time: with a steady error ratio e the
// window over L is above the burn rate b after b (1 - objective) L / e. Source of formula and figures: The Site
// Reliability Workbook, chapter 5.

#include <gtest/gtest.h>

#include "core/observe/support.h"
#include "rollcast/observe/burn_rate.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using observe_test::at;
using observe_test::count;
using observe_test::scrape;
using observe_test::telemetry;

constexpr double kStep = 30;  // between scrapes and between evaluations; two of them before the incident

/// Seconds from the start of the errors to the first page, when evaluated right after each scrape; never: 0.
double detected(const BurnRateRule& rule, double error_ratio, double until) {
    const BurnRateAlert alert{.scope = Scope::kNew, .rules = {rule}};
    Telemetry store = telemetry(0, to_seconds(rule.long_window));
    BurnRateMemory memory;
    for (double t = -2 * kStep; t <= until; t += kStep) {
        const std::int64_t failed = t > 0 ? static_cast<std::int64_t>(error_ratio * 10000) : 0;
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, 10000 - failed);
        count(seen.proxy[1], Code::k500, failed);
        store.record(seen);
        if (evaluate(alert, memory, store, at(t)).severity == Severity::kPage) return t;
    }
    return 0;
}

struct Case {
    Duration window;
    double burn;
    double error_ratio;
    double minutes;  // 0: never
};

TEST(BurnRateOracle, DetectsWhenTheClosedFormSaysIncludingDaysOfHistoryThatWereNeverScraped) {
    for (const Case& c : {Case{1h, 14.4, 1, .864},
                          {1h, 14.4, .1, 8.64},
                          {1h, 14.4, .02, 43.2},
                          {1h, 14.4, .01, 0},
                          {6h, 6, .1, 21.6},
                          {6h, 6, .01, 216},
                          {72h, 1, .01, 432},
                          {72h, 1, .005, 864}}) {
        const BurnRateRule rule{.long_window = c.window, .short_window = short_window(c.window), .burn_rate = c.burn};
        const std::optional<Duration> closed = detection_time(.999, c.window, c.burn, c.error_ratio);
        const double found = detected(rule, c.error_ratio, 1.5 * to_seconds(c.window));
        if (c.minutes == 0) {
            EXPECT_EQ(closed, std::nullopt);
            EXPECT_EQ(found, 0);
            continue;
        }
        EXPECT_NEAR(to_seconds(closed.value()), 60 * c.minutes, 1e-6);  // 1 - objective is rounded
        // The evaluation that sees it is at most one step late. It is on time where the limit falls on a step and
        // rounding takes it for passed.
        EXPECT_GE(found, 60 * c.minutes - 1e-6) << c.minutes;
        EXPECT_LE(found, 60 * c.minutes + kStep + 1e-6) << c.minutes;
    }
}

TEST(BurnRateOracle, AFewPercentOfTheTrafficCannotRaiseAnAlertOnTheWholeService) {
    // A canary of 5 % with 20 % errors is an error ratio of 1 % of the service: below 14.4 times the budget.
    EXPECT_EQ(detection_time(.999, 1h, 14.4, .05 * .2), std::nullopt);
    EXPECT_TRUE(detection_time(.999, 1h, 14.4, .2));
}

}  // namespace
}  // namespace rollcast
