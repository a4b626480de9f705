#pragma once
// Amazon ECS's rolling update: minimum and maximum percent, circuit breaker, alarms with a bake time. The controller
// follows the rules in ecs_rules.h. Semantics: Amazon ECS Developer Guide.
//
// Where it deviates, because a control plane here sees cohorts and not tasks: a process that crashes and starts again
// counts as a task that failed and was replaced; and an alarm counts as one that was on when the deployment began if
// it is seen before any new task was healthy.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/ecs_rules.h"

namespace rollcast::strategies {

struct EcsCircuitBreaker {
    ecs::BreakerThreshold threshold{};
    bool reset_on_healthy_task = true;
    bool rollback = false;
};

struct EcsAlarms {
    AnalysisId analysis{};  // fails when an alarm goes off
    bool rollback = false;
    Duration bake{};  // alarms are watched for so long after the last old task; ECS derives it from the alarms
};

/// The defaults are ECS's for a replica service.
struct EcsRollingParams {
    int replicas = 1;
    int minimum_healthy_percent = 100;
    int maximum_percent = 200;
    bool counts_stopping = false;  // tasks that are stopping count towards the maximum, as they did in 2023
    // New tasks that are not healthy after so long are stopped and replaced: the health-check grace period, plus the
    // target's or container's interval times its threshold. None: they are waited for.
    std::optional<Duration> unhealthy_after = std::chrono::minutes(5);
    std::optional<EcsCircuitBreaker> circuit_breaker{};
    std::optional<EcsAlarms> alarms{};
};

class EcsRolling final : public Strategy {
   public:
    /// Throws std::invalid_argument for percentages that are out of range, empty thresholds and negative times.
    explicit EcsRolling(EcsRollingParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const EcsRollingParams& params() const { return params_; }

   private:
    EcsRollingParams params_;
};

}  // namespace rollcast::strategies
