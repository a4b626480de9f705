#include "rollcast/run/simulation.h"

#include <algorithm>
#include <sstream>

#include "rollcast/base/check.h"
#include "rollcast/base/words.h"
#include "rollcast/control/contract.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

using Kind = TimelineEntry::Kind;

/// The run of an analysis that no controller asked for.
constexpr std::uint32_t kStanding = kLastRun + 1;

/// More decisions than any sane controller needs while time stands still.
constexpr int kMostDecisionsAtOnce = 1000;

Duration longest_lookback(const Scenario& scenario) {
    Duration longest{};
    for (const Analysis& analysis : scenario.analyses) longest = std::max(longest, lookback(analysis));
    return longest + scenario.observability.delay;
}

bool is_blacked_out(const Scenario& scenario, Time now) {
    const std::vector<BlackOut>& all = scenario.faults.black_outs;
    return std::any_of(all.begin(), all.end(), [&](const BlackOut& black) {
        return now >= Time{} + black.at && now < Time{} + black.at + black.lasts;
    });
}

const char* name(AnalysisPhase phase) {
    switch (phase) {
        case AnalysisPhase::kSuccessful:
            return "Successful";
        case AnalysisPhase::kRunning:
            return "Running";
        case AnalysisPhase::kPending:
            return "Pending";
        case AnalysisPhase::kInconclusive:
            return "Inconclusive";
        case AnalysisPhase::kError:
            return "Error";
        case AnalysisPhase::kFailed:
            return "Failed";
    }
    return "?";
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Pace pace)
    : scenario_(&scenario),
      streams_(streams),
      now_(Time{} - scenario.window.lead_in),
      world_(scenario, defect, streams, now_, queue_, pace),
      telemetry_(scenario.observability, world_.data().versions(), longest_lookback(scenario)),
      recorder_(scenario, defect),
      responder_(scenario.people) {
    // The scrapes' phase against the rollout is anybody's guess.
    Stream stream = streams_.stream(Purpose::kScrape, 0);
    const double phase = uniform(stream);
    schedule(now_ + from_seconds(phase * to_seconds(scenario.observability.scrape_interval)), RunEvent::kScrape);
    begin_autoscaling();
}

void Simulation::rekey(const StreamSpace& streams) {
    streams_ = streams;
    world_.rekey(streams);
}

void Simulation::watch() {
    world_.data().sweep(now_);
    recorder_.begin(world_, now_);
    watched_ = true;
}

void Simulation::launch(const Strategy& strategy, Timeline* timeline) {
    watch();
    if (timeline != nullptr) narrator_.begin(*timeline, world_, now_);
    responder_.begin(failures_that_hurt());
    for (const AnalysisId id : scenario_->people.pages) start_analysis(kStanding, id);
    strategy_ = strategy.describe();
    try {
        controller_ = strategy.start({.at = now_, .replicas = replicas_.value_or(scenario_->fleet.replicas)});
    } catch (const std::exception& error) {
        blame(error.what());
    }
    request_decision();
}

void Simulation::run_until(Time until) {
    while (true) {
        if (const auto caused = world_.advance(std::min(queue_.next_time(), until))) {
            happen(*caused);
        } else if (queue_.next_time() <= until) {
            happen(queue_.pop());
        } else {
            break;
        }
    }
    now_ = until;
    world_.data().sweep(now_);
    if (drawn_) drawn_->look(world_, now_);
}

void Simulation::happen(const EventQueue::Entry& next) {
    if (next.at > now_) decisions_at_once_ = 0;
    now_ = next.at;
    handle(next.event);
}

void Simulation::handle(const Event& event) {
    if (event.kind < static_cast<std::uint32_t>(WorldEvent::kEnd)) {
        tell_fault(event);
        const bool visible = world_.handle(event, now_, queue_);
        if (drawn_) drawn_->look(world_, now_);
        if (watched_) recorder_.look(world_, now_);
        if (visible) request_decision();
        return;
    }
    switch (static_cast<RunEvent>(event.kind)) {
        case RunEvent::kScrape:
            return scrape();
        case RunEvent::kDecide:
            return decide();
        case RunEvent::kWake:
            if (event.detail == wakes_) request_decision();
            return;
        case RunEvent::kAnalysisDue:
            if (RunningAnalysis& due = analyses_[event.subject];
                due.run.advance(now_, telemetry_, {.streams = &streams_, .run = due.luck})) {
                request_decision();
            }
            return analysis_moved(event.subject);
        case RunEvent::kApproval:
            if (!asks_approval_ || event.detail != approvals_) return;
            approved_ = true;
            narrator_.tell(now_, Kind::kDecision, [] { return "a person promotes the paused rollout"; });
            return request_decision();
        case RunEvent::kApprovalLimit:
            if (asks_approval_ && event.detail == approvals_) abort("nobody promoted the paused rollout in time");
            return;
        case RunEvent::kReport:
            if (responder_.report()) page("users report failures");
            return;
        case RunEvent::kPersonActs:
            recorder_.person_aborts();
            return abort("a person aborts the rollout");
        case RunEvent::kReadLoads:
            schedule(now_ + autoscaler_->resolution(), RunEvent::kReadLoads);
            return world_.read_loads(now_);
        case RunEvent::kAutoscale:
            schedule(now_ + autoscaler_->period(), RunEvent::kAutoscale);
            return autoscale();
    }
}

void Simulation::schedule(Time at, RunEvent kind, std::uint32_t subject, std::uint32_t detail) {
    queue_.schedule(at, {static_cast<std::uint32_t>(kind), subject, detail});
}

void Simulation::scrape() {
    ++scrapes_;
    schedule(now_ + scenario_->observability.scrape_interval, RunEvent::kScrape);
    if (drawn_) drawn_->look(world_, now_);
    if (controller_) hear_of_failures();
    Stream stream = streams_.stream(Purpose::kScrape, scrapes_);
    const bool lost = uniform(stream) < scenario_->observability.scrape_loss;
    if (lost || is_blacked_out(*scenario_, now_)) return;
    const Scrape seen = drawn_ ? drawn_->scrape(world_, now_) : world_.scrape(now_);
    telemetry_.record(seen);
    narrator_.tell_scrape(seen, world_);
}

/// When it reads and looks against the rollout is anybody's guess.
void Simulation::begin_autoscaling() {
    if (!scenario_->fleet.autoscaling) return;
    autoscaler_.emplace(*scenario_->fleet.autoscaling);
    replicas_ = scenario_->fleet.replicas;
    Stream stream = streams_.stream(Purpose::kAutoscaling, 0);
    for (const auto& [kind, period] : {std::pair(RunEvent::kReadLoads, autoscaler_->resolution()),
                                       std::pair(RunEvent::kAutoscale, autoscaler_->period())}) {
        schedule(now_ + from_seconds(uniform(stream) * to_seconds(period)), kind);
    }
}

/// Requests that are drawn keep no instance busy: then nobody scales.
void Simulation::autoscale() {
    if (drawn_) return;
    const bool deploying = controller_ && !is_final(phase_);
    const int wanted = autoscaler_->look(world_.loads(), *replicas_, deploying, now_);
    if (wanted == *replicas_) return;
    narrator_.tell(now_, Kind::kDecision, [&] {
        return "the autoscaler asks for " + std::to_string(wanted) + " instances instead of " +
               std::to_string(*replicas_);
    });
    replicas_ = wanted;
    world_.resized(wanted);
    if (controller_) return request_decision();
    std::vector<Target> targets(world_.data().versions());
    targets.front().desired = wanted;
    world_.apply(targets, now_, queue_);
    if (watched_) recorder_.look(world_, now_);
}

void Simulation::request_decision() {
    if (!controller_ || decision_requested_) return;
    decision_requested_ = true;
    schedule(now_, RunEvent::kDecide);
}

void Simulation::decide() {
    decision_requested_ = false;
    if (++decisions_at_once_ > kMostDecisionsAtOnce) blame("it keeps changing its mind while time stands still");

    const std::vector<Cohort> cohorts = world_.cohorts();
    const Directive want = ask({.now = now_,
                                .cohorts = cohorts,
                                .analyses = statuses_,
                                .routed = world_.routed(),
                                .replicas = replicas_,
                                .approved = approved_,
                                .aborted = aborted_});
    bool changed = world_.apply(want.targets, now_, queue_);
    changed |= follow_analyses(want.analyses);
    follow_approval(want.asks_approval);
    changed |= want.phase != phase_;

    ++wakes_;
    if (want.wake_at != kNever) {
        schedule(want.wake_at, RunEvent::kWake, 0, wakes_);
    }
    const People& people = scenario_->people;
    waits_for_ever_ = want.phase == Phase::kPaused && want.wake_at == kNever &&
                      !(want.asks_approval && (people.approval || people.approval_limit));

    if (want.phase != phase_ || want.reason != reason_) {
        narrator_.tell(now_, want.phase != phase_ && is_final(want.phase) ? Kind::kVerdict : Kind::kDecision,
                       [&] { return std::string(name(want.phase)) + ": " + want.reason; });
    }
    phase_ = want.phase;
    reason_ = want.reason;
    recorder_.look(world_, now_);
    recorder_.decided(world_, want.phase, changed, now_);
    if (changed) request_decision();
}

/// A decision that may be followed.
Directive Simulation::ask(const Observation& seen) {
    Directive want;
    try {
        want = controller_->decide(seen);
    } catch (const std::exception& error) {
        blame(error.what());
    }
    std::string wrong = breach(want, seen, phase_);
    for (const AnalysisWish& wish : want.analyses) {
        if (index_of(wish.analysis) < scenario_->analyses.size()) continue;
        wrong = "it asks for analysis " + std::to_string(index_of(wish.analysis)) + " of " +
                std::to_string(scenario_->analyses.size());
    }
    if (!wrong.empty()) blame(wrong + "; its decision: " + describe(want));
    return want;
}

void Simulation::blame(const std::string& what) const {
    throw StrategyError(strategy_ + ", " + spell(now_) + " into the rollout: " + what);
}

bool Simulation::follow_analyses(const std::vector<AnalysisWish>& wishes) {
    bool changed = false;
    const auto wished = [&](std::uint32_t run) {
        return std::any_of(wishes.begin(), wishes.end(), [&](const AnalysisWish& wish) { return wish.run == run; });
    };
    for (std::size_t i = 0; i < analyses_.size(); ++i) {
        const std::uint32_t run = statuses_[i].run;
        if (run == kStanding || wished(run) || is_complete(statuses_[i].phase)) continue;
        changed |= analyses_[i].run.terminate();
        analysis_moved(i);
    }
    for (const AnalysisWish& wish : wishes) {
        const auto known = std::find_if(statuses_.begin(), statuses_.end(),
                                        [&](const AnalysisStatus& status) { return status.run == wish.run; });
        if (known != statuses_.end()) continue;
        start_analysis(wish.run, wish.analysis);
        changed = true;
    }
    return changed;
}

void Simulation::start_analysis(std::uint32_t run, AnalysisId id) {
    ensure(index_of(id) < scenario_->analyses.size(), "a directive asks for an analysis that is not there");
    const Analysis& analysis = scenario_->analyses[index_of(id)];
    narrator_.tell(now_, Kind::kMeasurement, [&] { return "analysis " + analysis.name + " begins"; });
    const auto before = std::count_if(analyses_.begin(), analyses_.end(),
                                      [&](const RunningAnalysis& other) { return &other.run.analysis() == &analysis; });
    analyses_.push_back(
        {.run = AnalysisRun(analysis, now_), .luck = flaky_run(id, static_cast<std::uint32_t>(before))});
    statuses_.push_back({.run = run, .phase = AnalysisPhase::kPending});
    analysis_moved(analyses_.size() - 1);
}

/// After an analysis measured or was told to end: what it says now, and when it wants to be asked again.
void Simulation::analysis_moved(std::size_t index) {
    RunningAnalysis& running = analyses_[index];
    const AnalysisPhase phase = running.run.phase();
    for (; running.told < running.run.log().size(); ++running.told) {
        const Measurement& measurement = running.run.log()[running.told];
        narrator_.tell(now_, Kind::kMeasurement, [&] {
            std::ostringstream text;
            text << running.run.analysis().metrics[measurement.metric].name << " = ";
            if (measurement.value) {
                text << *measurement.value;
            } else {
                text << "no data";
            }
            text << ": " << name(measurement.phase);
            return text.str();
        });
    }
    if (phase != statuses_[index].phase && is_complete(phase)) {
        narrator_.tell(now_, Kind::kMeasurement,
                       [&] { return "analysis " + running.run.analysis().name + " ends: " + name(phase); });
        if (phase == AnalysisPhase::kFailed || phase == AnalysisPhase::kError) {
            recorder_.alarm();
            if (phase == AnalysisPhase::kFailed && statuses_[index].run == kStanding)
                page("analysis " + running.run.analysis().name + " fails");
        }
    }
    statuses_[index].phase = phase;
    if (running.run.next_due() != kNever) {
        schedule(std::max(now_, running.run.next_due()), RunEvent::kAnalysisDue, static_cast<std::uint32_t>(index));
    }
}

void Simulation::follow_approval(bool asks) {
    if (asks == asks_approval_) return;
    asks_approval_ = asks;
    approved_ = false;
    if (!asks) return;
    ++approvals_;
    const People& people = scenario_->people;
    if (const std::optional<Time> granted = responder_.approval(now_, approvals_, streams_)) {
        schedule(*granted, RunEvent::kApproval, 0, approvals_);
    }
    if (people.approval_limit) {
        schedule(after(now_, *people.approval_limit), RunEvent::kApprovalLimit, 0, approvals_);
    }
}

/// Whether or not anything measures them. Users take background errors for granted.
std::int64_t Simulation::failures_that_hurt() const {
    if (drawn_) return static_cast<std::int64_t>(drawn_->harmed());
    const Tally seen = world_.data().total();
    return seen.failed() - seen.failed_by_cause[static_cast<std::size_t>(Cause::kBackground)];
}

void Simulation::hear_of_failures() {
    if (scenario_->people.reports.share == 0) return;
    world_.data().sweep(now_);
    for (int reports = responder_.reports_of(failures_that_hurt(), streams_); reports > 0; --reports) {
        schedule(after(now_, responder_.report_delay(streams_)), RunEvent::kReport);
    }
}

void Simulation::page(const std::string& why) {
    const std::optional<Time> acts = responder_.page(now_, streams_);
    if (!acts) return;
    narrator_.tell(now_, Kind::kDecision, [&] { return "page: " + why; });
    schedule(*acts, RunEvent::kPersonActs);
}

void Simulation::abort(const char* why) {
    if (aborted_) return;
    aborted_ = true;
    narrator_.tell(now_, Kind::kDecision, [&] { return std::string(why); });
    request_decision();
}

Outcome Simulation::outcome() const { return recorder_.row(world_, waits_for_ever_, now_); }

/// Host failures are too many to tell one by one: see Narrator::tell_scrape().
void Simulation::tell_fault(const Event& event) {
    const Faults& faults = scenario_->faults;
    if (event.kind == static_cast<std::uint32_t>(WorldEvent::kZoneLost)) {
        const ZoneLoss& loss = faults.zone_losses[event.subject];
        narrator_.tell(now_, Kind::kTruth, [&] { return "zone " + std::to_string(loss.zone) + " is lost"; });
    } else if (event.kind == static_cast<std::uint32_t>(WorldEvent::kDrain) && event.detail == 0) {
        const Drain& drain = faults.drains[event.subject];
        narrator_.tell(now_, Kind::kTruth,
                       [&] { return "a drain of " + std::to_string(drain.hosts) + " hosts begins"; });
    } else if (event.kind == static_cast<std::uint32_t>(WorldEvent::kBrownOut)) {
        const bool ends = std::any_of(faults.brown_outs.begin(), faults.brown_outs.end(),
                                      [&](const BrownOut& brown) { return Time{} + brown.at + brown.lasts == now_; });
        narrator_.tell(now_, Kind::kTruth, [&] { return ends ? "a brown-out ends" : "a brown-out begins"; });
    }
}

}  // namespace rollcast
