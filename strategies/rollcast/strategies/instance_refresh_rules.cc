#include "rollcast/strategies/instance_refresh_rules.h"

#include <algorithm>

#include "rollcast/base/amount.h"

namespace rollcast::strategies::instance_refresh {

Duration effective_warmup(std::optional<Duration> health_check_grace, std::optional<Duration> default_instance_warmup,
                          std::optional<Duration> instance_warmup) {
    for (const std::optional<Duration>& given : {instance_warmup, default_instance_warmup, health_check_grace}) {
        if (given) return *given;
    }
    return Duration::zero();
}

int batch_size(int instances, int min_healthy_percentage, int max_healthy_percentage) {
    const int most = resolve(percent(max_healthy_percentage), instances, Rounding::kDown);
    const int least = resolve(percent(min_healthy_percentage), instances, Rounding::kUp);
    return std::clamp(most - least, 1, std::max(instances, 1));
}

int replaced_at(int instances, int percentage) { return resolve(percent(percentage), instances, Rounding::kUp); }

CheckpointsReached checkpoints_reached(int instances, std::span<const int> percentages, int replaced) {
    CheckpointsReached reached;
    for (const int percentage : percentages) {
        if (replaced_at(instances, percentage) > replaced) break;
        if (reached.notified) reached.skipped.push_back(*reached.notified);
        reached.notified = percentage;
    }
    return reached;
}

std::vector<RefreshStep> timeline(const RefreshPlan& plan) {
    const std::vector<int> checkpoints = plan.checkpoints.empty() ? std::vector{100} : plan.checkpoints;
    const int batch = batch_size(plan.instances, plan.min_healthy_percentage, plan.max_healthy_percentage);
    std::vector<RefreshStep> steps;
    Duration at{};
    int replaced = 0;
    for (const int checkpoint : checkpoints) {
        const int until = replaced_at(plan.instances, checkpoint);
        if (until <= replaced) continue;
        if (replaced > 0) at += plan.checkpoint_delay;
        while (replaced < until) {
            const int now = std::min(batch, until - replaced);
            steps.push_back({at, RefreshEvent::kReplace, now});
            at += plan.warmup;
            steps.push_back({at, RefreshEvent::kWarm, now});
            replaced += now;
        }
    }
    return steps;
}

RefreshOutcome outcome(RefreshEnd end, bool auto_rollback) {
    switch (end) {
        case RefreshEnd::kAllMatch:
            return {RefreshStatus::kSuccessful, false};
        case RefreshEnd::kCancelled:
            return {RefreshStatus::kCancelled, false};
        case RefreshEnd::kFailed:
        case RefreshEnd::kNoHealthyReplacement:
            break;
    }
    if (auto_rollback) return {RefreshStatus::kRollbackSuccessful, true};
    return {RefreshStatus::kFailed, false};
}

bool rollback_possible(RefreshStatus status, bool desired_configuration, bool image_from_parameter_store,
                       std::string_view group_template_version) {
    const bool is_fixed = group_template_version != "$Latest" && group_template_version != "$Default";
    return status == RefreshStatus::kInProgress && desired_configuration && !image_from_parameter_store && is_fixed;
}

int rebalancing_max_size(int max_size) { return max_size + std::max(max_size / 10, 1); }

}  // namespace rollcast::strategies::instance_refresh
