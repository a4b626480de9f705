#pragma once
// What Flagger's controller computes: one tick of a canary's analysis, as a function of what it sees. The controller in
// flagger.cc follows it. Semantics: fluxcd/flagger, pkg/controller/scheduler.go, scheduler_hooks.go,
// pkg/canary/deployment_ready.go, status.go.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/strategies/kubernetes_rules.h"

namespace rollcast::strategies::flagger {

/// How often a canary is looked at. Not given or unreadable: every minute; never more often than every ten seconds.
Duration analysis_interval(std::optional<Duration> given);

/// A web hook passes with any status up to this one.
inline constexpr int kHighestPassingStatus = 202;
constexpr bool webhook_passes(int status) { return status <= kHighestPassingStatus; }
/// Importers know it; hooks of a simulated rollout answer at once.
inline constexpr Duration kWebhookTimeout = std::chrono::seconds(10);

/// The fields of an analysis by which traffic moves. 0: not given.
struct Plan {
    int step_weight = 0;
    std::vector<int> step_weights{};
    int max_weight = 0;
    int step_weight_promotion = 0;
    int iterations = 0;
    int threshold = 0;
    bool mirror = false;
    bool match = false;  // rules choose users by headers or cookies
    bool routed = true;  // a mesh or an ingress sets weights; else the provider is "kubernetes"
    bool skip_analysis = false;
};

enum class Kind : std::uint8_t { kCanary, kAbTesting, kBlueGreen };
/// Without a router it is always blue/green.
Kind kind(const Plan& plan);

/// Ticks of a blue/green or A/B test; without a router ten, when none are given.
int iterations(const Plan& plan);

/// Failed checks that lead to a rollback: at least 1.
int threshold(const Plan& plan);

int max_weight(const Plan& plan);

/// What the next move adds to the canary's weight; 0: there is no move.
int next_step_weight(const Plan& plan, int canary_weight);

enum class CanaryPhase : std::uint8_t {
    kInitialized,
    kWaiting,  // for the confirm-rollout gate
    kProgressing,
    kWaitingPromotion,  // for the confirm-promotion gate
    kPromoting,
    kFinalising,
    kSucceeded,
    kFailed,
};

/// Weights of 100. Under A/B testing they are those of the users who match.
struct Routes {
    int primary = 100;
    int canary = 0;
    bool mirrored = false;
    friend bool operator==(const Routes&, const Routes&) = default;
};

/// What a canary object, its routes and its workloads remember from tick to tick.
struct Status {
    CanaryPhase phase = CanaryPhase::kInitialized;
    int failed_checks = 0;
    int iterations = 0;
    int canary_weight = 0;  // as reported, which is not always as routed
    Routes routes{};
    bool canary_up = false;  // the canary workload is scaled up
    bool promoted = false;   // its template was copied to the primary workload
};

/// A Deployment, as the readiness check sees it.
struct Workload {
    int generation = 0;
    int observed_generation = 0;
    std::optional<int> spec_replicas{};
    int status_replicas = 0;
    int updated = 0;
    int available = 0;
    std::optional<kubernetes::ProgressReason> progressing{};  // none: there is no such condition
    std::optional<Duration> unavailable_for{};                // below its minimum for so long; none: it is not
};

struct Readiness {
    bool ready = true;
    bool retriable = true;  // false: it has been given up
    friend bool operator==(const Readiness&, const Readiness&) = default;
};

/// `threshold`: percent of the updated pods that have to be available.
Readiness workload_readiness(const Workload& workload, Duration deadline, int threshold);

/// What a tick finds.
struct Sight {
    bool changed = false;  // the canary's template is not the one last applied
    Readiness primary{};
    Readiness canary{};
    std::optional<bool> checks_pass{};  // metrics and rollout hooks; none: not known yet
    bool pre_rollout_passes = true;
    // Gates
    bool confirm_rollout = true;
    bool confirm_traffic_increase = true;
    bool confirm_promotion = true;
    bool rollback = false;  // somebody asks for one
};

/// Whether failed checks or a workload that was given up lead to a rollback.
bool rollback_due(const Plan& plan, int failed_checks, bool retriable);

/// All traffic to the primary; the canary goes.
void roll_back(const Plan& plan, Status& status);

/// One tick. False, and nothing is changed, when it comes to the checks and their result is not known yet.
bool tick(const Plan& plan, Status& status, const Sight& seen);

/// Ticks from the one that detects a release to the one that ends in success, when all goes well; none: it never does.
std::optional<int> ticks_to_success(const Plan& plan);

/// The documentation's formulas: the least time to promote, without the ticks of detection and promotion, and the time
/// in which checks that fail lead to a rollback.
Duration least_promotion_time(Duration interval, const Plan& plan);
Duration rollback_time(Duration interval, const Plan& plan);

}  // namespace rollcast::strategies::flagger
