#include "rollcast/observe/composite_alarm.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/observe/cloudwatch_alarm.h"

namespace rollcast {
namespace {

std::size_t index_of(const CompositeAlarm& composite, const std::string& name) {
    const auto found = std::find_if(composite.alarms.begin(), composite.alarms.end(),
                                    [&](const NamedAlarm& alarm) { return alarm.name == name; });
    ensure(found != composite.alarms.end(), "a composite alarm asks for an alarm that is not there");
    return static_cast<std::size_t>(found - composite.alarms.begin());
}

}  // namespace

bool holds(const AlarmRule& rule, std::span<const AlarmState> states) {
    ensure(states.size() == rule.alarms.size(), "a rule needs the state of each of its alarms");
    std::vector<bool> stack;
    const auto pop = [&stack] {
        ensure(!stack.empty(), "a rule lacks an operand");
        const bool top = stack.back();
        stack.pop_back();
        return top;
    };
    using Op = AlarmRuleStep::Op;
    for (const AlarmRuleStep& step : rule.steps) {
        switch (step.op) {
            case Op::kTruth:
                stack.push_back(step.least != 0);
                break;
            case Op::kAtLeast:
                stack.push_back(std::count_if(step.alarms.begin(), step.alarms.end(), [&](std::uint16_t alarm) {
                                    return (states[alarm] == step.state) != step.negated;
                                }) >= step.least);
                break;
            case Op::kNot:
                stack.push_back(!pop());
                break;
            case Op::kAnd:
            case Op::kOr: {
                const bool right = pop(), left = pop();
                stack.push_back(step.op == Op::kAnd ? left && right : left || right);
                break;
            }
        }
    }
    return pop();
}

void SuppressedActions::composite_changed(AlarmState state, Time at, const ActionSuppressor& suppressor) {
    state_ = state;
    pending_ = true;
    due_ = suppressed_ ? kNever : after(at, suppressor.wait);
}

void SuppressedActions::suppressor_changed(AlarmState state, Time at, const ActionSuppressor& suppressor) {
    const bool was_suppressed = std::exchange(suppressed_, state == AlarmState::kAlarm);
    if (suppressed_) {
        due_ = kNever;
    } else if (was_suppressed && pending_) {
        due_ = after(at, suppressor.extension);
    }
}

std::optional<AlarmActionTaken> SuppressedActions::take(Time now) {
    if (due_ > now || due_ == kNever) return std::nullopt;
    const AlarmActionTaken action{.at = due_, .state = state_};
    due_ = kNever;
    pending_ = false;
    return action;
}

void evaluate(const CompositeAlarm& composite, CompositeAlarmMemory& memory, const Telemetry& telemetry, Time now) {
    memory.alarms.resize(composite.alarms.size(), kInitialAlarmState);
    if (const auto action = memory.actions.take(now - Duration(1))) memory.acted_on = action->state;

    const auto before = memory.alarms;
    for (std::size_t i = 0; i < memory.alarms.size(); ++i) {
        memory.alarms[i] = evaluate(composite.alarms[i].alarm, memory.alarms[i], telemetry, now).state;
    }
    if (const auto& suppressor = composite.suppressor) {
        const std::size_t index = index_of(composite, suppressor->alarm);
        if (memory.alarms[index] != before[index]) {
            memory.actions.suppressor_changed(memory.alarms[index], now, *suppressor);
        }
    }

    std::vector<AlarmState> states;
    for (const std::string& name : composite.rule.alarms) states.push_back(memory.alarms[index_of(composite, name)]);
    const AlarmState state = holds(composite.rule, states) ? AlarmState::kAlarm : AlarmState::kOk;
    if (state != memory.state) {
        memory.state = state;
        const ActionSuppressor at_once{.wait = Duration::zero(), .extension = Duration::zero()};
        memory.actions.composite_changed(state, now, composite.suppressor.value_or(at_once));
    }
    if (const auto action = memory.actions.take(now)) memory.acted_on = action->state;
}

Duration lookback(const CompositeAlarm& composite) {
    Duration longest{};
    for (const NamedAlarm& each : composite.alarms) longest = std::max(longest, lookback(each.alarm));
    return longest;
}

}  // namespace rollcast
