#include "rollcast/run/simulation.h"

#include <algorithm>
#include <functional>
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

/// News of a location takes up to so long to get to where decisions are made for several.
constexpr Duration kNews = 200ms;

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

bool asks_for_latencies(const Scenario& scenario) {
    return std::any_of(scenario.analyses.begin(), scenario.analyses.end(), [](const Analysis& analysis) {
        return std::any_of(analysis.metrics.begin(), analysis.metrics.end(),
                           [](const Metric& metric) { return reads_latencies(metric.source); });
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

Simulation::Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Pace pace,
                       const Counting& counting)
    : Simulation(scenario, defect, streams, pace, counting, nullptr) {}

Simulation::Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams,
                       std::shared_ptr<const Flow> flow)
    : Simulation(scenario, defect, streams, Pace::kFastest, flow->counting, flow) {}

Simulation::Simulation(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Pace pace,
                       const Counting& counting, std::shared_ptr<const Flow> flow)
    : scenario_(&scenario),
      flow_(std::move(flow)),
      streams_(streams),
      now_(Time{} - scenario.window.lead_in),
      recorder_(scenario, defect),
      responder_(scenario.people) {
    const Duration lookback = longest_lookback(scenario);
    const auto settle = [&](std::string name, double share, const Scenario& here, LocationId location,
                            EventQueue& queue) {
        const StreamSpace luck = streams.in_location(location);
        const Scenario& served = flow_ ? flow_->quiet[index_of(location)] : here;
        World world(served, flow_ ? flow_->defect : defect, luck, now_, queue, pace, counting);
        const std::size_t versions = world.data().versions();
        sites_.push_back(
            {std::move(name), share, &here, luck, std::move(world), Telemetry(here.observability, versions, lookback)});
        if (flow_) sites_.back().drawn.emplace(here, defect, flow_->book, luck, now_, flow_->share);
    };
    if (scenario.locations.size() < 2) {
        if (!scenario.locations.empty()) {
            local_ = std::make_shared<const std::vector<Scenario>>(1, rollcast::in_location(scenario, LocationId{}));
        }
        settle({}, 1, local_ ? local_->front() : scenario, LocationId{}, queue_);
    } else {
        std::vector<Scenario> local;
        for (std::size_t i = 0; i < scenario.locations.size(); ++i) {
            local.push_back(in_location(scenario, static_cast<LocationId>(i)));
        }
        local_ = std::make_shared<const std::vector<Scenario>>(std::move(local));
        for (std::size_t i = 0; i < local_->size(); ++i) {
            EventQueue queue;
            const Location& one = scenario.locations[i];
            settle(one.name, one.share, (*local_)[i], static_cast<LocationId>(i), queue);
            sites_.back().queue = std::move(queue);
        }
        everywhere_.emplace(scenario.observability, sites_.front().world.data().versions(), lookback);
    }
    // The scrapes' phase against the rollout is anybody's guess.
    Stream stream = streams_.stream(Purpose::kScrape, 0);
    const double phase = uniform(stream);
    schedule(now_ + from_seconds(phase * to_seconds(scenario.observability.scrape_interval)), RunEvent::kScrape);
    for (std::uint32_t location = 0; location < sites_.size(); ++location) begin_autoscaling(location);
    if (!asks_for_latencies(scenario)) forget_latencies();
    look_at_drawn();
}

void Simulation::rekey(const StreamSpace& streams) {
    streams_ = streams;
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        sites_[i].streams = streams.in_location(static_cast<LocationId>(i));
        sites_[i].world.rekey(sites_[i].streams);
    }
}

void Simulation::settle() {
    for (Site& site : sites_) {
        site.world.data().sweep(now_);
        if (site.drawn) site.drawn->settle(site.world, now_);
    }
}

void Simulation::forget_latencies() {
    for (Site& site : sites_) {
        if (site.drawn) site.drawn->forget_latencies();
    }
}

void Simulation::look_at_drawn() {
    for (Site& site : sites_) {
        if (site.drawn) site.drawn->look(site.world, now_);
    }
}

void Simulation::watch() {
    settle();
    recorder_.begin(sites_, now_);
    watched_ = true;
}

void Simulation::launch(const Strategy& strategy, Timeline* timeline) {
    watch();
    if (timeline != nullptr) narrator_.begin(*timeline, sites_, now_);
    responder_.begin(failures_that_hurt());
    for (const AnalysisId id : scenario_->people.pages) start_analysis({.run = kStanding, .analysis = id});
    strategy_ = strategy.describe();
    Launch launch{.at = now_};
    for (const Site& site : sites_) {
        launch.replicas += site.size();
        launch.under_way += site.scenario->fleet.under_way.instances;
        if (!is_one()) launch.locations.push_back({site.name, site.size()});
    }
    if (!is_one() && !strategy.knows_locations()) blame("it knows one location only: it needs waves around it");
    try {
        controller_ = strategy.start(launch);
    } catch (const std::exception& error) {
        blame(error.what());
    }
    request_decision();
}

void Simulation::run_until(Time until) {
    if (is_one()) {
        run_one(until);
    } else {
        run_apart(until);
    }
    now_ = until;
    for (Site& site : sites_) site.world.data().sweep(now_);
    look_at_drawn();
}

void Simulation::run_one(Time until) {
    while (true) {
        if (const auto caused = sites_.front().world.advance(std::min(queue_.next_time(), until))) {
            happen(*caused);
        } else if (queue_.next_time() <= until) {
            happen(queue_.pop());
        } else {
            break;
        }
    }
}

/// Between two multiples of kNews nobody hears of what happens in a location, so each can go on alone.
void Simulation::run_apart(Time until) {
    while (true) {
        Time next = std::min(queue_.next_time(), until);
        if (watched_) next = std::min(next, Time{} + (now_.time_since_epoch() / kNews + 1) * kNews);
        News news;
        for (Site& site : sites_) run_site(site, next, news);
        if (next > now_) decisions_at_once_ = 0;
        now_ = next;
        if (watched_ && news.any) recorder_.look(sites_, now_);
        if (news.visible) request_decision();
        while (queue_.next_time() <= now_) handle(queue_.pop().event);
        if (now_ == until) break;
    }
}

void Simulation::run_site(Site& site, Time until, News& news) {
    while (true) {
        std::optional<EventQueue::Entry> next = site.world.advance(std::min(site.queue.next_time(), until));
        if (!next && site.queue.next_time() <= until) next = site.queue.pop();
        if (!next) return;
        news.any = true;
        news.visible |= handle_world(site, next->event, next->at);
    }
}

void Simulation::happen(const EventQueue::Entry& next) {
    if (next.at > now_) decisions_at_once_ = 0;
    now_ = next.at;
    handle(next.event);
}

bool Simulation::handle_world(Site& site, const Event& event, Time now) {
    tell_fault(site, event, now);
    const bool visible = site.world.handle(event, now, queue_of(site));
    if (site.drawn) site.drawn->look(site.world, now);
    return visible;
}

void Simulation::handle(const Event& event) {
    if (event.kind < static_cast<std::uint32_t>(WorldEvent::kEnd)) {
        const bool visible = handle_world(sites_.front(), event, now_);
        if (watched_) recorder_.look(sites_, now_);
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
                due.run.advance(now_, telemetry_of(due.location), {.streams = &streams_, .run = due.luck})) {
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
            schedule(now_ + sites_[event.subject].autoscaler->resolution(), RunEvent::kReadLoads, event.subject);
            return sites_[event.subject].world.read_loads(now_);
        case RunEvent::kAutoscale:
            schedule(now_ + sites_[event.subject].autoscaler->period(), RunEvent::kAutoscale, event.subject);
            return autoscale(sites_[event.subject]);
    }
}

void Simulation::schedule(Time at, RunEvent kind, std::uint32_t subject, std::uint32_t detail) {
    queue_.schedule(at, {static_cast<std::uint32_t>(kind), subject, detail});
}

void Simulation::scrape() {
    ++scrapes_;
    schedule(now_ + scenario_->observability.scrape_interval, RunEvent::kScrape);
    look_at_drawn();
    if (controller_) hear_of_failures();
    std::vector<Scrape> seen;
    for (Site& site : sites_) {
        if (std::optional<Scrape> one = scrape(site)) seen.push_back(*std::move(one));
    }
    if (seen.empty()) return;
    const Scrape all = sum(seen);
    if (everywhere_) everywhere_->record(all);
    narrator_.tell_scrape(all, sites_);
}

/// None where it was lost.
std::optional<Scrape> Simulation::scrape(Site& site) {
    Stream stream = site.streams.stream(Purpose::kScrape, scrapes_);
    const bool lost = uniform(stream) < scenario_->observability.scrape_loss;
    if (lost || is_blacked_out(*site.scenario, now_)) return std::nullopt;
    Scrape seen = site.scrape(now_);
    site.telemetry.record(seen);
    return seen;
}

const Telemetry& Simulation::telemetry_of(LocationId location) const {
    if (location != kEverywhere) return sites_[index_of(location)].telemetry;
    return everywhere_ ? *everywhere_ : telemetry();
}

/// When it reads and looks against the rollout is anybody's guess.
void Simulation::begin_autoscaling(std::uint32_t location) {
    Site& site = sites_[location];
    if (!site.scenario->fleet.autoscaling) return;
    site.autoscaler.emplace(*site.scenario->fleet.autoscaling);
    site.replicas = site.scenario->fleet.replicas;
    Stream stream = site.streams.stream(Purpose::kAutoscaling, 0);
    for (const auto& [kind, period] : {std::pair(RunEvent::kReadLoads, site.autoscaler->resolution()),
                                       std::pair(RunEvent::kAutoscale, site.autoscaler->period())}) {
        schedule(now_ + from_seconds(uniform(stream) * to_seconds(period)), kind, location);
    }
}

/// Requests that are drawn keep no instance busy: then nobody scales.
void Simulation::autoscale(Site& site) {
    if (site.drawn) return;
    const int wanted = site.autoscaler->look(site.world.loads(), *site.replicas, is_deploying(site), now_);
    if (wanted == *site.replicas) return;
    narrator_.tell(now_, Kind::kDecision, [&] {
        return (site.name.empty() ? "" : site.name + ": ") + "the autoscaler asks for " + std::to_string(wanted) +
               " instances instead of " + std::to_string(*site.replicas);
    });
    site.replicas = wanted;
    site.world.resized(wanted);
    if (controller_) return request_decision();
    std::vector<Target> targets(site.world.versions());
    // What an earlier rollout has started stays: the old version takes the difference, as long as it can.
    targets[1].desired = std::min(site.world.cohorts()[1].desired, wanted);
    targets.front().desired = wanted - targets[1].desired;
    site.world.apply(targets, now_, queue_of(site));
    if (watched_) recorder_.look(sites_, now_);
}

/// A rollout over several locations is in progress where two versions are wanted side by side.
bool Simulation::is_deploying(const Site& site) const {
    if (!controller_ || is_final(phase_)) return false;
    const std::vector<Cohort> cohorts = site.world.cohorts();
    return is_one() || std::count_if(cohorts.begin(), cohorts.end(), [](const Cohort& c) { return c.desired > 0; }) > 1;
}

void Simulation::request_decision() {
    if (!controller_ || decision_requested_) return;
    decision_requested_ = true;
    schedule(now_, RunEvent::kDecide);
}

void Simulation::decide() {
    decision_requested_ = false;
    if (++decisions_at_once_ > kMostDecisionsAtOnce) blame("it keeps changing its mind while time stands still");

    const std::vector<Cohort> seen = cohorts(sites_);
    const std::vector<std::optional<int>> asked = sizes(sites_);
    const Directive want = ask({.now = now_,
                                .cohorts = seen,
                                .analyses = statuses_,
                                .routed = std::all_of(seen.begin(), seen.end(), std::mem_fn(&Cohort::routed)),
                                .replicas = replicas(sites_),
                                .approved = approved_,
                                .aborted = aborted_,
                                .locations = sites_.size(),
                                .sizes = asked});
    bool changed = false;
    std::span<const Target> targets = want.targets;
    for (Site& site : sites_) {
        const std::size_t versions = site.world.versions();
        changed |= site.world.apply(targets.first(versions), now_, queue_of(site));
        targets = targets.subspan(versions);
    }
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
    recorder_.look(sites_, now_);
    recorder_.decided(sites_, want.phase, changed, now_);
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
    for (const AnalysisWish& wish : want.analyses) {
        if (wish.location == kEverywhere || index_of(wish.location) < sites_.size()) continue;
        wrong = "it asks for an analysis in location " + std::to_string(index_of(wish.location)) + " of " +
                std::to_string(sites_.size());
    }
    if (!wrong.empty()) blame(wrong + "; its decision: " + describe(want, seen.locations));
    return want;
}

void Simulation::blame(const std::string& what) const {
    throw StrategyError(strategy_ + ", " + spell(now_) + " into the rollout: " + what);
}

bool Simulation::follow_analyses(const std::vector<AnalysisWish>& wishes) {
    bool changed = false;
    const auto is_for = [](const AnalysisStatus& status, const AnalysisWish& wish) {
        return wish.run == status.run && wish.location == status.location;
    };
    const auto wished = [&](const AnalysisStatus& status) {
        return std::any_of(wishes.begin(), wishes.end(),
                           [&](const AnalysisWish& wish) { return is_for(status, wish); });
    };
    for (std::size_t i = 0; i < analyses_.size(); ++i) {
        const AnalysisStatus& status = statuses_[i];
        if (status.run == kStanding || is_complete(status.phase) || wished(status)) continue;
        changed |= analyses_[i].run.terminate();
        analysis_moved(i);
    }
    for (const AnalysisWish& wish : wishes) {
        const auto known = std::find_if(statuses_.begin(), statuses_.end(),
                                        [&](const AnalysisStatus& status) { return is_for(status, wish); });
        if (known != statuses_.end()) continue;
        start_analysis(wish);
        changed = true;
    }
    return changed;
}

void Simulation::start_analysis(const AnalysisWish& wish) {
    const AnalysisId id = wish.analysis;
    ensure(index_of(id) < scenario_->analyses.size(), "a directive asks for an analysis that is not there");
    const Analysis& analysis = scenario_->analyses[index_of(id)];
    const std::string where =
        is_one() || wish.location == kEverywhere ? std::string() : sites_[index_of(wish.location)].name + ": ";
    narrator_.tell(now_, Kind::kMeasurement, [&] { return where + "analysis " + analysis.name + " begins"; });
    const auto before = std::count_if(analyses_.begin(), analyses_.end(),
                                      [&](const RunningAnalysis& other) { return &other.run.analysis() == &analysis; });
    analyses_.push_back({.run = AnalysisRun(analysis, now_),
                         .location = wish.location,
                         .where = where,
                         .luck = flaky_run(id, static_cast<std::uint32_t>(before))});
    statuses_.push_back({.run = wish.run, .phase = AnalysisPhase::kPending, .location = wish.location});
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
            text << running.where << running.run.analysis().metrics[measurement.metric].name << " = ";
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
        narrator_.tell(now_, Kind::kMeasurement, [&] {
            return running.where + "analysis " + running.run.analysis().name + " ends: " + name(phase);
        });
        if (phase == AnalysisPhase::kFailed || phase == AnalysisPhase::kError) {
            recorder_.alarm();
            if (phase == AnalysisPhase::kFailed && statuses_[index].run == kStanding)
                page(running.where + "analysis " + running.run.analysis().name + " fails");
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
    const Tally seen = total(sites_);
    return seen.failed() - seen.failed_by_cause[static_cast<std::size_t>(Cause::kBackground)];
}

void Simulation::hear_of_failures() {
    if (scenario_->people.reports.share == 0) return;
    settle();
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

Outcome Simulation::outcome() const { return recorder_.row(sites_, waits_for_ever_, now_); }

/// Host failures are too many to tell one by one: see Narrator::tell_scrape().
void Simulation::tell_fault(const Site& site, const Event& event, Time now) {
    const Faults& faults = site.scenario->faults;
    const auto where = [&] { return site.name.empty() ? "" : site.name + ": "; };
    if (event.kind == static_cast<std::uint32_t>(WorldEvent::kZoneLost)) {
        const ZoneLoss& loss = faults.zone_losses[event.subject];
        narrator_.tell(now, Kind::kTruth, [&] { return where() + "zone " + std::to_string(loss.zone) + " is lost"; });
    } else if (event.kind == static_cast<std::uint32_t>(WorldEvent::kDrain) && event.detail == 0) {
        const Drain& drain = faults.drains[event.subject];
        narrator_.tell(now, Kind::kTruth,
                       [&] { return where() + "a drain of " + std::to_string(drain.hosts) + " hosts begins"; });
    } else if (event.kind == static_cast<std::uint32_t>(WorldEvent::kBrownOut)) {
        const bool ends = std::any_of(faults.brown_outs.begin(), faults.brown_outs.end(),
                                      [&](const BrownOut& brown) { return Time{} + brown.at + brown.lasts == now; });
        narrator_.tell(now, Kind::kTruth, [&] { return where() + (ends ? "a brown-out ends" : "a brown-out begins"); });
    }
}

}  // namespace rollcast
