#include "rollcast/world/world.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/random/counts.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

/// Names the start-up of the ordinal-th instance of a version in a zone, whatever the plan. Leaves 16 bits for what
/// happens to it more than once.
std::uint64_t instance_entity(VersionId version, ZoneId zone, std::uint32_t ordinal) {
    return std::uint64_t{index_of(version)} << 48 | std::uint64_t{index_of(zone)} << 40 |
           std::uint64_t{ordinal & 0xFFFFFFu} << 16;
}

/// The truth about each version.
std::vector<Defect> defects(const Scenario& scenario, const Defect& of_new) {
    std::vector<Defect> all(versions(scenario));
    all[index_of(kNewVersion)] = of_new;
    return all;
}

/// Does any analysis look at what instances count?
bool asks_applications(const Scenario& scenario) {
    return std::any_of(scenario.analyses.begin(), scenario.analyses.end(), [](const Analysis& analysis) {
        return std::any_of(analysis.metrics.begin(), analysis.metrics.end(),
                           [](const Metric& metric) { return selects(metric.source, Vantage::kApplication); });
    });
}

}  // namespace

World::World(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Time from, EventQueue& queue,
             Pace pace, const Counting& counting)
    : scenario_(&scenario),
      grain_(grain(scenario, counting)),
      thinned_(counting.thinned),
      only_new_(counting.only_new),
      streams_(streams),
      defect_(defect),
      data_(scenario, defects(scenario, defect), streams, from, pace),
      law_(scenario.faults.host_failures),
      hosts_(scenario.fleet.zones, scenario.faults.host_failures.hosts),
      drainages_(scenario.faults.drains.size()),
      replicas_(scenario.fleet.replicas),
      creations_(data_.versions()),
      counted_(data_.versions(), true),
      preferred_(data_.versions()),
      cohorts_(data_.versions()),
      reach_(cohorts_.size()),
      placed_(cohorts_.size() * static_cast<std::size_t>(scenario.fleet.zones), 0),
      in_zone_(placed_.size(), 0),
      shares_(cohorts_.size(), 0.0),
      asks_applications_(asks_applications(scenario)),
      proxy_scraped_(cohorts_.size() + 1) {
    ensure(thinned_ >= 1 && thinned_ <= most_thinned(scenario, counting), "requests are thinned out too much");
    data_.count_application(asks_applications_);
    if (scenario.fleet.autoscaling) data_.count_work();
    for (std::size_t version = 0; version < cohorts_.size(); ++version) {
        cohorts_[version].version = static_cast<VersionId>(version);
    }
    begin_faults(from, queue);

    const UnderWay& before = scenario.fleet.under_way;
    const auto begin = [&](VersionId version, int instances) {
        cohorts_[index_of(version)].exists = true;
        cohorts_[index_of(version)].desired = instances;
        for (int left = instances; left > 0; left -= grain_) create(version, std::min(left, grain_), from);
    };
    begin(kOldVersion, left_of_old(before, scenario.fleet.replicas));
    if (any(before)) begin(kIntermediateVersion, before.instances);
    // They have been available for long enough not to be told from their peers.
    const Time since = from - std::max<Duration>(scenario.fleet.min_ready, 1h);
    for (; !waiting_.empty() && place(waiting_.front()); waiting_.pop_front()) {
        const std::uint32_t id = waiting_.front();
        const Change change(*this, id);
        Instance& instance = all_[id];
        instance.state = State::kRunning;
        instance.ready = instance.available = true;
        instance.created = instance.started = instance.warm = instance.ready_since = since;
        answer(instance, since);
        instance.endpoint = true;
        endpoints_.push_back({instance.server, instance.version});
    }
    reroute();
}

int World::grain(const Scenario& scenario, const Counting& counting) {
    if (counting.groups <= 0 || scenario.fleet.autoscaling) return 1;
    const int hosts = std::max(scenario.fleet.zones, scenario.faults.host_failures.hosts);
    return std::max(1, scenario.fleet.replicas / std::max(counting.groups, hosts));
}

std::optional<EventQueue::Entry> World::advance(Time until) {
    const std::optional<Notice> notice = data_.advance(until);
    if (!notice) return std::nullopt;
    const std::uint32_t id = instance_of_[notice->server];
    ensure(all_[id].state == State::kRunning, "requests ended a process that does not run");
    const WorldEvent kind = notice->kind == Notice::Kind::kCrashed ? WorldEvent::kCrashed : WorldEvent::kExited;
    return EventQueue::Entry{.at = notice->at, .event = event(kind, id, all_[id].process)};
}

void World::rekey(const StreamSpace& streams) {
    streams_ = streams;
    data_.rekey(streams);
}

Stream World::stream(Purpose purpose, const Instance& instance, std::uint32_t ordinal) const {
    return streams_.stream(
        purpose, instance_entity(instance.version, hosts_.zone(instance.host), instance.ordinal) | (ordinal & 0xFFFFu));
}

Duration World::wait(Purpose purpose, const Instance& instance, const Distribution& seconds,
                     std::uint32_t ordinal) const {
    Stream source = stream(purpose, instance, ordinal);
    return from_seconds(draw(seconds, source));
}

// ---- the life of an instance ----

void World::count(std::uint32_t id, int sign) {
    const Instance& instance = all_[id];
    sign *= instance.size;
    if (instance.endpoint) {
        Reach& reach = reach_[index_of(instance.version)];
        reach.known += sign;
        reach.answering += instance.answers ? sign : 0;
        reach.refusing += instance.stopped ? sign : 0;
    }
    Cohort& cohort = cohorts_[index_of(instance.version)];
    if (instance.state == State::kGone) return;
    if (instance.terminating) {
        cohort.draining += sign;
        return;
    }
    cohort.instances += sign;
    cohort.pending += instance.state < State::kRunning ? sign : 0;
    cohort.unschedulable += instance.state == State::kUnschedulable ? sign : 0;
    cohort.ready += instance.ready ? sign : 0;
    cohort.available += instance.available ? sign : 0;
    cohort.restarts += sign * instance.restarts;
}

int& World::in_zone_of(const Instance& instance) {
    const auto zones = static_cast<std::size_t>(scenario_->fleet.zones);
    return in_zone_[index_of(instance.version) * zones + index_of(hosts_.zone(instance.host))];
}

void World::create(VersionId version, int size, Time now) {
    const auto id = static_cast<std::uint32_t>(all_.size());
    all_.push_back({.created = now, .size = size, .version = version});
    live_.push_back(id);
    waiting_.push_back(id);
    existing_ += size;
    count(id, +1);
}

/// Cuts so many off a group and returns them as another: alike, but with luck of their own. They are either to be ended
/// at once, or wait for a place, or the process is between two of its events: of what is to happen to the group that is
/// repeated which may come before the end.
std::uint32_t World::cut(std::uint32_t id, int size, Time now, EventQueue& queue) {
    const auto part_id = static_cast<std::uint32_t>(all_.size());
    {
        const Change change(*this, id);
        all_[id].size -= size;
    }
    all_.push_back(all_[id]);
    live_.push_back(part_id);
    Instance& part = all_.back();
    part.size = size;
    count(part_id, +1);
    if (part.state == State::kUnschedulable) return part_id;

    const auto when = [&](Time at, WorldEvent kind, std::uint32_t detail) {
        queue.schedule(std::max(now, at), event(kind, part_id, detail));
    };
    if (part.learned < part.changes) when(learned(part), WorldEvent::kEndpointLearned, learning(part));
    part.ordinal += static_cast<std::uint32_t>(all_[id].size);
    add_server(part_id);
    if (part.state == State::kLost) {
        const HostFailures& failures = scenario_->faults.host_failures;
        when(after(part.died, failures.notice + failures.evict), WorldEvent::kEvicted, part.process);
    }
    if (part.state == State::kRunning) {
        Stream luck = stream(Purpose::kCrash, part, part.process);
        when(death(part, now, luck), WorldEvent::kCrashed, part.process);
    }
    if (part.answers) data_.listen(part.server, now);
    if (part.endpoint) {
        endpoints_.push_back({part.server, part.version});
        reroute();
    }
    return part_id;
}

/// Those of a group to whom something happens with that probability, cut off where they are not all; none: to nobody.
/// In the midst of a Change of the group.
std::optional<std::uint32_t> World::some(std::uint32_t id, double probability, Stream& luck, Time now,
                                         EventQueue& queue) {
    const int size = all_[id].size;
    const auto those = size == 1 ? int{uniform(luck) < probability}
                                 : static_cast<int>(binomial_quantile(size, probability, open_uniform(luck)));
    if (those == 0) return std::nullopt;
    if (those == size) return id;
    count(id, +1);  // a cut has all counted
    const std::uint32_t part = cut(id, those, now, queue);
    count(id, -1);
    return part;
}

void World::add_server(std::uint32_t id) {
    Instance& instance = all_[id];
    instance.server = data_.add_server(instance.version, hosts_.zone(instance.host));
    instance_of_.push_back(id);
    ensure(instance_of_.size() == instance.server + 1, "servers are numbered in order");
}

/// Finds a place: the emptiest host of the zone that is asked for, or else of the one that has the fewest instances of
/// the version. False if no host is up.
bool World::place(std::uint32_t id) {
    Instance& instance = all_[id];
    const auto zones = static_cast<std::size_t>(scenario_->fleet.zones);
    const std::size_t row = index_of(instance.version) * zones;
    std::optional<std::size_t> best;
    for (std::size_t zone = 0; zone < zones; ++zone) {
        if (hosts_.open(static_cast<ZoneId>(zone)) == 0) continue;
        if (preferred_[index_of(instance.version)] == static_cast<ZoneId>(zone)) {
            best = zone;
            break;
        }
        if (!best || in_zone_[row + zone] < in_zone_[row + *best]) best = zone;
    }
    if (!best) return false;
    const Change change(*this, id);
    instance.state = State::kScheduling;
    instance.host = hosts_.emptiest(static_cast<ZoneId>(*best));
    instance.ordinal = placed_[row + *best];
    placed_[row + *best] += static_cast<std::uint32_t>(instance.size);
    hosts_.add_instances(instance.host, instance.size);
    in_zone_[row + *best] += instance.size;
    instances_ += instance.size;
    add_server(id);
    return true;
}

void World::place_waiting(Time now, EventQueue& queue) {
    for (; !waiting_.empty(); waiting_.pop_front()) {
        const std::uint32_t id = waiting_.front();
        if (all_[id].state == State::kGone) continue;
        const int room = scenario_->fleet.capacity.value_or(std::numeric_limits<int>::max()) - instances_;
        if (room <= 0) return;
        if (const int size = all_[id].size; size > room) {
            waiting_.insert(waiting_.begin() + 1, cut(id, size - room, now, queue));
        }
        if (!place(id)) return;
        const Duration delay = wait(Purpose::kSchedule, all_[id], scenario_->fleet.schedule);
        queue.schedule(after(now, delay), event(WorldEvent::kPlaced, id, all_[id].process));
    }
}

/// Creates what is missing of a version, as far as the quota goes.
void World::fill(VersionId version, Time now, EventQueue& queue) {
    const Cohort& cohort = cohorts_[index_of(version)];
    const int quota = scenario_->fleet.quota.value_or(std::numeric_limits<int>::max());
    while (cohort.instances < cohort.desired && existing_ < quota) {
        create(version, std::min({grain_, cohort.desired - cohort.instances, quota - existing_}), now);
    }
    place_waiting(now, queue);

    Creation& creation = creations_[index_of(version)];
    ++creation.attempts;
    if (cohort.instances >= cohort.desired) {
        creation.refused = 0;
        return;
    }
    const Backoff& backoff = scenario_->fleet.creation;
    const Duration wait = from_seconds(std::ldexp(to_seconds(backoff.initial), creation.refused++));
    queue.schedule(after(now, std::min(wait, backoff.most)),
                   event(WorldEvent::kCreateAgain, static_cast<std::uint32_t>(version), creation.attempts));
}

/// A controller that lacks instances tries again whenever it hears of one of its own.
void World::fill_again(VersionId version, Time now, EventQueue& queue) {
    const Cohort& cohort = cohorts_[index_of(version)];
    if (cohort.instances < cohort.desired) fill(version, now, queue);
}

void World::pull(std::uint32_t id, Time now, EventQueue& queue) {
    all_[id].state = State::kPulling;
    Stream source = stream(Purpose::kPull, all_[id]);
    const Duration whole = from_seconds(scenario_->fleet.image_bytes / scenario_->fleet.pull_bytes_per_second);
    const auto pulled = [&](std::uint32_t those, Duration delay) {
        queue.schedule(after(now, delay), event(WorldEvent::kPulled, those, all_[those].process));
    };
    const std::optional<std::uint32_t> cached = some(id, scenario_->fleet.image_cached, source, now, queue);
    if (cached) pulled(*cached, 0s);
    if (cached != id) pulled(id, whole);
}

void World::start_process(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.state = State::kStarting;
    const Duration delay = wait(Purpose::kStart, instance, scenario_->fleet.start, instance.process);
    queue.schedule(after(now, delay), event(WorldEvent::kStarted, id, instance.process));
}

void World::started(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& begun = all_[id];
    begun.state = State::kRunning;
    begun.started = now;
    begun.prober = Prober(ProbeKind::kReadiness);
    Stream luck = stream(Purpose::kCrash, begun, begun.process);
    if (begun.version == kNewVersion && defect_.kind == DefectKind::kCrashOnStart) {
        const std::optional<std::uint32_t> dying = some(id, defect_.severity, luck, now, queue);
        if (dying == id) return crash(id, now, queue);
        if (dying) {
            const Change change(*this, *dying);
            crash(*dying, now, queue);
        }
    }
    Instance& instance = all_[id];
    instance.warm = after(now, wait(Purpose::kWarmUp, instance, scenario_->fleet.warm_up, instance.process));
    queue.schedule(instance.warm, event(WorldEvent::kWarm, id, instance.process));
    queue.schedule(death(instance, now, luck), event(WorldEvent::kCrashed, id, instance.process));
    queue.schedule(after(now, scenario_->fleet.readiness.initial_delay),
                   event(WorldEvent::kProbe, id, instance.process));
}

/// When a defect ends a process that runs, whatever it does; kNever: it does not.
Time World::death(const Instance& instance, Time now, Stream& luck) const {
    if (instance.version != kNewVersion) return kNever;
    if (defect_.kind == DefectKind::kCrashHazard && defect_.severity > 0) {
        return after(now, from_seconds(draw(Exponential{3600 / defect_.severity}, luck)));
    }
    const bool leaks = defect_.kind == DefectKind::kSlowLeak && instance.warm != kNever;
    return leaks ? after(instance.warm, from_seconds(defect_.severity)) : kNever;
}

/// The process answers from now on, in its own way.
void World::answer(Instance& instance, Time now) {
    instance.answers = true;
    data_.listen(instance.server, now);
    const InstanceEffects& effects = scenario_->faults.instances;
    if (effects.noise == 0 && effects.gray == 0) return;
    Stream luck = stream(Purpose::kInstanceEffect, instance, instance.process);
    const bool gray = uniform(luck) < effects.gray;
    const double noise = draw(LogNormal{1, effects.noise}, luck);
    data_.impair(instance.server, {.slowness = gray ? noise * effects.gray_slowness : noise,
                                   .error_rate = gray ? effects.gray_errors : 0});
}

void World::probe(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    if (instance.ready || instance.terminating) return;
    instance.prober.observe(scenario_->fleet.readiness, now - instance.started, now >= instance.warm);
    if (instance.prober.state() == ProbeState::kSuccess) return set_ready(id, true, now, queue);
    queue.schedule(after(now, scenario_->fleet.readiness.period), event(WorldEvent::kProbe, id, instance.process));
}

void World::set_ready(std::uint32_t id, bool ready, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.ready = ready;
    instance.ready_since = now;
    instance.available = is_available(ready, 0s, scenario_->fleet.min_ready);
    ++instance.changes;
    queue.schedule(learned(instance), event(WorldEvent::kEndpointLearned, id, learning(instance)));
    if (ready && scenario_->fleet.min_ready > 0s) {
        queue.schedule(after(now, scenario_->fleet.min_ready), event(WorldEvent::kAvailable, id, instance.changes));
    }
}

/// When routers learn of its latest change of being an endpoint, and what.
Time World::learned(const Instance& instance) const {
    return after(instance.ready_since,
                 wait(Purpose::kPropagation, instance, scenario_->balancing.propagation, instance.changes));
}

void World::end_process(Instance& instance, Time now, Cause cause) {
    data_.kill(instance.server, now, cause);
    ++instance.process;
    instance.present_codes = 0;
    instance.answers = false;
    instance.warm = kNever;
    instance.died = now;
}

void World::crash(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    const Duration notice = wait(Purpose::kNotice, instance, scenario_->fleet.crash_notice, instance.process);
    end_process(instance, now, Cause::kDefect);
    if (instance.terminating) return gone(id, now, queue);
    instance.state = State::kCrashed;
    queue.schedule(after(now, notice), event(WorldEvent::kDeathSeen, id, instance.process));
    queue.schedule(after(now, std::max(notice, instance.backoff.wait(scenario_->fleet.backoff, now))),
                   event(WorldEvent::kRestart, id, instance.process));
}

/// The order to terminate: removal from the endpoints and the stop of the process run in parallel. What was lost with
/// its host is only known to be gone once it is evicted or the host is back.
void World::terminate(std::uint32_t id, Time now, EventQueue& queue) {
    const Change change(*this, id);
    Instance& instance = all_[id];
    instance.terminating = true;
    if (instance.state == State::kUnschedulable) return gone(id, now, queue);
    in_zone_of(instance) -= instance.size;
    if (instance.ready) set_ready(id, false, now, queue);
    if (instance.state == State::kLost) return;
    if (instance.state != State::kRunning) return gone(id, now, queue);
    queue.schedule(after(now, std::min(scenario_->fleet.pre_stop, scenario_->fleet.grace)),
                   event(WorldEvent::kStop, id, instance.process));
}

/// TERM: no new connections; what is under way may end until KILL.
void World::stop(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.answers = false;
    instance.stopped = true;
    data_.refuse(instance.server, Cause::kHandOver);
    const Time kill = now + term_to_kill(scenario_->fleet.grace, scenario_->fleet.pre_stop);
    data_.drain(instance.server, now);
    queue.schedule(kill, event(WorldEvent::kExited, id, instance.process));
}

void World::gone(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    if (instance.state != State::kUnschedulable) {
        instances_ -= instance.size;
        hosts_.add_instances(instance.host, -instance.size);
    }
    existing_ -= instance.size;
    instance.state = State::kGone;
    live_.erase(std::lower_bound(live_.begin(), live_.end(), id));
    place_waiting(now, queue);
}

bool World::handle(const Event& what, Time now, EventQueue& queue) {
    const auto kind = static_cast<WorldEvent>(what.kind);
    switch (kind) {
        case WorldEvent::kEndpointLearned:
            learn_endpoint(what.subject, what.detail >> 1, (what.detail & 1) != 0);
            return false;
        case WorldEvent::kWeightsLearned:
            if (what.subject <= learned_change_) return false;
            learned_change_ = what.subject;
            learned_routing_ = routing_changes_[what.subject - 1];
            reroute();
            return false;
        case WorldEvent::kHostFails:
            if (hosts_.repairs(HostId{what.subject}) == what.detail >> 1) {
                fail_host(HostId{what.subject}, (what.detail & 1) != 0, now, queue);
            }
            return false;
        case WorldEvent::kHostRepaired:
            repair_host(HostId{what.subject}, now, queue);
            return true;
        case WorldEvent::kZoneLost:
            lose_zone(scenario_->faults.zone_losses[what.subject], now, queue);
            return false;
        case WorldEvent::kBrownOut:
            brown_out(now);
            return false;
        case WorldEvent::kDrain:
            drain(what.subject, now, queue);
            return true;
        case WorldEvent::kCreateAgain:
            if (creations_[what.subject].attempts != what.detail) return false;
            fill(static_cast<VersionId>(what.subject), now, queue);
            return true;
        default:
            break;
    }
    const bool visible = handle_instance(what.subject, kind, what.detail, now, queue);
    if (visible && scenario_->fleet.quota) fill_again(all_[what.subject].version, now, queue);
    return visible;
}

bool World::handle_instance(std::uint32_t id, WorldEvent kind, std::uint32_t detail, Time now, EventQueue& queue) {
    const Change change(*this, id);
    Instance& instance = all_[id];
    if (instance.state == State::kGone) return false;
    if (kind == WorldEvent::kAvailable) {
        if (detail != instance.changes) return false;  // it was not ready in the meantime
        instance.available = is_available(instance.ready, now - instance.ready_since, scenario_->fleet.min_ready);
        return true;
    }
    return detail == instance.process && handle_process(id, kind, now, queue);
}

bool World::handle_process(std::uint32_t id, WorldEvent kind, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    switch (kind) {
        case WorldEvent::kPlaced:
            pull(id, now, queue);
            return true;
        case WorldEvent::kPulled:
            start_process(id, now, queue);
            return false;
        case WorldEvent::kStarted:
            started(id, now, queue);
            return true;
        case WorldEvent::kWarm:
            answer(instance, now);
            return false;
        case WorldEvent::kProbe:
            probe(id, now, queue);
            return instance.ready;
        case WorldEvent::kCrashed:
            crash(id, now, queue);
            return all_[id].terminating;
        case WorldEvent::kDeathSeen:
            if (instance.ready) set_ready(id, false, now, queue);
            return true;
        case WorldEvent::kRestart:
            instance.backoff.next(scenario_->fleet.backoff, instance.died, now);
            ++instance.restarts;
            restarts_ += instance.size;
            start_process(id, now, queue);
            return true;
        case WorldEvent::kStop:
            stop(id, now, queue);
            return false;
        case WorldEvent::kExited:
            data_.kill(instance.server, now, Cause::kHandOver);
            gone(id, now, queue);
            return true;
        case WorldEvent::kEvicted:
            evict(id, now, queue);
            return true;
        default:
            throw InvariantError("an event that is not the world's");
    }
}

// ---- what is wanted ----

bool World::apply(std::span<const Target> targets, Time now, EventQueue& queue) {
    ensure(targets.size() == cohorts_.size(), "a directive has one target for each cohort");
    bool changed = weigh(targets, now, queue);
    for (std::size_t version = 0; version < targets.size(); ++version) {
        const Target& target = targets[seat(version)];
        counted_[version] = target.counted;
        changed |= scale(static_cast<VersionId>(version), target, now, queue);
    }
    return changed;
}

bool World::scale(VersionId version, const Target& target, Time now, EventQueue& queue) {
    const int desired = target.desired;
    ensure(desired >= 0, "a directive wants a negative number of instances");
    ensure(!target.zone || static_cast<int>(index_of(*target.zone)) < scenario_->fleet.zones,
           "a directive names a zone that there is not");
    preferred_[index_of(version)] = target.zone;
    Cohort& cohort = cohorts_[index_of(version)];
    if (cohort.desired == desired) return false;
    cohort.desired = desired;
    cohort.exists = true;
    if (cohort.instances > desired) remove(version, cohort.instances - desired, now, queue);
    fill(version, now, queue);
    return true;
}

/// Terminates those that a ReplicaSet would, first of the zone that is asked for; of equals the newest.
void World::remove(VersionId version, int count, Time now, EventQueue& queue) {
    struct Candidate {
        std::uint32_t id;
        bool elsewhere;
        DeletionRank rank;
    };
    const std::optional<ZoneId> zone = preferred_[index_of(version)];
    std::vector<Candidate> candidates;
    for (const std::uint32_t id : live_) {
        const Instance& instance = all_[id];
        if (instance.version != version || instance.terminating) continue;
        const bool elsewhere = zone && instance.state != State::kUnschedulable && hosts_.zone(instance.host) != *zone;
        candidates.push_back({.id = id, .elsewhere = elsewhere, .rank = deletion_rank(instance, now)});
    }
    const auto later = [](const Candidate& a, const Candidate& b) {
        if (a.elsewhere != b.elsewhere) return a.elsewhere;
        return deleted_before(b.rank, a.rank) || (b.id > a.id && !deleted_before(a.rank, b.rank));
    };
    std::make_heap(candidates.begin(), candidates.end(), later);
    for (auto end = candidates.end(); count > 0; --end) {
        std::pop_heap(candidates.begin(), end, later);
        const std::uint32_t id = std::prev(end)->id;
        const int size = all_[id].size;
        terminate(size > count ? cut(id, count, now, queue) : id, now, queue);
        count -= size;
    }
}

DeletionRank World::deletion_rank(const Instance& instance, Time now) const {
    return {.assigned = instance.state != State::kUnschedulable,
            .phase = instance.state < State::kRunning ? PodPhase::kPending : PodPhase::kRunning,
            .ready = instance.ready,
            .ready_for = now - instance.ready_since,
            .restarts = instance.restarts,
            .age = now - instance.created};
}

bool World::weigh(std::span<const Target> targets, Time now, EventQueue& queue) {
    Routing routing;
    for (std::size_t version = 0; version < targets.size(); ++version) {
        const Target& target = targets[seat(version)];
        ensure(target.mirrored >= 0 && target.mirrored <= 1 && (target.weight || target.mirrored == 0),
               "a directive mirrors more than all traffic, or without weights");
        ensure(!target.behind_flag || (target.weight && target.desired == 0 && &target != &targets.front()),
               "a directive puts instances behind a flag, or the old version, or gives no weight");
        if (!target.weight) continue;
        routing.flagged |= target.behind_flag;
        routing.weights.push_back(*target.weight);
        routing.mirrored.push_back(target.mirrored);
    }
    const std::size_t weighed = routing.weights.size();
    ensure(weighed == 0 || weighed == targets.size(), "a directive gives weights to all cohorts or to none");
    if (routing == routing_) return false;
    routing_ = routing;
    routing_changes_.push_back(std::move(routing));
    const auto change = static_cast<std::uint32_t>(routing_changes_.size());
    Stream source = streams_.stream(Purpose::kWeight, change);
    const Duration delay = from_seconds(draw(scenario_->balancing.weight_propagation, source));
    queue.schedule(after(now, delay), event(WorldEvent::kWeightsLearned, change));
    return true;
}

// ---- what routers know ----

void World::learn_endpoint(std::uint32_t id, std::uint32_t number, bool endpoint) {
    Instance& instance = all_[id];
    if (number <= instance.learned) return;  // a later change was learned first
    instance.learned = number;
    if (endpoint == instance.endpoint) return;
    {
        const Change change(*this, id);
        instance.endpoint = endpoint;
    }
    if (endpoint) {
        endpoints_.push_back({instance.server, instance.version});
    } else {
        endpoints_.erase(std::find_if(endpoints_.begin(), endpoints_.end(),
                                      [&](const Endpoint& known) { return known.server == instance.server; }));
    }
    reroute();
}

void World::reroute() {
    const std::size_t versions = cohorts_.size();
    const auto& [weights, mirrored, flagged] = learned_routing_;
    const bool together = weights.empty() || flagged;
    std::vector<RouteGroup> groups(together ? 1 : versions);
    for (RouteGroup& group : groups) group.servers.reserve(endpoints_.size());
    for (const Endpoint& endpoint : endpoints_) {
        groups[together ? 0 : seat(index_of(endpoint.version))].servers.push_back(endpoint.server);
    }
    int known = 0;
    for (const Reach& reach : reach_) known += reach.known;
    for (std::size_t version = 0; version < versions; ++version) {
        if (weights.empty()) {
            shares_[version] = known == 0 ? 0 : double(reach_[version].known) / double(known);
            continue;
        }
        shares_[version] = weights[version];
        if (flagged) continue;
        groups[seat(version)].share = weights[version];
        groups[seat(version)].mirrored = mirrored[version];
    }
    if (only_new_) return route_new();
    if (thinned_ > 1) thin_out(groups);
    data_.set_routes(std::move(groups));
    data_.set_flag(flagged ? weights[index_of(kNewVersion)] : 0);
}

void World::route_new() {
    RouteGroup group;
    for (const Endpoint& endpoint : endpoints_) {
        if (endpoint.version == kNewVersion) group.servers.push_back(endpoint.server);
    }
    data_.set_routes({std::move(group)});
    data_.scale_arrivals(learned_routing_.flagged ? 0 : shares_[index_of(kNewVersion)]);
}

/// Has each server meet as many requests as an instance of the whole traffic; what is too much reaches nobody.
void World::thin_out(std::vector<RouteGroup>& groups) const {
    double sum = 0;
    for (RouteGroup& group : groups) {
        int instances = 0;
        for (const std::uint32_t server : group.servers) instances += all_[instance_of_[server]].size;
        const double kept = instances == 0 ? 1 : thinned_ * double(group.servers.size()) / instances;
        group.share *= kept;
        group.mirrored = std::min(1., group.mirrored * kept);
        sum += group.share;
    }
    for (RouteGroup& group : groups) group.share /= std::max(1., sum);
    groups.push_back({.share = std::max(0., 1 - sum), .servers = {}});
}

// ---- what can be seen ----

std::vector<Cohort> World::cohorts() const {
    std::vector<Cohort> seen(cohorts_.size());
    for (std::size_t version = 0; version < seen.size(); ++version) {
        Cohort& cohort = seen[seat(version)];
        cohort = cohorts_[version];
        cohort.weight = routed() ? routing_.weights[version] : shares_[version];
        cohort.mirrored = routed() ? routing_.mirrored[version] : 0;
    }
    return seen;
}

/// Behind a flag all endpoints serve the new version's requests.
int World::reached(int Reach::* part, std::size_t version) const {
    if (!learned_routing_.flagged || version != index_of(kNewVersion)) return reach_[version].*part;
    int all = 0;
    for (const Reach& reach : reach_) all += reach.*part;
    return all;
}

void World::read_loads(Time now) {
    const Service& service = scenario_->service;
    const double most = service.cores > 0 ? std::min<double>(service.slots, service.cores) : service.slots;
    const double request = most * scenario_->fleet.autoscaling->request;
    load_meters_.resize(instance_of_.size());
    for (const std::uint32_t id : live_) {
        const Instance& instance = all_[id];
        if (instance.state == State::kUnschedulable) continue;
        LoadMeter& meter = load_meters_[instance.server];
        const LoadMeter before = std::exchange(meter, {});
        if (instance.state != State::kRunning) continue;
        meter = {.at = now, .process = instance.process, .work = data_.work(instance.server)};
        if (before.at == kNever || before.process != instance.process) continue;  // a rate needs two readings
        const double seconds = to_seconds(now - before.at);
        const double busy = static_cast<double>(meter.work.ns - before.work.ns) * 1e-9 / seconds;
        meter.reading = {.at = now,
                         .window = now - before.at,
                         .utilization = std::min(busy, most) / request,
                         .requests = static_cast<double>(meter.work.requests - before.work.requests) / seconds};
    }
}

std::vector<InstanceLoad> World::loads() const {
    std::vector<InstanceLoad> loads;
    for (const std::uint32_t id : live_) {
        const Instance& instance = all_[id];
        if (instance.terminating || !counted_[index_of(instance.version)]) continue;
        const bool placed = instance.state != State::kUnschedulable;
        loads.push_back({.pending = instance.state < State::kRunning && instance.restarts == 0,
                         .ready = instance.ready,
                         .created = instance.created,
                         .ready_changed = instance.changes == 0 ? instance.created : instance.ready_since});
        if (placed && instance.server < load_meters_.size()) {
            loads.back().reading = load_meters_[instance.server].reading;
        }
    }
    return loads;
}

SeriesReading World::read(const Meter& grown, std::uint8_t& present_codes, std::uint8_t& seen_codes) {
    SeriesReading reading;
    const std::uint8_t known = seen_codes;
    for (std::size_t code = 0; code < kCodes; ++code) {
        const std::int64_t growth = grown.counters.by_code[code];
        if (growth == 0) continue;
        present_codes = static_cast<std::uint8_t>(present_codes | 1u << code);
        if (known >> code & 1) reading.increase.by_code[code] = growth;
    }
    if (known != 0) {
        reading.increase.by_latency = grown.counters.by_latency;
        reading.latency_sum = static_cast<double>(grown.latency_ns) * 1e-9;
    }
    seen_codes |= present_codes;
    reading.codes = present_codes;
    return reading;
}

SeriesReading World::read(const Meter& now, Scraped& before) {
    const Meter grown{.counters = now.counters - before.meter.counters,
                      .latency_ns = now.latency_ns - before.meter.latency_ns};
    before.meter = now;
    return read(grown, before.seen_codes, before.seen_codes);
}

void World::scrape_applications(Scrape& scrape) {
    for (const std::uint32_t id : live_) {
        Instance& instance = all_[id];
        if (instance.state == State::kUnschedulable) continue;
        scrape.application[index_of(instance.version)] +=
            read(data_.take_application(instance.server), instance.present_codes, instance.seen_codes);
    }
    if (!learned_routing_.flagged) return;
    Scraped& flagged = flagged_scraped_;
    scrape.application[index_of(kNewVersion)] = read(data_.take_flagged(), flagged.seen_codes, flagged.seen_codes);
}

Scrape World::scrape(Time now) {
    data_.sweep(now);
    Scrape scrape{.at = now,
                  .application = std::vector<SeriesReading>(cohorts_.size()),
                  .proxy = std::vector<SeriesReading>(cohorts_.size() + 1),
                  .client = {}};
    if (asks_applications_) scrape_applications(scrape);
    for (std::size_t version = 0; version <= cohorts_.size(); ++version) {
        scrape.proxy[version] = read(data_.proxy_meter(version), proxy_scraped_[version]);
    }
    scrape.client = read(data_.client_meter(), client_scraped_);
    return scrape;
}

}  // namespace rollcast
