#pragma once
// Every instance is replaced at the same moment: the old ones are told to end and the new ones to start, and what lies
// between is an outage. It goes back the same way, and only when a person says so.

#include <optional>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

struct AllAtOnceParams {
    int replicas = 1;
    std::optional<Duration> progress_deadline = std::chrono::seconds(600);  // not there by then: stuck; none: never
};

class AllAtOnce final : public Strategy {
   public:
    /// Throws std::invalid_argument for no replicas and for a deadline of no length.
    explicit AllAtOnce(AllAtOnceParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const AllAtOnceParams& params() const { return params_; }

   private:
    AllAtOnceParams params_;
};

}  // namespace rollcast::strategies
