#pragma once
// How a composite alarm of Amazon CloudWatch comes to its state, and when it acts on it.
// Semantics: Amazon CloudWatch User Guide, "Create a composite alarm", action suppression included.

#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/composite_alarm.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// Whether the rule holds. `states`: parallel to AlarmRule::alarms.
bool holds(const AlarmRule& rule, std::span<const AlarmState> states);

/// What was done about a state, and when.
struct AlarmActionTaken {
    Time at{};
    AlarmState state = kInitialAlarmState;
};

/// When a composite alarm with a suppressor acts. A change of the composite starts the wait anew, also in place of an
/// extension. A value; times must not fall, and at one time what happens is told before what is due is asked for: a
/// suppressor that goes off just as the wait ends still suppresses.
class SuppressedActions {
   public:
    void composite_changed(AlarmState state, Time at, const ActionSuppressor& suppressor);
    void suppressor_changed(AlarmState state, Time at, const ActionSuppressor& suppressor);

    Time due() const { return due_; }  // kNever: nothing is
    /// The action due by `now`, with the state then in force; each is given once.
    std::optional<AlarmActionTaken> take(Time now);

   private:
    AlarmState state_ = kInitialAlarmState;
    bool suppressed_ = false;
    bool pending_ = false;  // a change has not been acted on
    Time due_ = kNever;
};

/// What a composite alarm remembers from one evaluation to the next.
struct CompositeAlarmMemory {
    std::vector<AlarmState> alarms{};  // parallel to CompositeAlarm::alarms; empty before the first evaluation
    AlarmState state = kInitialAlarmState;
    AlarmState acted_on = kInitialAlarmState;
    SuppressedActions actions{};
};

/// One evaluation of all its alarms and of the composite.
void evaluate(const CompositeAlarm& composite, CompositeAlarmMemory& memory, const Telemetry& telemetry, Time now);

Duration lookback(const CompositeAlarm& composite);

}  // namespace rollcast
