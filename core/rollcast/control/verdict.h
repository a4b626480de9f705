#pragma once
// The phase of an analysis as a controller can see it. The order is Argo's order of badness.

#include <cstdint>

namespace rollcast {

enum class AnalysisPhase : std::uint8_t { kSuccessful, kRunning, kPending, kInconclusive, kError, kFailed };

constexpr bool is_complete(AnalysisPhase phase) {
    return phase != AnalysisPhase::kRunning && phase != AnalysisPhase::kPending;
}

}  // namespace rollcast
