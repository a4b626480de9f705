#pragma once
// Any strategy under a guard: an analysis that runs beside it, from its start until some time after its end, and takes
// it back when it fails. The way back is the same for all: the old version grows to its former size, traffic follows as
// fast as it can bear it, and the new version goes.

#include <memory>
#include <string>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/wrapper.h"

namespace rollcast::strategies {

struct GuardParams {
    AnalysisId analysis{};  // Failed or Error take the rollout back
    Duration bake{};        // it is promoted when the guard has been quiet for so long after the strategy's own end
};

class Guarded final : public Wrapper {
   public:
    /// Throws std::invalid_argument without a strategy, and for a negative bake.
    Guarded(std::shared_ptr<const Strategy> inner, GuardParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const GuardParams& params() const { return params_; }

   private:
    GuardParams params_;
};

}  // namespace rollcast::strategies
