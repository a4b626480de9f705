#include "rollcast/strategies/codedeploy_shift.h"

#include <utility>

#include "rollcast/base/check.h"

namespace rollcast::strategies {

namespace {

using codedeploy::Platform;
using codedeploy::TrafficConfig;
using codedeploy::TrafficType;

void require_config(const TrafficConfig& config) {
    if (config.type == TrafficType::kAllAtOnce) return;
    require(config.percent >= 1 && config.percent <= codedeploy::kMostIncrementPercent,
            "an increment of the traffic must be from 1 to 99 percent");
    require(config.interval > Duration::zero(), "the time between increments must be above 0");
    require(codedeploy::shifts(config).back().at <= codedeploy::kLongestShift,
            "the traffic must have shifted within 2880 minutes");
}

ShiftPlan plan_of(const CodeDeployShiftParams& params) {
    const auto hook = [](std::optional<AnalysisId> analysis) {
        return analysis ? std::optional<Hook>({*analysis, codedeploy::kLifecycleEventTimeout}) : std::nullopt;
    };
    return {.replicas = params.replicas,
            .shifts = codedeploy::shifts(params.config),
            .test = hook(params.test),
            .ready = params.ready,
            .validate = hook(params.validate),
            .bake = params.termination_wait,
            .alarms = params.alarms,
            .ignore_poll_failure = params.ignore_poll_failure,
            .rollback = params.rollback,
            .patience = codedeploy::kLongestEcsInstall,
            .patience_fails = true};
}

}  // namespace

CodeDeployShift::CodeDeployShift(CodeDeployShiftParams params) : params_(std::move(params)) {
    require(params_.platform != Platform::kServer, "servers are deployed to in place");
    require(params_.platform == Platform::kEcs ||
                (params_.termination_wait == Duration::zero() && !params_.ready.stop_on_timeout),
            "a Lambda deployment waits neither for a person nor before a termination");
    require_config(params_.config);
    require(params_.termination_wait <= codedeploy::kLongestTerminationWait,
            "the original must be terminated within 2880 minutes");
    plan_ = plan_of(params_);
    require_valid(plan_);
}

std::string CodeDeployShift::describe() const {
    return std::string(params_.platform == Platform::kEcs ? "codedeploy_ecs" : "codedeploy_lambda") +
           "(replicas=" + std::to_string(params_.replicas) + ", " + strategies::describe(plan_) + ")";
}

std::unique_ptr<Controller> CodeDeployShift::start(const Launch& launch) const { return shift_traffic(plan_, launch); }

}  // namespace rollcast::strategies
