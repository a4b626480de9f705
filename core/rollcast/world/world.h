#pragma once
// The world: instances that come and go, routers that learn of it late, and the requests between them. It knows the
// truth about the release. Control code sees it only through cohorts() and scrape().

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/model/scenario.h"
#include "rollcast/observe/telemetry.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/backoff.h"
#include "rollcast/world/data_plane.h"
#include "rollcast/world/lifecycle.h"
#include "rollcast/world/probe.h"

namespace rollcast {

/// What happens to the world by itself. `subject` is an instance unless said.
enum class WorldEvent : std::uint32_t {
    kPlaced,           // has a place; the image comes next
    kPulled,           // has its image; the process starts next
    kStarted,          // the process runs; detail: process
    kWarm,             // the process answers; detail: process
    kProbe,            // readiness probe; detail: process
    kAvailable,        // ready for min_ready; detail: process
    kCrashed,          // the process dies; detail: process
    kCrashSeen,        // its death is noticed; detail: process
    kRestart,          // after a crash; detail: process
    kStop,             // preStop is over: TERM; detail: unused
    kExited,           // the process has ended after TERM, or was killed
    kEndpointLearned,  // routers learn; detail: number of the change * 2 + (is it an endpoint now)
    kWeightsLearned,   // routers learn; subject: number of the change
    kEnd,              // first number that is free for others
};

class World {
   public:
    /// The steady state at `from`: all replicas of version 0 ready and known to the routers. `defect` is the truth
    /// about version 1. The scenario must outlive the world.
    World(const Scenario& scenario, const Defect& defect, const StreamSpace& streams, Time from);

    /// Brings everything that has no event of its own up to `now`. True if it came to something before or at that time
    /// that now has one: handle it, and advance again.
    bool advance(Time now, EventQueue& queue);

    /// Handles one of the events it scheduled. True if a control plane could see a difference.
    bool handle(const Event& event, Time now, EventQueue& queue);

    /// Does the difference between what is and what is wanted; true if there was any.
    bool apply(std::span<const Target> targets, Time now, EventQueue& queue);

    /// What a control plane sees, by version.
    std::vector<Cohort> cohorts(Time now) const;
    bool routed() const { return !weights_.empty(); }

    /// What a scrape brings; each call starts the next interval.
    Scrape scrape(Time now);

    /// Other luck from here on.
    void rekey(const StreamSpace& streams);

    DataPlane& data() { return data_; }
    const DataPlane& data() const { return data_; }

    // The truth, for the recorder alone.
    double share(std::size_t version) const { return shares_[version]; }  // of requests, as routers send them now
    int ready(std::size_t version) const { return ready_[version]; }
    int instances() const { return instances_; }  // that hold a place, terminating ones too
    std::int64_t restarts() const { return restarts_; }

   private:
    enum class State : std::uint8_t { kUnschedulable, kScheduling, kPulling, kStarting, kRunning, kCrashed, kGone };

    struct Instance {
        VersionId version{};
        State state = State::kUnschedulable;
        bool terminating = false;
        bool ready = false;         // as the control plane knows it
        std::uint32_t server = 0;   // in the data plane
        std::uint32_t process = 0;  // how many processes have ended: tells a stale event from a fresh one
        std::uint32_t changes = 0;  // of being an endpoint
        std::uint32_t learned = 0;  // the latest change that routers know
        std::uint64_t entity = 0;   // names its streams
        Time created{};
        Time started{};      // the present process
        Time warm = kNever;  // when it answers
        Time ready_since{};
        Time died{};  // the previous process
        int restarts = 0;
        Prober prober;
        RestartBackoff backoff;
        ZoneId zone{};
        std::uint8_t seen_codes = 0;     // statuses that any scrape has seen
        std::uint8_t present_codes = 0;  // those that the present process has answered with
    };

    Stream stream(Purpose purpose, const Instance& instance, std::uint32_t ordinal = 0) const;
    Duration wait(Purpose purpose, const Instance& instance, const Distribution& seconds,
                  std::uint32_t ordinal = 0) const;
    std::uint32_t create(VersionId version, Time now);
    void place_waiting(Time now, EventQueue& queue);
    void pull(std::uint32_t id, Time now, EventQueue& queue);
    void start_process(std::uint32_t id, Time now, EventQueue& queue);
    void started(std::uint32_t id, Time now, EventQueue& queue);
    void probe(std::uint32_t id, Time now, EventQueue& queue);
    void crash(std::uint32_t id, Time now, EventQueue& queue);
    void terminate(std::uint32_t id, Time now, EventQueue& queue);
    void stop(std::uint32_t id, Time now, EventQueue& queue);
    void gone(std::uint32_t id, Time now, EventQueue& queue);
    void set_ready(std::uint32_t id, bool ready, Time now, EventQueue& queue);
    bool scale(VersionId version, int desired, Time now, EventQueue& queue);
    bool weigh(std::span<const Target> targets, Time now, EventQueue& queue);
    void learn_endpoint(std::uint32_t id, std::uint32_t change, bool endpoint);
    void reroute();
    static SeriesReading read(const Meter& grown, std::uint8_t& present_codes, std::uint8_t& seen_codes);
    DeletionRank deletion_rank(const Instance& instance, Time now) const;

    const Scenario* scenario_;
    StreamSpace streams_;
    Defect defect_;
    DataPlane data_;
    std::vector<Instance> all_;                        // index: InstanceId
    std::vector<std::uint32_t> live_;                  // not gone, in order of creation
    std::vector<std::uint32_t> endpoints_;             // as routers know them, some perhaps gone
    std::vector<int> desired_;                         // index: version
    std::vector<std::uint32_t> created_;               // versions x zones: how many ever
    std::vector<bool> founded_;                        // index: version: was ever asked for
    std::vector<double> weights_;                      // as last asked for; empty: none
    std::vector<std::vector<double>> weight_changes_;  // every change ever asked for
    std::vector<double> learned_weights_;              // as routers know them
    std::uint32_t learned_change_ = 0;
    std::vector<double> shares_;
    std::vector<int> ready_;
    /// What the last scrape saw of a counter that is never reset.
    struct Scraped {
        Meter meter{};
        std::uint8_t seen_codes = 0;
    };
    static SeriesReading read(const Meter& now, Scraped& before);
    std::vector<Scraped> proxy_scraped_;  // index: version, then "none"
    Scraped client_scraped_;
    int instances_ = 0;
    std::int64_t restarts_ = 0;
};

}  // namespace rollcast
