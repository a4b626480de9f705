#pragma once
// AWS CodeDeploy to servers, blue/green: a replacement fleet is provisioned and deployed to, its hosts are registered
// with the load balancer, the original ones deregistered, and ended after a wait or kept. The rules are in
// codedeploy_rules.h. Semantics: AWS CodeDeploy User Guide.
//
// Where it deviates, because a control plane here sees cohorts and not hosts: the first crash of an attempt is its
// failure, even if the process comes up later; a host is asked for when it is deployed to, which the time to provision
// comes before; and while hosts are registered, the share of the traffic that those have which are is borne by all of
// the replacement fleet. A rollback is a turn of the traffic, back to the original hosts.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/codedeploy_rules.h"
#include "rollcast/strategies/traffic_shift.h"

namespace rollcast::strategies {

/// The defaults are CodeDeploy's: OneAtATime, without rollback.
struct CodeDeployBlueGreenParams {
    int replicas = 1;
    ReplacementHosts hosts{};
    std::optional<AnalysisId> test{};  // before traffic goes to the replacement hosts
    codedeploy::ReadyOption ready{};
    std::optional<AnalysisId> validate{};  // when all of it does
    Duration termination_wait{};
    std::optional<AnalysisId> alarms{};  // fails when an alarm goes off
    bool ignore_poll_failure = false;
    codedeploy::AutoRollback rollback{};
};

class CodeDeployBlueGreen final : public Strategy {
   public:
    /// Throws std::invalid_argument for a minimum that is out of range, negative times, and a wait of more than two
    /// days.
    explicit CodeDeployBlueGreen(CodeDeployBlueGreenParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const CodeDeployBlueGreenParams& params() const { return params_; }
    /// When how much of the traffic moves, if no host fails.
    const std::vector<traffic::Shift>& shifts() const { return plan_.shifts; }

   private:
    CodeDeployBlueGreenParams params_;
    ShiftPlan plan_;
};

}  // namespace rollcast::strategies
