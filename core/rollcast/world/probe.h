#pragma once
// One probe of one container, as the kubelet's probe worker keeps it (kubernetes/kubernetes, pkg/kubelet/prober).

#include <cstdint>

#include "rollcast/base/time.h"
#include "rollcast/model/scenario.h"

namespace rollcast {

/// Importers need the default; a simulated probe is answered at once.
inline constexpr Duration kProbeTimeout = std::chrono::seconds(1);

enum class ProbeKind : std::uint8_t { kReadiness, kLiveness, kStartup };
enum class ProbeState : std::uint8_t { kUnknown, kSuccess, kFailure };

class Prober {
   public:
    explicit Prober(ProbeKind kind);

    /// Takes the result of a probe made when the container had been running for so long. The published state follows
    /// only once as many equal results have come as its threshold says; nothing counts during the initial delay, nor
    /// after a startup probe has succeeded.
    void observe(const Probe& probe, Duration running_for, bool success);

    ProbeState state() const { return state_; }
    int run() const { return run_; }           // equal results in a row
    bool on_hold() const { return on_hold_; }  // a liveness or startup failure stops probing until a new container

   private:
    int run_ = 0;
    ProbeKind kind_;
    ProbeState state_;
    ProbeState last_ = ProbeState::kUnknown;
    bool on_hold_ = false;
};

}  // namespace rollcast
