#pragma once
// What Amazon ECS's service scheduler computes, as functions of what it sees. Semantics: Amazon ECS Developer Guide
// (rolling updates, circuit breaker, deployment alarms, blue/green, linear and canary deployments), the service's API
// of 2026, and CloudFormation's AWS::ECS::Service.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/strategies/traffic_rules.h"

namespace rollcast::strategies::ecs {

/// A task without any health check counts as healthy so long after it is RUNNING.
inline constexpr Duration kRunningBeforeHealthy = std::chrono::seconds(40);

// Rolling update

/// Least healthy tasks (rounded up) and most tasks RUNNING or PENDING (rounded down).
struct Bounds {
    int lower = 0;
    int upper = 0;
};
Bounds bounds(int desired, int minimum_healthy_percent, int maximum_percent);

/// What one decision may start and stop.
struct Budget {
    int start = 0;
    int stop_healthy = 0;
};
Budget budget(Bounds limits, int running_or_pending, int healthy);

/// Nothing can ever move.
bool is_stuck(Bounds limits, int desired);

/// What a task needs to count as healthy.
struct HealthSigns {
    bool running_for_40_s = false;
    bool container_healthy = false;
    bool target_healthy = false;
};
HealthSigns counts_as_healthy_when(bool load_balancer, bool container_health_check);

// Circuit breaker

enum class ThresholdType : std::uint8_t { kCount, kBoundedPercent, kUnboundedPercent };

/// Failures that open the circuit breaker.
struct BreakerThreshold {
    ThresholdType type = ThresholdType::kBoundedPercent;
    int value = 50;  // tasks, or percent of the desired tasks
    int least = 3;   // of kBoundedPercent; it was 10 in 2023
    int most = 200;  // of kBoundedPercent
};
int breaker_threshold(const BreakerThreshold& threshold, int desired);

enum class TaskEvent : std::uint8_t { kStartFailed, kRunning, kHealthy, kHealthFailed };

/// Counts failed starts until a new task runs, and failed health checks from then on.
struct CircuitBreaker {
    int threshold = 3;
    bool reset_on_healthy_task = true;
    int failures = 0;
    bool running = false;  // some new task was

    void count(TaskEvent event);
    bool is_open() const { return failures >= threshold; }
};

// Failure detection

enum class RolloutState : std::uint8_t { kInProgress, kCompleted, kFailed };

/// A way to find that a deployment failed, and what happens then.
struct Detection {
    bool enabled = false;
    bool rollback = false;
};
struct Consequence {
    RolloutState state = RolloutState::kInProgress;
    bool rolls_back = false;
};
/// Each way has its own rollback flag; the first to trigger decides.
Consequence consequence_of(const Detection& triggered);

enum class AlarmState : std::uint8_t { kOk, kInsufficientData, kAlarm };

/// With an alarm that is on at the start, alarms are ignored for the whole deployment.
bool alarms_are_watched(std::span<const AlarmState> at_start);
bool alarms_fail(std::span<const AlarmState> now);

RolloutState rollout_state(bool steady_state, bool alarms, bool bake_time_over);

// Blue/green, linear, canary

enum class Shifting : std::uint8_t { kBlueGreen, kLinear, kCanary };

inline constexpr double kLinearPercent = 10;
inline constexpr double kCanaryPercent = 5;
inline constexpr Duration kLinearStepBake = std::chrono::minutes(6);
inline constexpr Duration kCanaryBake = std::chrono::minutes(10);
inline constexpr Duration kHookTimeout = std::chrono::minutes(1440);
inline constexpr int kLeastLinearPermille = 30;
inline constexpr int kLeastCanaryPermille = 1;
inline constexpr Duration kLongestBake = std::chrono::minutes(1440);

/// Percentages come in tenths.
bool is_valid_percent(double value, int least_permille);

/// Bakes between steps as CloudFormation counts them.
int linear_bakes(int step_permille);

/// CloudFormation waits no longer than this for all bakes together; its service operation ends after 36 h.
inline constexpr Duration kLongestBakesInCloudFormation = std::chrono::hours(33);
inline constexpr Duration kCloudFormationOperationTimeout = std::chrono::hours(36);
Duration total_bake(int step_permille, Duration step_bake, Duration bake);

enum class Stage : std::uint8_t {
    kReconcileService,
    kPreScaleUp,
    kScaleUp,
    kPostScaleUp,
    kTestTrafficShift,
    kPostTestTrafficShift,
    kPreProductionTrafficShift,
    kProductionTrafficShift,
    kPostProductionTrafficShift,
    kBakeTime,
    kCleanUp,
};

/// In order. The one before a shift exists for linear and canary only, and comes before each of theirs.
std::vector<Stage> lifecycle_stages(Shifting shifting);

/// Who serves what, in percent, once the stage is over; before and after the shift as a whole.
struct StageTraffic {
    int blue_production = 100;
    int green_production = 0;
    int green_test = 0;
    bool blue_runs = true;
};
StageTraffic stage_traffic(Stage stage);

struct HookTargets {
    bool lambda = false;
    bool pause = false;
};
/// Which hooks a stage may have.
HookTargets hooks_allowed(Stage stage);

enum class HookTimeoutAction : std::uint8_t { kRollback, kContinue };
enum class DeploymentStatus : std::uint8_t { kInProgress, kRollbackInProgress };
/// Of the deployment, when a hook has not answered in time.
constexpr DeploymentStatus after_hook_timeout(HookTimeoutAction action) {
    return action == HookTimeoutAction::kRollback ? DeploymentStatus::kRollbackInProgress
                                                  : DeploymentStatus::kInProgress;
}

/// How often a stage is entered.
int stage_invocations(Shifting shifting, Stage stage, int shifts);

}  // namespace rollcast::strategies::ecs
