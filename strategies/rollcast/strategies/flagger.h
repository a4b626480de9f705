#pragma once
// Flagger's canary, blue/green and A/B test: a primary workload that serves, a canary workload beside it, and a tick
// that moves traffic between them. The controller follows the rules in flagger_rules.h. Semantics: fluxcd/flagger.
//
// Where it deviates, because routers here know versions only: the new version runs in both workloads once it is
// promoted, and until the canary workload is gone its instances take their share of what goes to the primary's new
// ones. An autoscaler, and the copy of it that Flagger makes for the primary, ask for one size of both workloads, by
// the load of all instances. A person who aborts does by hand what a rollback does, and takes the primary's template
// back as well. Load tests are not modelled.

#include <optional>
#include <string>

#include "rollcast/base/amount.h"
#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/flagger_rules.h"

namespace rollcast::strategies {

/// The defaults are Flagger's, and Kubernetes' for the two Deployments.
struct FlaggerParams {
    int replicas = 1;  // of the primary, and of the canary
    flagger::Plan plan{};
    Duration interval = flagger::analysis_interval(std::nullopt);
    Duration progress_deadline = std::chrono::seconds(600);  // unavailable for longer: given up
    int primary_ready_threshold = 100;                       // percent of the instances
    int canary_ready_threshold = 100;
    double matched = 1;                    // A/B: share of the requests that the match rules choose
    double mirrored = 1;                   // share of the requests that are mirrored when the plan says so
    std::optional<AnalysisId> analysis{};  // the checks of a tick; none: they pass
    bool confirm_rollout = false;          // a person opens the gate
    bool confirm_promotion = false;
    Amount max_surge = percent(25);  // of the primary's rolling update
    Amount max_unavailable = percent(25);
    std::optional<Duration> deployment_deadline = std::chrono::seconds(600);  // the Deployments' own; none: no deadline
};

class Flagger final : public Strategy {
   public:
    /// Throws std::invalid_argument for plans that never move and numbers out of range.
    explicit Flagger(FlaggerParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const FlaggerParams& params() const { return params_; }

   private:
    FlaggerParams params_;
};

}  // namespace rollcast::strategies
