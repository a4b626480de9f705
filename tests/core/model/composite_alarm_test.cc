#include "rollcast/model/composite_alarm.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// What is wrong with a rule; empty when nothing is.
std::string refusal(std::string_view text) {
    try {
        parse_alarm_rule(text);
        return "";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

std::string many(int count, const std::string& text) {
    std::string rule = text + "0)";
    for (int i = 1; i < count; ++i) rule += " OR " + text + std::to_string(i) + ")";
    return rule;
}

TEST(AlarmRule, NamesEachAlarmOnceWhateverItsSpelling) {
    const AlarmRule rule = parse_alarm_rule(
        "ALARM( \"CPU usage\" )AND(NOT OK(arn:aws:cloudwatch:eu-west-1:1:alarm:disk) OR ALARM(CPU usage))");
    EXPECT_EQ(rule.alarms, (std::vector<std::string>{"CPU usage", "arn:aws:cloudwatch:eu-west-1:1:alarm:disk"}));
    EXPECT_EQ(rule.steps.size(), 6u);
}

TEST(AlarmRule, IsRefusedWhereItStopsToMakeSense) {
    EXPECT_EQ(refusal("ALARM(a) AND"),
              "a rule: expected ALARM(...), OK(...), INSUFFICIENT_DATA(...), AT_LEAST(...), "
              "TRUE, FALSE, NOT or a parenthesis, got the end");
    EXPECT_EQ(refusal("ALARM(a) XOR OK(b)"), "a rule: expected AND, OR or the end, got \"XOR OK(b)\"");
    EXPECT_EQ(refusal("ALARM(a"), "a rule: expected a closing parenthesis, got the end");
    EXPECT_EQ(refusal("ALARM()"), "a rule: expected the name of an alarm, got \")\"");
    EXPECT_EQ(refusal("ALARM(\"a)"), "a rule: expected a closing quote, got \"a)\"");
    EXPECT_EQ(refusal("(TRUE"), "a rule: expected a closing parenthesis, got the end");
    EXPECT_EQ(refusal("ALARMS(a)").substr(0, 30), "a rule: expected ALARM(...), O");
    EXPECT_EQ(refusal("AT_LEAST(3, ALARM, (a, b))"), "a rule asks for at least 3 of 2 alarms");
    EXPECT_EQ(refusal("AT_LEAST(0, ALARM, (a, b))"),
              "a rule: expected a number above 0 of alarms or percent of them, got \"0, ALARM, (a, b))\"");
    EXPECT_EQ(refusal("AT_LEAST(1, TRUE, (a))"), "a rule: expected ALARM, OK or INSUFFICIENT_DATA, got \"TRUE, (a))\"");
    EXPECT_NE(refusal(""), "");
}

TEST(AlarmRule, RoundsPercentagesUp) {
    EXPECT_EQ(parse_alarm_rule("AT_LEAST(50%, NOT OK, (a, b, c))").steps[0].least, 2);
    EXPECT_EQ(parse_alarm_rule("AT_LEAST(100%, OK, (a, b, c))").steps[0].least, 3);
    EXPECT_EQ(parse_alarm_rule("AT_LEAST(1%, OK, (a, b, c))").steps[0].least, 1);
}

TEST(AlarmRule, KeepsToCloudWatchsLimits) {
    EXPECT_EQ(refusal(many(100, "ALARM(a")), "");
    EXPECT_EQ(refusal(many(101, "ALARM(a")), "a rule must not watch more than 100 alarms");
    std::string same = "ALARM(a)";
    for (int i = 1; i < 500; ++i) same += " OR ALARM(a)";
    EXPECT_EQ(refusal(same), "");
    EXPECT_EQ(refusal("(" + same + ")"), "a rule must not have more than 500 elements");
    EXPECT_EQ(refusal(std::string(10241, ' ')), "a rule must not have more than 10240 characters");
}

TEST(CompositeComplaint, NamesWhatDoesNotFitTogether) {
    CompositeAlarm composite{.alarms = {{.name = "a"}, {.name = "b"}}, .rule = parse_alarm_rule("ALARM(a)")};
    EXPECT_EQ(complaint(composite), std::nullopt);
    composite.suppressor = {.alarm = "c"};
    EXPECT_EQ(complaint(composite), "is suppressed by the alarm \"c\", which is not among its alarms");
    composite.suppressor->alarm = "b";
    EXPECT_EQ(complaint(composite), std::nullopt);
    composite.suppressor->wait = -1s;
    EXPECT_EQ(complaint(composite), "must not wait for a negative time");
    composite.suppressor.reset();
    composite.alarms[1].alarm.period = 45s;
    EXPECT_EQ(complaint(composite),
              "has the alarm \"b\", which must have a period of 10, 20, 30 or a multiple of 60 seconds");
    composite.rule = parse_alarm_rule("OK(d)");
    EXPECT_EQ(complaint(composite), "asks for the alarm \"d\", which is not among its alarms");
    composite.rule.steps.push_back({.op = AlarmRuleStep::Op::kAnd});
    EXPECT_EQ(complaint(composite), "has a rule whose operators lack operands");
    EXPECT_EQ(complaint(CompositeAlarm{}), "has a rule that does not come to one answer");
}

TEST(Composite, IsLookedAtAsOftenAsItsQuickestAlarm) {
    CompositeAlarm composite{.alarms = {{.name = "a"}, {.name = "b"}}};
    EXPECT_EQ(evaluation_every(composite), 60s);
    composite.alarms[1].alarm.period = 30s;
    EXPECT_EQ(evaluation_every(composite), 10s);
}

}  // namespace
}  // namespace rollcast
