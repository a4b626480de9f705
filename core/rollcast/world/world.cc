#include "rollcast/world/world.h"

#include <algorithm>
#include <numeric>

#include <boost/random/uniform_01.hpp>

#include "rollcast/base/check.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

constexpr std::size_t kVersionCount = 2;

Event event(WorldEvent kind, std::uint32_t subject, std::uint32_t detail = 0) {
    return {static_cast<std::uint32_t>(kind), subject, detail};
}

/// Names the start-up of the ordinal-th instance of a version in a zone, whatever the plan. Leaves 16 bits for what
/// happens to it more than once.
std::uint64_t instance_entity(VersionId version, ZoneId zone, std::uint32_t ordinal) {
    return std::uint64_t{index_of(version)} << 48 | std::uint64_t{index_of(zone)} << 40 |
           std::uint64_t{ordinal & 0xFFFFFFu} << 16;
}

}  // namespace

World::World(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Time from)
    : scenario_(&scenario),
      streams_(streams),
      defect_(defect),
      data_(scenario, std::array<Defect, kVersionCount>{Defect{}, defect}, streams, from),
      desired_(kVersionCount, 0),
      created_(kVersionCount * static_cast<std::size_t>(scenario.fleet.zones), 0),
      founded_(kVersionCount, false),
      shares_(kVersionCount, 0.0),
      ready_(kVersionCount, 0),
      proxy_scraped_(kVersionCount + 1) {
    desired_[index_of(kOldVersion)] = scenario.fleet.replicas;
    founded_[index_of(kOldVersion)] = true;
    for (int i = 0; i < scenario.fleet.replicas; ++i) {
        Instance& instance = all_[create(kOldVersion, from)];
        instance.state = State::kRunning;
        instance.ready = true;
        endpoints_.push_back(live_.back());
        // It has been available for long enough not to be told from its peers.
        instance.created = instance.started = instance.warm = instance.ready_since =
            from - std::max<Duration>(scenario.fleet.min_ready, 1h);
        data_.listen(instance.server, instance.warm);
    }
    ready_[index_of(kOldVersion)] = instances_ = scenario.fleet.replicas;
    reroute();
}

void World::rekey(const StreamSpace& streams) {
    streams_ = streams;
    data_.rekey(streams);
}

Stream World::stream(Purpose purpose, const Instance& instance, std::uint32_t ordinal) const {
    return streams_.stream(purpose, instance.entity | (ordinal & 0xFFFFu));
}

Duration World::wait(Purpose purpose, const Instance& instance, const Distribution& seconds,
                     std::uint32_t ordinal) const {
    Stream source = stream(purpose, instance, ordinal);
    return from_seconds(draw(seconds, source));
}

// ---- the life of an instance ----

std::uint32_t World::create(VersionId version, Time now) {
    const auto zones = static_cast<std::size_t>(scenario_->fleet.zones);
    std::vector<int> in_zone(zones, 0);
    for (const std::uint32_t id : live_) {
        if (all_[id].version == version && !all_[id].terminating) ++in_zone[index_of(all_[id].zone)];
    }
    const auto zone = static_cast<ZoneId>(std::min_element(in_zone.begin(), in_zone.end()) - in_zone.begin());
    const std::uint32_t ordinal = created_[index_of(version) * zones + index_of(zone)]++;

    const auto id = static_cast<std::uint32_t>(all_.size());
    all_.push_back({.version = version,
                    .server = data_.add_server(version, zone),
                    .entity = instance_entity(version, zone, ordinal),
                    .created = now,
                    .prober = Prober(ProbeKind::kReadiness, scenario_->fleet.readiness),
                    .backoff = RestartBackoff(scenario_->fleet.backoff),
                    .zone = zone});
    live_.push_back(id);
    return id;
}

void World::place_waiting(Time now, EventQueue& queue) {
    for (const std::uint32_t id : live_) {
        if (scenario_->fleet.capacity && instances_ >= *scenario_->fleet.capacity) return;
        Instance& instance = all_[id];
        if (instance.state != State::kUnschedulable) continue;
        instance.state = State::kScheduling;
        ++instances_;
        const Duration delay = wait(Purpose::kSchedule, instance, scenario_->fleet.schedule);
        queue.schedule(after(now, delay), event(WorldEvent::kPlaced, id));
    }
}

void World::pull(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.state = State::kPulling;
    Stream source = stream(Purpose::kPull, instance);
    const bool cached = boost::random::uniform_01<double>()(source) < scenario_->fleet.image_cached;
    const double seconds = cached ? 0 : scenario_->fleet.image_bytes / scenario_->fleet.pull_bytes_per_second;
    queue.schedule(after(now, from_seconds(seconds)), event(WorldEvent::kPulled, id));
}

void World::start_process(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.state = State::kStarting;
    const Duration delay = wait(Purpose::kStart, instance, scenario_->fleet.start, instance.process);
    queue.schedule(after(now, delay), event(WorldEvent::kStarted, id, instance.process));
}

void World::started(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.state = State::kRunning;
    instance.started = now;
    instance.prober = Prober(ProbeKind::kReadiness, scenario_->fleet.readiness);
    const Defect defect = instance.version == kNewVersion ? defect_ : Defect{};
    Stream luck = stream(Purpose::kCrash, instance, instance.process);
    if (defect.kind == DefectKind::kCrashOnStart && boost::random::uniform_01<double>()(luck) < defect.severity) {
        return crash(id, now, queue);
    }
    if (defect.kind == DefectKind::kCrashHazard && defect.severity > 0) {
        const Duration life = from_seconds(draw(Exponential{3600 / defect.severity}, luck));
        queue.schedule(after(now, life), event(WorldEvent::kCrashed, id, instance.process));
    }
    instance.warm = after(now, wait(Purpose::kWarmUp, instance, scenario_->fleet.warm_up, instance.process));
    queue.schedule(instance.warm, event(WorldEvent::kWarm, id, instance.process));
    queue.schedule(after(now, scenario_->fleet.readiness.initial_delay),
                   event(WorldEvent::kProbe, id, instance.process));
}

void World::probe(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    if (instance.ready || instance.terminating) return;
    instance.prober.observe(now - instance.started, now >= instance.warm);
    if (instance.prober.state() == ProbeState::kSuccess) return set_ready(id, true, now, queue);
    queue.schedule(after(now, scenario_->fleet.readiness.period), event(WorldEvent::kProbe, id, instance.process));
}

void World::set_ready(std::uint32_t id, bool ready, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.ready = ready;
    instance.ready_since = now;
    ready_[index_of(instance.version)] += ready ? 1 : -1;
    ++instance.changes;
    const Duration delay = wait(Purpose::kPropagation, instance, scenario_->balancing.propagation, instance.changes);
    queue.schedule(after(now, delay),
                   event(WorldEvent::kEndpointLearned, id, instance.changes << 1 | std::uint32_t{ready}));
    if (ready && scenario_->fleet.min_ready > 0s) {
        queue.schedule(after(now, scenario_->fleet.min_ready), event(WorldEvent::kAvailable, id, instance.process));
    }
}

void World::crash(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    data_.kill(instance.server, now, Cause::kDefect);
    const Duration notice = wait(Purpose::kNotice, instance, scenario_->fleet.crash_notice, instance.process);
    ++instance.process;
    instance.present_codes = 0;
    instance.warm = kNever;
    instance.died = now;
    if (instance.terminating) return gone(id, now, queue);
    instance.state = State::kCrashed;
    queue.schedule(after(now, notice), event(WorldEvent::kCrashSeen, id, instance.process));
    queue.schedule(after(now, std::max(notice, instance.backoff.wait(now))),
                   event(WorldEvent::kRestart, id, instance.process));
}

/// The order to terminate: removal from the endpoints and the stop of the process run in parallel.
void World::terminate(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    instance.terminating = true;
    if (instance.ready) set_ready(id, false, now, queue);
    if (instance.state != State::kRunning) return gone(id, now, queue);
    queue.schedule(after(now, std::min(scenario_->fleet.pre_stop, scenario_->fleet.grace)),
                   event(WorldEvent::kStop, id));
}

/// TERM: no new connections; what is under way may end until KILL.
void World::stop(std::uint32_t id, Time now, EventQueue& queue) {
    Instance& instance = all_[id];
    data_.refuse(instance.server, Cause::kHandOver);
    const Time kill = now + term_to_kill(scenario_->fleet.grace, scenario_->fleet.pre_stop);
    data_.drain(instance.server, now);
    queue.schedule(kill, event(WorldEvent::kExited, id));
}

void World::gone(std::uint32_t id, Time now, EventQueue& queue) {
    if (all_[id].state != State::kUnschedulable) --instances_;
    all_[id].state = State::kGone;
    live_.erase(std::find(live_.begin(), live_.end(), id));
    place_waiting(now, queue);
}

bool World::advance(Time now, EventQueue& queue) {
    const std::optional<Notice> notice = data_.advance(now);
    if (!notice) return false;
    // Each instance adds a server, so their numbers agree.
    const bool crashed = notice->kind == Notice::Kind::kCrashed;
    queue.schedule(notice->at, event(crashed ? WorldEvent::kCrashed : WorldEvent::kExited, notice->server,
                                     all_[notice->server].process));
    return true;
}

bool World::handle(const Event& what, Time now, EventQueue& queue) {
    const auto kind = static_cast<WorldEvent>(what.kind);
    if (kind == WorldEvent::kWeightsLearned) {
        if (what.subject <= learned_change_) return false;
        learned_change_ = what.subject;
        learned_weights_ = weight_changes_[what.subject - 1];
        reroute();
        return false;
    }
    const std::uint32_t id = what.subject;
    Instance& instance = all_[id];
    if (kind == WorldEvent::kEndpointLearned) {
        learn_endpoint(id, what.detail >> 1, (what.detail & 1) != 0);
        return false;
    }
    if (instance.state == State::kGone) return false;
    switch (kind) {
        case WorldEvent::kPlaced:
            pull(id, now, queue);
            return true;
        case WorldEvent::kPulled:
            start_process(id, now, queue);
            return false;
        case WorldEvent::kStop:
            stop(id, now, queue);
            return false;
        case WorldEvent::kExited:
            data_.kill(instance.server, now, Cause::kHandOver);
            gone(id, now, queue);
            return true;
        default:
            break;
    }
    if (what.detail != instance.process) return false;  // of a process that has ended
    switch (kind) {
        case WorldEvent::kStarted:
            started(id, now, queue);
            return true;
        case WorldEvent::kWarm:
            data_.listen(instance.server, now);
            return false;
        case WorldEvent::kProbe:
            probe(id, now, queue);
            return instance.ready;
        case WorldEvent::kAvailable:
            return true;
        case WorldEvent::kCrashed:
            crash(id, now, queue);
            return instance.terminating;
        case WorldEvent::kCrashSeen:
            if (instance.ready) set_ready(id, false, now, queue);
            return true;
        case WorldEvent::kRestart:
            instance.backoff.next(instance.died, now);
            ++instance.restarts;
            ++restarts_;
            start_process(id, now, queue);
            return true;
        default:
            throw InvariantError("an event that is not the world's");
    }
}

// ---- what is wanted ----

bool World::apply(std::span<const Target> targets, Time now, EventQueue& queue) {
    ensure(targets.size() == desired_.size(), "a directive has one target for each cohort");
    bool changed = weigh(targets, now, queue);
    for (std::size_t version = 0; version < targets.size(); ++version) {
        changed |= scale(static_cast<VersionId>(version), targets[version].desired, now, queue);
    }
    return changed;
}

bool World::scale(VersionId version, int desired, Time now, EventQueue& queue) {
    ensure(desired >= 0, "a directive wants a negative number of instances");
    int& wanted = desired_[index_of(version)];
    if (wanted == desired) return false;
    wanted = desired;
    founded_[index_of(version)] = true;

    std::vector<std::uint32_t> candidates;  // newest first, so that of equals the newest goes
    for (auto id = live_.rbegin(); id != live_.rend(); ++id) {
        if (all_[*id].version == version && !all_[*id].terminating) candidates.push_back(*id);
    }
    const int have = static_cast<int>(candidates.size());
    for (int i = have; i < desired; ++i) create(version, now);
    if (have > desired) {
        std::stable_sort(candidates.begin(), candidates.end(), [&](std::uint32_t a, std::uint32_t b) {
            return deleted_before(deletion_rank(all_[a], now), deletion_rank(all_[b], now));
        });
        for (int i = 0; i < have - desired; ++i) terminate(candidates[static_cast<std::size_t>(i)], now, queue);
    }
    place_waiting(now, queue);
    return true;
}

DeletionRank World::deletion_rank(const Instance& instance, Time now) const {
    return {.assigned = instance.state != State::kUnschedulable,
            .phase = instance.state == State::kRunning || instance.state == State::kCrashed ? PodPhase::kRunning
                                                                                            : PodPhase::kPending,
            .ready = instance.ready,
            .ready_for = now - instance.ready_since,
            .restarts = instance.restarts,
            .age = now - instance.created};
}

bool World::weigh(std::span<const Target> targets, Time now, EventQueue& queue) {
    std::vector<double> weights;
    for (const Target& target : targets) {
        if (target.weight) weights.push_back(*target.weight);
    }
    ensure(weights.empty() || weights.size() == targets.size(), "a directive gives weights to all cohorts or to none");
    if (weights == weights_) return false;
    weights_ = weights;
    weight_changes_.push_back(std::move(weights));
    const auto change = static_cast<std::uint32_t>(weight_changes_.size());
    Stream source = streams_.stream(Purpose::kWeight, change);
    const Duration delay = from_seconds(draw(scenario_->balancing.weight_propagation, source));
    queue.schedule(after(now, delay), event(WorldEvent::kWeightsLearned, change));
    return true;
}

// ---- what routers know ----

void World::learn_endpoint(std::uint32_t id, std::uint32_t change, bool endpoint) {
    Instance& instance = all_[id];
    if (change <= instance.learned) return;  // a later change was learned first
    instance.learned = change;
    const auto at = std::find(endpoints_.begin(), endpoints_.end(), id);
    if (endpoint == (at != endpoints_.end())) return;
    if (endpoint) {
        endpoints_.push_back(id);
    } else {
        endpoints_.erase(at);
    }
    reroute();
}

void World::reroute() {
    const std::size_t versions = desired_.size();
    std::vector<RouteGroup> groups(learned_weights_.empty() ? 1 : versions);
    std::vector<int> known(versions, 0);
    for (const std::uint32_t id : endpoints_) {
        const std::size_t version = index_of(all_[id].version);
        groups[learned_weights_.empty() ? 0 : version].servers.push_back(all_[id].server);
        ++known[version];
    }
    for (std::size_t version = 0; version < versions; ++version) {
        if (!learned_weights_.empty()) {
            shares_[version] = groups[version].share = learned_weights_[version];
        } else {
            shares_[version] = endpoints_.empty() ? 0 : double(known[version]) / double(endpoints_.size());
        }
    }
    data_.set_routes(std::move(groups));
}

// ---- what can be seen ----

std::vector<Cohort> World::cohorts(Time now) const {
    std::vector<Cohort> seen(desired_.size());
    for (std::size_t version = 0; version < seen.size(); ++version) {
        seen[version].version = static_cast<VersionId>(version);
        seen[version].exists = founded_[version];
        seen[version].desired = desired_[version];
        seen[version].weight = weights_.empty() ? shares_[version] : weights_[version];
    }
    for (const std::uint32_t id : live_) {
        const Instance& instance = all_[id];
        Cohort& cohort = seen[index_of(instance.version)];
        if (instance.terminating) {
            ++cohort.draining;
            continue;
        }
        ++cohort.instances;
        cohort.pending += instance.state < State::kRunning;
        cohort.unschedulable += instance.state == State::kUnschedulable;
        cohort.ready += instance.ready;
        cohort.available += is_available(instance.ready, now - instance.ready_since, scenario_->fleet.min_ready);
        cohort.restarts += instance.restarts;
    }
    return seen;
}

/// What rate() finds in the growth of a counter: a series adds nothing at its first sight.
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

Scrape World::scrape(Time now) {
    data_.sweep(now);
    Scrape scrape{.at = now,
                  .application = std::vector<SeriesReading>(desired_.size()),
                  .proxy = std::vector<SeriesReading>(desired_.size() + 1),
                  .client = {}};
    for (const std::uint32_t id : live_) {
        Instance& instance = all_[id];
        const SeriesReading one =
            read(data_.take_application(instance.server), instance.present_codes, instance.seen_codes);
        SeriesReading& sum = scrape.application[index_of(instance.version)];
        sum.increase += one.increase;
        sum.latency_sum += one.latency_sum;
        sum.codes |= one.codes;
    }
    for (std::size_t version = 0; version <= desired_.size(); ++version) {
        scrape.proxy[version] = read(data_.proxy_meter(version), proxy_scraped_[version]);
    }
    scrape.client = read(data_.client_meter(), client_scraped_);
    return scrape;
}

}  // namespace rollcast
