// What goes wrong in the world without the release's doing, and what becomes of instances then. What fails when does
// not depend on them, so no plan changes it.

#include <algorithm>

#include "rollcast/random/distribution.h"
#include "rollcast/world/world.h"

namespace rollcast {
namespace {

Event host_event(WorldEvent kind, HostId host, std::uint32_t detail = 0) {
    return event(kind, static_cast<std::uint32_t>(host), detail);
}

}  // namespace

/// Hosts are met at any time of their life. (That a burst may be under way is left out.)
void World::begin_faults(Time now, EventQueue& queue) {
    const Faults& faults = scenario_->faults;
    if (faults.host_failures.hosts > 0) {
        for (std::uint32_t h = 0; h < hosts_.size(); ++h) {
            const HostId host{h};
            Stream luck = host_stream(Purpose::kHostFailure, host);
            if (uniform(luck) < law_.down()) {
                const Time back = now + from_seconds(uniform(luck) * to_seconds(faults.host_failures.repair));
                hosts_.fail(host, back);
                queue.schedule(back, host_event(WorldEvent::kHostRepaired, host));
            } else {
                queue.schedule(after(now, law_.rest_of_life(luck)), host_event(WorldEvent::kHostFails, host, 1));
            }
        }
    }
    for (std::size_t i = 0; i < faults.zone_losses.size(); ++i) {
        queue.schedule(std::max(now, Time{} + faults.zone_losses[i].at),
                       event(WorldEvent::kZoneLost, static_cast<std::uint32_t>(i)));
    }
    for (std::size_t i = 0; i < faults.drains.size(); ++i) {
        queue.schedule(std::max(now, Time{} + faults.drains[i].at),
                       event(WorldEvent::kDrain, static_cast<std::uint32_t>(i)));
    }
    for (const BrownOut& brown : faults.brown_outs) {
        for (const Duration at : {brown.at, brown.at + brown.lasts}) {
            queue.schedule(std::max(now, Time{} + at), event(WorldEvent::kBrownOut, 0));
        }
    }
}

/// Of the present life of a host.
Stream World::host_stream(Purpose purpose, HostId host) const {
    return streams_.stream(purpose, std::uint64_t{index_of(host)} << 16 | (hosts_.repairs(host) & 0xFFFFu));
}

void World::fail_host(HostId host, bool by_itself, Time now, EventQueue& queue) {
    const HostFailures& failures = scenario_->faults.host_failures;
    if (!hosts_.is_up(host)) return;
    const Time back = after(now, failures.repair);
    hosts_.fail(host, back);
    ++host_failures_;
    queue.schedule(back, host_event(WorldEvent::kHostRepaired, host));
    lose_instances(now, queue);

    Stream luck = host_stream(Purpose::kHostBurst, host);
    if (!by_itself || hosts_.up(hosts_.zone(host)) == 0 || uniform(luck) >= law_.contagion()) return;
    const HostId other = hosts_.another(host, uniform(luck));
    const Duration within = from_seconds(uniform(luck) * to_seconds(failures.burst_within));
    queue.schedule(after(now, within), host_event(WorldEvent::kHostFails, other, hosts_.repairs(other) << 1));
}

void World::repair_host(HostId host, Time now, EventQueue& queue) {
    if (!hosts_.repair(host, now)) return;
    if (scenario_->faults.host_failures.hosts > 0) {
        Stream luck = host_stream(Purpose::kHostFailure, host);
        queue.schedule(after(now, law_.life(luck)),
                       host_event(WorldEvent::kHostFails, host, hosts_.repairs(host) << 1 | 1));
    }
    const std::vector<std::uint32_t> live = live_;
    for (const std::uint32_t id : live) {
        if (all_[id].state == State::kLost && all_[id].host == host) start_again(id, now, queue);
    }
    place_waiting(now, queue);
}

void World::lose_zone(const ZoneLoss& loss, Time now, EventQueue& queue) {
    const Time back = Time{} + loss.at + loss.lasts;
    if (back <= now) return;  // it was before the run began
    const auto zone = static_cast<std::size_t>(loss.zone);
    for (std::uint32_t h = hosts_.first(zone); h < hosts_.first(zone + 1); ++h) {
        hosts_.fail(HostId{h}, back);
        queue.schedule(back, host_event(WorldEvent::kHostRepaired, HostId{h}));
    }
    lose_instances(now, queue);
}

/// Instances on hosts that are down die. Later that is seen, and later still they are given up.
void World::lose_instances(Time now, EventQueue& queue) {
    const HostFailures& failures = scenario_->faults.host_failures;
    for (const std::uint32_t id : live_) {
        Instance& instance = all_[id];
        if (instance.state == State::kUnschedulable || instance.state == State::kLost) continue;
        if (hosts_.is_up(instance.host)) continue;
        const Change change(*this, id);
        end_process(instance, now, Cause::kBackground);
        instance.state = State::kLost;
        queue.schedule(after(now, failures.notice), event(WorldEvent::kDeathSeen, id, instance.process));
        queue.schedule(after(now, failures.notice + failures.evict), event(WorldEvent::kEvicted, id, instance.process));
    }
}

/// Its host is back before it was evicted.
void World::start_again(std::uint32_t id, Time now, EventQueue& queue) {
    const Change change(*this, id);
    Instance& instance = all_[id];
    if (instance.ready) set_ready(id, false, now, queue);
    if (instance.terminating) return gone(id, now, queue);
    ++instance.process;
    if (instance.started == kNever) return pull(id, now, queue);
    ++instance.restarts;
    restarts_ += instance.size;
    start_process(id, now, queue);
}

/// What was lost with its host is given up and, unless it was to end anyway, replaced as a ReplicaSet does.
void World::evict(std::uint32_t id, Time now, EventQueue& queue) {
    const VersionId version = all_[id].version;
    if (!all_[id].terminating) in_zone_of(all_[id]) -= all_[id].size;
    gone(id, now, queue);
    fill(version, now, queue);
}

// ---- voluntary disruptions ----

/// One step of a drain: evicts what may go, takes the host away when it is empty, and comes back.
void World::drain(std::uint32_t index, Time now, EventQueue& queue) {
    const Drain& plan = scenario_->faults.drains[index];
    Drainage& state = drainages_[index];
    const HostId host{static_cast<std::uint32_t>(state.done)};
    if (!state.under_way) {
        if (state.done == plan.hosts) return;
        state = {.done = state.done, .under_way = true, .since = now};
        hosts_.cordon(host, true);
    }
    const bool late = plan.timeout && now >= after(state.since, *plan.timeout);
    const bool gives_up = late && !plan.force;
    const bool empty = !gives_up && drain_host(host, late, now, queue);
    if (empty || gives_up) {
        hosts_.cordon(host, false);
        state.under_way = false;
    }
    if (gives_up) return place_waiting(now, queue);
    Time next = after(now, plan.retry);
    if (plan.timeout && !late) next = std::min(next, after(state.since, *plan.timeout));
    if (empty) {
        ++state.done;
        next = after(now, plan.away);
        hosts_.fail(host, next);
        queue.schedule(next, host_event(WorldEvent::kHostRepaired, host));
    }
    queue.schedule(next, event(WorldEvent::kDrain, index, 1));
}

/// Evicts what is on a host, as far as the budget goes; forced, all of it. True when nothing is left.
bool World::drain_host(HostId host, bool forced, Time now, EventQueue& queue) {
    bool empty = true;
    const std::vector<std::uint32_t> live = live_;
    for (const std::uint32_t id : live) {
        const Instance& instance = all_[id];
        if (instance.state == State::kUnschedulable || instance.state == State::kGone || instance.host != host)
            continue;
        const VersionId version = instance.version;
        const int size = instance.size;
        const int going = instance.terminating ? 0 : forced ? size : evictable(instance);
        if (going > 0) {
            terminate(going < size ? cut(id, going, now, queue) : id, now, queue);
            fill(version, now, queue);
        }
        empty = empty && all_[id].state == State::kGone;
    }
    return empty;
}

/// How many of a group may go: what has not started always, and what is not ready where the budget is not overdrawn
/// already.
int World::evictable(const Instance& instance) const {
    if (!scenario_->fleet.disruption_budget || instance.state < State::kRunning) return instance.size;
    const DisruptionBudget& budget = *scenario_->fleet.disruption_budget;
    int ready = 0;
    for (const Cohort& cohort : cohorts_) ready += cohort.ready;
    if (!instance.ready) return ready >= desired_healthy(budget, replicas_) ? instance.size : 0;
    return std::clamp(disruptions_allowed(budget, replicas_, ready), 0, instance.size);
}

void World::brown_out(Time now) { data_.impair_all(impairment_of(scenario_->faults.brown_outs, now)); }

}  // namespace rollcast
