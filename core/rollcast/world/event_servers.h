#pragma once
// Servers that take every request event by event: it begins, it ends, its client gives up. For what cannot be known
// ahead (last come first served, requests that share cores), and as the yardstick of the servers that look ahead.

#include <cstdint>
#include <limits>
#include <vector>

#include "rollcast/base/pool.h"
#include "rollcast/model/scenario.h"
#include "rollcast/world/shared.h"

namespace rollcast {

class EventServers {
   public:
    EventServers(QueueOrder order, double cores, std::size_t buckets)
        : order_(order), cores_(cores), buckets_(buckets) {}

    std::uint32_t add(std::uint16_t version, const Answering& answering);
    void listen(std::uint32_t index, Instant now, const Shared& shared);
    void refuse(std::uint32_t index, Cause cause);
    void impair(std::uint32_t index, Impairment impairment, const Shared&) {
        Answering::impair(servers_[index].trouble, impairment);
    }
    void kill(std::uint32_t index, Instant now, Cause cause, Shared& shared);
    void drain(std::uint32_t index, Instant now, Shared& shared);

    void admit(std::uint32_t index, const Attempt& attempt, Shared& shared);
    void refresh(const Shared&) {}
    void handle(const Happening& what, Shared& shared);
    void sweep(Instant, Shared&) {}  // everything is settled at its time

    std::uint16_t version(std::uint32_t index) const { return servers_[index].version; }
    std::uint32_t process(std::uint32_t index) const { return servers_[index].process; }
    std::uint32_t outstanding(std::uint32_t index, Instant, Shared&) const { return servers_[index].held; }
    std::uint32_t outstanding(std::uint32_t index, std::uint8_t balancer, Instant, Shared& shared);
    /// Tells balancers that learn what has come back: of one instant those that were begun before, in order of
    /// requests, then those that leave the queue.
    void report_until(std::uint32_t index, Instant now, Shared& shared);
    Meter take_application(std::uint32_t index);
    void count_application(bool) {}  // it costs little here
    std::int64_t count_in_flight(Instant now, const Shared& shared) const;

   private:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    struct Request {
        Attempt attempt;
        Fate fate{};
        Instant updated = 0;   // when it began, or `remaining` was right
        double remaining = 0;  // ns of work, where cores are shared
        std::uint32_t server = kNone;
        std::uint32_t life = 0;        // tells a stale kGivenUp from a fresh one
        std::uint32_t schedule = 0;    // tells a stale kServed from a fresh one
        std::uint32_t before = kNone;  // in the queue
        std::uint32_t behind = kNone;
        bool given_up = false;
        bool begun = false;
    };
    /// What came back to a balancer.
    struct Report {
        AttemptId id;
        Instant latency;
        std::uint8_t balancer;
        bool good;
        bool begun_before;
    };
    struct Server {
        Trouble trouble{};
        std::vector<std::uint32_t> busy{};  // requests in service
        std::vector<Report> reports{};      // of the latest instant, not made yet
        Instant reports_at = 0;
        std::uint32_t slots = 1;
        std::uint32_t oldest = kNone;  // of the queue
        std::uint32_t newest = kNone;
        std::uint32_t waiting = 0;
        std::uint32_t held = 0;  // requests whose clients wait
        std::uint32_t process = 0;
        std::uint32_t due = kNone;  // of those that share cores, the one that ends first
        Meter application{};
        std::uint16_t version = 0;
        bool listening = false;
        bool draining = false;
        Cause refusal = Cause::kHandOver;
    };

    static Meter& books(Server& server, AttemptId id, Shared& shared) {
        return is_flagged(id) ? shared.flagged : server.application;
    }
    std::uint32_t keep(const Attempt& attempt);
    void forget(std::uint32_t request);
    void begin(std::uint32_t request, Instant now, Shared& shared);
    void end(std::uint32_t request, Instant now, Shared& shared);
    void take_up(Server& server, Instant now, Shared& shared);
    void leave_queue(Server& server, std::uint32_t request);
    void answer(std::uint32_t request, Instant now, Code seen, Cause cause, Shared& shared);
    void work_on(Server& server, Instant now);
    void share_cores(Server& server, Instant now, Shared& shared);

    QueueOrder order_;
    double cores_;  // 0: requests do not slow each other
    std::size_t buckets_;
    std::vector<Server> servers_;
    Pool<Request> requests_;
};

}  // namespace rollcast
