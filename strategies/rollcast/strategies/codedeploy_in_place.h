#pragma once
// AWS CodeDeploy to servers in place: each host is emptied and gets the new revision where the old one was. The
// controller follows the rules in codedeploy_rules.h. Semantics: AWS CodeDeploy User Guide.
//
// Where it deviates, because a control plane here sees cohorts and not hosts: the first crash of an attempt is its
// failure, even if the process comes up later; and a rollback leaves the hosts alone that still run the old revision.
// Where the fleet grows meanwhile, hosts join with the old revision, in the zone that is under way, and are attempted
// last; where it shrinks, hosts go once the deployment is over, as if the group's process to terminate instances were
// suspended. A zonal deployment takes the zones in their order, and its rollback the other way; the guide names no
// order. The time for which a zone is watched does not count towards the eight hours of a deployment.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/codedeploy_rules.h"

namespace rollcast::strategies {

/// The defaults are CodeDeploy's: OneAtATime, without rollback.
struct CodeDeployInPlaceParams {
    int replicas = 1;
    codedeploy::MinimumHealthy minimum_healthy{};
    std::optional<codedeploy::ZonalConfig> zonal{};  // none: in all zones at a time
    int zones = 1;                                   // of the fleet, over which its hosts are spread evenly
    Duration attempt_timeout = codedeploy::kLifecycleEventTimeout;  // a host that is not in service by then has failed
    std::optional<AnalysisId> alarms{};                             // fails when an alarm goes off
    bool ignore_poll_failure = false;
    codedeploy::AutoRollback rollback{};
};

class CodeDeployInPlace final : public Strategy {
   public:
    /// Throws std::invalid_argument for a minimum that is out of range.
    explicit CodeDeployInPlace(CodeDeployInPlaceParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const CodeDeployInPlaceParams& params() const { return params_; }

   private:
    CodeDeployInPlaceParams params_;
};

}  // namespace rollcast::strategies
