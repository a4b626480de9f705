#pragma once
// Servers that know what becomes of a request when they admit it. First come, first served on so many slots, so a
// request starts on the slot that is free first (Kiefer and Wolfowitz), and nothing that comes later can change that
// but the death of the process. What ends before any process can is booked at once; the rest is kept beside its slot
// until it ends, so that a death can still revoke what it cuts off. A client that gives up leaves the queue; if it
// gives up in mid-service, the instance goes on working for nobody.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

#include "rollcast/base/pool.h"
#include "rollcast/random/instruction_set.h"
#include "rollcast/random/request_words.h"
#include "rollcast/world/shared.h"
#include "rollcast/world/slot_times.h"

namespace rollcast {

/// Attempts of the first class and of no call, in columns; index: ordinal - first.
struct AttemptColumns {
    AttemptId first;
    const Instant* arrived;
    const float* work;  // ns
    const std::uint32_t* service_word;
    const std::uint32_t* error_word;
    const std::uint32_t* one;    // server, or Balancer::kNobody
    const std::uint32_t* other;  // the one to choose if it holds fewer requests; nullptr: there is no choice
};

class LookaheadServers {
   public:
    LookaheadServers(const Answering& answering, std::uint32_t slots, std::size_t buckets);

    std::uint32_t add(std::uint16_t version, const Answering& answering);
    void listen(std::uint32_t index, Instant now, const Shared& shared);
    void refuse(std::uint32_t index, Cause cause);
    void impair(std::uint32_t index, Impairment impairment, const Shared& shared);
    /// The process ends: what it still held fails, its own counters are lost.
    void kill(std::uint32_t index, Instant now, Cause cause, Shared& shared);
    /// Announces when all that was admitted is done. Nothing is admitted any more.
    void drain(std::uint32_t index, Instant now, Shared& shared);

    void admit(std::uint32_t index, const Attempt& attempt, Shared& shared);
    /// The same for many, in a fraction of the time, as long as they are usual: answered well and in time, without a
    /// call. Returns the first of [from, to) that is not sure to be, and to which nothing was done.
    std::uint32_t admit_usual(const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to, Shared& shared);
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
    /// Whether it counts at all; it does unless told otherwise.
    void count_application(bool wanted) { counts_application_ = wanted; }
    std::int64_t count_in_flight(Instant now, const Shared& shared) const;

   private:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    // Marks of a flight.
    static constexpr std::uint8_t kOccupied = 1;  // the entry holds a request that is not booked yet
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
    };
    /// In a queue, which is a ring.
    struct Waiting {
        Instant start;  // of service; of one that never begins: when it leaves
        std::uint32_t next;
        std::uint32_t parked;  // into parked_; kNone: booked already
    };
    struct Parked {
        Flight flight;
        std::uint32_t slot;
    };
    /// What the usual request needs to know, in few bytes: those of a large fleet stay in a near cache.
    struct Glance {
        std::uint32_t lane = 0;     // of the first class; into lanes_
        std::uint32_t waiting = 0;  // in the queue, when we last looked
        std::uint32_t last = 0;     // of the queue, into waiting_
        std::uint16_t kept = 0;     // a bit for each slot whose flight is occupied, where rows are scanned
        std::uint8_t lacking = 0;   // slots of such a row that the server lacks
    };
    static_assert(sizeof(Glance) == 16);
    struct Server {
        std::uint32_t process = 0;  // how many have ended
        std::uint32_t errors = 0;   // the application's, since the last take
        std::uint32_t shed = 0;     // likewise
        std::uint16_t version = 0;
        bool listening = false;
        bool alive = false;
        Cause refusal = Cause::kHandOver;
    };
    /// A request that is sure to be answered well.
    struct Booking {
        Instant latency;
        std::uint32_t server;
        std::uint16_t version;
        std::uint16_t attempt;  // index in its columns
    };
    template <typename T>
    using Column = std::vector<T, boost::alignment::aligned_allocator<T, 64>>;

    static constexpr std::size_t kLineOfBooks = 64 / sizeof(std::uint32_t);

    template <std::uint32_t kRow, bool kOfTwo>
    std::uint32_t admit_usual(const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to, Shared& shared);
    template <std::uint32_t kRow>
    std::uint32_t admit_usual_avx2(const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to,
                                   Shared& shared);
    template <std::uint32_t kRow, bool kOfTwo, InstructionSet kMay>
    std::uint32_t admit_usual_by(const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to, Shared& shared);
    bool admit_sure(std::uint32_t index, const Attempt& attempt, Shared& shared);
    void book(std::uint32_t index, std::size_t page, AttemptId id, Instant arrived, Instant latency, Shared& shared);
    template <std::uint32_t kRow>
    void hold_booked(std::uint32_t index, std::uint32_t slot, Instant start, Instant now, Shared& shared);
    template <std::uint32_t kRow, InstructionSet kMay = InstructionSet::kBaseline>
    std::uint32_t held(std::uint32_t index, std::uint32_t queued, std::uint32_t busy, Instant now,
                       const Shared& shared) const;
    std::uint32_t queued(std::uint32_t index, Instant now, Shared& shared);
    std::uint32_t count_in_service(std::uint32_t index, Instant now, const Shared& shared) const;
    const Trouble& trouble_of(std::uint32_t index) const {
        static constexpr Trouble kUntroubled;
        return troubles_.empty() ? kUntroubled : troubles_[index];
    }
    /// It will be needed soon; may be nobody, so that its address is not a pointer's sum.
    template <std::uint32_t kRow>
    void fetch(std::size_t index) const {
        const auto prefetch = [index](const auto* first, std::size_t stride) {
            const auto address = reinterpret_cast<std::uintptr_t>(first) + index * stride * sizeof *first;
            __builtin_prefetch(reinterpret_cast<const void*>(address));
        };
        prefetch(glances_.data(), 1);
        prefetch(free_at_.data(), kRow);
    }
    void set_trouble(std::uint32_t index, const Trouble& trouble);
    void open_lane(std::uint32_t index, const Shared& shared);
    void draw_lane(std::uint32_t lane, std::uint16_t version, const Trouble& trouble, const Answering& answering);
    void close_lane(std::uint32_t index) { glances_[index].lane = versions_ * classes_; }
    static std::uint16_t bit_of(std::uint32_t slot) { return static_cast<std::uint16_t>(1u << slot); }
    template <std::uint32_t kRow>
    bool keeps(std::uint32_t index, std::uint32_t slot) {
        return kRow > 0 ? glances_[index].kept >> slot & 1 : slots_of(index)[slot].has(kOccupied);
    }
    void settle_queue(std::uint32_t index, Instant now, Shared& shared);
    void take_up(std::uint32_t index, Shared& shared);
    void drop_head(std::uint32_t index);
    template <typename Each>
    void each_waiting(std::uint32_t index, Each each) const {
        std::uint32_t at = glances_[index].last;
        for (std::uint32_t i = 0; i < glances_[index].waiting; ++i) each(waiting_[at = waiting_[at].next]);
    }
    void begin(std::uint32_t index, std::uint32_t slot, Instant start, const Flight& flight, Shared& shared);
    void place(std::uint32_t index, std::uint32_t slot, const Flight& flight, Shared& shared);
    void settle(std::uint32_t index, std::uint32_t slot, Shared& shared);
    void enqueue(std::uint32_t index, Instant start, std::uint32_t parked);
    const Waiting& head(std::uint32_t index) const { return waiting_[waiting_[glances_[index].last].next]; }
    void finish(std::uint32_t index, Flight& flight, Shared& shared);
    void count_shed(std::uint32_t index, AttemptId id, Shared& shared);
    void answer(std::uint32_t index, Flight& flight, Shared& shared);
    void report(std::uint32_t index, Flight& flight, Instant at, Shared& shared);
    static Instant answered_at(const Flight& flight, Instant timeout) {
        return flight.has(kServed) ? std::min(flight.finish, flight.arrived + timeout) : flight.finish;
    }
    Flight* slots_of(std::uint32_t index) { return &flights_[index * std::size_t{slots_}]; }

    std::uint32_t slots_;
    std::size_t buckets_;
    std::size_t books_stride_;
    std::uint32_t versions_;
    std::uint32_t classes_;
    std::vector<Server> servers_;
    std::vector<Glance> glances_;  // index: server
    /// For each class those of versions without trouble, closed ones, then those of servers in trouble by their index.
    std::vector<Answering::Lane> lanes_;
    std::vector<Trouble> troubles_;  // index: server; empty while none has any
    SlotTimes free_at_;
    Column<Flight> flights_;                     // servers x slots: the latest request that began service there
    Instant given_up_until_ = SlotTimes::kFree;  // from then on no slot works for a client that has given up
    Pool<Waiting> waiting_;                      // of all servers
    Pool<Parked> parked_;
    bool counts_application_ = true;
    InstructionSet may_use_ = best_instruction_set();
    // The application's books since the last take.
    Column<std::uint32_t> by_latency_;      // servers x stride: answers
    std::vector<std::int64_t> latency_ns_;  // index: server
};

}  // namespace rollcast
