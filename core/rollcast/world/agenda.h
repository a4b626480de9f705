#pragma once
// What requests themselves will cause, in order of time: answers that somebody waits for, crashes, retries. Ties are
// broken by what happens to whom, not by when it was scheduled, so that servers which know the future earlier than
// others end with the same requests.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "rollcast/world/request.h"

namespace rollcast {

struct Happening {
    /// In the order in which they take place at one instant.
    enum Kind : std::uint8_t {
        kServed,    // subject: request of EventServers
        kGivenUp,   // subject: request of EventServers
        kAnswered,  // subject: call
        kCrashed,   // subject: server
        kDrained,   // subject: server
        kReadmits,  // the balancers' sweep
        kArrives,   // subject: call
    };
    Instant at = 0;
    std::uint64_t order = 0;  // kind << 60 | id of the attempt (kDrained: the server)
    std::uint32_t subject = 0;
    std::uint32_t generation = 0;  // of the subject: tells a stale happening from a fresh one

    Kind kind() const { return static_cast<Kind>(order >> 60); }
    AttemptId id() const { return order & ((std::uint64_t{1} << 60) - 1); }
};

class Agenda {
   public:
    Instant next() const { return next_; }
    const Happening& front() const { return heap_.front(); }
    /// Does it hold any that the world has to deal with?
    bool has_notices() const { return notices_ > 0; }

    void push(Instant at, Happening::Kind kind, AttemptId id, std::uint32_t subject, std::uint32_t generation) {
        heap_.push_back({at, std::uint64_t{kind} << 60 | id, subject, generation});
        notices_ += is_notice(kind);
        std::push_heap(heap_.begin(), heap_.end(), is_after);
        next_ = heap_.front().at;
    }
    Happening pop() {
        std::pop_heap(heap_.begin(), heap_.end(), is_after);
        const Happening first = heap_.back();
        heap_.pop_back();
        next_ = heap_.empty() ? kNoInstant : heap_.front().at;
        notices_ -= is_notice(first.kind());
        return first;
    }

   private:
    static bool is_after(const Happening& a, const Happening& b) {
        return (a.at > b.at) | ((a.at == b.at) & (a.order > b.order));
    }
    static bool is_notice(Happening::Kind kind) { return kind == Happening::kCrashed || kind == Happening::kDrained; }

    std::vector<Happening> heap_;
    Instant next_ = kNoInstant;
    int notices_ = 0;
};

}  // namespace rollcast
