#include "rollcast/strategies/cloudformation_rules.h"

#include <algorithm>

#include "rollcast/base/amount.h"

namespace rollcast::strategies::cloudformation {

int max_concurrent(int accounts, int percentage) {
    return std::max(resolve(percent(percentage), accounts, Rounding::kDown), 1);
}

int failures_tolerated(int accounts, int percentage) { return resolve(percent(percentage), accounts, Rounding::kDown); }

int actual_concurrency(ConcurrencyMode mode, int most, int failure_tolerance, int failures_so_far) {
    const int until_failed = std::max(failure_tolerance + 1 - failures_so_far, 0);
    if (until_failed == 0) return 0;
    return mode == ConcurrencyMode::kStrictFailureTolerance ? std::min(most, until_failed) : most;
}

std::vector<OperationResult> region_results(RegionConcurrency concurrency, int failure_tolerance,
                                            std::span<const int> failed_accounts) {
    std::vector<OperationResult> results;
    bool failed = false;
    for (const int failures : failed_accounts) {
        const bool cancelled = failed && concurrency == RegionConcurrency::kSequential;
        failed = failed || failures > failure_tolerance;
        results.push_back(cancelled                      ? OperationResult::kCancelled
                          : failures > failure_tolerance ? OperationResult::kFailed
                                                         : OperationResult::kSucceeded);
    }
    return results;
}

OperationResult operation_result(std::span<const OperationResult> regions) {
    const bool all = std::all_of(regions.begin(), regions.end(),
                                 [](OperationResult result) { return result == OperationResult::kSucceeded; });
    return all ? OperationResult::kSucceeded : OperationResult::kFailed;
}

TriggeredOutcome watch_triggers(Duration work, Duration monitoring, std::optional<Duration> alarm_at) {
    const Duration end = work + monitoring;
    if (alarm_at && *alarm_at <= end) return {true, *alarm_at};
    return {false, end};
}

RollingLimits rolling_limits(int instances, std::optional<int> max_size, int max_batch_size,
                             int min_instances_in_service) {
    const int batch = std::min(max_batch_size, instances);
    const int wanted = min_instances_in_service + batch;
    const int most = std::max(max_size ? std::min(wanted, *max_size) : wanted, instances);
    return {std::clamp(most - min_instances_in_service, 1, batch), most - instances};
}

int signals_needed(int instances, int min_successful_percent) {
    return resolve(percent(min_successful_percent), instances, Rounding::kUp);
}

}  // namespace rollcast::strategies::cloudformation
