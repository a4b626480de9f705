#pragma once
// Argo's AnalysisRun: the rules as functions of what they depend on, and the run that follows them.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/control/verdict.h"
#include "rollcast/model/metric.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast {

/// A condition's value: not given, an evaluation error, or a truth value.
enum class ConditionValue : std::uint8_t { kAbsent, kError, kFalse, kTrue };

/// The counters of one metric in one run.
struct MetricResult {
    AnalysisPhase phase = AnalysisPhase::kPending;  // as last judged; a complete phase stays
    std::optional<AnalysisPhase> last;              // phase of the last measurement; Running: unfinished
    std::optional<Time> last_finished;
    int count = 0;
    int successful = 0;
    int failed = 0;
    int inconclusive = 0;
    int error = 0;
    int consecutive_error = 0;
    int consecutive_success = 0;
};

AnalysisPhase measurement_phase(ConditionValue success, ConditionValue failure);

/// Empty: unlimited.
std::optional<int> effective_count(const Metric& metric);

/// Judges one metric by its limits.
AnalysisPhase metric_phase(const Metric& metric, const MetricResult& result, bool terminating);

/// Judges the run by its metrics' phases; dry-run metrics never make it worse. `measured`: any measurement was taken.
AnalysisPhase run_phase(std::span<const AnalysisPhase> metrics, std::span<const bool> dry_run, bool terminating);

/// Is the first, or another, measurement due? `started`: empty when the run has not begun.
bool first_measurement_due(const Metric& metric, std::optional<Time> started, Time now);
bool next_measurement_due(const Metric& metric, const MetricResult& result, Time now);

/// Counts a finished measurement.
void count_measurement(MetricResult& result, AnalysisPhase measured, Time finished);

/// One line of the measurement log, for timelines.
struct Measurement {
    Time at{};
    std::uint16_t metric = 0;       // index into Analysis::metrics
    AnalysisPhase phase = AnalysisPhase::kPending;
    std::optional<double> value;    // empty vector: none
};

/// One run of an analysis: a value. `analysis` must outlive it.
class AnalysisRun {
   public:
    AnalysisRun(const Analysis& analysis, Time started);

    /// Takes every measurement that is due and judges. Returns true when the run's phase changed.
    bool advance(Time now, const Telemetry& telemetry);

    /// Asks it to end: metrics without a broken limit become Successful.
    bool terminate(Time now);

    AnalysisPhase phase() const { return phase_; }
    /// When advance() has something to do next; kNever when complete. "Strictly later than t" is t + 1 ns.
    Time next_due() const;
    const Analysis& analysis() const { return *analysis_; }
    std::span<const MetricResult> results() const { return results_; }
    std::span<const Measurement> log() const { return log_; }

   private:
    bool judge();

    const Analysis* analysis_;
    Time started_;
    std::vector<MetricResult> results_;
    std::vector<Measurement> log_;
    AnalysisPhase phase_ = AnalysisPhase::kPending;
    bool terminating_ = false;
};

}  // namespace rollcast
