#pragma once
// A feature flag: the new version's code is on every instance already, and a share of the users gets it. Instances do
// not change. How the share grows is another strategy's matter: its weights are shares of users, and the instances that
// it asks for are there at once, for none are needed. One that gives no weights exposes users as it would have moved
// instances.

#include <memory>
#include <string>

#include "rollcast/control/strategy.h"
#include "rollcast/strategies/wrapper.h"

namespace rollcast::strategies {

class FeatureFlag final : public Wrapper {
   public:
    /// Throws std::invalid_argument without a strategy.
    explicit FeatureFlag(std::shared_ptr<const Strategy> exposure) : Wrapper(std::move(exposure)) {}
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
};

}  // namespace rollcast::strategies
