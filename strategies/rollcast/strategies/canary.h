#pragma once
// Argo Rollouts' canary: steps, replica-weighted or traffic-routed, with analyses and abort.
// Semantics: argoproj/argo-rollouts, rollout/canary.go, utils/replicaset/canary.go.
//
// Where it deviates, because routers here know versions and shares only: steps that set header routes do nothing, and
// plans with plugins are refused. An experiment's instances of the new version are counted with the canary's: in
// telemetry, and by routers, which spread the weights of both over all of them evenly. Its weights end with its
// duration, where Argo's outlive its pods while a required analysis is awaited. It decides at the instant of a change,
// and the real controller some milliseconds later.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rollcast/base/amount.h"
#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/experiment.h"

namespace rollcast::strategies {

struct SetWeight {
    int weight = 0;  // of max_weight
};
struct Pause {
    std::optional<Duration> duration{};  // none: until a person promotes
};
struct SetCanaryScale {  // exactly one of the three
    std::optional<int> replicas{};
    std::optional<int> weight{};  // of max_weight; may be more than that
    bool match_traffic_weight = false;
};
struct RunAnalysis {
    AnalysisId analysis{};
};
struct SetMirror {       // Argo's setMirrorRoute
    int percentage = 0;  // of the traffic, copied to the canary from here on; 0: no more
};
using CanaryStep = std::variant<SetWeight, Pause, SetCanaryScale, RunAnalysis, SetMirror, RunExperiment>;

struct BackgroundAnalysis {
    AnalysisId analysis{};
    int starting_step = 0;
};

/// The defaults are Argo's.
struct CanaryParams {
    int replicas = 1;
    Amount max_surge = percent(25);
    Amount max_unavailable = percent(25);
    std::vector<CanaryStep> steps{};
    bool routed = false;  // a traffic router sets weights; else pods' numbers do
    int max_weight = 100;
    std::optional<int> min_pods_per_replica_set{};
    std::optional<Amount> progress_threshold{};        // available pods that are enough to go on; none: all
    std::optional<Duration> scale_down_delay{};        // none: 30 s when routed, 0 otherwise
    std::optional<Duration> abort_scale_down_delay{};  // none: 30 s when routed, 0 otherwise; an explicit 0: never
    std::optional<Duration> progress_deadline = std::chrono::seconds(600);
    bool progress_deadline_abort = false;
    std::optional<BackgroundAnalysis> background{};
    bool dynamic_stable_scale = false;  // the stable version shrinks as its traffic does; needs `routed`
};

class Canary final : public Strategy {
   public:
    /// Throws std::invalid_argument for weights beyond max_weight, empty scale steps and the like.
    explicit Canary(CanaryParams params);
    std::string describe() const override;
    /// For runs of scenarios with a baseline if brings_baseline().
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    /// Whether an experiment starts instances of the old version.
    bool brings_baseline() const;
    const CanaryParams& params() const { return params_; }

   private:
    CanaryParams params_;
};

}  // namespace rollcast::strategies
