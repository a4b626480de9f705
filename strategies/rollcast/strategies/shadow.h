#pragma once
// A shadow: instances of the new version get copies of the requests, and their answers are thrown away. The load on
// them is real, and metrics see how they bear it; users see nothing. What comes out of it well is rolled out by another
// strategy.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/amount.h"
#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/wrapper.h"

namespace rollcast::strategies {

struct ShadowParams {
    int replicas = 1;                              // of the service
    Amount instances = percent(100);               // of the new version, rounded up
    double mirrored = 1;                           // share of the requests that are copied, in (0, 1]
    Duration duration = std::chrono::minutes(10);  // from when the instances are there
    std::optional<AnalysisId> analysis{};          // any end of it but success takes the release back
    std::optional<Duration> progress_deadline = std::chrono::seconds(600);  // for the instances; late: it goes back
};

class Shadow final : public Wrapper {
   public:
    /// `then` rolls out what the shadow found nothing wrong with. Throws std::invalid_argument without it, and for
    /// numbers out of range.
    Shadow(std::shared_ptr<const Strategy> then, ShadowParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const ShadowParams& params() const { return params_; }

   private:
    ShadowParams params_;
};

}  // namespace rollcast::strategies
