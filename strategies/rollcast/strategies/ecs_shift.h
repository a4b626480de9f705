#pragma once
// Amazon ECS's own blue/green, linear and canary deployments. Semantics: Amazon ECS Developer Guide and the service's
// API of 2026; the rules are in ecs_rules.h. A failed hook rolls back.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/ecs_rules.h"
#include "rollcast/strategies/traffic_shift.h"

namespace rollcast::strategies {

/// The defaults are ECS's, but for the bake, which it has none for.
struct EcsShiftParams {
    int replicas = 1;
    ecs::Shifting shifting = ecs::Shifting::kBlueGreen;
    std::optional<double> percent{};      // of a step or of the canary; none: 10 or 5
    std::optional<Duration> step_bake{};  // after each step, or after the canary; none: 6 or 10 minutes
    Duration bake{};                      // after all of the traffic
    std::optional<Hook> test{};           // after the test traffic
    std::optional<Duration> pause{};      // before production traffic a person has to continue, or it goes back
    std::optional<Hook> validate{};       // after the production traffic
    std::optional<AnalysisId> alarms{};   // fails when an alarm goes off
    bool alarms_rollback = false;
    Duration unhealthy_after = std::chrono::minutes(5);  // then the new tasks count as stuck
};

class EcsShift final : public Strategy {
   public:
    /// Throws std::invalid_argument for percentages and bakes that ECS refuses.
    explicit EcsShift(EcsShiftParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const EcsShiftParams& params() const { return params_; }
    /// When how much of the traffic moves.
    const std::vector<traffic::Shift>& shifts() const { return plan_.shifts; }

   private:
    EcsShiftParams params_;
    ShiftPlan plan_;
};

}  // namespace rollcast::strategies
