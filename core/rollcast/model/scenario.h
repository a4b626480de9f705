#pragma once
// All that a run needs but the strategy, as plain structs in SI units. Every member has a default; designated
// initialisers make a call site read like a configuration file. validate() says what is wrong, with the path of each.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/disruption.h"
#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/base/under_way.h"
#include "rollcast/model/autoscaling.h"
#include "rollcast/model/balancing.h"
#include "rollcast/model/defect.h"
#include "rollcast/model/faults.h"
#include "rollcast/model/metric.h"
#include "rollcast/model/observability.h"
#include "rollcast/model/people.h"
#include "rollcast/model/traffic.h"
#include "rollcast/random/distribution.h"

namespace rollcast {

using namespace std::chrono_literals;

/// Kubernetes' probe; the defaults are Kubernetes'.
struct Probe {
    Duration initial_delay = 0s;
    Duration period = 10s;
    int success_threshold = 1;
    int failure_threshold = 3;
};

/// Waits between restarts of a process that keeps dying: first at once, then initial, doubled up to most; forgotten
/// once more than `reset_after` passed between two ends.
struct Backoff {
    Duration initial = 10s;
    Duration most = 300s;
    Duration reset_after = 600s;
};

/// The instances of the service and what becomes of each. All distributions in seconds.
struct Fleet {
    int replicas = 1;
    UnderWay under_way{};  // when a run begins
    int zones = 1;
    /// Instances that may exist at a time, waiting and terminating ones included (ResourceQuota): more are not created,
    /// and it is tried again by `creation`. None: no limit.
    std::optional<int> quota{};
    std::optional<int> capacity{};  // instances that fit at a time, terminating ones included; none: no limit
    std::optional<Autoscaling> autoscaling{};             // who changes `replicas`; none: nobody
    std::optional<DisruptionBudget> disruption_budget{};  // of evictions; none: no limit
    Distribution schedule = Constant{0};                  // from creation to a place
    double image_bytes = 0;
    double pull_bytes_per_second = 50e6;
    double image_cached = 1;                    // probability that the place already has the image
    Distribution start = LogNormal{1.14, .25};  // from the image to a running process (kubernetes#42000)
    Distribution warm_up = Constant{0};         // from a running process to one that answers
    Probe readiness{};
    Duration min_ready = 0s;                  // ready for so long: available
    Duration pre_stop = 0s;                   // keeps serving after the order to terminate
    Duration grace = 30s;                     // from that order to the kill; pre_stop is part of it
    Distribution crash_notice = Constant{1};  // from the death of a process to its being seen as not ready
    Backoff backoff{};
    Backoff creation{.initial = 5ms, .most = 1000s};  // of instances that the quota refused
};

/// The order in which an instance takes up what waits.
enum class QueueOrder : std::uint8_t { kFifo, kLifo };

/// One instance's way of answering.
struct Service {
    int slots = 8;   // requests served at a time, 1 to 1024
    int queue = 64;  // requests that may wait
    QueueOrder order = QueueOrder::kFifo;
    Duration most_wait{};  // what waited longer is dropped with 503 when its turn comes; 0: nothing is
    double cores = 0;      // requests in service share so many cores, each using one at most; 0: as many as slots
    Distribution service_time = LogNormal{.02, .5};
    double cold_slowness = 0;  // a process is 1 + cold_slowness * e^(-t / cold_decay) times slower at age t
    Duration cold_decay = 30s;
    Duration timeout = 1s;  // of the client; the instance works on
    double error_rate = 0;  // of requests that fail even on a good version, in [0, 1]
    Duration slow = 500ms;  // an answer that took longer is counted as slow
};

/// The objective that the error budget comes from.
struct Slo {
    double objective = .999;  // in (0, 1)
    Duration period = std::chrono::hours(24 * 30);
};

/// The window on which every plan is scored: [0, horizon]. The lead-in before it brings the fleet to its steady state.
struct Window {
    Duration lead_in = 5min;
    Duration horizon = 1h;
};

/// One of several places where the service runs, with a fleet of its own. All that is not said here is the same in all.
struct Location {
    std::string name;
    double share = 1;  // of the open arrivals, the users and the people who have sessions; all shares add up to 1
    Fleet fleet{};
    Faults faults{};
    /// Of its share of the open arrivals over time, where requests move between locations; times that share.
    std::vector<RatePoint> shape{};
};

/// How requests are simulated: each by itself, or in numbers.
enum class Fidelity : std::uint8_t {
    kRequest,
    kFlow,
    kHybrid,  // those of the new version each by itself, all others in numbers
    kAuto,    // in numbers wherever that is known to be as good
};

/// With several locations `traffic` is that of all of them together, and so are fleet.replicas; else `fleet` and
/// `faults` have no meaning then.
struct Scenario {
    std::string name = "unnamed";
    Fleet fleet{};
    Service service{};
    Traffic traffic{};
    Balancing balancing{};
    Faults faults{};
    Observability observability{};
    Release release{};
    Slo slo{};
    Window window{};
    bool baseline = false;             // there may be a kBaselineVersion, if the strategy brings it; else
                                       // fleet.under_way may bring a kIntermediateVersion
    std::vector<Analysis> analyses{};  // AnalysisId is an index into these
    People people{};
    std::vector<Location> locations{};  // none: one, with `fleet` and `faults`
    Fidelity fidelity = Fidelity::kRequest;
};

/// One complaint: "traffic.rate" and "must be above 0, is -3".
struct Complaint {
    std::string path;
    std::string message;
};

/// Every complaint about a scenario at once; empty if it can be run.
std::vector<Complaint> validate(const Scenario& scenario);

/// What the service is in one of its locations; itself where it has none.
Scenario in_location(const Scenario& scenario, LocationId location);

/// How many versions there may be: the old one, the new one and perhaps one more.
std::size_t versions(const Scenario& scenario);

/// Whether anybody changes the number of instances anywhere.
bool autoscales(const Scenario& scenario);

/// Requests a second of the closed-loop users while none fails or waits in a queue; queues make it less.
double closed_loop_rate(const Scenario& scenario);

/// Instances that the highest load expected from `from` to `to` keeps busy: requests a second * mean service time /
/// requests that an instance serves at a time. Without retries; see peak_rate().
double instances_needed(const Scenario& scenario, Time from, Time to);

/// The same of the whole window.
double instances_needed(const Scenario& scenario);

}  // namespace rollcast
