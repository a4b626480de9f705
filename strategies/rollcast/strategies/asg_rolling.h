#pragma once
// The update policy AutoScalingRollingUpdate of AWS CloudFormation: batches of an Auto Scaling group, a pause or the
// instances' signals after each, and a rollback that is a rolling update itself. The rules are in
// cloudformation_rules.h. Semantics: AWS CloudFormation User Guide (UpdatePolicy, rollback triggers).
//
// Where it deviates, because what a script on the instance signals is not known: an instance signals success when it is
// available, and one that is not in time has failed. Without signals a batch is good when its processes run, whatever
// they answer; one that does not even run within an hour after its pause counts as stuck. Of the processes that may be
// suspended only what scales the group is known. Instances that an autoscaler adds come with the new template and begin
// the pause of the batch anew; those that it removes are old ones, as long as there are any.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/stack_operation.h"

namespace rollcast::strategies {

/// The defaults are CloudFormation's.
struct AsgRollingParams {
    int replicas = 1;
    std::optional<int> max_size{};  // of the group; none: no limit
    int max_batch_size = 1;
    int min_instances_in_service = 0;
    Duration pause{};  // after a batch; with signals: until they have to be there
    bool waits_for_signals = false;
    int min_successful_percent = 100;  // of all instances, that signal
    /// Of all instances, that have to be in service for a batch to be good; none: all, or those that signal.
    std::optional<int> min_active_percent{};
    bool suspends_scaling = false;  // what an autoscaler asks for waits for the end
    StackOptions stack{};
};

class AsgRolling final : public Strategy {
   public:
    /// Throws std::invalid_argument for what CloudFormation refuses, such as a minimum in service that is not below the
    /// group's maximum.
    explicit AsgRolling(AsgRollingParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const AsgRollingParams& params() const { return params_; }

   private:
    AsgRollingParams params_;
};

}  // namespace rollcast::strategies
