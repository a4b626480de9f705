#pragma once
// Amazon EKS's update of a managed node group: the group grows, old nodes are drained a few at a time and terminated,
// and the group shrinks again. An instance is a node with what runs on it. The rules are in eks_rules.h.
// Semantics: Amazon EKS User Guide (managed node update behaviour).
//
// Where it deviates, because a fleet here has one layer: a node serves until its drain ends, which takes as long as its
// instance takes to terminate. There is a pod for each replica, whatever the nodes; one that was evicted is back when
// its node is gone, and a disruption budget counts it as missing until then. EKS names no time after which nodes that
// do not join fail an update: 15 minutes are assumed. EKS rolls nothing back: an abort brings the old nodes back at
// once. A group that grows meanwhile gets new nodes, and one that shrinks loses old ones as long as there are any.

#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/disruption.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"
#include "rollcast/strategies/eks_rules.h"

namespace rollcast::strategies {

/// The defaults are those of EKS, in three zones.
struct EksNodesParams {
    int replicas = 1;
    int max_unavailable = 1;
    int zones = 3;
    eks::UpdateStrategy strategy = eks::UpdateStrategy::kDefault;
    bool force = false;                                   // pods that do not leave in time are deleted
    std::optional<DisruptionBudget> disruption_budget{};  // of the pods; none: all may go
    Duration unhealthy_after = std::chrono::minutes(15);  // new nodes that are not there by then fail the update
};

class EksNodes final : public Strategy {
   public:
    /// Throws std::invalid_argument for a max_unavailable that EKS refuses.
    explicit EksNodes(EksNodesParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override;
    const EksNodesParams& params() const { return params_; }

   private:
    EksNodesParams params_;
};

}  // namespace rollcast::strategies
