#pragma once
// What an analysis measures, how often, and how much it puts up with.

#include <cstdint>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/source.h"

namespace rollcast {

/// What a judge answers when it goes wrong.
enum class Flake : std::uint8_t { kFails, kErrors };

/// One metric of an analysis: what it measures, how often, and Argo's limits. Counts below 0 switch a limit off where
/// Argo says so.
struct Metric {
    std::string name{};
    Source source{};
    Duration interval{};  // zero: not given
    Duration initial_delay{};
    int count = 0;  // zero: not given
    int failure_limit = 0;
    int inconclusive_limit = 0;
    int consecutive_error_limit = 4;
    int consecutive_success_limit = 0;
    bool dry_run = false;
    double flaky = 0;  // probability, in [0, 1], that a measurement goes wrong for no reason
    Flake flaky_as = Flake::kFails;
    int line = 0;  // in the manifest; 0 unknown. For messages only.
};

/// The metrics that one AnalysisRun takes together.
struct Analysis {
    std::string name{};
    std::vector<Metric> metrics{};
};

}  // namespace rollcast
