#pragma once
// One measurement of what a metric measures, whichever kind of guard it is: a phase and a value. What a guard must
// remember lives here too, so that a run of an analysis is a value.
//
// Guards that have a state (alarms) begin as new ones do, and their first evaluation already looks back on all that
// they need: before the first scrape there is the steady state (see Telemetry::brought). Queries are Prometheus', for
// which there is nothing before the first scrape: their lead-in has to be long enough.

#include <cstdint>
#include <optional>
#include <variant>

#include "rollcast/base/time.h"
#include "rollcast/control/verdict.h"
#include "rollcast/model/source.h"
#include "rollcast/observe/burn_rate.h"
#include "rollcast/observe/composite_alarm.h"
#include "rollcast/observe/sequential_check.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// A condition's value: not given, an evaluation error, or a truth value.
enum class ConditionValue : std::uint8_t { kAbsent, kError, kFalse, kTrue };

/// What Argo makes of a success and a failure condition.
AnalysisPhase measurement_phase(ConditionValue success, ConditionValue failure);

/// Of one metric in one run; begins as the first alternative.
using SourceMemory = std::variant<std::monostate, AlarmState, CompositeAlarmMemory, BurnRateMemory, SequentialMemory>;

struct Measured {
    AnalysisPhase phase = AnalysisPhase::kError;
    std::optional<double> value{};  // empty: no data
};

/// An alarm in ALARM fails, INSUFFICIENT_DATA does not (CodeDeploy, ECS and CloudFormation react to ALARM only); a
/// composite alarm fails once it acted on ALARM; a burn-rate alert fails while it fires, without data it does not;
/// Kayenta's scores pass, are inconclusive or fail, and a series without an answer is an error (as it would be to
/// Argo); a sequential test fails once it finds the new version worse; a guard of the user's own says it itself, and
/// may throw what it likes. Throws std::invalid_argument for a source that complaint() finds fault with.
Measured measure(const Source& source, SourceMemory& memory, const Telemetry& telemetry, Time now);

/// How far back it looks from the time of a measurement, when measured every `interval`.
Duration lookback(const Source& source, Duration interval);

}  // namespace rollcast
