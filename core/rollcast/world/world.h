#pragma once
// The world: instances that come and go, hosts that fail under them, routers that learn of it late, and the requests
// between them. It knows the truth about the release. Control code sees it only through cohorts() and scrape().

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/model/scenario.h"
#include "rollcast/observe/load.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/backoff.h"
#include "rollcast/world/data_plane.h"
#include "rollcast/world/hosts.h"
#include "rollcast/world/lifecycle.h"
#include "rollcast/world/probe.h"

namespace rollcast {

/// How a fleet is kept: each instance by itself, or in groups of up to a grain of alike instances that are placed,
/// start, are probed, crash, restart and stop together, so that a million instances cost what a hundred do. Whatever
/// counts instances (cohorts, zones, hosts, capacity, quota, budgets) still does so one by one. A group is cut where
/// only some of its instances go, have the image, or crash on their start: how many is drawn as if each had its own
/// luck. What takes a random time takes the same for all of a group.
///
/// So means stay as they are: how many are ready, have crashed or restarted by when. Where random times decide it (of
/// starts and warm-ups, until a crash) the variance is that of as many independent groups: larger by the grain, or,
/// where groups differ, by the mean square of their sizes over the mean size. And the longest of these times is that of
/// fewer: about the quantile 1 - 1/groups, not 1 - 1/instances; the end of a rollout comes sooner by that.
struct Counting {
    int groups = 0;  // that a fleet of the usual size is in, about; 0: each instance is by itself
    /// Each request of the scenario stands for so many, where it is not simulated for its own sake but to wear out the
    /// process that it meets or to kill it. A group meets as many as one instance would, so it may be up to
    /// World::most_thinned().
    double thinned = 1;
    /// Only the new version's requests are simulated, as many as routers send it; not those behind a flag, nor copies.
    bool only_new = false;
};

/// What happens to the world by itself. Unless said, `subject` is an instance (or a group: see Counting) and `detail`
/// its process: of another process it is no longer true.
enum class WorldEvent : std::uint32_t {
    kPlaced,           // has a place; the image comes next
    kPulled,           // has its image; the process starts next
    kStarted,          // the process runs
    kWarm,             // the process answers
    kProbe,            // readiness probe
    kCrashed,          // the process dies
    kDeathSeen,        // it is noticed that the process has died
    kRestart,          // after a crash
    kStop,             // preStop is over: TERM
    kExited,           // the process has ended after TERM, or was killed
    kEvicted,          // given up: its host has been down for too long
    kAvailable,        // ready for min_ready; detail: number of the change of being an endpoint
    kEndpointLearned,  // routers learn; detail: number of the change * 2 + (is it an endpoint now)
    kWeightsLearned,   // routers learn; subject: number of the change
    kHostFails,        // subject: host; detail: how often it had been repaired * 2 + (does it fail by itself)
    kHostRepaired,     // subject: host
    kZoneLost,         // subject: index into Faults::zone_losses
    kBrownOut,         // one begins or ends
    kDrain,            // goes on; subject: index into Faults::drains; detail: 0 when it begins
    kCreateAgain,      // what the quota refused; subject: version; detail: number of the attempt
    kEnd,              // first number that is free for others
};
constexpr Event event(WorldEvent kind, std::uint32_t subject, std::uint32_t detail = 0) {
    return {static_cast<std::uint32_t>(kind), subject, detail};
}

class World {
   public:
    /// The steady state at `from`: all replicas of version 0, and of what was under way, ready and known to the
    /// routers, hosts as they are met at any time. `defect` is the truth about version 1. The scenario must outlive the
    /// world.
    World(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Time from, EventQueue& queue,
          Pace pace = Pace::kFastest, const Counting& counting = {});

    /// The most instances of a group. Hosts fail one by one, and an autoscaler reads instances one by one: a group is
    /// on one host and, with an autoscaler, one instance.
    static int grain(const Scenario& scenario, const Counting& counting);
    /// See Counting::thinned. Half of the grain leaves room for groups that are smaller.
    static double most_thinned(const Scenario& scenario, const Counting& counting) {
        return std::max(1., grain(scenario, counting) / 2.);
    }

    /// Brings everything that has no event of its own up to `until`. If a request causes an event before or then, only
    /// up to that, and returns it: to be handled before anything else, and then advance() again.
    std::optional<EventQueue::Entry> advance(Time until);

    /// Somebody asked for so many instances of the workload; until then it is Fleet::replicas. Budgets are of these.
    void resized(int replicas) { replicas_ = replicas; }

    /// Handles one of the events it scheduled or returned. True if a control plane could see a difference.
    bool handle(const Event& event, Time now, EventQueue& queue);

    /// Does the difference between what is and what is wanted; true if there was any.
    bool apply(std::span<const Target> targets, Time now, EventQueue& queue);

    /// What a control plane sees; see Observation::cohorts.
    std::vector<Cohort> cohorts() const;
    bool routed() const { return !routing_.weights.empty(); }

    /// Reads how busy instances have been since the last reading. Only where there is an autoscaler.
    void read_loads(Time now);
    /// What an autoscaler sees of the instances that the last directive has it count.
    std::vector<InstanceLoad> loads() const;

    /// What a scrape brings; each call starts the next interval. What no analysis asks instances for is left out.
    Scrape scrape(Time now);
    /// What rate() finds in the growth of a counter: a series adds nothing at its first sight. Codes are bits.
    static SeriesReading read(const Meter& grown, std::uint8_t& present_codes, std::uint8_t& seen_codes);

    /// Other luck from here on.
    void rekey(const StreamSpace& streams);

    DataPlane& data() { return data_; }
    const DataPlane& data() const { return data_; }

    // The truth, for the recorder alone.
    double share(std::size_t version) const { return shares_[version]; }  // of requests, as routers send them now
    double mirrored(std::size_t version) const {                          // likewise, copied there besides
        return learned_routing_.mirrored.empty() ? 0 : learned_routing_.mirrored[version];
    }
    /// Instances that routers send requests to, and what becomes of those: see Reach.
    int known(std::size_t version) const { return reached(&Reach::known, version); }
    int answering(std::size_t version) const { return reached(&Reach::answering, version); }
    int refusing(std::size_t version) const { return reached(&Reach::refusing, version); }
    bool weighed() const { return !learned_routing_.weights.empty(); }  // each version has instances of its own
    bool only_new() const { return only_new_; }                         // see Counting
    bool flagged() const { return learned_routing_.flagged; }           // all versions' requests share the instances
    std::size_t versions() const { return cohorts_.size(); }
    int ready(std::size_t version) const { return cohorts_[version].ready; }
    int instances() const { return instances_; }  // that hold a place, terminating ones too
    std::int64_t restarts() const { return restarts_; }
    std::int64_t host_failures() const { return host_failures_; }

   private:
    enum class State : std::uint8_t {
        kUnschedulable,
        kScheduling,
        kPulling,
        kStarting,
        kRunning,
        kCrashed,
        kLost,  // with its host
        kGone,
    };

    struct Instance {
        Time created{};
        Time started = kNever;  // the present process, or the one before
        Time warm = kNever;     // when it answers
        Time ready_since{};
        Time died{};               // the previous process
        std::uint32_t server = 0;  // in the data plane; for one that has a place
        HostId host{};             // likewise
        std::uint32_t ordinal =
            0;  // likewise: among the instances of its version ever placed in its zone; of a group, the first's
        std::uint32_t process = 0;  // how many processes have ended: tells a stale event from a fresh one
        std::uint32_t changes = 0;  // of being an endpoint
        std::uint32_t learned = 0;  // the latest change that routers know
        int restarts = 0;
        int size = 1;  // it stands for so many, alike in all: a group
        Prober prober{ProbeKind::kReadiness};
        RestartBackoff backoff{};
        VersionId version{};
        State state = State::kUnschedulable;
        bool terminating = false;
        bool ready = false;  // as the control plane knows it
        bool available = false;
        bool answers = false;            // its process does
        bool stopped = false;            // TERM came
        bool endpoint = false;           // as routers know it
        std::uint8_t seen_codes = 0;     // statuses that any scrape has seen
        std::uint8_t present_codes = 0;  // those that the present process has answered with
    };
    static_assert(sizeof(Instance) <= 128);

    struct Endpoint {
        std::uint32_t server = 0;
        VersionId version{};
    };
    /// Of a version's instances, those that routers send requests to. Who is in neither of the two is dead, or not warm
    /// again.
    struct Reach {
        int known = 0;
        int answering = 0;
        int refusing = 0;  // TERM came, whether they have ended since or not, and routers do not know yet
    };
    /// What routers are told. Index: version.
    struct Routing {
        std::vector<double> weights;   // empty: traffic follows endpoints
        std::vector<double> mirrored;  // likewise empty then
        bool flagged = false;          // weights are of users behind a flag, and all endpoints serve them
        friend bool operator==(const Routing&, const Routing&) = default;
    };

    /// Keeps the counts of cohorts in step while an instance changes.
    class Change {
       public:
        Change(World& world, std::uint32_t id) : world_(world), id_(id) { world_.count(id_, -1); }
        ~Change() { world_.count(id_, +1); }
        Change(const Change&) = delete;
        Change& operator=(const Change&) = delete;

       private:
        World& world_;
        std::uint32_t id_;
    };

    /// Where a version stands in an observation, a directive and among the routers' groups: the new one last, so that
    /// a baseline does not change which requests it gets. So they stand from the oldest to the newest, too.
    std::size_t seat(std::size_t version) const { return version == 0 ? 0 : cohorts_.size() - version; }
    Stream stream(Purpose purpose, const Instance& instance, std::uint32_t ordinal = 0) const;
    Duration wait(Purpose purpose, const Instance& instance, const Distribution& seconds,
                  std::uint32_t ordinal = 0) const;
    void count(std::uint32_t id, int sign);
    int& in_zone_of(const Instance& instance);
    void create(VersionId version, int size, Time now);
    std::uint32_t cut(std::uint32_t id, int size, Time now, EventQueue& queue);
    bool place(std::uint32_t id);
    std::optional<std::uint32_t> some(std::uint32_t id, double probability, Stream& luck, Time now, EventQueue& queue);
    void add_server(std::uint32_t id);
    void place_waiting(Time now, EventQueue& queue);
    void fill(VersionId version, Time now, EventQueue& queue);
    void fill_again(VersionId version, Time now, EventQueue& queue);
    void pull(std::uint32_t id, Time now, EventQueue& queue);
    void start_process(std::uint32_t id, Time now, EventQueue& queue);
    void started(std::uint32_t id, Time now, EventQueue& queue);
    Time death(const Instance& instance, Time now, Stream& luck) const;
    Time learned(const Instance& instance) const;
    static std::uint32_t learning(const Instance& instance) {  // detail of kEndpointLearned
        return instance.changes << 1 | std::uint32_t{instance.ready};
    }
    void answer(Instance& instance, Time now);
    void probe(std::uint32_t id, Time now, EventQueue& queue);
    void end_process(Instance& instance, Time now, Cause cause);
    void crash(std::uint32_t id, Time now, EventQueue& queue);
    void terminate(std::uint32_t id, Time now, EventQueue& queue);
    void stop(std::uint32_t id, Time now, EventQueue& queue);
    void gone(std::uint32_t id, Time now, EventQueue& queue);
    void evict(std::uint32_t id, Time now, EventQueue& queue);
    bool handle_instance(std::uint32_t id, WorldEvent kind, std::uint32_t detail, Time now, EventQueue& queue);
    bool handle_process(std::uint32_t id, WorldEvent kind, Time now, EventQueue& queue);
    void begin_faults(Time now, EventQueue& queue);
    Stream host_stream(Purpose purpose, HostId host) const;
    void fail_host(HostId host, bool by_itself, Time now, EventQueue& queue);
    void repair_host(HostId host, Time now, EventQueue& queue);
    void lose_zone(const ZoneLoss& loss, Time now, EventQueue& queue);
    void lose_instances(Time now, EventQueue& queue);
    void start_again(std::uint32_t id, Time now, EventQueue& queue);
    void brown_out(Time now);
    void drain(std::uint32_t index, Time now, EventQueue& queue);
    bool drain_host(HostId host, bool forced, Time now, EventQueue& queue);
    int evictable(const Instance& instance) const;
    void set_ready(std::uint32_t id, bool ready, Time now, EventQueue& queue);
    bool scale(VersionId version, const Target& target, Time now, EventQueue& queue);
    void remove(VersionId version, int count, Time now, EventQueue& queue);
    bool weigh(std::span<const Target> targets, Time now, EventQueue& queue);
    void learn_endpoint(std::uint32_t id, std::uint32_t number, bool endpoint);
    void reroute();
    void thin_out(std::vector<RouteGroup>& groups) const;
    void route_new();
    int reached(int Reach::* part, std::size_t version) const;
    void scrape_applications(Scrape& scrape);
    DeletionRank deletion_rank(const Instance& instance, Time now) const;

    /// Of a version's instances: what its controller does about those that the quota refuses.
    struct Creation {
        std::uint32_t attempts = 0;
        int refused = 0;  // attempts in a row
    };
    /// What the last reading of an instance saw.
    struct LoadMeter {
        Time at = kNever;  // of a running process; kNever: of none
        std::uint32_t process = 0;
        Work work{};
        std::optional<LoadReading> reading{};  // since the one before
    };

    const Scenario* scenario_;
    int grain_;
    double thinned_;
    bool only_new_;
    StreamSpace streams_;
    Defect defect_;
    DataPlane data_;
    FailureLaw law_;
    Hosts hosts_;
    std::vector<Instance> all_;               // in order of creation
    std::vector<std::uint32_t> live_;         // those that are not gone, rising
    int existing_ = 0;                        // of these; in instances
    std::deque<std::uint32_t> waiting_;       // for a place, in order of creation; some perhaps gone
    std::vector<std::uint32_t> instance_of_;  // index: server
    std::vector<LoadMeter> load_meters_;      // index: server; empty without an autoscaler
    /// How far a drain is.
    struct Drainage {
        int done = 0;  // hosts
        bool under_way = false;
        Time since{};  // it began with the present host
    };
    std::vector<Drainage> drainages_;               // index: drain
    int replicas_;                                  // of the workload, as asked for
    std::vector<Creation> creations_;               // index: version
    std::vector<bool> counted_;                     // index: version; by an autoscaler
    std::vector<std::optional<ZoneId>> preferred_;  // index: version; see Target::zone
    std::vector<Endpoint> endpoints_;               // as routers know them, some perhaps gone
    std::vector<Cohort> cohorts_;                   // index: version; without weights
    std::vector<Reach> reach_;                      // index: version
    std::vector<std::uint32_t> placed_;             // versions x zones: how many ever
    std::vector<int> in_zone_;                      // versions x zones: how many now, without terminating ones
    Routing routing_;                               // as last asked for
    std::vector<Routing> routing_changes_;          // every change ever asked for
    Routing learned_routing_;                       // as routers know it
    std::uint32_t learned_change_ = 0;
    std::vector<double> shares_;
    /// What the last scrape saw of a counter that is never reset.
    struct Scraped {
        Meter meter{};
        std::uint8_t seen_codes = 0;
    };
    static SeriesReading read(const Meter& now, Scraped& before);
    bool asks_applications_;              // some analysis does
    std::vector<Scraped> proxy_scraped_;  // index: version, then "none"
    Scraped flagged_scraped_;             // its meter is unused: instances count flagged requests from scrape to scrape
    Scraped client_scraped_;
    int instances_ = 0;
    std::int64_t restarts_ = 0;
    std::int64_t host_failures_ = 0;
};

}  // namespace rollcast
