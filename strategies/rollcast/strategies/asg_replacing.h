#pragma once
// The update policy AutoScalingReplacingUpdate of AWS CloudFormation: a second Auto Scaling group beside the old one,
// which is removed when the new one is good. The rules are in cloudformation_rules.h. Semantics: AWS CloudFormation
// User Guide (UpdatePolicy, CreationPolicy, rollback triggers).
//
// Where it deviates, because what a script on the instance signals is not known: an instance signals success when it is
// available. Without signals the new group is good when its processes run, whatever they answer; one that does not even
// run within an hour counts as stuck. Both groups get traffic while both are there, each by its instances, and both are
// resized by an autoscaler.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/stack_operation.h"

namespace rollcast::strategies {

/// The creation policy's signals; the defaults are CloudFormation's.
struct CreationSignals {
    int count = 1;
    int min_successful_percent = 100;  // of the count
    Duration timeout = std::chrono::minutes(5);
};

struct AsgReplacingParams {
    int replicas = 1;
    std::optional<CreationSignals> signals{};  // none: nobody waits for any
    StackOptions stack{};
};

class AsgReplacing final : public Strategy {
   public:
    /// Throws std::invalid_argument for more signals than instances, and for times that CloudFormation refuses.
    explicit AsgReplacing(AsgReplacingParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const AsgReplacingParams& params() const { return params_; }

   private:
    AsgReplacingParams params_;
};

}  // namespace rollcast::strategies
