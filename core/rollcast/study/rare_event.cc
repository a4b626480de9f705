#include "rollcast/study/rare_event.h"

#include <algorithm>
#include <array>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

using Trend = Measure::Trend;
using Answer = RareEvent::Answer;
using Sign = EventTerm::Sign;

double failed(const Outcome& row, Cause cause) {
    return static_cast<double>(row.failed_by_cause[static_cast<std::size_t>(cause)]);
}

double share(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

constexpr std::string_view kFailedShare = "failed_share", kVerdict = "verdict", kTruth = "truth", kDefect = "defect",
                           kSeverity = "severity";

constexpr auto kMeasures = std::to_array<Measure>({
    {kTruth, "kind of truth, by its name in the prior", Trend::kFixed,
     [](const RunSoFar& run) { return static_cast<double>(run.row.truth); }},
    {kDefect, "kind of the defect; none for a good release", Trend::kFixed,
     [](const RunSoFar& run) { return static_cast<double>(run.row.defect); }},
    {kSeverity, "of the defect, in the unit of its kind", Trend::kFixed,
     [](const RunSoFar& run) { return run.row.severity; }},
    {kVerdict, "how the rollout ended", Trend::kDecided,
     [](const RunSoFar& run) { return static_cast<double>(run.row.verdict); }},
    {"duration", "seconds until the rollout ended", Trend::kGrows,
     [](const RunSoFar& run) { return run.row.duration; }},
    {"detection", "seconds from a bad version's first request to the decision to go back", Trend::kOpen,
     [](const RunSoFar& run) { return run.row.detection; }},
    {"recovery", "seconds from that decision until routers send it nothing", Trend::kOpen,
     [](const RunSoFar& run) { return run.row.recovery; }},
    {"failed", "requests that failed in the window", Trend::kGrows,
     [](const RunSoFar& run) { return static_cast<double>(run.row.failed); }},
    {kFailedShare, "of the window's requests, those that failed", Trend::kOpen,
     [](const RunSoFar& run) { return share(run.row.failed, run.row.requests); }},
    {"worst_minute", "largest share of the requests of a whole minute that failed", Trend::kGrows,
     [](const RunSoFar& run) { return run.worst_minute; }},
    {"failed_background", "requests that would have failed on a good version, too", Trend::kGrows,
     [](const RunSoFar& run) { return failed(run.row, Cause::kBackground); }},
    {"failed_defect", "requests failed by the defect", Trend::kGrows,
     [](const RunSoFar& run) { return failed(run.row, Cause::kDefect); }},
    {"failed_hand_over", "requests refused or cut off by an instance on its way in or out", Trend::kGrows,
     [](const RunSoFar& run) { return failed(run.row, Cause::kHandOver); }},
    {"failed_capacity", "requests that met a full queue or no instance", Trend::kGrows,
     [](const RunSoFar& run) { return failed(run.row, Cause::kCapacity); }},
    {"slow", "answers slower than the service calls slow", Trend::kGrows,
     [](const RunSoFar& run) { return static_cast<double>(run.row.slow); }},
    {"exposure", "requests sent to the new version", Trend::kGrows,
     [](const RunSoFar& run) { return static_cast<double>(run.row.exposure); }},
    {"blast_radius", "largest share of the traffic that a bad version had", Trend::kGrows,
     [](const RunSoFar& run) { return run.row.blast_radius; }},
    {"budget_spent", "failed requests as a share of the error budget of the objective's whole period", Trend::kGrows,
     [](const RunSoFar& run) { return run.row.budget_spent; }},
    {"min_headroom", "smallest ratio of ready instances to instances needed then, minus 1", Trend::kFalls,
     [](const RunSoFar& run) { return run.row.min_headroom; }},
    {"alarms_true", "analyses that failed on a bad release", Trend::kGrows,
     [](const RunSoFar& run) { return static_cast<double>(run.row.alarms_true); }},
    {"alarms_false", "analyses that failed on a good release", Trend::kGrows,
     [](const RunSoFar& run) { return static_cast<double>(run.row.alarms_false); }},
    {"restarts", "of processes", Trend::kGrows,
     [](const RunSoFar& run) { return static_cast<double>(run.row.restarts); }},
});

/// No comparison holds of what there is not.
bool holds(double value, const EventTerm& term) {
    switch (term.sign) {
        case Sign::kAbove:
            return value > term.limit;
        case Sign::kAtLeast:
            return value >= term.limit;
        case Sign::kBelow:
            return value < term.limit;
        case Sign::kAtMost:
            return value <= term.limit;
        case Sign::kEqual:
            return value == term.limit;
        case Sign::kNotEqual:
            return value < term.limit || value > term.limit;
    }
    ensure(false, "there is no such sign");
    return false;
}

bool is_above(Sign sign) { return sign == Sign::kAbove || sign == Sign::kAtLeast; }
bool is_below(Sign sign) { return sign == Sign::kBelow || sign == Sign::kAtMost; }

Answer answer(const EventTerm& term, const RunSoFar& run) {
    const Measure& measure = kMeasures[term.measure];
    const bool now = holds(measure.read(run), term);
    const bool is_known = run.over || measure.trend == Trend::kFixed ||
                          (measure.trend == Trend::kDecided && run.decided) ||
                          (measure.trend == Trend::kGrows && (now ? is_above : is_below)(term.sign)) ||
                          (measure.trend == Trend::kFalls && (now ? is_below : is_above)(term.sign));
    return !is_known ? Answer::kOpen : now ? Answer::kYes : Answer::kNo;
}

/// Of one term; none: it cannot be followed.
std::optional<double> progress(const EventTerm& term, const RunSoFar& run, double expected_requests, double pace) {
    const Measure& measure = kMeasures[term.measure];
    if (measure.name == kVerdict) {
        const bool promoted = term.limit == static_cast<double>(Verdict::kPromoted);
        return promoted && term.sign == Sign::kEqual ? std::optional(run.time) : std::nullopt;
    }
    if (measure.name == kSeverity && term.limit > 0 && !holds(run.row.severity, term)) {  // it tells bands apart
        const double ratio = run.row.severity / term.limit;
        if (is_above(term.sign)) return ratio;
        if (is_below(term.sign)) return 1 / ratio;
    }
    if (!is_above(term.sign) || !(term.limit > 0)) return std::nullopt;
    const double to_come = pace * run.left;
    if (measure.name == kFailedShare) {
        return static_cast<double>(run.row.failed) / (term.limit * expected_requests) + to_come;
    }
    return measure.trend == Trend::kGrows ? std::optional(measure.read(run) / term.limit + to_come) : std::nullopt;
}

}  // namespace

std::span<const Measure> rare_measures() { return kMeasures; }

RareEvent::RareEvent(std::vector<EventTerm> terms, const Scenario& scenario) : terms_(std::move(terms)) {
    require(!terms_.empty(), "an event needs at least one term");
    for (const EventTerm& term : terms_) require(term.measure < kMeasures.size(), "there is no such measure");
    const double rate = mean_rate(scenario.traffic, Duration{}, scenario.window.horizon) + closed_loop_rate(scenario);
    expected_requests_ = rate * to_seconds(scenario.window.horizon);
}

Answer RareEvent::answer(const RunSoFar& run) const {
    Answer all = Answer::kYes;
    for (const EventTerm& term : terms_) all = std::min(all, rollcast::answer(term, run));
    return all;
}

double RareEvent::progress(const RunSoFar& run, double pace) const {
    constexpr double kAlmost = 1 - 1e-9;
    std::optional<double> least;
    for (const EventTerm& term : terms_) {
        if (const auto one = rollcast::progress(term, run, expected_requests_, pace))
            least = std::min(least.value_or(1), *one);
    }
    return std::clamp(least.value_or(0), 0., kAlmost);
}

bool RareEvent::is_possible(const TruthKind& truth, std::uint32_t index) const {
    RunSoFar run;
    run.row.truth = index;
    run.row.defect = truth.kind;
    return std::all_of(terms_.begin(), terms_.end(), [&](const EventTerm& term) {
        const std::string_view name = kMeasures[term.measure].name;
        return (name != kTruth && name != kDefect) || holds(kMeasures[term.measure].read(run), term);
    });
}

}  // namespace rollcast
