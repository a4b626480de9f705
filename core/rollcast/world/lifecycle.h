#pragma once
// Small rules of an instance's life, as Kubernetes has them.

#include <cstdint>
#include <optional>

#include "rollcast/base/time.h"

namespace rollcast {

/// Ready for at least min_ready.
constexpr bool is_available(bool ready, Duration ready_for, Duration min_ready) {
    return ready && (min_ready == Duration::zero() || ready_for >= min_ready);
}

/// From TERM to KILL: what preStop leaves of the grace, but at least 2 s.
Duration term_to_kill(Duration grace, Duration pre_stop);

enum class PodPhase : std::uint8_t { kPending, kUnknown, kRunning };

/// What decides which of a ReplicaSet's pods goes first when it shrinks.
struct DeletionRank {
    bool assigned = true;  // has a node
    PodPhase phase = PodPhase::kRunning;
    bool ready = false;
    int deletion_cost = 0;
    int colocated = 0;                  // related pods on its node
    std::optional<Duration> ready_for;  // none: not known
    int restarts = 0;
    std::optional<Duration> age;  // since creation; none: not known
};

/// True if `a` is to go before `b` (kubernetes/kubernetes, pkg/controller/controller_utils.go). Times are compared by
/// the whole base-2 logarithm of nanoseconds. Where the controller falls back on the pods' random names for equal
/// logarithms, the next rule decides here, and pods equal by all rules are tied.
bool deleted_before(const DeletionRank& a, const DeletionRank& b);

}  // namespace rollcast
