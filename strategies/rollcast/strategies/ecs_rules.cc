#include "rollcast/strategies/ecs_rules.h"

#include <algorithm>
#include <cmath>

#include "rollcast/base/amount.h"
#include "rollcast/base/check.h"

namespace rollcast::strategies::ecs {

Bounds bounds(int desired, int minimum_healthy_percent, int maximum_percent) {
    return {resolve(percent(minimum_healthy_percent), desired, Rounding::kUp),
            resolve(percent(maximum_percent), desired, Rounding::kDown)};
}

Budget budget(Bounds limits, int running_or_pending, int healthy) {
    return {std::max(limits.upper - running_or_pending, 0), std::max(healthy - limits.lower, 0)};
}

bool is_stuck(Bounds limits, int desired) { return desired > 0 && limits.lower >= desired && limits.upper <= desired; }

HealthSigns counts_as_healthy_when(bool load_balancer, bool container_health_check) {
    return {!load_balancer && !container_health_check, container_health_check, load_balancer};
}

int breaker_threshold(const BreakerThreshold& threshold, int desired) {
    if (threshold.type == ThresholdType::kCount) return threshold.value;
    const int share = resolve(percent(threshold.value), desired, Rounding::kUp);
    return threshold.type == ThresholdType::kUnboundedPercent ? share
                                                              : std::clamp(share, threshold.least, threshold.most);
}

void CircuitBreaker::count(TaskEvent event) {
    switch (event) {
        case TaskEvent::kStartFailed:
            failures += !running;
            return;
        case TaskEvent::kHealthFailed:
            ++failures;
            break;
        case TaskEvent::kHealthy:
            if (reset_on_healthy_task) failures = 0;
            break;
        case TaskEvent::kRunning:
            break;
    }
    running = true;
}

Consequence consequence_of(const Detection& triggered) {
    if (!triggered.enabled) return {};
    return {RolloutState::kFailed, triggered.rollback};
}

bool alarms_are_watched(std::span<const AlarmState> at_start) { return !alarms_fail(at_start); }

bool alarms_fail(std::span<const AlarmState> now) {
    return std::find(now.begin(), now.end(), AlarmState::kAlarm) != now.end();
}

RolloutState rollout_state(bool steady_state, bool alarms, bool bake_time_over) {
    return steady_state && (!alarms || bake_time_over) ? RolloutState::kCompleted : RolloutState::kInProgress;
}

bool is_valid_percent(double value, int least_permille) {
    const double permille = std::round(value * 10);
    return std::abs(value * 10 - permille) < 1e-9 && permille >= least_permille && permille <= 1000;
}

int linear_bakes(int step_permille) {
    require(step_permille > 0, "a step of the traffic must be above 0");
    const int steps = 1000 / step_permille;
    return 1000 % step_permille == 0 ? steps - 1 : steps;
}

Duration total_bake(int step_permille, Duration step_bake, Duration bake) {
    return bake + linear_bakes(step_permille) * step_bake;
}

std::vector<Stage> lifecycle_stages(Shifting shifting) {
    std::vector<Stage> stages;
    for (int i = 0; i <= static_cast<int>(Stage::kCleanUp); ++i) {
        const auto stage = static_cast<Stage>(i);
        if (stage_invocations(shifting, stage, 1) > 0) stages.push_back(stage);
    }
    return stages;
}

StageTraffic stage_traffic(Stage stage) {
    StageTraffic traffic;
    if (stage >= Stage::kTestTrafficShift) traffic.green_test = 100;
    if (stage >= Stage::kProductionTrafficShift) {
        traffic.blue_production = 0;
        traffic.green_production = 100;
    }
    traffic.blue_runs = stage != Stage::kCleanUp;
    return traffic;
}

HookTargets hooks_allowed(Stage stage) {
    switch (stage) {
        case Stage::kScaleUp:
        case Stage::kBakeTime:
        case Stage::kCleanUp:
            return {};
        case Stage::kTestTrafficShift:
        case Stage::kProductionTrafficShift:
            return {.lambda = true, .pause = false};
        default:
            return {.lambda = true, .pause = true};
    }
}

int stage_invocations(Shifting shifting, Stage stage, int shifts) {
    if (stage == Stage::kProductionTrafficShift) return shifts;
    if (stage == Stage::kPreProductionTrafficShift) return shifting == Shifting::kBlueGreen ? 0 : shifts;
    return 1;
}

}  // namespace rollcast::strategies::ecs
