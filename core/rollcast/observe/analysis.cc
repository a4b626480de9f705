#include "rollcast/observe/analysis.h"

#include <algorithm>

#include "rollcast/base/check.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr Duration kErrorRetry = std::chrono::seconds(10);  // also the interval of a metric without one

/// The limit that a result has broken; the last one wins, as in Argo.
std::optional<AnalysisPhase> broken_limit(const Metric& metric, const MetricResult& result) {
    std::optional<AnalysisPhase> phase;
    if (metric.failure_limit >= 0 && result.failed > metric.failure_limit) phase = AnalysisPhase::kFailed;
    if (result.inconclusive > metric.inconclusive_limit) phase = AnalysisPhase::kInconclusive;
    if (result.consecutive_error > metric.consecutive_error_limit) phase = AnalysisPhase::kError;
    return phase;
}

}  // namespace

std::optional<int> effective_count(const Metric& metric) {
    if (metric.count != 0) return metric.count;
    if (metric.interval == Duration::zero()) return 1;
    return std::nullopt;
}

AnalysisPhase metric_phase(const Metric& metric, const MetricResult& result, bool terminating) {
    if (is_complete(result.phase)) return result.phase;
    if (!result.last) return terminating ? AnalysisPhase::kSuccessful : AnalysisPhase::kPending;
    if (!is_complete(*result.last)) return AnalysisPhase::kRunning;
    if (const auto broken = broken_limit(metric, result)) return *broken;

    const bool needs_successes = metric.consecutive_success_limit > 0;
    if (needs_successes && result.consecutive_success >= metric.consecutive_success_limit) {
        return AnalysisPhase::kSuccessful;
    }
    const std::optional<int> count = effective_count(metric);
    if (count && result.count >= *count) {
        if (!needs_successes) return AnalysisPhase::kSuccessful;
        return metric.failure_limit >= 0 ? AnalysisPhase::kInconclusive : AnalysisPhase::kFailed;
    }
    return terminating ? AnalysisPhase::kSuccessful : AnalysisPhase::kRunning;
}

AnalysisPhase run_phase(std::span<const JudgedMetric> metrics, bool terminating) {
    std::optional<AnalysisPhase> worst;
    bool all_complete = true;
    for (const JudgedMetric& metric : metrics) {
        if (!is_complete(metric.phase)) {
            all_complete = false;
            continue;
        }
        const AnalysisPhase counted = metric.dry_run ? AnalysisPhase::kSuccessful : metric.phase;
        worst = std::max(worst.value_or(counted), counted);
    }
    if (terminating) return worst.value_or(AnalysisPhase::kSuccessful);
    return worst && all_complete ? *worst : AnalysisPhase::kRunning;
}

Time first_measurement_at(const Metric& metric, std::optional<Time> started) {
    if (metric.initial_delay == Duration::zero()) return started.value_or(Time::min());
    return started ? after(*started, metric.initial_delay) : kNever;
}

Time next_measurement_at(const Metric& metric, const MetricResult& result) {
    if (is_complete(result.phase) || !result.last || !is_complete(*result.last)) return kNever;
    const std::optional<int> count = effective_count(metric);
    if (count && result.count >= *count) return kNever;
    const bool retry = *result.last == AnalysisPhase::kError || metric.interval == Duration::zero();
    const Time earliest = after(*result.last_finished, retry ? kErrorRetry : metric.interval);
    return earliest == kNever ? kNever : earliest + Duration(1);
}

bool first_measurement_due(const Metric& metric, std::optional<Time> started, Time now) {
    return first_measurement_at(metric, started) <= now;
}

bool next_measurement_due(const Metric& metric, const MetricResult& result, Time now) {
    return next_measurement_at(metric, result) <= now;
}

void count_measurement(MetricResult& result, AnalysisPhase measured, Time finished) {
    ensure(is_complete(measured), "an unfinished measurement cannot be counted");
    result.last = measured;
    result.last_finished = finished;
    result.successful += measured == AnalysisPhase::kSuccessful;
    result.failed += measured == AnalysisPhase::kFailed;
    result.inconclusive += measured == AnalysisPhase::kInconclusive;
    result.error += measured == AnalysisPhase::kError;
    result.count += measured != AnalysisPhase::kError;
    result.consecutive_error = measured == AnalysisPhase::kError ? result.consecutive_error + 1 : 0;
    result.consecutive_success = measured == AnalysisPhase::kSuccessful ? result.consecutive_success + 1 : 0;
}

bool analysis_ttl_expired(AnalysisPhase phase, Duration age, const Ttl& ttl) {
    if (!is_complete(phase)) return false;
    std::optional<Duration> kept = ttl.after_completion;
    if (phase == AnalysisPhase::kSuccessful && ttl.after_success) kept = ttl.after_success;
    if (phase == AnalysisPhase::kFailed && ttl.after_failure) kept = ttl.after_failure;
    return kept && std::chrono::floor<std::chrono::seconds>(age) > *kept;
}

Duration lookback(const Analysis& analysis) {
    Duration longest{};
    for (const Metric& metric : analysis.metrics) longest = std::max(longest, lookback(metric.source, metric.interval));
    return longest;
}

AnalysisRun::AnalysisRun(const Analysis& analysis, Time started)
    : analysis_(&analysis), started_(started), results_(analysis.metrics.size()), memories_(analysis.metrics.size()) {}

bool AnalysisRun::advance(Time now, const Telemetry& telemetry, const FlakyDraws& draws) {
    if (is_complete(phase_)) return false;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const Metric& metric = analysis_->metrics[i];
        const bool due = results_[i].last ? next_measurement_due(metric, results_[i], now)
                                          : first_measurement_due(metric, started_, now);
        if (due) measure(i, now, telemetry, draws);
    }
    return judge();
}

bool AnalysisRun::terminate() {
    if (is_complete(phase_)) return false;
    asked_to_end_ = true;
    return judge();
}

Time AnalysisRun::next_due() const {
    if (is_complete(phase_)) return kNever;
    if (phase_ == AnalysisPhase::kPending) return started_;
    Time due = kNever;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const Metric& metric = analysis_->metrics[i];
        due = std::min(
            due, results_[i].last ? next_measurement_at(metric, results_[i]) : first_measurement_at(metric, started_));
    }
    return due;
}

bool AnalysisRun::terminating() const {
    if (asked_to_end_) return true;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const bool bad = is_complete(results_[i].phase) && results_[i].phase != AnalysisPhase::kSuccessful;
        if (bad && !analysis_->metrics[i].dry_run) return true;
    }
    return false;
}

/// What goes wrong is the answer: alarms remember what they saw.
void AnalysisRun::measure(std::size_t metric, Time now, const Telemetry& telemetry, const FlakyDraws& draws) {
    const Metric& asked = analysis_->metrics[metric];
    Measured seen = rollcast::measure(asked.source, memories_[metric], telemetry, now);
    if (goes_wrong(metric, draws)) {
        seen = asked.flaky_as == Flake::kErrors ? Measured{AnalysisPhase::kError}
                                                : Measured{AnalysisPhase::kFailed, seen.value};
    }
    count_measurement(results_[metric], seen.phase, now);
    log_.push_back({now, static_cast<std::uint16_t>(metric), seen.phase, seen.value});
}

bool AnalysisRun::goes_wrong(std::size_t metric, const FlakyDraws& draws) const {
    const double probability = analysis_->metrics[metric].flaky;
    if (draws.streams == nullptr || probability == 0) return false;
    const auto measured = static_cast<std::uint64_t>(results_[metric].count + results_[metric].error);
    Stream stream = draws.streams->stream(
        Purpose::kFlaky, std::uint64_t{draws.run} << 28 | (metric & 0xFF) << 20 | (measured & 0xFFFFF));
    return uniform(stream) < probability;
}

bool AnalysisRun::judge() {
    const AnalysisPhase before = phase_;
    std::vector<JudgedMetric> judged(results_.size());
    for (int pass = 0; pass < 2; ++pass) {  // the second one ends the other metrics of a run that has just gone bad
        const bool ending = terminating();
        for (std::size_t i = 0; i < results_.size(); ++i) {
            const Metric& metric = analysis_->metrics[i];
            results_[i].phase = metric_phase(metric, results_[i], ending);
            judged[i] = {results_[i].phase, metric.dry_run};
        }
        phase_ = run_phase(judged, ending);
    }
    return phase_ != before;
}

}  // namespace rollcast
