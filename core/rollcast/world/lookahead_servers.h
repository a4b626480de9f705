#pragma once
// Servers that know what becomes of a request when they admit it. First come, first served on so many slots, so a
// request starts on the slot that is free first (Kiefer and Wolfowitz), and nothing that comes later can change that
// but the death of the process. Results are kept beside the slot until it is used again or swept, so that a crash can
// still revoke what it cuts off. A client that gives up leaves the queue; if it gives up in mid-service, the instance
// goes on working for nobody.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

#include "rollcast/world/shared.h"
#include "rollcast/world/slot_times.h"

namespace rollcast {

class LookaheadServers {
   public:
    explicit LookaheadServers(std::uint32_t slots, std::size_t buckets)
        : slots_(slots), answers_stride_((slots + kLanes - 1) / kLanes * kLanes), buckets_(buckets), free_at_(slots) {}

    std::uint32_t add(std::uint16_t version, const Answering& answering);
    void listen(std::uint32_t index, Instant now, const Shared& shared);
    void refuse(std::uint32_t index, Cause cause);
    void impair(std::uint32_t index, Impairment impairment, const Shared& shared);
    /// The process ends: what it still held fails, its own counters are lost.
    void kill(std::uint32_t index, Instant now, Cause cause, Shared& shared);
    /// Announces when all that was admitted is done. Nothing is admitted any more.
    void drain(std::uint32_t index, Instant now, Shared& shared);

    void admit(std::uint32_t index, const Attempt& attempt, Shared& shared);
    /// The same for the usual request, in a fraction of the time: one of the first class and of no call that is
    /// answered well. False if it is not sure to be one; nothing is done then.
    bool admit_usual(std::uint32_t index, const Attempt& attempt, Shared& shared);
    /// After a change of what all servers have in common.
    void refresh(const Shared& shared);
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

    /// It will be needed soon; may be nobody.
    void prefetch(std::uint32_t index) const {
        if (index >= servers_.size()) return;
        __builtin_prefetch(&servers_[index]);
        __builtin_prefetch(&answer_at_[index * answers_stride_]);
        free_at_.prefetch(index);
    }

   private:
    static constexpr std::uint32_t kLanes = 4;  // rows of answers are as long as a multiple of it

    // Marks of a flight.
    static constexpr std::uint8_t kOccupied = 1;  // the entry holds a request
    static constexpr std::uint8_t kAnswered = 2;  // its client was counted before its service ended
    static constexpr std::uint8_t kReported = 4;  // its balancer knows
    static constexpr std::uint8_t kServed = 8;    // it begins, or will

    struct Flight {
        Instant arrived;
        Instant finish;     // of service; of one that never begins: when it leaves the queue
        std::uint64_t who;  // balancer << 56 | id
        std::uint32_t call;
        Code told;    // what the application counts
        Code seen;    // what proxy and client count
        Cause cause;  // of its failure; kBackground if there is none
        std::uint8_t is;

        AttemptId id() const { return who & ((std::uint64_t{1} << 56) - 1); }
        std::uint8_t balancer() const { return static_cast<std::uint8_t>(who >> 56); }
        bool has(std::uint8_t mark) const { return (is & mark) != 0; }
        void mark(std::uint8_t mark) { is = static_cast<std::uint8_t>(is | mark); }
        /// It is answered well and in time, and nobody has counted it yet.
        bool is_well() const { return (told == Code::k200) & (seen == Code::k200) & (is == (kOccupied | kServed)); }
    };
    struct Waiting {
        Flight flight;
        Instant start;  // of service; of one that never begins: when it leaves
        std::uint32_t slot;
        std::uint32_t next;
    };
    /// All that a request needs to know, in one line of the cache.
    struct alignas(64) Server {
        Answering::Lane lane{};
        std::uint32_t waiting = 0;  // in the queue
        std::uint32_t first = 0;    // of the queue, into waiting_
        std::uint32_t last = 0;
        std::uint32_t process = 0;    // how many have ended
        std::int64_t latency_ns = 0;  // the application's, since the last take
        std::uint32_t errors = 0;     // likewise
        std::uint32_t shed = 0;       // likewise
        std::uint16_t version = 0;
        bool listening = false;
        bool alive = false;
        Cause refusal = Cause::kHandOver;
    };
    static_assert(sizeof(Server) == 64);
    template <typename T>
    using Column = std::vector<T, boost::alignment::aligned_allocator<T, 64>>;

    static std::uint32_t count_later(const Instant* times, std::size_t n, Instant now);
    const Trouble& trouble_of(std::uint32_t index) const {
        static constexpr Trouble kNone;
        return troubles_.empty() ? kNone : troubles_[index];
    }
    void set_trouble(std::uint32_t index, const Trouble& trouble);
    void open_lane(std::uint32_t index, const Shared& shared);
    void settle_queue(std::uint32_t index, Instant now, Shared& shared);
    void take_up(std::uint32_t index, Shared& shared);
    void place(std::uint32_t index, std::uint32_t slot, const Flight& flight, Shared& shared);
    void enqueue(std::uint32_t index, std::uint32_t slot, Instant start, const Flight& flight);
    void finish(std::uint32_t index, Flight& flight, Shared& shared);
    void answer(std::uint32_t index, Flight& flight, Shared& shared);
    void report(std::uint32_t index, Flight& flight, Instant at, Shared& shared);
    void fail_at_once(std::uint32_t index, const Attempt& attempt, Cause cause, Shared& shared);
    static Instant answered_at(const Flight& flight, Instant timeout) {
        return flight.has(kServed) ? std::min(flight.finish, flight.arrived + timeout) : flight.finish;
    }
    Flight* slots_of(std::uint32_t index) { return &flights_[index * std::size_t{slots_}]; }
    Instant* answers_of(std::uint32_t index) { return &answer_at_[index * answers_stride_]; }

    std::uint32_t slots_;
    std::size_t answers_stride_;  // slots_, rounded up to a multiple of kLanes
    std::size_t buckets_;
    std::vector<Server> servers_;
    std::vector<Trouble> troubles_;  // index: server; empty while none has any
    SlotTimes free_at_;
    Column<Instant> answer_at_;         // servers x stride: when the client of the request in a slot has its answer
    Column<Flight> flights_;            // servers x slots: the latest request that began service there
    std::vector<Waiting> waiting_;      // of all servers
    std::vector<std::uint32_t> free_;   // of waiting_
    Column<std::uint32_t> by_latency_;  // servers x buckets: application's answers since the last take
};

// ---- the request path: the usual is inlined in the loop over requests, the rest is kept out of its way ----

/// How many of `n` times, a multiple of kLanes, lie after `now`: the signs of differences, which any x86-64 can add up
/// two at a time.
inline std::uint32_t LookaheadServers::count_later(const Instant* times, std::size_t n, Instant now) {
    using Pair [[gnu::vector_size(16)]] = std::uint64_t;
    const auto at = static_cast<std::uint64_t>(now);
    Pair sum{};
    for (std::size_t i = 0; i < n; i += kLanes) {
        Pair one, two;
        std::memcpy(&one, times + i, sizeof one);
        std::memcpy(&two, times + i + 2, sizeof two);
        sum += ((Pair{at, at} - one) >> 63) + ((Pair{at, at} - two) >> 63);
    }
    return static_cast<std::uint32_t>(sum[0] + sum[1]);
}

inline void LookaheadServers::answer(std::uint32_t index, Flight& flight, Shared& shared) {
    const Instant latency = answered_at(flight, shared.timeout) - flight.arrived;
    shared.count(servers_[index].version, index, flight.id(), flight.arrived, latency, shared.ledger.bucket(latency),
                 flight.seen, flight.cause);
    flight.mark(kAnswered);
}

/// The server is done with the request: the application counts it, and proxy and client if they have not yet.
[[gnu::noinline]] inline void LookaheadServers::finish(std::uint32_t index, Flight& flight, Shared& shared) {
    Server& server = servers_[index];
    const Instant latency = flight.finish - flight.arrived;
    const std::size_t bucket = shared.ledger.bucket(latency);
    by_latency_[index * buckets_ + bucket] += 1;
    server.latency_ns += latency;
    server.errors += flight.told != Code::k200;
    if (!flight.has(kAnswered)) {
        if (latency <= shared.timeout) {
            shared.count(server.version, index, flight.id(), flight.arrived, latency, bucket, flight.seen,
                         flight.cause);
        } else {
            answer(index, flight, shared);
        }
    }
    flight.is = 0;
}

/// The slot's next request begins. The one before it has ended.
[[gnu::always_inline]] inline void LookaheadServers::place(std::uint32_t index, std::uint32_t slot,
                                                           const Flight& flight, Shared& shared) {
    Flight& here = slots_of(index)[slot];
    if (here.is_well()) {  // finish() for most
        Server& server = servers_[index];
        const Instant latency = here.finish - here.arrived;
        const std::size_t bucket = shared.ledger.bucket(latency);
        by_latency_[index * buckets_ + bucket] += 1;
        server.latency_ns += latency;
        shared.ledger.answered_well(server.version, bucket, latency);
        if (shared.journal.target != nullptr)
            shared.note(index, here.id(), here.arrived, latency, Code::k200, here.cause);
    } else if (here.has(kOccupied)) {
        finish(index, here, shared);
    }
    here = flight;
    answers_of(index)[slot] = std::min(flight.finish, flight.arrived + shared.timeout);
}

/// To the end of the queue.
[[gnu::noinline]] inline void LookaheadServers::enqueue(std::uint32_t index, std::uint32_t slot, Instant start,
                                                        const Flight& flight) {
    auto at = static_cast<std::uint32_t>(waiting_.size());
    if (free_.empty()) {
        waiting_.push_back({});
    } else {
        at = free_.back();
        free_.pop_back();
    }
    waiting_[at] = {.flight = flight, .start = start, .slot = slot, .next = 0};
    Server& server = servers_[index];
    if (server.waiting++ == 0) {
        server.first = at;
    } else {
        waiting_[server.last].next = at;
    }
    server.last = at;
}

[[gnu::always_inline]] inline bool LookaheadServers::admit_usual(std::uint32_t index, const Attempt& attempt,
                                                                 Shared& shared) {
    Server& server = servers_[index];
    const Answering::Lane& lane = server.lane;
    const Instant now = attempt.arrived;
    if (server.waiting > 0) settle_queue(index, now, shared);
    const SlotTimes::First first = free_at_.first(index);
    const Instant start = std::max(now, first.at);
    const Instant finish_at = start + static_cast<Instant>(attempt.work * lane.slowness + .5);
    const bool usual = (now >= lane.opens) & (attempt.error_word - lane.fine_from <= lane.fine_span) &
                       (attempt.service_word <= lane.most_plain) & (finish_at - now <= shared.timeout) &
                       (start - now <= shared.most_wait) & ((start == now) | (server.waiting < shared.queue));
    if (!usual) return false;
    shared.ledger.arrived(server.version, now);
    free_at_.set(index, first.slot, finish_at);
    const Flight flight{.arrived = now,
                        .finish = finish_at,
                        .who = attempt.id,
                        .call = kNoCall,
                        .told = Code::k200,
                        .seen = Code::k200,
                        .cause = Cause::kBackground,
                        .is = kOccupied | kServed};
    if (start == now) {
        place(index, first.slot, flight, shared);
    } else {
        enqueue(index, first.slot, start, flight);
    }
    return true;
}

/// The first in the queue leaves it: for its slot, or for good.
inline void LookaheadServers::take_up(std::uint32_t index, Shared& shared) {
    Server& server = servers_[index];
    const std::uint32_t at = server.first;
    Waiting& head = waiting_[at];
    if (head.flight.has(kServed)) {
        place(index, head.slot, head.flight, shared);
    } else {
        if (head.flight.seen == Code::k503) server.shed += 1, by_latency_[index * buckets_] += 1;
        answer(index, head.flight, shared);
    }
    server.first = head.next;
    --server.waiting;
    free_.push_back(at);
}

[[gnu::noinline]] inline void LookaheadServers::settle_queue(std::uint32_t index, Instant now, Shared& shared) {
    if (shared.balancer.learns()) return report_until(index, now, shared);
    while (servers_[index].waiting > 0 && waiting_[servers_[index].first].start <= now) take_up(index, shared);
}

[[gnu::always_inline]] inline std::uint32_t LookaheadServers::outstanding(std::uint32_t index, Instant now,
                                                                          Shared& shared) {
    if (servers_[index].waiting > 0) settle_queue(index, now, shared);
    return servers_[index].waiting + count_later(answers_of(index), answers_stride_, now);
}

[[gnu::noinline]] inline void LookaheadServers::admit(std::uint32_t index, const Attempt& attempt, Shared& shared) {
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

    Fate fate = shared.answering.fate(attempt, server.version, trouble_of(index));
    const bool served = wait <= shared.timeout && wait <= shared.most_wait;
    if (served && !troubles_.empty()) shared.answering.leak(server.version, troubles_[index], fate);
    Flight flight{.arrived = now,
                  .finish = start + fate.service,
                  .who = attempt.id | std::uint64_t{attempt.balancer} << 56,
                  .call = attempt.call,
                  .told = fate.told,
                  .seen = fate.told,
                  .cause = fate.cause,
                  .is = static_cast<std::uint8_t>(served ? kOccupied | kServed : kOccupied)};
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
        if (fate.crashes) shared.agenda.push(start, Happening::kCrashed, attempt.id, index, servers_[index].process);
    }
    if (wait == 0) {
        place(index, first.slot, flight, shared);
    } else {
        enqueue(index, first.slot, served ? start : flight.finish, flight);
    }
}

}  // namespace rollcast
