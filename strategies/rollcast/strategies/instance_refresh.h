#pragma once
// Amazon EC2 Auto Scaling's instance refresh: batches within a minimum and a maximum of healthy instances, a warm-up
// after each, checkpoints, alarms, automatic rollback and a bake. The rules are in instance_refresh_rules.h.
// Semantics: Amazon EC2 Auto Scaling User Guide.
//
// Where it deviates, because a group here starts with old instances only and ends with one version: there is nothing to
// skip that matches already, no instance in standby or protected from scale-in, and a last checkpoint below 100 % is
// refused. An abort is a rollback of the refresh, not its cancellation, which would leave both versions. A group that
// grows meanwhile gets new instances, and one that shrinks loses old ones as long as there are any.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// The defaults are those of the service's API.
struct InstanceRefreshParams {
    int replicas = 1;
    int min_healthy_percentage = 90;
    int max_healthy_percentage = 100;
    Duration warmup{};               // from an instance that is available to one that counts
    std::vector<int> checkpoints{};  // ascending percentages, the last one 100; empty: none
    Duration checkpoint_delay = std::chrono::hours(1);
    std::optional<AnalysisId> alarms{};  // fails when an alarm goes off
    bool auto_rollback = false;
    Duration bake{};  // with the alarms, when all are replaced
};

class InstanceRefresh final : public Strategy {
   public:
    /// Throws std::invalid_argument for percentages that the service refuses, and for negative times.
    explicit InstanceRefresh(InstanceRefreshParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const InstanceRefreshParams& params() const { return params_; }

   private:
    InstanceRefreshParams params_;
};

}  // namespace rollcast::strategies
