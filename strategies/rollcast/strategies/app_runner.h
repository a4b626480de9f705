#pragma once
// AWS App Runner: a second set of instances, to which all of the traffic moves when they are healthy, and back to the
// old version when they do not get so. The rules are in app_runner_rules.h. Semantics: AWS App Runner Developer Guide.
//
// Where it deviates, because the guide does not say how long App Runner waits for health checks to succeed: 10 minutes
// are assumed. A health check is the fleet's readiness probe.

#include <memory>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/traffic_shift.h"

namespace rollcast::strategies {

struct AppRunnerParams {
    int replicas = 1;                                     // provisioned
    Duration unhealthy_after = std::chrono::minutes(10);  // new instances that are not healthy by then fail it
};

class AppRunner final : public Strategy {
   public:
    /// Throws std::invalid_argument without instances, and for an unhealthy_after that is not above 0.
    explicit AppRunner(AppRunnerParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const AppRunnerParams& params() const { return params_; }

   private:
    AppRunnerParams params_;
    ShiftPlan plan_;
};

}  // namespace rollcast::strategies
