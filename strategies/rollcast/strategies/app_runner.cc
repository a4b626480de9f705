#include "rollcast/strategies/app_runner.h"

#include "rollcast/base/check.h"
#include "rollcast/strategies/app_runner_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

ShiftPlan plan_of(const AppRunnerParams& params) {
    return {.replicas = app_runner::instances_during_deployment(params.replicas) - params.replicas,
            .shifts = traffic::canary_shifts(1000, Duration::zero()),
            .rollback = {.on_failure = true, .on_alarm = true, .on_request = true},
            .patience = params.unhealthy_after,
            .patience_fails = true};
}

}  // namespace

AppRunner::AppRunner(AppRunnerParams params) : params_(params), plan_(plan_of(params)) {
    require(params_.unhealthy_after > Duration::zero(), "unhealthy_after must be above 0");
    require_valid(plan_);
}

std::string AppRunner::describe() const {
    return "app_runner(replicas=" + std::to_string(params_.replicas) +
           ", unhealthy_after=" + spell(params_.unhealthy_after) + ")";
}

std::unique_ptr<Controller> AppRunner::start(const Launch& launch) const { return shift_traffic(plan_, launch); }

}  // namespace rollcast::strategies
