#include "rollcast/strategies/flagger_rules.h"

#include <algorithm>

namespace rollcast::strategies::flagger {

using namespace std::chrono_literals;

namespace {

constexpr int kAll = 100;
constexpr Routes kAllToPrimary{};
constexpr Routes kAllToCanary{.primary = 0, .canary = kAll};

bool is_under_way(CanaryPhase phase) {
    return phase != CanaryPhase::kInitialized && phase != CanaryPhase::kSucceeded && phase != CanaryPhase::kFailed;
}

bool is_promoting(CanaryPhase phase) { return phase == CanaryPhase::kPromoting || phase == CanaryPhase::kFinalising; }

/// Without a router there is nothing to set.
void route(const Plan& plan, Status& status, Routes routes) {
    if (plan.routed) status.routes = routes;
}

/// The canary has the only healthy instances: it gets all and keeps running.
void fail_promotion(const Plan& plan, Status& status) {
    route(plan, status, kAllToCanary);
    status = {.phase = CanaryPhase::kFailed,
              .canary_weight = kAll,
              .routes = status.routes,
              .canary_up = true,
              .promoted = status.promoted};
}

void end_phase(Status& status, CanaryPhase next) {
    status.phase = next;
    status.canary_weight = 0;
    status.iterations = 0;
}

void detect(Status& status, bool confirmed) {
    status = {.phase = confirmed ? CanaryPhase::kProgressing : CanaryPhase::kWaiting,
              .routes = status.routes,
              .canary_up = confirmed || status.canary_up};
}

/// A closed gate sends the tests back by one, so that checks go on.
bool promotion_is_confirmed(const Plan& plan, Status& status, bool confirmed) {
    if (confirmed) return true;
    if (status.phase != CanaryPhase::kWaitingPromotion) end_phase(status, CanaryPhase::kWaitingPromotion);
    status.iterations = iterations(plan) - 1;
    return false;
}

void promote(Status& status) {
    status.phase = CanaryPhase::kPromoting;
    status.promoted = true;
}

void shift_back(const Plan& plan, Status& status) {
    const int step = plan.step_weight_promotion;
    if (!plan.routed) return end_phase(status, CanaryPhase::kFinalising);
    if (step == 0) {
        status.routes = kAllToPrimary;
        return end_phase(status, CanaryPhase::kFinalising);
    }
    if (status.routes.canary == 0) return;
    status.routes = {.primary = std::min(kAll, status.routes.primary + step),
                     .canary = std::max(0, status.routes.canary - step)};
    if (status.routes.primary == kAll) return end_phase(status, CanaryPhase::kFinalising);
    status.canary_weight = status.routes.canary;
}

void move_weight(const Plan& plan, Status& status, const Sight& seen) {
    Routes& routes = status.routes;
    const int step = next_step_weight(plan, routes.canary);
    if (step <= 0) return;
    const bool increases = !routes.mirrored && status.phase != CanaryPhase::kWaitingPromotion;
    if (increases && !seen.confirm_traffic_increase) return;
    if (routes.canary >= max_weight(plan)) {
        if (promotion_is_confirmed(plan, status, seen.confirm_promotion)) promote(status);
        return;
    }
    if (plan.mirror && routes.canary == 0 && !routes.mirrored) {
        routes = {.mirrored = true};
    } else if (plan.mirror && routes.canary == 0) {
        routes = {.primary = kAll - step, .canary = step};
    } else {
        routes.primary = std::max(0, routes.primary - step);
        routes.canary = std::min(kAll, routes.canary + step);
    }
    status.canary_weight = routes.canary;
}

void test_users(const Plan& plan, Status& status, const Sight& seen) {
    if (status.iterations < plan.iterations) {
        status.routes = kAllToCanary;
        ++status.iterations;
    } else if (promotion_is_confirmed(plan, status, seen.confirm_promotion)) {
        promote(status);
    }
}

void test_then_switch(const Plan& plan, Status& status, const Sight& seen) {
    const int tests = iterations(plan);
    if (status.iterations < tests) {
        if (plan.mirror && !status.routes.mirrored) route(plan, status, {.mirrored = true});
        ++status.iterations;
    } else if (!promotion_is_confirmed(plan, status, seen.confirm_promotion)) {
        return;
    } else if (status.iterations == tests) {
        route(plan, status, kAllToCanary);
        ++status.iterations;
    } else {
        promote(status);
    }
}

void move(const Plan& plan, Status& status, const Sight& seen) {
    switch (kind(plan)) {
        case Kind::kCanary:
            return move_weight(plan, status, seen);
        case Kind::kAbTesting:
            return test_users(plan, status, seen);
        case Kind::kBlueGreen:
            return test_then_switch(plan, status, seen);
    }
}

}  // namespace

Duration analysis_interval(std::optional<Duration> given) { return std::max<Duration>(10s, given.value_or(1min)); }

Kind kind(const Plan& plan) {
    if (plan.routed && plan.match && plan.iterations > 0) return Kind::kAbTesting;
    return iterations(plan) > 0 ? Kind::kBlueGreen : Kind::kCanary;
}

int iterations(const Plan& plan) { return plan.routed || plan.iterations > 0 ? plan.iterations : 10; }

int threshold(const Plan& plan) { return std::max(1, plan.threshold); }

int max_weight(const Plan& plan) {
    if (!plan.step_weights.empty()) return std::min(kAll, plan.step_weights.back());
    return plan.max_weight > 0 ? plan.max_weight : kAll;
}

int next_step_weight(const Plan& plan, int canary_weight) {
    const std::vector<int>& targets = plan.step_weights;
    if (plan.step_weight > 0 || targets.empty()) return plan.step_weight;
    const int left = kAll - canary_weight;
    if (left == 0) return 1;  // only a step can lead on to the promotion
    if (canary_weight == 0) return std::min(left, targets.front());
    const auto at = std::find(targets.begin(), targets.end() - 1, canary_weight);
    return at == targets.end() - 1 ? left : std::min(left, at[1] - canary_weight);
}

Readiness workload_readiness(const Workload& workload, Duration deadline, int threshold) {
    if (workload.observed_generation < workload.generation) return {.ready = false};
    if (workload.progressing == kubernetes::ProgressReason::kProgressDeadlineExceeded) {
        return {.ready = false, .retriable = false};
    }
    // In single precision, as Flagger has it.
    const float share = static_cast<float>(threshold) / 100.0F;
    const int required = static_cast<int>(static_cast<float>(workload.updated) * share);
    const bool ready = workload.updated >= workload.spec_replicas.value_or(0) &&
                       workload.status_replicas <= workload.updated && workload.available >= required;
    const bool late = workload.progressing && workload.unavailable_for && *workload.unavailable_for > deadline;
    return {.ready = ready, .retriable = ready || !late};
}

bool rollback_due(const Plan& plan, int failed_checks, bool retriable) {
    return !retriable || failed_checks >= threshold(plan);
}

void roll_back(const Plan& plan, Status& status) {
    route(plan, status, kAllToPrimary);
    status = {.phase = CanaryPhase::kFailed, .routes = status.routes, .promoted = status.promoted};
}

bool tick(const Plan& plan, Status& status, const Sight& seen) {
    if (!is_under_way(status.phase) && !seen.changed) return true;
    if (!seen.primary.ready && !plan.skip_analysis) {
        if (seen.primary.retriable) return true;
        is_promoting(status.phase) ? fail_promotion(plan, status) : roll_back(plan, status);
        return true;
    }
    if (!is_under_way(status.phase) || status.phase == CanaryPhase::kWaiting) {
        detect(status, seen.confirm_rollout);
        return true;
    }
    if (seen.changed && !is_promoting(status.phase)) {
        route(plan, status, kAllToPrimary);
        status = {.phase = CanaryPhase::kProgressing, .routes = status.routes, .canary_up = status.canary_up};
        return true;
    }
    if (!seen.canary.ready) {
        if (!seen.canary.retriable) roll_back(plan, status);
        return true;
    }
    if (plan.skip_analysis) {
        route(plan, status, kAllToPrimary);
        end_phase(status, CanaryPhase::kSucceeded);
        status.promoted = true;
        status.canary_up = false;
        return true;
    }
    if (status.phase == CanaryPhase::kPromoting) {
        shift_back(plan, status);
        return true;
    }
    if (status.phase == CanaryPhase::kFinalising) {
        end_phase(status, CanaryPhase::kSucceeded);
        status.canary_up = false;
        return true;
    }
    if (seen.rollback || rollback_due(plan, status.failed_checks, seen.canary.retriable)) {
        roll_back(plan, status);
        return true;
    }
    const bool starts = status.routes.canary == 0 && status.iterations == 0 && !(plan.mirror && status.routes.mirrored);
    if (!starts && !seen.checks_pass) return false;
    if (starts ? seen.pre_rollout_passes : *seen.checks_pass) {
        move(plan, status, seen);
    } else {
        ++status.failed_checks;
    }
    return true;
}

std::optional<int> ticks_to_success(const Plan& plan) {
    Status status;
    int ticks = 0;
    for (bool moves = true; moves; ++ticks) {
        if (status.phase == CanaryPhase::kSucceeded) return ticks;
        const Status before = status;
        tick(plan, status, {.changed = status.phase == CanaryPhase::kInitialized, .checks_pass = true});
        moves =
            status.phase != before.phase || status.iterations != before.iterations || !(status.routes == before.routes);
    }
    return std::nullopt;
}

Duration least_promotion_time(Duration interval, const Plan& plan) {
    if (plan.iterations > 0) return interval * plan.iterations;
    return plan.step_weight > 0 ? interval * max_weight(plan) / plan.step_weight : Duration::zero();
}

Duration rollback_time(Duration interval, const Plan& plan) { return interval * threshold(plan); }

}  // namespace rollcast::strategies::flagger
