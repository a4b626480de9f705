#pragma once
// Kubernetes' Deployment: RollingUpdate and Recreate. The controller follows the rules in kubernetes_rules.h.
// Semantics: kubernetes/kubernetes, pkg/controller/deployment.
//
// Where it deviates, because what a control plane takes to think is not modelled: it decides at the instant of a
// change, and the real one some milliseconds later. A rollout that interrupted another one is undone to the old
// version, as "kubectl rollout undo --to-revision" does it; without a revision it would be to the intermediate one.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/amount.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/kubernetes_rules.h"

namespace rollcast::strategies {

/// The defaults are Kubernetes'.
struct RollingParams {
    int replicas = 1;
    DeploymentType type = DeploymentType::kRollingUpdate;
    Amount max_surge = percent(25);
    Amount max_unavailable = percent(25);
    std::optional<Duration> progress_deadline = std::chrono::seconds(600);  // none: never stuck
};

class Rolling final : public Strategy {
   public:
    /// Throws std::invalid_argument for negative or impossible amounts.
    explicit Rolling(RollingParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const RollingParams& params() const { return params_; }

   private:
    RollingParams params_;
};

}  // namespace rollcast::strategies
