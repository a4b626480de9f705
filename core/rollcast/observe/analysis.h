#pragma once
// Argo's AnalysisRun: the rules as functions of what they depend on, and the run that follows them.
// Semantics: argoproj/argo-rollouts, analysis/analysis.go, utils/evaluate/evaluate.go.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/verdict.h"
#include "rollcast/model/metric.h"
#include "rollcast/observe/source.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"

namespace rollcast {

/// Kept of each metric for people to look at. Importers need the default; a simulated run keeps them all.
inline constexpr int kMeasurementsKept = 10;

/// The counters of one metric in one run.
struct MetricResult {
    AnalysisPhase phase = AnalysisPhase::kPending;  // as last judged; a complete phase stays
    std::optional<AnalysisPhase> last{};            // phase of the last measurement; Running: unfinished
    std::optional<Time> last_finished{};
    int count = 0;  // of measurements that were not errors
    int successful = 0;
    int failed = 0;
    int inconclusive = 0;
    int error = 0;
    int consecutive_error = 0;
    int consecutive_success = 0;
};

/// Empty: unlimited.
std::optional<int> effective_count(const Metric& metric);

/// Judges one metric by its limits.
AnalysisPhase metric_phase(const Metric& metric, const MetricResult& result, bool terminating);

/// A metric as the judgement of a run sees it.
struct JudgedMetric {
    AnalysisPhase phase = AnalysisPhase::kPending;
    bool dry_run = false;
};

/// Judges the run by its metrics; dry-run metrics never make it worse than Successful.
AnalysisPhase run_phase(std::span<const JudgedMetric> metrics, bool terminating);

/// When the first measurement is due, and when another one is, given the result so far; kNever: not any more, or not
/// before the unfinished one ends. "Strictly later than t" is t + 1 ns. `started`: empty when the run has not begun.
Time first_measurement_at(const Metric& metric, std::optional<Time> started);
Time next_measurement_at(const Metric& metric, const MetricResult& result);

bool first_measurement_due(const Metric& metric, std::optional<Time> started, Time now);
bool next_measurement_due(const Metric& metric, const MetricResult& result, Time now);

/// Counts a finished measurement.
void count_measurement(MetricResult& result, AnalysisPhase measured, Time finished);

/// How long a finished run is kept: by its phase if there is a time for it, else by `after_completion`; else for ever.
struct Ttl {
    std::optional<Duration> after_completion{};
    std::optional<Duration> after_success{};
    std::optional<Duration> after_failure{};
};

/// Whether a run that completed `age` ago may be deleted. Argo counts whole seconds.
bool analysis_ttl_expired(AnalysisPhase phase, Duration age, const Ttl& ttl);

/// One line of the measurement log, for timelines.
struct Measurement {
    Time at{};
    std::uint16_t metric = 0;  // index into Analysis::metrics
    AnalysisPhase phase = AnalysisPhase::kPending;
    std::optional<double> value;  // empty: no data
};

/// How far back its metrics look from the time of a measurement.
Duration lookback(const Analysis& analysis);

/// Where the measurements of a run find out whether they go wrong. `run` names the run, below 2^28: see flaky_run().
struct FlakyDraws {
    const StreamSpace* streams = nullptr;  // none: nothing goes wrong
    std::uint32_t run = 0;
};

/// The n-th run of an analysis, whatever else is measured beside it: other plans meet the same luck.
constexpr std::uint32_t flaky_run(AnalysisId analysis, std::uint32_t nth) {
    return (static_cast<std::uint32_t>(index_of(analysis)) << 16 | (nth & 0xFFFF)) & 0x0FFFFFFF;
}

/// One run of an analysis: a value. `analysis` must outlive it.
class AnalysisRun {
   public:
    AnalysisRun(const Analysis& analysis, Time started);

    /// Takes every measurement that is due and judges. Returns true when the run's phase changed.
    /// Throws std::invalid_argument for a source that complaint() finds fault with.
    bool advance(Time now, const Telemetry& telemetry, const FlakyDraws& draws = {});

    /// Asks it to end: metrics without a broken limit become Successful. Returns true when the run's phase changed.
    bool terminate();

    AnalysisPhase phase() const { return phase_; }
    /// When advance() has something to do next; kNever when complete.
    Time next_due() const;
    const Analysis& analysis() const { return *analysis_; }
    std::span<const MetricResult> results() const { return results_; }  // index: metric
    std::span<const Measurement> log() const { return log_; }

   private:
    bool terminating() const;
    void measure(std::size_t metric, Time now, const Telemetry& telemetry, const FlakyDraws& draws);
    bool goes_wrong(std::size_t metric, const FlakyDraws& draws) const;
    bool judge();

    const Analysis* analysis_;
    Time started_;
    std::vector<MetricResult> results_;
    std::vector<SourceMemory> memories_;  // parallel to results_
    std::vector<Measurement> log_;
    AnalysisPhase phase_ = AnalysisPhase::kPending;
    bool asked_to_end_ = false;
};

}  // namespace rollcast
