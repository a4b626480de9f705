#include "rollcast/strategies/ecs_shift.h"

#include <cmath>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"

namespace rollcast::strategies {

namespace {

using ecs::Shifting;

std::vector<traffic::Shift> shifts(const EcsShiftParams& params) {
    const bool linear = params.shifting == Shifting::kLinear;
    if (params.shifting == Shifting::kBlueGreen) {
        require(!params.percent && !params.step_bake, "blue/green shifts all of the traffic at once");
        return traffic::canary_shifts(1000, Duration::zero());
    }
    const double percent = params.percent.value_or(linear ? ecs::kLinearPercent : ecs::kCanaryPercent);
    const Duration bake = params.step_bake.value_or(linear ? ecs::kLinearStepBake : ecs::kCanaryBake);
    require(ecs::is_valid_percent(percent, linear ? ecs::kLeastLinearPermille : ecs::kLeastCanaryPermille),
            linear ? "percent must be from 3.0 to 100.0, in tenths" : "percent must be from 0.1 to 100.0, in tenths");
    require(bake >= Duration::zero() && bake <= ecs::kLongestBake, "step_bake must be from 0 to 1440 minutes");
    const int permille = static_cast<int>(std::lround(10 * percent));
    return linear ? traffic::linear_shifts(permille, bake) : traffic::canary_shifts(permille, bake);
}

ShiftPlan plan_of(const EcsShiftParams& params) {
    return {.replicas = params.replicas,
            .shifts = shifts(params),
            .test = params.test,
            .ready = {params.pause.has_value(), params.pause.value_or(Duration::zero())},
            .validate = params.validate,
            .bake = params.bake,
            .alarms = params.alarms,
            .ignore_poll_failure = true,
            .rollback = {.on_failure = true, .on_alarm = params.alarms_rollback, .on_request = true},
            .patience = params.unhealthy_after,
            .patience_fails = false};
}

}  // namespace

EcsShift::EcsShift(EcsShiftParams params) : params_(std::move(params)), plan_(plan_of(params_)) {
    require(params_.bake <= ecs::kLongestBake, "bake must be from 0 to 1440 minutes");
    require_valid(plan_);
}

std::string EcsShift::describe() const {
    const char* name = params_.shifting == Shifting::kLinear   ? "ecs_linear"
                       : params_.shifting == Shifting::kCanary ? "ecs_canary"
                                                               : "ecs_blue_green";
    return std::string(name) + "(replicas=" + std::to_string(params_.replicas) + ", " + strategies::describe(plan_) +
           ")";
}

std::unique_ptr<Controller> EcsShift::start(const Launch& launch) const { return shift_traffic(plan_, launch); }

}  // namespace rollcast::strategies
