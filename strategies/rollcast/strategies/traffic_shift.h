#pragma once
// A second fleet beside the old one, to which traffic moves by a clock: install, test, shift, validate, bake, clean up.
// CodeDeploy (ECS, Lambda, servers that are replaced) and ECS's own blue/green, linear and canary deployments are this
// with their own numbers.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/codedeploy_rules.h"
#include "rollcast/strategies/traffic_rules.h"

namespace rollcast::strategies {

/// A hook: an analysis that has to be successful before the deployment goes on.
struct Hook {
    AnalysisId analysis{};
    Duration timeout = std::chrono::hours(1);  // then it has failed
};

/// Servers as the second fleet: each is attempted by itself, to be deployed to and to be registered.
struct ReplacementHosts {
    codedeploy::MinimumHealthy minimum_healthy{};                   // of the second fleet
    Duration attempt_timeout = codedeploy::kLifecycleEventTimeout;  // what is not in service by then has failed
    Duration provisioning{};                                        // until the first can be deployed to
    Duration registration = std::chrono::seconds(30);  // with the load balancer: an interval of its health checks
    bool keeps_original = false;                       // the old fleet stays, without traffic
};

struct ShiftPlan {
    int replicas = 1;
    std::vector<traffic::Shift> shifts{};
    std::optional<ReplacementHosts> hosts{};  // none: instances that are asked for at once
    std::optional<Hook> test{};               // before the first shift
    codedeploy::ReadyOption ready{};          // between the two
    std::optional<Hook> validate{};           // after the last shift
    Duration bake{};                          // from then on until the old fleet goes
    std::optional<AnalysisId> alarms{};       // watched from the start to the end of the bake
    bool ignore_poll_failure = false;         // an analysis in error is no alarm
    codedeploy::AutoRollback rollback{};
    Duration patience = std::chrono::minutes(5);  // for the new fleet to come up
    bool patience_fails = false;                  // when it is over the deployment fails; else it counts as stuck
};

/// How traffic shifts to so many hosts, from so many.
std::vector<traffic::Shift> rerouting(const ReplacementHosts& hosts, int replacement, int original);

/// Throws std::invalid_argument for what no platform could do: no replicas, negative times.
void require_valid(const ShiftPlan& plan);

/// How much traffic when, and what follows: "shifts=[10% at 0s, 100% at 5m], bake=1h".
std::string describe(const ShiftPlan& plan);

std::unique_ptr<Controller> shift_traffic(const ShiftPlan& plan, const Launch& launch);

}  // namespace rollcast::strategies
