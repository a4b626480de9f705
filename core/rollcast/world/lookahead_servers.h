#pragma once
// Servers that know what becomes of a request when they admit it. First come, first served on so many slots, so a
// request starts on the slot that is free first (Kiefer and Wolfowitz), and nothing that comes later can change that
// but the death of the process. Results are kept beside the slot until it is used again or swept, so that a crash can
// still revoke what it cuts off. A client that gives up leaves the queue; if it gives up in mid-service, the instance
// goes on working for nobody.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "rollcast/world/shared.h"
#include "rollcast/world/slot_times.h"

namespace rollcast {

class LookaheadServers {
   public:
    explicit LookaheadServers(std::uint32_t slots, std::size_t buckets)
        : slots_(slots), buckets_(buckets), free_at_(slots) {}

    std::uint32_t add(std::uint16_t version, const Answering& answering);
    void listen(std::uint32_t index, Instant now, const Answering& answering);
    void refuse(std::uint32_t index, Cause cause);
    void impair(std::uint32_t index, Impairment impairment) { Answering::impair(servers_[index].trouble, impairment); }
    /// The process ends: what it still held fails, its own counters are lost.
    void kill(std::uint32_t index, Instant now, Cause cause, Shared& shared);
    /// Announces when all that was admitted is done. Nothing is admitted any more.
    void drain(std::uint32_t index, Instant now, Shared& shared);

    void admit(std::uint32_t index, const Attempt& attempt, Shared& shared);
    void handle(const Happening&, Shared&) {}  // nothing happens that was not known before
    void sweep(Instant now, Shared& shared);

    std::uint16_t version(std::uint32_t index) const { return servers_[index].version; }
    std::uint32_t process(std::uint32_t index) const { return servers_[index].process; }
    /// Requests whose clients wait.
    std::uint32_t outstanding(std::uint32_t index, Instant now, Shared& shared);
    /// Those of one balancer.
    std::uint32_t outstanding(std::uint32_t index, std::uint8_t balancer, Instant now, Shared& shared);
    /// Tells balancers that learn what has come back by `now`, in order.
    void report_until(std::uint32_t index, Instant now, Shared& shared);

    /// What the instance counted since the last take.
    Meter take_application(std::uint32_t index);
    std::int64_t count_in_flight(Instant now, const Shared& shared) const;

    void prefetch(std::uint32_t index) const {
        __builtin_prefetch(&servers_[index]);
        __builtin_prefetch(&answer_at_[index * std::size_t{slots_}]);
        free_at_.prefetch(index);
    }

   private:
    struct Flight {
        Instant arrived;
        Instant finish;  // of service; of one that never begins: when it leaves the queue
        std::uint64_t id : 56;
        std::uint64_t balancer : 8;
        std::uint32_t call;
        Code told;          // what the application counts
        Code seen;          // what proxy and client count
        Cause cause;        // of its failure, if it is one
        bool occupied : 1;  // the entry holds a request
        bool answered : 1;  // its client was counted before its service ended
        bool reported : 1;  // its balancer knows
        bool served : 1;    // it begins, or will
    };
    struct Waiting {
        Flight flight;
        Instant start;  // of service; of one that never begins: when it leaves
        std::uint32_t slot;
        std::uint32_t next;
    };
    struct Server {
        Trouble trouble{};
        std::uint32_t first = 0;  // of the queue, into waiting_
        std::uint32_t last = 0;
        std::uint32_t waiting = 0;
        std::uint32_t process = 0;  // how many have ended
        std::int64_t latency_ns = 0;
        std::uint32_t errors = 0;
        std::uint32_t shed = 0;
        std::uint16_t version = 0;
        bool listening = false;
        bool alive = false;
        Cause refusal = Cause::kHandOver;
    };

    void settle_queue(std::uint32_t index, Instant now, Shared& shared);
    void take_up(std::uint32_t index, Shared& shared);
    void place(std::uint32_t index, std::uint32_t slot, const Flight& flight, Shared& shared);
    void finish(std::uint32_t index, Flight& flight, Shared& shared);
    void answer(std::uint32_t index, Flight& flight, Shared& shared);
    void report(std::uint32_t index, Flight& flight, Instant at, Shared& shared);
    void fail_at_once(std::uint32_t index, const Attempt& attempt, Cause cause, Shared& shared);
    static Instant answered_at(const Flight& flight, Instant timeout) {
        return flight.served ? std::min(flight.finish, flight.arrived + timeout) : flight.finish;
    }
    Flight* slots_of(std::uint32_t index) { return &flights_[index * std::size_t{slots_}]; }
    Instant* answers_of(std::uint32_t index) { return &answer_at_[index * std::size_t{slots_}]; }

    std::uint32_t slots_;
    std::size_t buckets_;
    std::vector<Server> servers_;
    SlotTimes free_at_;
    std::vector<Instant> answer_at_;         // servers x slots: when the client of the request there has its answer
    std::vector<Flight> flights_;            // servers x slots: the latest request that began service there
    std::vector<Waiting> waiting_;           // of all servers
    std::vector<std::uint32_t> free_;        // of waiting_
    std::vector<std::uint32_t> by_latency_;  // servers x buckets: application's answers since the last take
};

// ---- the request path, to be inlined ----

inline void LookaheadServers::answer(std::uint32_t index, Flight& flight, Shared& shared) {
    const Instant latency = answered_at(flight, shared.timeout) - flight.arrived;
    shared.count(servers_[index].version, index, flight.id, flight.arrived, latency, shared.ledger.bucket(latency),
                 flight.seen, flight.cause);
    flight.answered = true;
}

/// The server is done with the request: the application counts it, and proxy and client if they have not yet.
inline void LookaheadServers::finish(std::uint32_t index, Flight& flight, Shared& shared) {
    Server& server = servers_[index];
    const Instant latency = flight.finish - flight.arrived;
    const std::size_t bucket = shared.ledger.bucket(latency);
    by_latency_[index * buckets_ + bucket] += 1;
    server.latency_ns += latency;
    server.errors += flight.told != Code::k200;
    if (!flight.answered) {
        if (latency <= shared.timeout) {
            shared.count(server.version, index, flight.id, flight.arrived, latency, bucket, flight.seen, flight.cause);
        } else {
            answer(index, flight, shared);
        }
    }
    flight.occupied = false;
}

inline void LookaheadServers::place(std::uint32_t index, std::uint32_t slot, const Flight& flight, Shared& shared) {
    Flight& before = slots_of(index)[slot];
    if (before.occupied) finish(index, before, shared);
    before = flight;
    answers_of(index)[slot] = std::min(flight.finish, flight.arrived + shared.timeout);
}

/// The first in the queue leaves it: for its slot, or for good.
inline void LookaheadServers::take_up(std::uint32_t index, Shared& shared) {
    Server& server = servers_[index];
    const std::uint32_t at = server.first;
    Waiting& head = waiting_[at];
    if (head.flight.served) {
        place(index, head.slot, head.flight, shared);
    } else {
        if (head.flight.seen == Code::k503) server.shed += 1, by_latency_[index * buckets_] += 1;
        answer(index, head.flight, shared);
    }
    server.first = head.next;
    --server.waiting;
    free_.push_back(at);
}

inline void LookaheadServers::settle_queue(std::uint32_t index, Instant now, Shared& shared) {
    if (shared.balancer.learns()) return report_until(index, now, shared);
    while (servers_[index].waiting > 0 && waiting_[servers_[index].first].start <= now) take_up(index, shared);
}

inline std::uint32_t LookaheadServers::outstanding(std::uint32_t index, Instant now, Shared& shared) {
    if (servers_[index].waiting > 0) settle_queue(index, now, shared);
    const Instant* answers = answers_of(index);
    std::uint32_t held = servers_[index].waiting;
    for (std::uint32_t slot = 0; slot < slots_; ++slot) held += answers[slot] > now;
    return held;
}

inline void LookaheadServers::admit(std::uint32_t index, const Attempt& attempt, Shared& shared) {
    Server& server = servers_[index];
    const Instant now = attempt.arrived;
    shared.ledger.arrived(server.version, now);
    if (shared.balancer.learns()) report_until(index, now, shared);
    if (!server.listening) return fail_at_once(index, attempt, server.refusal, shared);
    if (server.waiting > 0) settle_queue(index, now, shared);

    const SlotTimes::First first = free_at_.first(index);
    const Instant start = std::max(now, first.at);
    const Instant wait = start - now;
    if (wait > 0 && server.waiting == shared.queue) {  // shed: the application itself says 503
        server.shed += 1;
        by_latency_[index * buckets_] += 1;
        return fail_at_once(index, attempt, shared.answering.blame(server.version), shared);
    }

    Fate fate = shared.answering.fate(attempt, server.version, server.trouble);
    const bool served = wait <= shared.timeout && wait <= shared.most_wait;
    if (served) shared.answering.leak(server.version, server.trouble, fate);
    Flight flight{.arrived = now,
                  .finish = start + fate.service,
                  .id = attempt.id & ((std::uint64_t{1} << 56) - 1),
                  .balancer = attempt.balancer,
                  .call = attempt.call,
                  .told = fate.told,
                  .seen = fate.told,
                  .cause = fate.cause,
                  .occupied = true,
                  .answered = false,
                  .reported = false,
                  .served = served};
    if (!served) {
        const bool gives_up = wait > shared.timeout;
        flight.finish = gives_up ? now + shared.timeout : start;
        flight.seen = gives_up ? Code::k504 : Code::k503;
        flight.cause = gives_up ? fate.late : shared.answering.blame(server.version);
    } else if (flight.finish - now > shared.timeout) {
        flight.seen = Code::k504;
        flight.cause = fate.late;
    }
    if (flight.seen != Code::k200 || flight.call != kNoCall) {
        flight.call = shared.announce(attempt.id, now, flight.call, index, attempt.balancer, flight.seen, flight.cause,
                                      answered_at(flight, shared.timeout));
    }
    if (served) {
        free_at_.set(index, first.slot, flight.finish);
        if (fate.crashes) shared.agenda.push(start, Happening::kCrashed, attempt.id, index, server.process);
    }
    if (wait == 0) {
        place(index, first.slot, flight, shared);
        return;
    }
    std::uint32_t at = static_cast<std::uint32_t>(waiting_.size());
    if (free_.empty()) {
        waiting_.push_back({});
    } else {
        at = free_.back();
        free_.pop_back();
    }
    waiting_[at] = {.flight = flight, .start = served ? start : flight.finish, .slot = first.slot, .next = 0};
    if (server.waiting++ == 0) {
        server.first = at;
    } else {
        waiting_[server.last].next = at;
    }
    server.last = at;
}

}  // namespace rollcast
