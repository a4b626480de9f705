#pragma once
// Waves over locations: a strategy of its own in each, begun wave by wave. Before the next wave begins, the one before
// is done and has been watched for a while. Each strategy inside sees its own location alone.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/amount.h"
#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/cloudformation_rules.h"

namespace rollcast::strategies {

using Wave = std::vector<LocationId>;

/// A location has failed when its strategy goes back or is stuck; a wave, when more have failed than it tolerates.
enum class OnWaveFailure : std::uint8_t {
    kRollBack,  // every location goes back, also those that are done
    kStop,      // nothing more begins; what is on its way goes on, and what is done stays
};

struct WavesParams {
    std::vector<Wave> waves{};             // each location once; begun in this order
    bool parallel = false;                 // all waves at once, each with limits of its own
    Amount max_concurrent = percent(100);  // locations of a wave on their way at a time; of a share at least 1
    Amount failure_tolerance = count(0);   // locations of a wave that may fail; a share rounds down
    cloudformation::ConcurrencyMode mode = cloudformation::ConcurrencyMode::kSoftFailureTolerance;
    OnWaveFailure on_failure = OnWaveFailure::kRollBack;
    Duration bake{};  // after each wave; of waves in parallel, after all of them
    /// Watches all locations while a wave bakes, or, without a time to bake, until it ends by itself. Any end but
    /// success is a failure of the wave.
    std::optional<AnalysisId> analysis{};
};

/// Promoted with failures that were tolerated: all but these have the new version. Rolled back if none has.
class Waves final : public Strategy {
   public:
    /// `inner`: one for all locations, or one for each. Throws std::invalid_argument without one, for waves that are
    /// empty or name a location twice, and for negative amounts.
    Waves(std::vector<std::shared_ptr<const Strategy>> inner, WavesParams params);
    std::string describe() const override;
    /// Throws std::invalid_argument where its waves are not over the locations that there are.
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    bool knows_locations() const override { return true; }
    const std::vector<std::shared_ptr<const Strategy>>& inner() const { return inner_; }
    const WavesParams& params() const { return params_; }

   private:
    std::vector<std::shared_ptr<const Strategy>> inner_;
    WavesParams params_;
};

/// "[0, 1-9]".
std::string describe(const std::vector<Wave>& waves);

}  // namespace rollcast::strategies
