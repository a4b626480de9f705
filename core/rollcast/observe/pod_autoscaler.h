#pragma once
// Kubernetes' HorizontalPodAutoscaler, as a value: what it remembers, and the replicas that it asks for.
// Semantics: kubernetes/kubernetes v1.28, pkg/controller/podautoscaler (horizontal.go, replica_calculator.go).
//
// Where it deviates: readings come from instances, not from containers, and an instance's request is all of the
// service's.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/autoscaling.h"
#include "rollcast/observe/load.h"

namespace rollcast {

/// The replicas that one metric asks for, before limits and stabilisation; none: nothing is known of any pod.
std::optional<int> replicas_by_load(const HorizontalPodAutoscaler& rules, const LoadTarget& target,
                                    std::span<const InstanceLoad> pods, int replicas, Time now);

/// The largest of what all metrics ask for. None where no metric is known, or where one is not and the others ask for
/// fewer replicas.
std::optional<int> replicas_by_load(const HorizontalPodAutoscaler& rules, std::span<const InstanceLoad> pods,
                                    int replicas, Time now);

class PodAutoscaler {
   public:
    PodAutoscaler(HorizontalPodAutoscaler rules, int least, int most)
        : rules_(std::move(rules)), least_(least), most_(most) {}

    /// One sync: the replicas that it asks for now.
    int sync(std::span<const InstanceLoad> pods, int replicas, Time now);

    /// The same, of replicas that metrics ask for: stabilised, and within the limits.
    int follow(int recommended, int replicas, Time now);

   private:
    struct Recommendation {
        Time at{};
        int replicas = 0;
    };
    struct Change {
        Time at{};
        int replicas = 0;  // by how many, always positive
    };

    int stabilized(int recommended, int replicas, Time now);
    int highest(int replicas, Time now) const;
    int lowest(int replicas, Time now) const;
    static int changed(const std::vector<Change>& changes, Duration period, Time now);

    HorizontalPodAutoscaler rules_;
    int least_;
    int most_;
    std::vector<Recommendation> recommendations_;
    std::vector<Change> ups_;
    std::vector<Change> downs_;
};

}  // namespace rollcast
