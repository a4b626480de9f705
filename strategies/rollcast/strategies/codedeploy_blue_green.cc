#include "rollcast/strategies/codedeploy_blue_green.h"

#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

ShiftPlan plan_of(const CodeDeployBlueGreenParams& params) {
    const auto hook = [](std::optional<AnalysisId> analysis) {
        return analysis ? std::optional<Hook>({*analysis, codedeploy::kLifecycleEventTimeout}) : std::nullopt;
    };
    return {.replicas = params.replicas,
            .shifts = rerouting(params.hosts, params.replicas, params.replicas),
            .hosts = params.hosts,
            .test = hook(params.test),
            .ready = params.ready,
            .validate = hook(params.validate),
            .bake = params.termination_wait,
            .alarms = params.alarms,
            .ignore_poll_failure = params.ignore_poll_failure,
            .rollback = params.rollback,
            .patience = codedeploy::kLongestGreenInstall,
            .patience_fails = true};
}

}  // namespace

CodeDeployBlueGreen::CodeDeployBlueGreen(CodeDeployBlueGreenParams params) : params_(std::move(params)) {
    require(params_.termination_wait <= codedeploy::kLongestTerminationWait,
            "the original must be terminated within 2880 minutes");
    plan_ = plan_of(params_);
    require_valid(plan_);
}

std::string CodeDeployBlueGreen::describe() const {
    return "codedeploy_blue_green(replicas=" + std::to_string(params_.replicas) + ", " + strategies::describe(plan_) +
           ")";
}

std::unique_ptr<Controller> CodeDeployBlueGreen::start(const Launch& launch) const {
    return shift_traffic(plan_, launch);
}

}  // namespace rollcast::strategies
