#pragma once
// Those who wait for answers: what they do about a failure, and closed-loop users' next request.

#include <cstdint>
#include <optional>
#include <vector>

#include "rollcast/base/pool.h"
#include "rollcast/model/traffic.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"
#include "rollcast/random/streams.h"
#include "rollcast/stats/counters.h"
#include "rollcast/world/agenda.h"
#include "rollcast/world/ledger.h"
#include "rollcast/world/request.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// What a client remembers of a request that may not be over with its present attempt.
struct Call {
    AttemptId id = 0;     // of the present attempt
    Instant first = 0;    // when the first attempt arrived
    Instant arrived = 0;  // when the present one did
    std::uint32_t person = 0;
    std::uint32_t user = 0;        // closed loop: number of the user + 1; 0: an open request
    std::uint32_t generation = 0;  // counts its answers announced
    std::uint32_t server = 0;
    std::uint16_t request_class = 0;
    std::uint8_t balancer = 0;
    Code seen = Code::k200;
    Cause cause = Cause::kBackground;
};

class Clients {
   public:
    Clients(const Traffic& traffic, const StreamSpace& streams);

    /// Closed-loop users begin to think.
    void begin(Instant now, Agenda& agenda);
    void rekey(const StreamSpace& streams) { streams_ = streams; }

    /// Does anybody act on a failure? If not, no call is kept for open requests.
    bool retry() const { return retries_.attempts > 1; }

    Call& operator[](std::uint32_t call) { return calls_[call]; }
    const Call& operator[](std::uint32_t call) const { return calls_[call]; }
    std::uint32_t keep(const Call& call);
    /// The answer to the present attempt, at a time that may still lie ahead. Takes back what was announced before.
    void announce(std::uint32_t call, Instant at, Code seen, Cause cause, Agenda& agenda);

    /// The answer comes. `first_attempts`: that arrived so far.
    void answered(std::uint32_t call, Instant now, std::int64_t first_attempts, Agenda& agenda, Ledger& ledger);

    /// Of closed-loop users, that arrived so far.
    std::int64_t closed_requests() const { return closed_requests_; }
    /// The present attempt arrives.
    void arrives(std::uint32_t call, Instant now, Ledger& ledger);

    /// Tokens of the retry budget, after so many first attempts.
    double tokens(std::int64_t first_attempts) const;

    /// Requests that wait for their next attempt.
    std::int64_t backing_off() const { return backing_off_; }

   private:
    void think(std::uint32_t call, Instant now, Agenda& agenda);
    bool retries(const Call& call, std::int64_t first_attempts);
    Instant back_off(AttemptId next) const;

    Retries retries_;
    StreamSpace streams_;
    int users_;
    std::uint32_t persons_;               // beside users
    std::optional<QuantileTable> think_;  // seconds
    Pool<Call> calls_;
    double tokens_;               // of the retry budget, when it was last looked at
    std::int64_t tokens_at_ = 0;  // first attempts by then
    std::int64_t closed_requests_ = 0;
    std::int64_t backing_off_ = 0;
};

}  // namespace rollcast
