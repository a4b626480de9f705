#pragma once
// Kubernetes' Deployment: RollingUpdate and Recreate. Rules as functions of what they depend on (the conformance cases
// call them), and the controller that follows them. Semantics: kubernetes/kubernetes, pkg/controller/deployment.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rollcast/base/amount.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

enum class DeploymentType : std::uint8_t { kRollingUpdate, kRecreate };

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
