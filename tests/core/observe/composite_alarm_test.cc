#include "rollcast/observe/composite_alarm.h"

#include <gtest/gtest.h>

#include "core/observe/support.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using observe_test::at;
using observe_test::count;
using observe_test::scrape;
using observe_test::telemetry;
using enum AlarmState;

bool rule(std::string_view text, const std::vector<AlarmState>& states) {
    return holds(parse_alarm_rule(text), states);
}

TEST(AlarmRuleHolds, WithTheUsualPrecedence) {
    EXPECT_TRUE(rule("ALARM(a) OR ALARM(b) AND ALARM(c)", {kAlarm, kOk, kOk}));
    EXPECT_FALSE(rule("(ALARM(a) OR ALARM(b)) AND ALARM(c)", {kAlarm, kOk, kOk}));
    EXPECT_TRUE(rule("NOT ALARM(a) AND OK(b)", {kOk, kOk}));
    EXPECT_FALSE(rule("NOT (ALARM(a) OR OK(b))", {kOk, kOk}));
    EXPECT_TRUE(rule("NOT NOT TRUE", {}));
}

TEST(AlarmRuleHolds, WhenEnoughAlarmsAreInAState) {
    const std::vector<AlarmState> states{kAlarm, kOk, kInsufficientData};
    EXPECT_TRUE(rule("AT_LEAST(1, ALARM, (a, b, c))", states));
    EXPECT_FALSE(rule("AT_LEAST(2, ALARM, (a, b, c))", states));
    EXPECT_TRUE(rule("AT_LEAST(2, NOT ALARM, (a, b, c))", states));
    EXPECT_TRUE(rule("AT_LEAST(60%, NOT OK, (a, b, c))", states));
    EXPECT_FALSE(rule("AT_LEAST(67%, NOT OK, (a, b, c))", states));
}

ActionSuppressor waits() { return {.alarm = "s", .wait = 2s, .extension = 3s}; }

TEST(SuppressedActions, OneActionResultsFromSeveralChangesWithinTheWait) {
    SuppressedActions actions;
    actions.composite_changed(kAlarm, at(2), waits());
    actions.composite_changed(kOk, at(3), waits());
    EXPECT_EQ(actions.take(at(4.9)), std::nullopt);
    const auto action = actions.take(at(5));
    EXPECT_EQ(action->at, at(5));
    EXPECT_EQ(action->state, kOk);
    EXPECT_EQ(actions.take(at(100)), std::nullopt);
}

TEST(SuppressedActions, AChangeDuringTheExtensionStartsTheWaitInItsPlace) {
    SuppressedActions actions;
    actions.suppressor_changed(kAlarm, at(0), waits());
    actions.composite_changed(kAlarm, at(1), waits());
    EXPECT_EQ(actions.due(), kNever);
    actions.suppressor_changed(kOk, at(6), waits());
    EXPECT_EQ(actions.due(), at(9));
    actions.composite_changed(kOk, at(8), waits());
    const auto action = actions.take(at(50));
    ASSERT_TRUE(action);
    EXPECT_EQ(action->at, at(10));
    EXPECT_EQ(action->state, kOk);
}

TEST(SuppressedActions, OnlyLeavingAlarmStartsTheExtension) {
    SuppressedActions actions;
    actions.composite_changed(kAlarm, at(0), waits());
    actions.suppressor_changed(kOk, at(1), waits());
    EXPECT_EQ(actions.due(), at(2));
    actions.suppressor_changed(kAlarm, at(1), waits());
    actions.suppressor_changed(kOk, at(6), waits());
    actions.suppressor_changed(kInsufficientData, at(7), waits());
    EXPECT_EQ(actions.due(), at(9));
}

TEST(SuppressedActions, AreHeldOnWhenTheSuppressorReturnsDuringTheExtension) {
    SuppressedActions actions;
    actions.suppressor_changed(kAlarm, at(0), waits());
    actions.composite_changed(kAlarm, at(1), waits());
    actions.suppressor_changed(kOk, at(6), waits());
    actions.suppressor_changed(kAlarm, at(7), waits());
    EXPECT_EQ(actions.take(at(50)), std::nullopt);
    actions.suppressor_changed(kOk, at(60), waits());
    EXPECT_EQ(actions.due(), at(63));
}

/// Each minute 1000 requests of the new version, of which `failed` fail from 120 s on.
Telemetry failing(std::int64_t failed) {
    Telemetry store = telemetry();
    for (double t = 0; t <= 1200; t += 60) {
        Scrape seen = scrape(t);
        count(seen.proxy[1], Code::k200, t == 0 ? 0 : 1000 - (t > 120 ? failed : 0));
        count(seen.proxy[1], Code::k500, t > 120 ? failed : 0);
        store.record(seen);
    }
    return store;
}

CompositeAlarm errors_unless_few() {
    CompositeAlarm composite{.rule = parse_alarm_rule("ALARM(errors)")};
    composite.alarms = {{.name = "errors", .alarm = {.scope = Scope::kNew, .threshold = .1}},
                        {.name = "many", .alarm = {.scope = Scope::kNew, .evaluation_periods = 3, .threshold = .5}}};
    return composite;
}

/// The minute of the first evaluation after which the composite has acted on ALARM; 0: never.
int acts_in_minute(const CompositeAlarm& composite, const Telemetry& store) {
    CompositeAlarmMemory memory;
    for (int minute = 1; minute <= 20; ++minute) {
        evaluate(composite, memory, store, at(60. * minute));
        if (memory.acted_on == kAlarm) return minute;
    }
    return 0;
}

TEST(CompositeEvaluation, ActsAtOnceWithoutASuppressor) {
    EXPECT_EQ(acts_in_minute(errors_unless_few(), failing(200)), 3);
    EXPECT_EQ(acts_in_minute(errors_unless_few(), failing(50)), 0);
}

TEST(CompositeEvaluation, WaitsForItsSuppressorAndIsHeldByIt) {
    CompositeAlarm composite = errors_unless_few();
    composite.suppressor = ActionSuppressor{.alarm = "many", .wait = 90s, .extension = 60s};
    EXPECT_EQ(acts_in_minute(composite, failing(200)), 5);  // at 3 min + 90 s, which the fifth minute sees
    composite.suppressor->wait = 180s;
    EXPECT_EQ(acts_in_minute(composite, failing(900)), 0);  // the suppressor goes off in the fifth minute
    composite.suppressor->wait = 90s;
    EXPECT_EQ(acts_in_minute(composite, failing(900)), 5);  // too late
}

TEST(CompositeEvaluation, LooksBackAsFarAsItsAlarms) { EXPECT_EQ(lookback(errors_unless_few()), 300s); }

}  // namespace
}  // namespace rollcast
