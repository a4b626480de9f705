#include "rollcast/observe/source.h"

#include <algorithm>
#include <span>
#include <type_traits>

#include "rollcast/observe/cloudwatch_alarm.h"
#include "rollcast/observe/condition.h"
#include "rollcast/observe/kayenta.h"
#include "rollcast/observe/query.h"

namespace rollcast {
namespace {

/// What was remembered, or what a new one starts with.
template <typename T>
T& recall(SourceMemory& memory, const T& first = {}) {
    if (!std::holds_alternative<T>(memory)) memory = first;
    return std::get<T>(memory);
}

AnalysisPhase failed_if(bool failed) { return failed ? AnalysisPhase::kFailed : AnalysisPhase::kSuccessful; }

ConditionValue value_of(const Condition& condition, std::span<const double> result) {
    if (condition.empty()) return ConditionValue::kAbsent;
    const std::optional<bool> value = evaluate(condition, result);
    if (!value) return ConditionValue::kError;
    return *value ? ConditionValue::kTrue : ConditionValue::kFalse;
}

Measured measure(const QueryCheck& check, SourceMemory&, const Telemetry& telemetry, Time now) {
    const std::optional<double> value = evaluate(check.query, telemetry, now);
    const auto result = value ? std::span<const double>(&*value, 1) : std::span<const double>();
    return {measurement_phase(value_of(check.success, result), value_of(check.failure, result)), value};
}

Measured measure(const CloudWatchAlarm& alarm, SourceMemory& memory, const Telemetry& telemetry, Time now) {
    AlarmState& state = recall(memory, kInitialAlarmState);
    const AlarmReading reading = evaluate(alarm, state, telemetry, now);
    state = reading.state;
    return {failed_if(state == AlarmState::kAlarm && alarm.actions_enabled), reading.newest};
}

/// The value: how many of its alarms are in ALARM.
Measured measure(const CompositeAlarm& composite, SourceMemory& memory, const Telemetry& telemetry, Time now) {
    auto& remembered = recall<CompositeAlarmMemory>(memory);
    evaluate(composite, remembered, telemetry, now);
    const auto raised = std::count(remembered.alarms.begin(), remembered.alarms.end(), AlarmState::kAlarm);
    return {failed_if(remembered.acted_on == AlarmState::kAlarm), static_cast<double>(raised)};
}

/// The value: how near the nearest rule is to firing.
Measured measure(const BurnRateAlert& alert, SourceMemory& memory, const Telemetry& telemetry, Time now) {
    const BurnRateReading reading = evaluate(alert, recall<BurnRateMemory>(memory), telemetry, now);
    return {failed_if(reading.severity >= alert.fails_on), reading.nearness};
}

AnalysisPhase phase_of(kayenta::Grade grade) {
    switch (grade) {
        case kayenta::Grade::kPass:
            return AnalysisPhase::kSuccessful;
        case kayenta::Grade::kMarginal:
            return AnalysisPhase::kInconclusive;
        default:
            return AnalysisPhase::kFailed;
    }
}

/// The value: the score.
Measured measure(const kayenta::Judge& judge, SourceMemory&, const Telemetry& telemetry, Time now) {
    const kayenta::Judgement judgement = kayenta::judge(judge, telemetry, now);
    if (judgement.has_error()) return {AnalysisPhase::kError};
    return {phase_of(judgement.grade), judgement.score.total};
}

Measured measure(const SequentialCheck& check, SourceMemory& memory, const Telemetry& telemetry, Time now) {
    const SequentialReading reading = evaluate(check, recall(memory, begin(check)), telemetry, now);
    return {failed_if(reading.finding == Finding::kWorse), reading.value};
}

Measured measure(const OwnCheck& check, SourceMemory&, const Telemetry& telemetry, Time now) {
    const Time to = now - telemetry.delay(), from = to - check.window;
    const auto brought = [&](Scope scope) { return telemetry.brought(check.vantage, scope, from, to); };
    const OwnVerdict verdict = check.guard->judge(
        {.now = now, .window = check.window, .canary = brought(Scope::kNew), .baseline = brought(check.baseline)});
    if (!verdict.passes) return {AnalysisPhase::kInconclusive, verdict.value};
    return {failed_if(!*verdict.passes), verdict.value};
}

Duration lookback(const OwnCheck& check) { return check.window; }
Duration lookback(const QueryCheck& check) { return lookback(check.query); }

}  // namespace

AnalysisPhase measurement_phase(ConditionValue success, ConditionValue failure) {
    using enum ConditionValue;
    if (success == kError || failure == kError) return AnalysisPhase::kError;
    if (failure == kTrue) return AnalysisPhase::kFailed;
    if (success == kTrue || success == kAbsent) return AnalysisPhase::kSuccessful;
    return failure == kAbsent ? AnalysisPhase::kFailed : AnalysisPhase::kInconclusive;
}

Measured measure(const Source& source, SourceMemory& memory, const Telemetry& telemetry, Time now) {
    return std::visit([&](const auto& asked) { return measure(asked, memory, telemetry, now); }, source);
}

Duration lookback(const Source& source, Duration interval) {
    return std::visit(
        [&](const auto& asked) {
            if constexpr (std::is_same_v<std::decay_t<decltype(asked)>, SequentialCheck>) {
                return interval;  // it counts what has come since the last measurement
            } else {
                return lookback(asked);
            }
        },
        source);
}

}  // namespace rollcast
