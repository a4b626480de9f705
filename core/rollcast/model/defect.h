#pragma once
// What can be wrong with a release: the truth that no guard, strategy or operator may read.

#include <cstdint>
#include <string>
#include <vector>

#include "rollcast/random/distribution.h"

namespace rollcast {

enum class DefectKind : std::uint8_t {
    kNone,          // a good release
    kErrorRate,     // severity: added probability that a request fails, in [0, 1]
    kLatency,       // severity: factor on the service time, >= 1, of the slowest `share` of requests
    kCrashOnStart,  // severity: probability that a start ends in a crash, in [0, 1]
    kCrashHazard,   // severity: crashes per hour of a running instance
};
inline constexpr std::size_t kDefectKinds = 5;

struct Defect {
    DefectKind kind = DefectKind::kNone;
    double severity = 0;
    double share = 1;  // latency only, in (0, 1]
};

/// One thing that the truth about the release may be.
struct TruthKind {
    std::string name = "good";
    double probability = 1;
    DefectKind kind = DefectKind::kNone;
    Distribution severity = Constant{0};
    double share = 1;
};

/// The release: a prior over kinds of truth. A fixed truth is one kind of probability 1.
struct Release {
    std::vector<TruthKind> truths{TruthKind{}};  // probabilities add up to 1
};

}  // namespace rollcast
