#pragma once
// A composite alarm of Amazon CloudWatch: a rule over the states of other alarms, and an alarm that may hold its
// actions back. Semantics: Amazon CloudWatch User Guide, "Create a composite alarm"; PutCompositeAlarm.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/cloudwatch_alarm.h"

namespace rollcast {

inline constexpr std::size_t kMostChildAlarms = 100;   // of one composite alarm
inline constexpr std::size_t kMostParentAlarms = 150;  // composite alarms that may watch one alarm
inline constexpr std::size_t kMostRuleElements = 500;  // alarms, TRUE and FALSE, pairs of parentheses

/// One step of a rule in postfix order; the values are truths.
struct AlarmRuleStep {
    enum class Op : std::uint8_t {
        kTruth,    // push `least` != 0
        kAtLeast,  // push whether at least `least` of `alarms` are in `state`, or, if negated, are not
        kAnd,
        kOr,
        kNot,
    };
    Op op = Op::kTruth;
    int least = 0;
    AlarmState state = AlarmState::kAlarm;
    bool negated = false;
    std::vector<std::uint16_t> alarms{};  // index: AlarmRule::alarms
};

struct AlarmRule {
    std::vector<std::string> alarms{};  // whose states it asks for, each once
    std::vector<AlarmRuleStep> steps{};
};

/// Reads ALARM(x), OK(x), INSUFFICIENT_DATA(x), AT_LEAST(2, ALARM, (x, y, z)), AT_LEAST(50%, NOT OK, (x, y)), TRUE,
/// FALSE, AND, OR, NOT and parentheses; names may be quoted. NOT binds closest, then AND, then OR.
/// Throws std::invalid_argument that says where it stops to make sense, or which limit it exceeds.
AlarmRule parse_alarm_rule(std::string_view text);

/// Holds back the actions of a composite alarm while another alarm is in ALARM, and a little before and after.
struct ActionSuppressor {
    std::string alarm{};
    Duration wait = std::chrono::seconds(60);       // for the alarm to go into ALARM
    Duration extension = std::chrono::seconds(60);  // after it has left it
};

struct NamedAlarm {
    std::string name{};
    CloudWatchAlarm alarm{};
};

struct CompositeAlarm {
    std::vector<NamedAlarm> alarms{};  // those of the rule, and the suppressor's
    AlarmRule rule{};
    std::optional<ActionSuppressor> suppressor{};
};

/// What CloudWatch, or the model, would refuse; nothing when all is well.
std::optional<std::string> complaint(const CompositeAlarm& composite);

/// How often its alarms are looked at: as often as the quickest is evaluated.
Duration evaluation_every(const CompositeAlarm& composite);

}  // namespace rollcast
