#pragma once
// What AWS CloudFormation computes for StackSets, rollback triggers and Auto Scaling groups. Semantics: AWS
// CloudFormation User Guide (StackSets operation options, concurrency mode, rollback triggers, UpdatePolicy).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast::strategies::cloudformation {

// StackSets: per Region, of so many accounts

int max_concurrent(int accounts, int percentage);
int failures_tolerated(int accounts, int percentage);

enum class ConcurrencyMode : std::uint8_t { kStrictFailureTolerance, kSoftFailureTolerance };

/// Accounts worked on at a time; 0: the Region has failed, and nothing more starts there.
int actual_concurrency(ConcurrencyMode mode, int most, int failure_tolerance, int failures_so_far);

enum class OperationResult : std::uint8_t { kSucceeded, kFailed, kCancelled };
enum class RegionConcurrency : std::uint8_t { kSequential, kParallel };

/// One result for each Region, in order. One after the other, none begins after one that failed.
std::vector<OperationResult> region_results(RegionConcurrency concurrency, int failure_tolerance,
                                            std::span<const int> failed_accounts);
OperationResult operation_result(std::span<const OperationResult> regions);

// Rollback triggers

inline constexpr Duration kLongestMonitoring = std::chrono::minutes(180);

/// How a stack operation ends whose resources take `work`, and whose alarms are watched for `monitoring` after that.
struct TriggeredOutcome {
    bool rolls_back = false;
    Duration at{};  // the rollback; else the end, when old resources begin to go
};
TriggeredOutcome watch_triggers(Duration work, Duration monitoring, std::optional<Duration> alarm_at);

// Auto Scaling groups

inline constexpr int kMostBatch = 100;
inline constexpr Duration kLongestPause = std::chrono::hours(1);
inline constexpr Duration kPauseForSignals = std::chrono::minutes(5);  // by default, and of a creation policy

/// How a rolling update replaces a group's instances. To keep the minimum in service the group grows meanwhile, as far
/// as its maximum lets it (none: no limit); batches shrink where that is not enough.
struct RollingLimits {
    int batch = 1;
    int surge = 0;
};
RollingLimits rolling_limits(int instances, std::optional<int> max_size, int max_batch_size,
                             int min_instances_in_service);

/// Success signals without which an update fails; rounded up.
int signals_needed(int instances, int min_successful_percent);

enum class UpdatePolicy : std::uint8_t { kNone, kRollingUpdate, kReplacingUpdate };
constexpr UpdatePolicy policy_in_force(bool will_replace, bool rolling_present) {
    if (will_replace) return UpdatePolicy::kReplacingUpdate;
    return rolling_present ? UpdatePolicy::kRollingUpdate : UpdatePolicy::kNone;
}

/// A rollback goes by the policy of the template before the update.
constexpr int max_batch_during_rollback(int before_update, int /*in_failed_update*/) { return before_update; }

}  // namespace rollcast::strategies::cloudformation
