#pragma once
// What can be wrong with a release: the truth that no guard, strategy or operator may read.

#include <cstdint>
#include <string>
#include <vector>

#include "rollcast/random/distribution.h"

namespace rollcast {

enum class DefectKind : std::uint8_t {
    kNone,            // a good release
    kErrorRate,       // severity: added probability that a request fails, in [0, 1]
    kLatency,         // severity: factor on the service time, >= 1, of the slowest `share` of requests
    kCrashOnStart,    // severity: probability that a start ends in a crash, in [0, 1]
    kCrashHazard,     // severity: crashes per hour of a running instance
    kCrashOnRequest,  // severity: probability that a request kills the process that begins to serve it, in [0, 1]
    kMemoryLeak,      // severity: requests that a process serves before it runs out and dies, >= 1
    kSlowLeak,        // severity: seconds after which a process runs out and dies, > 0
    kDescriptorLeak,  // severity: requests that a process serves before it fails all others, >= 1
    kCapacity,        // severity: share of an instance's slots that is gone, in [0, 1); one slot is left
    kWrongAnswers,    // severity: probability that an answer is wrong though all counters call it well, in [0, 1]
};

struct Defect {
    DefectKind kind = DefectKind::kNone;
    double severity = 0;
    double share = 1;  // kLatency only, in (0, 1]
    int request_class =
        -1;  // kErrorRate, kLatency, kCrashOnRequest, kWrongAnswers: only this class of requests; -1: all
};

/// One thing that the truth about the release may be.
struct TruthKind {
    std::string name = "good";
    double probability = 1;
    DefectKind kind = DefectKind::kNone;
    Distribution severity = Constant{0};
    double share = 1;
    int request_class = -1;
};

/// The release: a prior over kinds of truth. A fixed truth is one kind of probability 1.
struct Release {
    std::vector<TruthKind> truths{TruthKind{}};  // probabilities add up to 1
};

}  // namespace rollcast
