#pragma once
// What EC2 Auto Scaling computes in an instance refresh, as functions of what it sees. Semantics: Amazon EC2 Auto
// Scaling User Guide (instance refresh, checkpoints, rollback, availability zone rebalancing) and the service's API.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast::strategies::instance_refresh {

/// Without a healthy replacement for so long a refresh fails.
inline constexpr Duration kStuckRetry = std::chrono::hours(1);

/// How long a new instance warms up: the refresh's own value, else the group's default, else its grace period.
Duration effective_warmup(std::optional<Duration> health_check_grace, std::optional<Duration> default_instance_warmup,
                          std::optional<Duration> instance_warmup);

/// Instances replaced at once: from the most that may be there (rounded down) to the least that have to be healthy
/// (rounded up), but at least one.
int batch_size(int instances, int min_healthy_percentage, int max_healthy_percentage);

/// New instances that have to be there before a checkpoint of so many percent is reached.
int replaced_at(int instances, int percentage);

/// What a batch means for checkpoints (ascending percentages), none of which was reached before it.
struct CheckpointsReached {
    std::optional<int> notified;  // the highest
    std::vector<int> skipped;     // reached, too
};
CheckpointsReached checkpoints_reached(int instances, std::span<const int> percentages, int replaced);

enum class RefreshEvent : std::uint8_t { kReplace, kWarm };
struct RefreshStep {
    Duration at{};
    RefreshEvent event = RefreshEvent::kReplace;
    int instances = 0;
};
struct RefreshPlan {
    int instances = 0;
    std::vector<int> checkpoints{};  // ascending percentages; empty: 100
    Duration checkpoint_delay = std::chrono::hours(1);
    int min_healthy_percentage = 90;
    int max_healthy_percentage = 100;
    Duration warmup{};
};
/// A refresh in which replacing takes no time but for the warm-up. After the last checkpoint it ends.
std::vector<RefreshStep> timeline(const RefreshPlan& plan);

enum class RefreshStatus : std::uint8_t { kInProgress, kSuccessful, kFailed, kCancelled, kRollbackSuccessful };
enum class RefreshEnd : std::uint8_t { kCancelled, kFailed, kNoHealthyReplacement, kAllMatch };

/// What is left behind.
struct RefreshOutcome {
    RefreshStatus status = RefreshStatus::kInProgress;
    bool rolled_back = false;
};
RefreshOutcome outcome(RefreshEnd end, bool auto_rollback);

/// Whether there is something to roll back to. Template versions: a number, "$Latest", "$Default".
bool rollback_possible(RefreshStatus status, bool desired_configuration, bool image_from_parameter_store,
                       std::string_view group_template_version);

/// Zone rebalancing may exceed the group's maximum by 10 percent or by one, whichever is more.
int rebalancing_max_size(int max_size);

}  // namespace rollcast::strategies::instance_refresh
