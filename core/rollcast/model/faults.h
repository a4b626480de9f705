#pragma once
// What goes wrong without the release's doing. The same in a replication with the rollout and in its twin without.

#include <optional>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/random/distribution.h"

namespace rollcast {

/// Hosts fail and come back; the instances on them die. The defaults are Google's (Ford et al., OSDI'10: MTTF, bursts),
/// those of large HPC sites (Schroeder and Gibson, FAST'07: shape) and Kubernetes' (notice, evict).
///
/// A burst is a pair: a failure of a host's own takes another host of its zone along so often, at a uniform time within
/// `burst_within`, that a share `burst` of all failures are in pairs; who is taken along takes nobody.
struct HostFailures {
    int hosts = 0;                   // over all zones, instances spread evenly over them; 0: no host fails
    double mttf = 4.3 * 30 * 86400;  // seconds, of one host, bursts counted
    double shape = .75;              // of the Weibull time from a host's repair to its next failure of its own
    double burst = .37;              // share of failures that are in a burst, in [0, 1]
    Duration burst_within = std::chrono::seconds(120);
    Duration repair = std::chrono::minutes(10);  // until the host takes instances again
    Duration notice = std::chrono::seconds(40);  // until its instances are seen as not ready
    /// After the notice: until its instances are replaced wherever a host is up. A host that is back before starts them
    /// again itself.
    Duration evict = std::chrono::seconds(300);
};

/// A zone is lost, with all its hosts and instances, for a while. Noticed, replaced or started again as a failed host's
/// instances are, by the times of HostFailures; also where no host fails. What was replaced elsewhere does not move
/// back: only instances that are created later even out the zones.
struct ZoneLoss {
    Duration at{};
    Duration lasts = std::chrono::minutes(30);
    int zone = 0;
};

/// Something that the service depends on answers late or badly; every version suffers alike.
struct BrownOut {
    Duration at{};
    Duration lasts = std::chrono::minutes(10);
    double slowness = 1;    // factor on the service time, > 0
    double error_rate = 0;  // share of requests that fail because of it
};

/// Operators' telemetry shows nothing for a while: no scrape succeeds.
struct BlackOut {
    Duration at{};
    Duration lasts = std::chrono::minutes(5);
};

/// Instances are not alike: drawn for each process when it starts to answer.
struct InstanceEffects {
    double noise = 0;          // sigma of a lognormal factor (median 1) on its service times: noisy neighbours
    double gray = 0;           // probability that it is gray: probes find it healthy, its users do not
    double gray_slowness = 1;  // factor on a gray instance's service times
    double gray_errors = 0;    // share of requests that a gray instance fails
};

/// Hosts are drained for maintenance, one after the other: no instance is placed there any more, and those that are
/// there are evicted, as far as Fleet::disruption_budget lets, and replaced elsewhere. An empty host is away for a
/// while.
struct Drain {
    Duration at{};
    int hosts = 1;                             // in order: zone by zone
    Duration retry = std::chrono::seconds(5);  // of what the budget refused (kubectl's)
    Duration away = std::chrono::minutes(5);   // until the host takes instances again
    std::optional<Duration> timeout{};         // of one host: the drain is given up; none: it goes on trying
    bool force = false;                        // then the rest goes in spite of the budget
};

struct Faults {
    HostFailures host_failures{};
    std::vector<ZoneLoss> zone_losses{};
    std::vector<BrownOut> brown_outs{};
    std::vector<BlackOut> black_outs{};
    std::vector<Drain> drains{};
    InstanceEffects instances{};
};

}  // namespace rollcast
