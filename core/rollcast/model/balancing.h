#pragma once
// How requests find an instance. Weights between versions come from the strategy.

#include <cstdint>
#include <optional>

#include "rollcast/base/time.h"
#include "rollcast/random/distribution.h"

namespace rollcast {

enum class Policy : std::uint8_t {
    kRandom,
    kRoundRobin,
    kLeastOutstanding,      // of all instances; ties are broken evenly
    kPowerOfTwo,            // of two at random (which may be the same), the one with fewer outstanding requests
    kWeightedLeastRequest,  // likewise by (outstanding + 1) / weight, where a new endpoint's weight grows (slow start)
    kPeakEwma,              // likewise by (outstanding + 1) * moving average of latency, peaks at once (Finagle)
};

/// Does it look at how much instances have to do?
constexpr bool weighs(Policy policy) { return policy != Policy::kRandom && policy != Policy::kRoundRobin; }

/// Envoy's outlier detection. The defaults are Envoy's. Where under half of a version's instances are left, ejections
/// are disregarded (its panic threshold).
struct OutlierDetection {
    int consecutive_errors = 5;                         // answers of 5xx, refused connections and timeouts in a row
    Duration interval = std::chrono::seconds(10);       // between the sweeps that let instances back in
    Duration base_ejection = std::chrono::seconds(30);  // times the number of ejections so far
    Duration most_ejection = std::chrono::seconds(300);
    double most_ejected = .1;  // share of instances; one may always be ejected
};

/// Balancers of a zone prefer instances of that zone, as far as these can carry its share: with n zones, so much of
/// the zone's traffic stays as min(1, overprovisioning * n * (the zone's share of known instances)); the rest spills
/// over to all others. With a factor of 1 this is Envoy's zone-aware routing; the factor and its 1.4 are those of
/// Envoy's locality-weighted balancing and priority levels, which ask by it how many endpoints may be lost before
/// traffic leaves.
struct Locality {
    double overprovisioning = 1.4;  // > 0
};

struct Balancing {
    Policy policy = Policy::kRandom;
    int balancers = 1;      // that share no state, 1 to 255; balancer b is in zone b % zones
    Duration slow_start{};  // kWeightedLeastRequest: until a new endpoint has its full weight
    Duration ewma_decay = std::chrono::seconds(10);
    int max_outstanding = 0;  // of one balancer at one instance, beyond which it answers 503 itself; 0: no limit
    std::optional<OutlierDetection> outlier{};
    std::optional<Locality> locality{};
    Distribution propagation = Constant{1};         // until routers learn of an endpoint
    Distribution weight_propagation = Constant{1};  // until routers learn of new weights
};

}  // namespace rollcast
