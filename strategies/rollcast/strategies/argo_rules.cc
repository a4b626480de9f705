#include "rollcast/strategies/argo_rules.h"

#include <algorithm>
#include <limits>

namespace rollcast::strategies::argo {

using namespace std::chrono_literals;
using kubernetes::ProgressCondition;
using kubernetes::ProgressReason;

Fenceposts limits(RolloutKind kind, int replicas, Amount max_surge, Amount max_unavailable) {
    if (kind == RolloutKind::kBlueGreen) return {};
    Fenceposts posts = resolve_fenceposts(max_surge, max_unavailable, replicas);
    posts.unavailable = std::min(posts.unavailable, replicas);
    return posts;
}

Duration scale_down_delay(RolloutKind kind, std::optional<Duration> given) {
    return kind == RolloutKind::kBasicCanary ? Duration::zero() : given.value_or(30s);
}

AbortDelay abort_scale_down_delay(RolloutKind kind, std::optional<Duration> given) {
    if (kind == RolloutKind::kBasicCanary) return {.delay = Duration::zero()};
    if (given == Duration::zero()) return {.delay = std::nullopt, .was_set = true};
    return {.delay = given.value_or(30s), .was_set = given.has_value()};
}

Time pause_over_at(Time since, Duration duration) {
    const Time end = after(since, duration);
    return end == kNever ? kNever : end + Duration(1);
}

bool canary_pause_completed(std::optional<Duration> duration, const PauseStatus& pause, Time now) {
    if (!pause.since) return pause.by_controller;
    return duration && now >= pause_over_at(*pause.since, *duration);
}

bool blue_green_pause_completed(std::optional<bool> auto_promotion_enabled, Duration auto_promotion, bool checkpoint,
                                const PauseStatus& pause, Time now) {
    if (checkpoint) return true;
    if (!auto_promotion_enabled.value_or(true)) return pause.by_controller && !pause.since;
    if (auto_promotion == Duration::zero()) return true;
    return pause.since && now >= pause_over_at(*pause.since, auto_promotion);
}

Consequence analysis_consequence(AnalysisRole role, AnalysisPhase phase) {
    switch (phase) {
        case AnalysisPhase::kSuccessful:
            return Consequence::kContinue;
        case AnalysisPhase::kRunning:
        case AnalysisPhase::kPending:
            return Consequence::kWait;
        case AnalysisPhase::kInconclusive:
            return Consequence::kPause;
        case AnalysisPhase::kError:
        case AnalysisPhase::kFailed:
            break;
    }
    if (role == AnalysisRole::kPrePromotion) return Consequence::kAbortBeforeSwitch;
    if (role == AnalysisRole::kPostPromotion) return Consequence::kAbortSwitchBack;
    return Consequence::kAbort;
}

int reconcile_new_replica_set(int wanted, int spec, int replicas, int stable_available, bool aborted,
                              std::optional<Duration> abort_delay, std::optional<Time>& scale_down_at, Time now) {
    if (!aborted || !abort_delay) return wanted;
    if (scale_down_at) return now < *scale_down_at ? spec : 0;
    if (stable_available >= replicas) scale_down_at = after(now, *abort_delay);
    return spec;
}

void scale_down_retired(std::span<RetiredReplicaSet> newest_first, std::optional<int> revision_limit, Duration delay,
                        std::optional<int> kept_size, Time now) {
    int waiting = 0;
    for (RetiredReplicaSet& set : newest_first) {
        if (set.spec == 0) continue;
        const bool within_limit = ++waiting <= revision_limit.value_or(std::numeric_limits<int>::max());
        if (!set.scale_down_at && within_limit) {
            set.scale_down_at = after(now, delay);
            if (delay > Duration::zero()) continue;
        }
        set.spec = within_limit && now < *set.scale_down_at ? kept_size.value_or(set.spec) : 0;
    }
}

bool rollback_within_window(bool target_older_than_stable, int revisions_between, int window) {
    return target_older_than_stable && revisions_between < window;
}

MaybeProgress sync_progress(std::optional<Duration> deadline, const ProgressInput& input,
                            const MaybeProgress& condition, Time now) {
    if (!kubernetes::has_progress_deadline(deadline)) return std::nullopt;
    const auto has = [&](ProgressReason reason) { return condition && condition->reason == reason; };
    if (input.healthy) {
        if (has(ProgressReason::kNewReplicaSetAvailable)) return condition;
        return ProgressCondition{ProgressReason::kNewReplicaSetAvailable, now};
    }
    if (input.moved || input.after.updated != input.before.updated ||
        kubernetes::deployment_progressing(input.before, input.after)) {
        return ProgressCondition{ProgressReason::kReplicaSetUpdated, now};
    }
    if (!input.exempt && !has(ProgressReason::kProgressDeadlineExceeded) &&
        kubernetes::deployment_timed_out(deadline, condition, now)) {
        return ProgressCondition{ProgressReason::kProgressDeadlineExceeded, now};
    }
    return condition;
}

}  // namespace rollcast::strategies::argo
