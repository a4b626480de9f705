#pragma once
// The request data plane: every request, from its arrival to its end. Between two control events it advances all
// requests at once, in order of arrival, in a tight loop over plain arrays: no virtual call, no allocation, no event.
//
// An instance serves first come, first served on `slots` slots with a bounded queue, so what becomes of a request is
// known when it is admitted: it starts on the slot that is free first (Kiefer and Wolfowitz). Results are kept beside
// the slot until it is used again or swept, so that a crash can still revoke what it cuts off. A client that gives up
// leaves the queue; if it gives up in mid-service, the instance goes on working for nobody.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/model/defect.h"
#include "rollcast/model/scenario.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"
#include "rollcast/random/streams.h"
#include "rollcast/stats/counters.h"
#include "rollcast/world/tally.h"

namespace rollcast {

/// Counters with the sum of latencies, as a metric library keeps them.
struct Meter {
    Counters counters;
    std::int64_t latency_ns = 0;

    void add(Code code, std::size_t bucket, std::int64_t latency) {
        counters.by_code[static_cast<std::size_t>(code)] += 1;
        counters.by_latency[bucket] += 1;
        latency_ns += latency;
    }
};

/// Where routers send requests: to one of several groups by share, then to one of its servers by the policy.
struct RouteGroup {
    double share = 1;                    // of all requests; the shares of all groups add up to 1
    std::vector<std::uint32_t> servers;  // none: its requests fail
};

/// How badly something does for now: a factor on service times and a share of requests that fail besides.
struct Impairment {
    double slowness = 1;
    double error_rate = 0;
    friend bool operator==(const Impairment&, const Impairment&) = default;
};

/// A request that killed the process which began to serve it.
struct Crash {
    std::uint32_t server = 0;
    Time at{};
};

class DataPlane {
   public:
    /// `defects`: one a version. Requests arrive from `from` on.
    DataPlane(const Scenario& scenario, std::span<const Defect> defects, const StreamSpace& streams, Time from);

    /// Other luck for all requests that have not arrived yet.
    void rekey(const StreamSpace& streams);

    /// A server of that version, not listening yet. Returns its index.
    std::uint32_t add_server(VersionId version);
    /// A new process answers from now on.
    void listen(std::uint32_t server, Time now);
    /// From now on, for what is admitted from now on. Of the server: until it is killed.
    void impair(std::uint32_t server, Impairment impairment);
    /// Likewise of all servers, on top: a dependency in trouble.
    void impair_all(Impairment impairment);
    /// Connections are refused from now on, for that cause; what was admitted goes on.
    void refuse(std::uint32_t server, Cause cause);
    /// The process ends: what it still held fails, its meter is lost.
    void kill(std::uint32_t server, Time now, Cause cause);
    /// When the last of what was admitted will be done, if nothing else is; `now` if there is nothing.
    Time last_finish(std::uint32_t server, Time now);

    void set_routes(std::vector<RouteGroup> groups);

    /// Lets every request arrive that does so before `until`. Times must rise. Stops at the time of a crash, with all
    /// else at that time too: kill() the server then, and advance again.
    std::optional<Crash> advance(Time until);

    /// Settles all that has ended by `now`, so that meters and tallies are exact at that instant. advance(now) first.
    void sweep(Time now);

    const Tally& tally(std::size_t version) const { return tallies_[version]; }  // index versions(): reached none
    Tally total() const;
    std::size_t versions() const { return service_.size(); }

    /// What the instance itself counted since its process began.
    const Meter& application_meter(std::uint32_t server) const { return servers_[server].meter; }
    /// What the proxies counted of a version; index versions(): requests that reached none.
    const Meter& proxy_meter(std::size_t version) const { return proxy_[version]; }
    /// Arrival of the first request of a version; kNever if there was none.
    Time first_arrival(std::size_t version) const { return first_arrival_[version]; }

    /// Requests that servers hold and clients wait for, counted one by one: an independent check of Tally::in_flight().
    std::int64_t count_in_flight(Time now) const;

   private:
    using Instant = Time::rep;  // nanoseconds since the start of the rollout

    struct Flight {
        Instant arrived;
        Instant start;   // of service; for one that gives up in the queue, when it does
        Instant finish;  // of service
        std::uint8_t slot;
        Code told;       // what the application counts
        Code seen;       // what proxy and client count
        Cause cause;     // of its failure, if it is one
        bool occupied;   // the entry holds a request
        bool answered;   // its client was counted before its service ended
        bool abandoned;  // gives up in the queue
    };

    struct Server {
        std::uint16_t version = 0;
        bool listening = false;
        Cause refusal = Cause::kHandOver;
        std::uint32_t queue_head = 0;
        std::uint32_t queue_size = 0;
        Impairment impairment;
        Meter meter;
    };

    /// How a version answers.
    struct VersionService {
        std::uint64_t background_below = 0;  // error words below it fail
        std::uint64_t defect_below = 0;      // those from there to here fail of the defect
        std::uint64_t slowed_from = 0;       // service words from here on are slowed ...
        double slow_factor = 1;              // ... by this
    };

    template <Policy policy>
    void advance_by(Instant until);
    template <Policy policy>
    std::uint32_t choose(std::size_t group, double position, Instant now);
    void admit(std::uint32_t server, Instant now, std::uint32_t service_word, std::uint32_t error_word);
    void settle_queue(std::uint32_t server, Instant now);
    void finish(Server& server, Flight& flight);
    void answer(const Server& server, Flight& flight);
    void count_answer(const Server& server, const Flight& flight, std::size_t in, Instant latency);
    void fail_at_once(std::size_t version, Cause cause);
    int outstanding(std::uint32_t server, Instant now);
    std::size_t bucket(Instant latency) const;
    Instant gap(std::uint32_t word) const;
    void refill();
    Flight* slots_of(std::uint32_t server) { return &flights_[server * std::size_t(slots_)]; }
    Instant* free_at_of(std::uint32_t server) { return &free_at_[server * std::size_t(slots_)]; }
    Flight& queued(std::uint32_t server, std::uint32_t position) {
        std::uint32_t at = servers_[server].queue_head + position;
        if (at >= queue_limit_) at -= queue_limit_;
        return queue_[server * std::size_t(queue_limit_) + at];
    }

    struct Tables {
        QuantileTable gap;      // exponential of mean 1
        QuantileTable service;  // seconds
    };
    std::shared_ptr<const Tables> tables_;
    StreamSpace streams_;
    Policy policy_;
    std::uint32_t slots_;
    std::uint32_t queue_limit_;
    Instant timeout_;
    Instant slow_;
    double mean_gap_ns_;
    std::array<float, kMaxLatencyBuckets> bucket_limits_;  // ns; beyond the last: infinity
    std::vector<VersionService> service_;                  // index: version
    Impairment all_;

    std::vector<Server> servers_;
    std::vector<Instant> free_at_;  // servers x slots: when the slot is free for the next admission
    std::vector<Flight> flights_;   // servers x slots: the latest request that began service there
    std::vector<Flight> queue_;     // servers x queue_limit: a ring each

    struct Group {
        std::uint64_t below;  // balance words below it, and not below the previous group's, go here
        std::uint32_t first;  // into endpoints_
        std::uint32_t size;
        std::uint32_t next = 0;  // round robin
    };
    std::vector<Group> groups_;
    std::vector<std::uint32_t> endpoints_;

    std::vector<Tally> tallies_;  // versions + 1
    std::vector<Meter> proxy_;    // versions + 1
    std::vector<Time> first_arrival_;

    RequestWords words_;
    std::array<Instant, kRequestBlock> arrivals_;
    std::uint32_t next_ = kRequestBlock;  // index of the next request in the block
    std::uint64_t next_ordinal_ = 0;      // of the first request of the next block
    Instant block_start_ = 0;             // the arrival before the block's first
};

}  // namespace rollcast
