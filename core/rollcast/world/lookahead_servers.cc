#include "rollcast/world/lookahead_servers.h"

#include <bit>
#include <utility>

namespace rollcast {
namespace {

/// Rows are fetched so many requests ahead: long enough for memory, short enough for the first cache.
constexpr std::uint32_t kFetchedAhead = 24;

/// How many bits a byte has: the baseline of x86-64 has no instruction for it.
constexpr auto kBitsOfByte = [] {
    std::array<std::uint8_t, 256> bits{};
    for (unsigned byte = 0; byte < 256; ++byte) bits[byte] = static_cast<std::uint8_t>(std::popcount(byte));
    return bits;
}();

template <std::uint32_t kBits, InstructionSet kMay>
std::uint32_t count_bits(std::uint32_t mask) {
    static_assert(kBits <= 16);
    if constexpr (kMay >= InstructionSet::kAvx2) return static_cast<std::uint32_t>(std::popcount(mask));
    const std::uint32_t low = kBitsOfByte[mask & 255];
    return kBits > 8 ? low + kBitsOfByte[mask >> 8] : low;
}

}  // namespace

LookaheadServers::LookaheadServers(const Answering& answering, std::uint32_t slots, std::size_t buckets)
    : slots_(slots),
      buckets_(buckets),
      books_stride_((buckets + kLineOfBooks - 1) / kLineOfBooks * kLineOfBooks),
      versions_(static_cast<std::uint32_t>(answering.versions())),
      classes_(static_cast<std::uint32_t>(answering.classes())),
      lanes_((versions_ + 1) * classes_),
      free_at_(slots) {
    for (std::uint16_t version = 0; version < versions_; ++version) draw_lane(version, version, {}, answering);
}

std::uint32_t LookaheadServers::add(std::uint16_t version, const Answering& answering) {
    const auto index = static_cast<std::uint32_t>(servers_.size());
    servers_.push_back({.version = version});
    free_at_.add(answering.slots(version));
    glances_.push_back({.lacking = static_cast<std::uint8_t>(free_at_.scanned() - answering.slots(version))});
    close_lane(index);
    if (!troubles_.empty()) troubles_.emplace_back();
    flights_.resize(flights_.size() + slots_, Flight{});
    by_latency_.resize(by_latency_.size() + books_stride_, 0);
    latency_ns_.push_back(0);
    return index;
}

void LookaheadServers::listen(std::uint32_t index, Instant now, const Shared& shared) {
    Server& server = servers_[index];
    set_trouble(index, shared.answering.fresh(server.version, now, trouble_of(index)));
    server.listening = server.alive = true;
    open_lane(index, shared);
}

void LookaheadServers::refuse(std::uint32_t index, Cause cause) {
    servers_[index].listening = false;
    servers_[index].refusal = cause;
    close_lane(index);
}

void LookaheadServers::impair(std::uint32_t index, Impairment impairment, const Shared& shared) {
    Trouble trouble = trouble_of(index);
    Answering::impair(trouble, impairment);
    set_trouble(index, trouble);
    open_lane(index, shared);
}

void LookaheadServers::refresh(const Shared& shared) {
    for (std::uint16_t version = 0; version < versions_; ++version) draw_lane(version, version, {}, shared.answering);
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
    const Server& server = servers_[index];
    if (!server.listening || shared.balancer.learns()) return close_lane(index);
    const Trouble& trouble = trouble_of(index);
    std::uint32_t lane = server.version;
    if (trouble != Trouble{}) {
        if (lanes_.size() < (versions_ + 2 + index) * classes_)
            lanes_.resize((versions_ + 1 + servers_.size()) * classes_);
        lane = versions_ + 1 + index;
        draw_lane(lane, server.version, trouble, shared.answering);
    }
    glances_[index].lane = lane * classes_;
}

/// One for each class.
void LookaheadServers::draw_lane(std::uint32_t lane, std::uint16_t version, const Trouble& trouble,
                                 const Answering& answering) {
    for (std::uint32_t i = 0; i < classes_; ++i) lanes_[lane * classes_ + i] = answering.lane(version, i, trouble);
}

// ---- the request path: the usual in one loop, the rest out of its way ----

std::uint32_t LookaheadServers::admit_usual(const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to,
                                            Shared& shared) {
    const bool of_two = attempts.other != nullptr;
    switch (free_at_.scanned()) {
        case SlotTimes::kLine:
            return of_two ? admit_usual<SlotTimes::kLine, true>(attempts, from, to, shared)
                          : admit_usual<SlotTimes::kLine, false>(attempts, from, to, shared);
        case SlotTimes::kMostScanned:
            return of_two ? admit_usual<SlotTimes::kMostScanned, true>(attempts, from, to, shared)
                          : admit_usual<SlotTimes::kMostScanned, false>(attempts, from, to, shared);
        default:
            return of_two ? admit_usual<0, true>(attempts, from, to, shared)
                          : admit_usual<0, false>(attempts, from, to, shared);
    }
}

/// Settles the queue; returns how many still wait in it.
inline std::uint32_t LookaheadServers::queued(std::uint32_t index, Instant now, Shared& shared) {
    if (glances_[index].waiting > 0) settle_queue(index, now, shared);
    return glances_[index].waiting;
}

/// Requests whose clients wait, by those in the queue and the slots that are busy.
template <std::uint32_t kRow, InstructionSet kMay>
inline std::uint32_t LookaheadServers::held(std::uint32_t index, std::uint32_t queued, std::uint32_t busy, Instant now,
                                            const Shared& shared) const {
    if (kRow == 0 || now < given_up_until_) return queued + count_in_service(index, now, shared);
    return queued + count_bits<kRow, kMay>(busy) - glances_[index].lacking;
}

template <std::uint32_t kRow, bool kOfTwo>
std::uint32_t LookaheadServers::admit_usual(const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to,
                                            Shared& shared) {
#ifdef __x86_64__
    if constexpr (kRow > 0 && kOfTwo) {  // with one choice there is too little to compare
        if (may_use_ >= InstructionSet::kAvx2) return admit_usual_avx2<kRow>(attempts, from, to, shared);
    }
#endif
    return admit_usual_by<kRow, kOfTwo, InstructionSet::kBaseline>(attempts, from, to, shared);
}

#ifdef __x86_64__
/// Flattened: only then what compares may use such instructions, and is inlined.
template <std::uint32_t kRow>
__attribute__((target("avx2,bmi,popcnt"), flatten)) std::uint32_t LookaheadServers::admit_usual_avx2(
    const AttemptColumns& attempts, std::uint32_t from, std::uint32_t to, Shared& shared) {
    return admit_usual_by<kRow, true, InstructionSet::kAvx2>(attempts, from, to, shared);
}
#endif

template <std::uint32_t kRow, bool kOfTwo, InstructionSet kMay>
__attribute__((always_inline)) inline std::uint32_t LookaheadServers::admit_usual_by(const AttemptColumns& attempts,
                                                                                     std::uint32_t from,
                                                                                     std::uint32_t to, Shared& shared) {
    std::array<Booking, kRequestBlock> bookings;
    Booking* end_of_bookings = bookings.data();
    std::uint32_t i = from;
    for (; i < to; ++i) {
        const std::uint32_t soon = (i + kFetchedAhead) % kRequestBlock;
        fetch<kRow>(attempts.one[soon]);
        const Instant now = attempts.arrived[i];
        std::uint32_t index = attempts.one[i];
        if (index == Balancer::kNobody) break;
        const std::uint32_t queued_here = queued(index, now, shared);
        std::uint32_t busy = free_at_.busy<kRow, kMay>(index, now);
        if constexpr (kOfTwo) {
            fetch<kRow>(attempts.other[soon]);
            const std::uint32_t other = attempts.other[i];
            const std::uint32_t queued_there = queued(other, now, shared);
            const std::uint32_t busy_there = free_at_.busy<kRow, kMay>(other, now);
            const bool better = held<kRow, kMay>(other, queued_there, busy_there, now, shared) <
                                held<kRow, kMay>(index, queued_here, busy, now, shared);
            index = better ? other : index;
            busy = better ? busy_there : busy;
        }

        SlotTimes::First first{.slot = static_cast<std::uint32_t>(std::countr_one(busy)), .at = now};
        if (first.slot >= kRow) first = free_at_.first(index);
        const Instant start = std::max(now, first.at);
        const Glance glance = glances_[index];
        const Answering::Lane& lane = lanes_[glance.lane];
        const Instant finish = start + lane.service(attempts.work[i]);
        const bool usual =
            lane.takes(now, attempts.service_word[i], attempts.error_word[i]) & (finish - now <= shared.timeout);
        if (!usual) break;
        if (start > now && (start - now > shared.most_wait || glance.waiting >= shared.queue)) break;

        free_at_.set<kRow>(index, first.slot, finish);
        const bool sure = finish <= shared.sure_until;
        if (sure) {
            if (counts_application_) {
                __builtin_prefetch(&by_latency_[index * books_stride_]);
                shared.begin_work(index, finish - start);
            }
            *end_of_bookings++ = {.latency = finish - now,
                                  .server = index,
                                  .version = lane.version,
                                  .attempt = static_cast<std::uint16_t>(i)};
            hold_booked<kRow>(index, first.slot, start, now, shared);
            continue;
        }
        shared.ledger.arrived(lane.version, now);
        shared.begin_work(index, finish - start);
        begin(index, first.slot, start,
              {.arrived = now,
               .finish = finish,
               .who = attempts.first + i,
               .call = kNoCall,
               .told = Code::k200,
               .seen = Code::k200,
               .cause = Cause::kBackground,
               .is = kServed | kOccupied},
              shared);
    }
    for (const Booking* one = bookings.data(); one < end_of_bookings; ++one) {
        book(one->server, one->version, attempts.first + one->attempt, attempts.arrived[one->attempt], one->latency,
             shared);
    }
    return i;
}

/// Its slot or its place in the queue, of a request that is booked.
template <std::uint32_t kRow>
inline void LookaheadServers::hold_booked(std::uint32_t index, std::uint32_t slot, Instant start, Instant now,
                                          Shared& shared) {
    if (start > now) {
        enqueue(index, start, kNone);
    } else if (keeps<kRow>(index, slot)) {
        settle(index, slot, shared);
    }
}

/// All books of a request that is answered well.
inline void LookaheadServers::book(std::uint32_t index, std::size_t page, AttemptId id, Instant arrived,
                                   Instant latency, Shared& shared) {
    const std::size_t bucket = shared.ledger.bucket(latency);
    if (counts_application_) {
        by_latency_[index * books_stride_ + bucket] += 1;
        latency_ns_[index] += latency;
    }
    shared.ledger.arrived(page, arrived);
    shared.count(page, index, id, arrived, latency, bucket, Code::k200, Cause::kBackground);
}

/// admit() for most, in half the time; false if it is not sure to be answered well, and nothing was done.
inline bool LookaheadServers::admit_sure(std::uint32_t index, const Attempt& attempt, Shared& shared) {
    const Instant now = attempt.arrived;
    const std::uint32_t waiting = queued(index, now, shared);
    const SlotTimes::First first = free_at_.first(index);
    const Instant start = std::max(now, first.at);
    const Answering::Lane& lane = lanes_[glances_[index].lane + attempt.request_class];
    const Instant finish = start + lane.service(attempt.work);
    const bool sure = lane.takes(now, attempt.service_word, attempt.error_word) & (finish - now <= shared.timeout) &
                      (finish <= shared.sure_until) & (attempt.call == kNoCall) & is_usual(attempt.id);
    if (!sure || (start > now && (start - now > shared.most_wait || waiting >= shared.queue))) return false;
    free_at_.set(index, first.slot, finish);
    hold_booked<0>(index, first.slot, start, now, shared);
    shared.begin_work(index, finish - start);
    book(index, lane.version, attempt.id, now, finish - now, shared);
    return true;
}

void LookaheadServers::admit(std::uint32_t index, const Attempt& attempt, Shared& shared) {
    if (admit_sure(index, attempt, shared)) return;
    Server& server = servers_[index];
    const Instant now = attempt.arrived;
    shared.ledger.arrived(shared.ledger.page(server.version, attempt.id), now);
    if (shared.balancer.learns()) report_until(index, now, shared);
    if (!server.listening) return shared.turn_away(attempt, server.version, index, server.refusal);
    const std::uint32_t waiting = queued(index, now, shared);

    const SlotTimes::First first = free_at_.first(index);
    const Instant start = std::max(now, first.at);
    const Instant wait = start - now;
    if (wait > 0 && waiting == shared.queue) {  // shed: the application itself says 503
        count_shed(index, attempt.id, shared);
        return shared.turn_away(attempt, server.version, index, shared.answering.blame(server.version));
    }

    const std::size_t version = version_of(attempt.id, server.version);
    Fate fate = shared.answering.fate(attempt, version, trouble_of(index));
    const bool served = wait <= shared.timeout && wait <= shared.most_wait;
    if (served && !troubles_.empty()) shared.answering.leak(version, troubles_[index], fate);
    Flight flight{.arrived = now,
                  .finish = start + fate.service,
                  .who = attempt.id | std::uint64_t{attempt.balancer} << 56,
                  .call = attempt.call,
                  .told = fate.told,
                  .seen = fate.told,
                  .cause = fate.cause,
                  .is = static_cast<std::uint8_t>(served ? kOccupied | kServed : kOccupied)};
    bool keep = flight.finish > shared.sure_until || is_mirrored(attempt.id);
    if (!served) {
        const bool gives_up = wait > shared.timeout;
        flight.finish = gives_up ? now + shared.timeout : start;
        flight.seen = gives_up ? Code::k504 : Code::k503;
        flight.cause = gives_up ? fate.late : shared.answering.blame(server.version);
        keep = true;
    } else if (flight.finish - now > shared.timeout) {
        flight.seen = Code::k504;
        flight.cause = fate.late;
        given_up_until_ = std::max(given_up_until_, flight.finish);
        keep = true;
    }
    if (flight.seen != Code::k200 || flight.call != kNoCall) {
        flight.call = shared.announce(attempt.id, now, flight.call, index, attempt.balancer, flight.seen, flight.cause,
                                      answered_at(flight, shared.timeout));
    }
    if (served) {
        free_at_.set(index, first.slot, flight.finish);
        shared.begin_work(index, fate.service);
        if (fate.crashes) shared.agenda.push(start, Happening::kCrashed, attempt.id, index, servers_[index].process);
    }
    if (keep) return begin(index, first.slot, served ? start : flight.finish, flight, shared);
    finish(index, flight, shared);
    hold_booked<0>(index, first.slot, start, now, shared);
}

/// At `start`, or it leaves the queue then.
void LookaheadServers::begin(std::uint32_t index, std::uint32_t slot, Instant start, const Flight& flight,
                             Shared& shared) {
    if (start > flight.arrived || !flight.has(kServed)) {
        enqueue(index, start, parked_.take({flight, slot}));
    } else {
        place(index, slot, flight, shared);
    }
}

/// The slot's next request begins. The one before it has ended.
void LookaheadServers::place(std::uint32_t index, std::uint32_t slot, const Flight& flight, Shared& shared) {
    if (slots_of(index)[slot].has(kOccupied)) settle(index, slot, shared);
    slots_of(index)[slot] = flight;
    if (free_at_.scanned() > 0) glances_[index].kept |= bit_of(slot);
}

/// What the slot held has ended.
void LookaheadServers::settle(std::uint32_t index, std::uint32_t slot, Shared& shared) {
    finish(index, slots_of(index)[slot], shared);
    if (free_at_.scanned() > 0) glances_[index].kept ^= bit_of(slot);
}

/// To the end of the queue.
void LookaheadServers::enqueue(std::uint32_t index, Instant start, std::uint32_t parked) {
    const std::uint32_t at = waiting_.take({.start = start, .next = 0, .parked = parked});
    Glance& glance = glances_[index];
    if (glance.waiting++ == 0) {
        waiting_[at].next = at;
    } else {
        waiting_[at].next = std::exchange(waiting_[glance.last].next, at);
    }
    glance.last = at;
}

void LookaheadServers::settle_queue(std::uint32_t index, Instant now, Shared& shared) {
    if (shared.balancer.learns()) return report_until(index, now, shared);
    while (glances_[index].waiting > 0 && head(index).start <= now) take_up(index, shared);
}

/// The first in the queue leaves it: for its slot, or for good.
void LookaheadServers::take_up(std::uint32_t index, Shared& shared) {
    if (const std::uint32_t number = head(index).parked; number != kNone) {
        Parked& parked = parked_[number];
        if (parked.flight.has(kServed)) {
            place(index, parked.slot, parked.flight, shared);
        } else {
            if (parked.flight.seen == Code::k503) count_shed(index, parked.flight.id(), shared);
            answer(index, parked.flight, shared);
        }
        parked_.give_back(number);
    }
    drop_head(index);
}

void LookaheadServers::drop_head(std::uint32_t index) {
    Glance& glance = glances_[index];
    Waiting& last = waiting_[glance.last];
    waiting_.give_back(last.next);
    last.next = waiting_[last.next].next;
    --glance.waiting;
}

/// The server is done with the request: the application counts it, and proxy and client if they have not yet.
void LookaheadServers::finish(std::uint32_t index, Flight& flight, Shared& shared) {
    Server& server = servers_[index];
    const Instant latency = flight.finish - flight.arrived;
    const std::size_t bucket = shared.ledger.bucket(latency);
    if (is_flagged(flight.id())) {
        shared.flagged.add(flight.told, bucket, latency);
    } else {
        by_latency_[index * books_stride_ + bucket] += 1;
        latency_ns_[index] += latency;
        server.errors += flight.told != Code::k200;
    }
    if (!flight.has(kAnswered)) {
        if (latency <= shared.timeout) {
            shared.count(shared.ledger.page(server.version, flight.id()), index, flight.id(), flight.arrived, latency,
                         bucket, flight.seen, flight.cause);
        } else {
            answer(index, flight, shared);
        }
    }
    flight.is &= kServed;
}

/// The application says 503.
void LookaheadServers::count_shed(std::uint32_t index, AttemptId id, Shared& shared) {
    if (is_flagged(id)) return shared.flagged.add(Code::k503, 0, 0);
    servers_[index].shed += 1;
    by_latency_[index * books_stride_] += 1;
}

void LookaheadServers::answer(std::uint32_t index, Flight& flight, Shared& shared) {
    const Instant latency = answered_at(flight, shared.timeout) - flight.arrived;
    shared.count(shared.ledger.page(servers_[index].version, flight.id()), index, flight.id(), flight.arrived, latency,
                 shared.ledger.bucket(latency), flight.seen, flight.cause);
    flight.mark(kAnswered);
}

/// When rows are trees, or slots may work for clients that have given up. The queue is settled.
std::uint32_t LookaheadServers::count_in_service(std::uint32_t index, Instant now, const Shared& shared) const {
    std::uint32_t held = 0;
    for (std::uint32_t slot = 0; slot < free_at_.usable(index); ++slot) {
        const Flight& flight = flights_[index * std::size_t{slots_} + slot];
        const bool given_up =
            flight.has(kOccupied) && answered_at(flight, shared.timeout) <= now && flight.finish > now;
        held += free_at_.at(index, slot) > now && !given_up;
    }
    return held;
}

std::uint32_t LookaheadServers::outstanding(std::uint32_t index, Instant now, Shared& shared) {
    const std::uint32_t waiting = queued(index, now, shared);
    switch (free_at_.scanned()) {
        case SlotTimes::kLine:
            return held<SlotTimes::kLine>(index, waiting, free_at_.busy<SlotTimes::kLine>(index, now), now, shared);
        case SlotTimes::kMostScanned:
            return held<SlotTimes::kMostScanned>(index, waiting, free_at_.busy<SlotTimes::kMostScanned>(index, now),
                                                 now, shared);
        default:
            return held<0>(index, waiting, 0, now, shared);
    }
}

std::uint32_t LookaheadServers::outstanding(std::uint32_t index, std::uint8_t balancer, Instant now, Shared& shared) {
    settle_queue(index, now, shared);
    std::uint32_t held = 0;
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
        const Flight& flight = slots_of(index)[slot];
        held += flight.has(kOccupied) && flight.balancer() == balancer && answered_at(flight, shared.timeout) > now;
    }
    each_waiting(index, [&](const Waiting& one) { held += parked_[one.parked].flight.balancer() == balancer; });
    return held;
}

// ---- what ends processes, and what reads their books ----

void LookaheadServers::kill(std::uint32_t index, Instant now, Cause cause, Shared& shared) {
    Server& dead = servers_[index];
    settle_queue(index, now, shared);
    std::vector<Flight> cut_off;
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
        Flight& flight = slots_of(index)[slot];
        if (!flight.has(kOccupied)) continue;
        if (flight.finish <= now) {
            finish(index, flight, shared);
            continue;
        }
        if (!flight.has(kAnswered) && flight.arrived + shared.timeout <= now) answer(index, flight, shared);
        if (!flight.has(kAnswered)) cut_off.push_back(flight);
        flight.is = 0;
    }
    for (; glances_[index].waiting > 0; drop_head(index)) {
        cut_off.push_back(parked_[head(index).parked].flight);
        parked_.give_back(head(index).parked);
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
    glances_[index].kept = 0;
    std::fill_n(&by_latency_[index * books_stride_], buckets_, 0);
    latency_ns_[index] = 0;
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
        if (free_at_.scanned() > 0 && glances_[index].kept == 0) continue;
        for (std::uint32_t slot = 0; slot < slots_; ++slot) {
            Flight& flight = slots_of(index)[slot];
            if (!flight.has(kOccupied)) continue;
            if (flight.finish <= now) {
                settle(index, slot, shared);
            } else if (!flight.has(kAnswered) && flight.arrived + shared.timeout <= now) {
                answer(index, flight, shared);
            }
        }
    }
}

void LookaheadServers::report(std::uint32_t index, Flight& flight, Instant at, Shared& shared) {
    flight.mark(kReported);
    if (shared.learns_of(flight.id())) {
        shared.balancer.report(flight.balancer(), index, flight.seen == Code::k200, at - flight.arrived, at);
    }
}

void LookaheadServers::report_until(std::uint32_t index, Instant now, Shared& shared) {
    Flight* slots = slots_of(index);
    while (true) {
        const Instant leaves = glances_[index].waiting > 0 ? head(index).start : kNoInstant;
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
        Flight& next = parked_[head(index).parked].flight;
        if (!next.has(kServed)) report(index, next, leaves, shared);
        take_up(index, shared);
    }
}

Meter LookaheadServers::take_application(std::uint32_t index) {
    Server& server = servers_[index];
    Meter meter;
    std::int64_t all = 0;
    for (std::size_t bucket = 0; bucket < buckets_; ++bucket) {
        std::uint32_t& count = by_latency_[index * books_stride_ + bucket];
        meter.counters.by_latency[bucket] = count;
        all += count;
        count = 0;
    }
    meter.counters.by_code[std::size_t(Code::k500)] = server.errors;
    meter.counters.by_code[std::size_t(Code::k503)] = server.shed;
    meter.counters.by_code[std::size_t(Code::k200)] = all - server.errors - server.shed;
    meter.latency_ns = std::exchange(latency_ns_[index], 0);
    server.errors = server.shed = 0;
    return meter;
}

std::int64_t LookaheadServers::count_in_flight(Instant now, const Shared& shared) const {
    std::int64_t count = 0;
    const auto waits = [&](const Flight& flight) {
        return answered_at(flight, shared.timeout) > now && !is_mirrored(flight.id());
    };
    for (const Flight& flight : flights_) count += flight.has(kOccupied) && waits(flight);
    for (std::uint32_t index = 0; index < servers_.size(); ++index) {
        each_waiting(index, [&](const Waiting& one) {
            count += one.parked == kNone ? one.start > now : waits(parked_[one.parked].flight);
        });
    }
    return count;
}

}  // namespace rollcast
