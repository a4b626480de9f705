#pragma once
// The seam between the engine and what decides. A Strategy is an immutable recipe; start() gives a Controller, the
// state of one rollout in flight. decide() is shown what can be observed and answers with the whole state it wants.
//
//     class AllAtOnce final : public Controller {
//         Directive decide(const Observation& seen) override {
//             Directive want(seen.cohorts.size());
//             want.targets[1].desired = replicas_;
//             want.phase = seen.cohorts[1].available == replicas_ ? Phase::kPromoted : Phase::kMoving;
//             return want;
//         }
//         std::unique_ptr<Controller> clone() const override { return std::make_unique<AllAtOnce>(*this); }
//     };

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/verdict.h"

namespace rollcast {

/// The instances of one version (a ReplicaSet), as a control plane sees them. Terminating instances are counted in
/// `draining` only.
struct Cohort {
    VersionId version{};
    LocationId location{};
    bool exists = false;    // was ever asked for
    int desired = 0;        // as last asked for ("spec.replicas")
    int instances = 0;      // created and not terminating ("status.replicas")
    int pending = 0;        // of these: not yet running
    int unschedulable = 0;  // of these: waiting for a place
    int ready = 0;
    int available = 0;    // ready for at least min_ready
    int draining = 0;     // terminating
    int restarts = 0;     // of processes, since the run began
    double weight = 0;    // share of its location's traffic that routers were last told to send here; see `routed`
    double mirrored = 0;  // likewise, to copy here
    bool routed = false;  // weights are in force in its location
};

/// One analysis run that a directive asked for.
struct AnalysisStatus {
    std::uint32_t run = 0;  // AnalysisWish::run
    AnalysisPhase phase = AnalysisPhase::kPending;
    LocationId location = kEverywhere;  // AnalysisWish::location
};

/// A controller that knows of no locations is shown one: its own.
struct Observation {
    Time now{};
    std::span<const Cohort> cohorts;  // location by location; in each the old version first, the new one last, a
                                      // baseline or an intermediate revision in between
    std::span<const AnalysisStatus> analyses;  // every run ever asked for, in order of start
    bool routed = false;                       // weights are in force; else traffic follows ready instances
    /// What somebody from outside, an autoscaler, last asked the workload's size to be, in all locations together;
    /// none: nobody did.
    std::optional<int> replicas{};
    bool approved = false;  // a person granted what the last directive asked for
    bool aborted = false;   // somebody wants the rollout gone: go back, unless it is done
    std::size_t locations = 1;
    std::span<const std::optional<int>> sizes{};  // index: location; what `replicas` is in each of several

    /// The phase of a run; Pending when it is not known yet.
    AnalysisPhase analysis(std::uint32_t run, LocationId location = kEverywhere) const {
        for (const AnalysisStatus& status : analyses) {
            if (status.run == run && status.location == location) return status.phase;
        }
        return AnalysisPhase::kPending;
    }
    std::size_t versions() const { return cohorts.size() / locations; }
    std::span<const Cohort> in(LocationId location) const {
        return cohorts.subspan(index_of(location) * versions(), versions());
    }
    std::optional<int> replicas_in(LocationId location) const {
        return sizes.empty() ? replicas : sizes[index_of(location)];
    }
};

/// What one cohort should become.
struct Target {
    int desired = 0;
    std::optional<double> weight;  // share of its location's traffic; given for all cohorts there (they add up to 1) or
                                   // for none
    double mirrored = 0;           // share that is copied here, its answers thrown away; only where weights are given
    /// Of the new version: its requests are answered by instances of the old one, which have its code behind a flag.
    /// Its weight is the share of users who are exposed; it has no instances of its own.
    bool behind_flag = false;
    bool counted = true;  // by an autoscaler that asks how busy the workload's instances are
    /// Where its instances go from and come to, as long as it has some and takes some; none: any zone.
    std::optional<ZoneId> zone{};
    friend bool operator==(const Target&, const Target&) = default;
};

/// Controllers number their analysis runs from 1 on. Strategies around others count down from the last number, the
/// innermost first; the one above is the engine's own.
inline constexpr std::uint32_t kLastRun = std::numeric_limits<std::uint32_t>::max() - 1;

/// An analysis that should be running. One that was asked for and no longer is gets terminated.
struct AnalysisWish {
    std::uint32_t run = 0;  // the controller's name for this run; a new run takes a new number in its location
    AnalysisId analysis{};
    LocationId location = kEverywhere;  // whose telemetry it looks at
    friend bool operator==(const AnalysisWish&, const AnalysisWish&) = default;
};

enum class Phase : std::uint8_t {
    kMoving,       // instances or traffic are on their way
    kPaused,       // waits for a person or for a pause to end
    kBaking,       // waits for an analysis
    kStuck,        // sees no progress and does not know how to go on; may still recover
    kRollingBack,  // on the way back to the old version
    kPromoted,     // done: the new version has it all
    kRolledBack,   // done: the old version has it all
};
constexpr bool is_final(Phase phase) { return phase == Phase::kPromoted || phase == Phase::kRolledBack; }

/// The whole state a controller wants. Applying it twice is applying it once.
struct Directive {
    std::vector<Target> targets;  // parallel to Observation::cohorts
    std::vector<AnalysisWish> analyses;
    Phase phase = Phase::kMoving;
    bool asks_approval = false;  // a person should look; see Observation::approved
    Time wake_at = kNever;       // besides every change of what is observed
    std::string reason;          // one line for the decision log
    explicit Directive(std::size_t cohorts = 0) : targets(cohorts) {}
};

/// One of several locations.
struct Place {
    std::string name;
    int replicas = 0;
};

/// What a run tells a controller before the first decision.
struct Launch {
    Time at{};
    int replicas = 0;                // of the workload, all available
    int under_way = 0;               // instances of an intermediate revision, whose rollout this one interrupts
    std::vector<Place> locations{};  // index: LocationId; none: there is but one
};

/// One rollout in flight. Owned by one run, called on one thread, whenever something it can observe has changed or the
/// time it asked for has come; changes at one instant are merged into one call. After a final phase it is still called
/// (an old fleet may have to be scaled down) but the phase must not change any more.
class Controller {
   public:
    virtual ~Controller() = default;
    virtual Directive decide(const Observation& seen) = 0;
    virtual std::unique_ptr<Controller> clone() const = 0;
};

/// A recipe for controllers: immutable, shared by every run that uses it.
class Strategy {
   public:
    virtual ~Strategy() = default;
    /// Identity, label and log line: "rolling(replicas=10, max_surge=25%, max_unavailable=25%)".
    virtual std::string describe() const = 0;
    virtual std::unique_ptr<Controller> start(const Launch& launch) const = 0;
    /// Whether its controllers can be shown more than one location. Others need a strategy around them that can.
    virtual bool knows_locations() const { return false; }
};

}  // namespace rollcast
