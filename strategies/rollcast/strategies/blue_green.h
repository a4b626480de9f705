#pragma once
// Argo Rollouts' blue/green: preview, switch, scale-down delay, analyses before and after the promotion.
// Semantics: argoproj/argo-rollouts, rollout/bluegreen.go.
//
// Where it deviates: aborted after the switch, live traffic goes back at once, as the documentation says; the code
// waits for the ReplicaSet to be fully available even then, and so perhaps for ever.

#include <optional>
#include <string>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// The defaults are Argo's.
struct BlueGreenParams {
    int replicas = 1;
    std::optional<int> preview_replica_count{};
    std::optional<bool> auto_promotion_enabled{};  // none: true
    Duration auto_promotion{};                     // autoPromotionSeconds; 0: not given
    std::optional<Duration> scale_down_delay{};    // none: 30 s
    std::optional<int> scale_down_delay_revision_limit{};
    std::optional<Duration> abort_scale_down_delay{};  // none: 30 s; an explicit 0: never
    std::optional<Duration> progress_deadline = std::chrono::seconds(600);
    bool progress_deadline_abort = false;
    std::optional<AnalysisId> pre_promotion{};
    std::optional<AnalysisId> post_promotion{};
};

class BlueGreen final : public Strategy {
   public:
    /// Throws std::invalid_argument for negative numbers.
    explicit BlueGreen(BlueGreenParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const BlueGreenParams& params() const { return params_; }

   private:
    BlueGreenParams params_;
};

}  // namespace rollcast::strategies
