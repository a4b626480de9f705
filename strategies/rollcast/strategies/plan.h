#pragma once
// A plan of one's own, as data: steps that are taken one after the other. What does not succeed, or not in time, takes
// the rollout back; after the last step the new version gets it all.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rollcast/base/amount.h"
#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

namespace plan {

/// So many instances from now on. Percentages are of the replicas and round up.
struct Scale {
    std::optional<Amount> old_version{};  // none: as before
    std::optional<Amount> new_version{};
    std::optional<Amount> enough{};  // done with so many new ones available; none: when all is there, and nothing else
    std::optional<Duration> within{};  // later: it goes back; none: it waits, and may be stuck
};
/// The new version's share of the traffic from now on.
struct Shift {
    double weight = 0;
};
struct Wait {
    Duration duration{};
};
/// Any end but success takes the rollout back.
struct Analyse {
    AnalysisId analysis{};
    std::optional<Duration> within{};
};
/// A person has to promote.
struct Approve {
    std::optional<Duration> within{};
};
using Step = std::variant<Scale, Shift, Wait, Analyse, Approve>;

}  // namespace plan

struct PlanParams {
    int replicas = 1;
    std::vector<plan::Step> steps{};
    std::optional<Duration> progress_deadline = std::chrono::seconds(600);  // instances not there by then: stuck
};

class Plan final : public Strategy {
   public:
    /// Throws std::invalid_argument for numbers out of range.
    explicit Plan(PlanParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const PlanParams& params() const { return params_; }

   private:
    PlanParams params_;
};

}  // namespace rollcast::strategies
