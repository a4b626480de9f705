#pragma once
// The request data plane: every request, from its arrival to its end. Between two control events it advances all
// requests at once, in order of arrival, in a tight loop over plain arrays: no virtual call, no allocation.
//
// Columns hold what depends on a request's ordinal alone (its time, its words, its work) and are made for a block of
// requests at a time. What depends on the past (the server's slots, a balancer's choice) is decided in order. Nothing
// that a request causes can come before the request itself, so the loop looks ahead to the first thing that any of
// them will cause (an answer that somebody acts on, a crash, a retry) or to the next control event, whichever is
// sooner, and runs to there without looking up.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/model/defect.h"
#include "rollcast/model/scenario.h"
#include "rollcast/random/request_words.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/arrivals.h"
#include "rollcast/world/event_servers.h"
#include "rollcast/world/lookahead_servers.h"
#include "rollcast/world/shared.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// What requests did that the world has to deal with.
struct Notice {
    enum class Kind : std::uint8_t {
        kCrashed,  // a request killed the process that began to serve it: kill() the server
        kDrained,  // all that a server held is done
    };
    Kind kind{};
    std::uint32_t server = 0;
    Time at{};
};

/// Which servers: those that look ahead where the model allows it, or event by event. The requests are the same.
enum class Pace : std::uint8_t { kFastest, kEventByEvent };

class DataPlane {
   public:
    /// `defects`: one a version. Requests arrive from `from` on. `scenario` must be valid and outlive this.
    DataPlane(const Scenario& scenario, std::span<const Defect> defects, const StreamSpace& streams, Time from,
              Pace pace = Pace::kFastest);

    /// Other luck for all requests that have not arrived yet.
    void rekey(const StreamSpace& streams);
    /// From now on so many times the traffic's requests arrive.
    void scale_arrivals(double factor) { arrivals_.scale(factor, block_, next_, now_); }

    /// A server of that version, not listening yet. Returns its index.
    std::uint32_t add_server(VersionId version, ZoneId zone = ZoneId{});
    /// A new process answers from now on.
    void listen(std::uint32_t server, Time now);
    /// For what arrives from now on. Of the server: until it is killed.
    void impair(std::uint32_t server, Impairment impairment);
    /// Likewise of all servers, on top: a dependency in trouble.
    void impair_all(Impairment impairment);
    /// Connections are refused from now on, for that cause; what was admitted goes on.
    void refuse(std::uint32_t server, Cause cause);
    /// advance() will stop with a notice when all that the server holds is done. refuse() it first.
    void drain(std::uint32_t server, Time now);
    /// The process ends: what it still held fails, its meter is lost. advance(now) first.
    void kill(std::uint32_t server, Time now, Cause cause);

    void set_routes(std::vector<RouteGroup> groups);
    /// So many users, or requests where sessions do not matter, are answered by the new version's code, at whatever
    /// instance. Whoever is among few is among more, too.
    void set_flag(double share);

    /// Lets every request arrive that does so before `until`. Times must rise. Stops at the time of a notice, with all
    /// else at that time too: deal with it, and advance again.
    std::optional<Notice> advance(Time until);

    /// Settles all that has ended by `now`, so that meters and tallies are exact at that instant. advance(now) first.
    void sweep(Time now);

    /// Attempts at a version; index versions(): reached none.
    Tally tally(std::size_t version) const { return shared_.ledger.tally(version); }
    /// Copies of requests that were mirrored to a version: they are in no other tally.
    Tally mirrored(std::size_t version) const { return shared_.ledger.tally(shared_.ledger.mirror_page(version)); }
    /// Requests as their clients see them: one, however many attempts it takes.
    Tally total() const { return shared_.ledger.clients(); }
    std::size_t versions() const { return shared_.ledger.versions(); }

    /// What the instance itself counted since the last take or the start of its process, whichever is later.
    Meter take_application(std::uint32_t server);
    /// What all instances counted of flagged requests, since the last take. They count them apart.
    Meter take_flagged();
    /// Whether instances count at all; they do unless told otherwise. Where nobody asks, requests cost less.
    void count_application(bool wanted);
    /// work() knows what servers do that are added from now on; before that there must be none.
    void count_work();
    /// What the server has begun to do.
    Work work(std::uint32_t server) const { return shared_.work[server]; }
    /// What the proxies counted of a version, copies and all; index versions(): requests that reached none.
    Meter proxy_meter(std::size_t version) const { return shared_.ledger.proxy_meter(version); }
    /// What clients count: latency from the first attempt to the end.
    Meter client_meter() const { return shared_.ledger.client_meter(); }
    /// Arrival of the first request of a version; kNever if there was none.
    Time first_arrival(std::size_t version) const { return time_of(shared_.ledger.first_arrival(version)); }

    /// Requests that servers hold and clients wait for or are about to repeat, counted one by one: an independent
    /// check of Tally::in_flight().
    std::int64_t count_in_flight(Time now) const;

    /// Of the clients' retry budget.
    double tokens() const { return shared_.clients.tokens(first_attempts()); }

    /// Writes down every attempt that is answered from now on, in no particular order. Not for copies of this.
    void keep_journal(std::vector<AttemptRecord>* journal) { shared_.journal.target = journal; }

   private:
    template <typename Servers>
    std::optional<Notice> advance_by(Servers& servers, Instant until);
    template <typename Servers>
    void admit_until(Servers& servers, Instant until);
    void admit_usual(LookaheadServers& servers, Instant until);
    template <typename Servers>
    void admit(Servers& servers);
    template <typename Servers>
    std::optional<Notice> handle(const Happening& what, Servers& servers);
    template <typename Servers>
    void arrive_again(const Happening& what, Servers& servers);
    template <typename Servers>
    void route(const Attempt& attempt, const RouteWords& words, Servers& servers);
    template <typename Servers>
    void mirror(const Attempt& attempt, Servers& servers);
    bool is_exposed(std::uint64_t ordinal, std::uint32_t user) const;
    void reach_nobody(const Attempt& attempt);
    double work(std::uint16_t request_class, std::uint32_t word) const;  // ns
    std::int64_t first_attempts() const;
    void refill();
    void fill_columns();
    void fill_places();

    Shared shared_;
    std::variant<LookaheadServers, EventServers> servers_;
    StreamSpace streams_;
    std::uint32_t persons_;
    bool plain_;    // one class, no sessions, one balancer that does not learn
    bool extra_;    // the second block of words is needed
    bool by_user_;  // flags expose users
    std::uint64_t flagged_below_ = 0;
    bool counts_work_ = false;
    Instant readmission_ = 0;  // between the balancers' sweeps

    Arrivals arrivals_;
    ArrivalBlock block_;
    ExtraWords extra_words_;
    std::array<float, kRequestBlock> work_;  // ns, of the first class
    // Plain balancing: the first and the second place that a request's words lead to, or kNobody.
    std::array<std::uint32_t, kRequestBlock> one_{};
    std::array<std::uint32_t, kRequestBlock> other_{};
    bool places_known_ = false;
    std::uint32_t next_ = 0;  // index of the next request in the block
    Time now_;
};

}  // namespace rollcast
