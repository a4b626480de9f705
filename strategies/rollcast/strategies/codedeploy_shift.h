#pragma once
// AWS CodeDeploy for ECS services and Lambda functions: all at once, canary or linear, with the wait before the
// original is terminated, and alarms. Semantics: AWS CodeDeploy User Guide; the rules are in codedeploy_rules.h.
//
// Where it deviates, because an instance here outlives its requests: a Lambda function is a fleet that is there before
// the first shift.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/codedeploy_rules.h"
#include "rollcast/strategies/traffic_shift.h"

namespace rollcast::strategies {

struct CodeDeployShiftParams {
    int replicas = 1;
    codedeploy::Platform platform = codedeploy::Platform::kEcs;
    codedeploy::TrafficConfig config{};
    std::optional<AnalysisId> test{};      // the hook AfterAllowTestTraffic (ECS) or BeforeAllowTraffic (Lambda)
    codedeploy::ReadyOption ready{};       // ECS only
    std::optional<AnalysisId> validate{};  // the hook AfterAllowTraffic
    Duration termination_wait{};           // ECS only
    std::optional<AnalysisId> alarms{};    // fails when an alarm goes off
    bool ignore_poll_failure = false;
    codedeploy::AutoRollback rollback{};
};

class CodeDeployShift final : public Strategy {
   public:
    /// Throws std::invalid_argument for what CodeDeploy refuses: increments beyond 99 %, shifts or waits that last
    /// more than two days, options that the platform does not have.
    explicit CodeDeployShift(CodeDeployShiftParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const CodeDeployShiftParams& params() const { return params_; }
    /// When how much of the traffic moves.
    const std::vector<traffic::Shift>& shifts() const { return plan_.shifts; }

   private:
    CodeDeployShiftParams params_;
    ShiftPlan plan_;
};

}  // namespace rollcast::strategies
