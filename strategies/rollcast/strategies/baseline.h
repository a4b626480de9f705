#pragma once
// A baseline beside the new version, as Kayenta's users run it and Argo's experiments do: fresh instances of the old
// version, as many as there are new ones and with as large a share of the traffic. Whatever is due to their age (cold
// caches, warm-up) is then the same on both sides of a comparison.
//
// Where the new version has more than half of the traffic the baseline gets what is left, and instances in proportion;
// where no weights are given traffic follows instances, and it is never larger than the old fleet. It does not grow
// with a new version that has traffic and grows to its full size: that is about to have all of it. It goes then, and on
// the way back.

#include <memory>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/wrapper.h"

namespace rollcast::strategies {

struct BaselineParams {
    /// While the baseline is not available no analysis begins and the new version gets no more traffic. After so long
    /// without it the rollout goes back.
    Duration progress_deadline = std::chrono::seconds(600);
    Duration scale_down_delay = std::chrono::seconds(30);  // its instances outlive its traffic; the default is Argo's
};

/// The strategy inside sees two versions: to it the baseline's traffic is the old version's.
class Baseline final : public Wrapper {
   public:
    /// Throws std::invalid_argument without a strategy, and for times out of range.
    Baseline(std::shared_ptr<const Strategy> inner, BaselineParams params);
    std::string describe() const override;
    /// For runs of scenarios with a baseline.
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const BaselineParams& params() const { return params_; }

   private:
    BaselineParams params_;
};

}  // namespace rollcast::strategies
