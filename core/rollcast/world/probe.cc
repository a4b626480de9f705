#include "rollcast/world/probe.h"

namespace rollcast {
namespace {

ProbeState initial_state(ProbeKind kind) {
    switch (kind) {
        case ProbeKind::kReadiness:
            return ProbeState::kFailure;
        case ProbeKind::kLiveness:
            return ProbeState::kSuccess;
        case ProbeKind::kStartup:
            return ProbeState::kUnknown;
    }
    return ProbeState::kUnknown;
}

}  // namespace

Prober::Prober(ProbeKind kind) : kind_(kind), state_(initial_state(kind)) {}

void Prober::observe(const Probe& probe, Duration running_for, bool success) {
    const bool started = kind_ == ProbeKind::kStartup && state_ == ProbeState::kSuccess;
    if (on_hold_ || started || running_for < probe.initial_delay) return;
    const ProbeState result = success ? ProbeState::kSuccess : ProbeState::kFailure;
    run_ = result == last_ ? run_ + 1 : 1;
    last_ = result;
    if (run_ < (success ? probe.success_threshold : probe.failure_threshold)) return;
    state_ = result;
    if (kind_ != ProbeKind::kReadiness && !success) {
        on_hold_ = true;
        run_ = 0;
    }
}

}  // namespace rollcast
