#include "rollcast/world/lookahead_servers.h"

namespace rollcast {

std::uint32_t LookaheadServers::add(std::uint16_t version, const Answering& answering) {
    const auto index = static_cast<std::uint32_t>(servers_.size());
    servers_.push_back({.version = version});
    if (!troubles_.empty()) troubles_.emplace_back();
    free_at_.add(answering.slots(version));
    answer_at_.resize(answer_at_.size() + answers_stride_, SlotTimes::kFree);
    flights_.resize(flights_.size() + slots_, Flight{});
    by_latency_.resize(by_latency_.size() + buckets_, 0);
    return index;
}

void LookaheadServers::listen(std::uint32_t index, Instant now, const Shared& shared) {
    Server& server = servers_[index];
    Trouble trouble = shared.answering.fresh(server.version, now);
    const Trouble& before = trouble_of(index);  // a process may have been impaired before it answers
    trouble.slowness = before.slowness;
    trouble.errors_below = before.errors_below;
    set_trouble(index, trouble);
    server.listening = server.alive = true;
    open_lane(index, shared);
}

void LookaheadServers::refuse(std::uint32_t index, Cause cause) {
    servers_[index].listening = false;
    servers_[index].refusal = cause;
    servers_[index].lane.opens = kNoInstant;
}

void LookaheadServers::impair(std::uint32_t index, Impairment impairment, const Shared& shared) {
    Trouble trouble = trouble_of(index);
    Answering::impair(trouble, impairment);
    set_trouble(index, trouble);
    open_lane(index, shared);
}

void LookaheadServers::refresh(const Shared& shared) {
    for (std::uint32_t index = 0; index < servers_.size(); ++index) open_lane(index, shared);
}

void LookaheadServers::set_trouble(std::uint32_t index, const Trouble& trouble) {
    if (troubles_.empty()) {
        if (trouble == Trouble{}) return;
        troubles_.resize(servers_.size());
    }
    troubles_[index] = trouble;
}

void LookaheadServers::open_lane(std::uint32_t index, const Shared& shared) {
    Server& server = servers_[index];
    server.lane = shared.answering.lane(server.version, trouble_of(index));
    if (!server.listening || shared.balancer.learns()) server.lane.opens = kNoInstant;
}

void LookaheadServers::kill(std::uint32_t index, Instant now, Cause cause, Shared& shared) {
    Server& dead = servers_[index];
    settle_queue(index, now, shared);
    std::vector<Flight> cut_off;
    Flight* slots = slots_of(index);
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
        Flight& flight = slots[slot];
        answers_of(index)[slot] = SlotTimes::kFree;
        if (!flight.has(kOccupied)) continue;
        if (flight.finish <= now) {
            finish(index, flight, shared);
            continue;
        }
        if (!flight.has(kAnswered) && flight.arrived + shared.timeout <= now) answer(index, flight, shared);
        if (!flight.has(kAnswered)) cut_off.push_back(flight);
        flight.is = 0;
    }
    for (; dead.waiting > 0; --dead.waiting) {
        cut_off.push_back(waiting_[dead.first].flight);
        free_.push_back(dead.first);
        dead.first = waiting_[dead.first].next;
    }
    std::sort(cut_off.begin(), cut_off.end(), [](const Flight& a, const Flight& b) { return a.id() < b.id(); });
    for (Flight& flight : cut_off) {
        flight.finish = now;
        flight.mark(kServed);
        flight.seen = Code::k503;
        flight.cause = cause;
        answer(index, flight, shared);
        if (!flight.has(kReported)) report(index, flight, now, shared);
        shared.announce(flight.id(), flight.arrived, flight.call, index, flight.balancer(), flight.seen, cause, now);
    }
    free_at_.reset(index);
    std::fill_n(&by_latency_[index * buckets_], buckets_, 0);
    dead.latency_ns = 0;
    dead.errors = dead.shed = 0;
    set_trouble(index, {});
    ++dead.process;
    dead.alive = false;
    refuse(index, cause);
}

void LookaheadServers::drain(std::uint32_t index, Instant now, Shared& shared) {
    // Those who leave the queue unserved do so before a slot would have been free for them.
    const Instant last = std::max(now, free_at_.last(index));
    shared.agenda.push(last, Happening::kDrained, index, index, servers_[index].process);
}

void LookaheadServers::sweep(Instant now, Shared& shared) {
    for (std::uint32_t index = 0; index < servers_.size(); ++index) {
        if (!servers_[index].alive) continue;
        settle_queue(index, now, shared);
        Flight* slots = slots_of(index);
        for (std::uint32_t slot = 0; slot < slots_; ++slot) {
            Flight& flight = slots[slot];
            if (!flight.has(kOccupied)) continue;
            if (flight.finish <= now) {
                finish(index, flight, shared);
            } else if (!flight.has(kAnswered) && flight.arrived + shared.timeout <= now) {
                answer(index, flight, shared);
            }
        }
    }
}

std::uint32_t LookaheadServers::outstanding(std::uint32_t index, std::uint8_t balancer, Instant now, Shared& shared) {
    if (servers_[index].waiting > 0) settle_queue(index, now, shared);
    std::uint32_t held = 0;
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
        held += answers_of(index)[slot] > now && slots_of(index)[slot].balancer() == balancer;
    }
    std::uint32_t at = servers_[index].first;
    for (std::uint32_t i = 0; i < servers_[index].waiting; ++i, at = waiting_[at].next) {
        held += waiting_[at].flight.balancer() == balancer;
    }
    return held;
}

void LookaheadServers::report(std::uint32_t index, Flight& flight, Instant at, Shared& shared) {
    flight.mark(kReported);
    if (shared.balancer.learns()) {
        shared.balancer.report(flight.balancer(), index, flight.seen == Code::k200, at - flight.arrived, at);
    }
}

void LookaheadServers::report_until(std::uint32_t index, Instant now, Shared& shared) {
    Flight* slots = slots_of(index);
    while (true) {
        const Server& server = servers_[index];
        const Instant leaves = server.waiting > 0 ? waiting_[server.first].start : kNoInstant;
        const Instant limit = std::min(now, leaves);
        Flight* first = nullptr;
        Instant first_at = kNoInstant;
        for (std::uint32_t slot = 0; slot < slots_; ++slot) {
            Flight& flight = slots[slot];
            if (!flight.has(kOccupied) || flight.has(kReported)) continue;
            const Instant at = answered_at(flight, shared.timeout);
            if (at > limit || at > first_at || (at == first_at && flight.id() > first->id())) continue;
            first = &flight;
            first_at = at;
        }
        if (first != nullptr) {
            report(index, *first, first_at, shared);
            continue;
        }
        if (leaves > now) return;
        Flight& head = waiting_[server.first].flight;
        if (!head.has(kServed)) report(index, head, leaves, shared);
        take_up(index, shared);
    }
}

void LookaheadServers::fail_at_once(std::uint32_t index, const Attempt& attempt, Cause cause, Shared& shared) {
    shared.fail_at_once(attempt, servers_[index].version, index, cause);
    if (shared.balancer.learns()) shared.balancer.report(attempt.balancer, index, false, 0, attempt.arrived);
}

Meter LookaheadServers::take_application(std::uint32_t index) {
    Server& server = servers_[index];
    Meter meter;
    std::int64_t all = 0;
    for (std::size_t bucket = 0; bucket < buckets_; ++bucket) {
        std::uint32_t& count = by_latency_[index * buckets_ + bucket];
        meter.counters.by_latency[bucket] = count;
        all += count;
        count = 0;
    }
    meter.counters.by_code[std::size_t(Code::k500)] = server.errors;
    meter.counters.by_code[std::size_t(Code::k503)] = server.shed;
    meter.counters.by_code[std::size_t(Code::k200)] = all - server.errors - server.shed;
    meter.latency_ns = server.latency_ns;
    server.latency_ns = 0;
    server.errors = server.shed = 0;
    return meter;
}

std::int64_t LookaheadServers::count_in_flight(Instant now, const Shared& shared) const {
    std::int64_t count = 0;
    for (const Flight& flight : flights_) count += flight.has(kOccupied) && answered_at(flight, shared.timeout) > now;
    for (const Server& server : servers_) count += server.waiting;
    return count;
}

}  // namespace rollcast
