#pragma once
// What all servers share: the rules by which they answer, the books, and those who wait for the answers.

#include <limits>
#include <vector>

#include "rollcast/world/agenda.h"
#include "rollcast/world/answering.h"
#include "rollcast/world/balancer.h"
#include "rollcast/world/clients.h"
#include "rollcast/world/ledger.h"
#include "rollcast/world/request.h"

namespace rollcast {

/// What became of an attempt, for whoever wants to see each of them.
struct AttemptRecord {
    AttemptId id = 0;
    std::uint32_t server = 0;  // Balancer::kNobody: reached none
    Instant arrived = 0;
    Instant answered = 0;
    Code seen = Code::k200;
    Cause cause = Cause::kBackground;  // of its failure, if it is one
    friend auto operator<=>(const AttemptRecord&, const AttemptRecord&) = default;
};

/// Where records go; a copy of a run keeps none.
struct Journal {
    std::vector<AttemptRecord>* target = nullptr;
    Journal() = default;
    Journal(const Journal&) {}
    Journal& operator=(const Journal&) { return *this; }
};

/// What an instance has begun to do, since the beginning.
struct Work {
    std::int64_t ns = 0;  // of service, before requests slow each other
    std::int64_t requests = 0;
};

struct Shared {
    Answering answering;
    Ledger ledger;
    Clients clients;
    Balancer balancer;
    Agenda agenda;
    Instant timeout;        // of clients
    Instant most_wait;      // in a queue; kNoInstant: no limit
    std::uint32_t queue;    // requests that may wait at a server
    bool follows_failures;  // somebody acts on a failure at its time
    Journal journal{};
    Meter flagged{};           // what instances counted of flagged requests, apart from their own books
    std::vector<Work> work{};  // index: server; empty: nobody asks
    /// No process that holds a request ends before then, so what ends by then is sure to end so.
    Instant sure_until = std::numeric_limits<Instant>::min();

    void begin_work(std::uint32_t server, Instant service) {
        if (work.empty()) return;
        work[server].ns += service;
        ++work[server].requests;
    }

    /// The answer to an attempt at a server, for a time `at` that may lie ahead: kept for whoever will act on it.
    /// Returns the client's call.
    std::uint32_t announce(AttemptId id, Instant arrived, std::uint32_t call, std::uint32_t server,
                           std::uint8_t balancer_id, Code seen, Cause cause, Instant at) {
        if (is_mirrored(id)) return kNoCall;
        if (call == kNoCall) {
            if (seen == Code::k200 || !follows_failures) return kNoCall;
            call = clients.keep({.id = id, .first = arrived, .arrived = arrived});
        }
        clients[call].server = server;
        clients[call].balancer = balancer_id;
        clients.announce(call, at, seen, cause, agenda);
        return call;
    }

    /// Do balancers learn from its answer? Copies come back to none.
    bool learns_of(AttemptId id) const { return balancer.learns() && !is_mirrored(id); }

    /// The books of an answer that a client has now. `page`: of the ledger.
    void count(std::size_t page, std::uint32_t server, AttemptId id, Instant arrived, Instant latency,
               std::size_t bucket, Code seen, Cause cause) {
        ledger.answered(page, seen, cause, bucket, latency);
        if (journal.target != nullptr) journal.target->push_back({id, server, arrived, arrived + latency, seen, cause});
    }

    /// A 503 without any work.
    void fail_at_once(const Attempt& attempt, std::size_t version, std::uint32_t server, Cause cause) {
        count(ledger.page(version, attempt.id), server, attempt.id, attempt.arrived, 0, 0, Code::k503, cause);
        announce(attempt.id, attempt.arrived, attempt.call, server, attempt.balancer, Code::k503, cause,
                 attempt.arrived);
    }
    /// The same from a server, and its balancer learns of it.
    void turn_away(const Attempt& attempt, std::size_t version, std::uint32_t server, Cause cause) {
        fail_at_once(attempt, version, server, cause);
        if (learns_of(attempt.id)) balancer.report(attempt.balancer, server, false, 0, attempt.arrived);
    }
};

}  // namespace rollcast
