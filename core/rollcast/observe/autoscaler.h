#pragma once
// Whoever changes the number of instances by how busy they are.

#include <optional>
#include <span>
#include <variant>

#include "rollcast/base/time.h"
#include "rollcast/observe/load.h"
#include "rollcast/observe/pod_autoscaler.h"
#include "rollcast/observe/target_tracking.h"

namespace rollcast {

class Autoscaler {
   public:
    explicit Autoscaler(const Autoscaling& autoscaling);

    Duration resolution() const { return resolution_; }  // between two readings of an instance
    Duration period() const { return period_; }          // between two looks at them

    /// How many instances it asks for now. `deploying`: a rollout is in progress.
    int look(std::span<const InstanceLoad> instances, int replicas, bool deploying, Time now);

   private:
    std::variant<PodAutoscaler, TargetTracker> by_;
    Duration resolution_;
    Duration period_;
};

}  // namespace rollcast
