#pragma once
// A guard over a rollout in which nothing is left to chance: even traffic, and each version answers in one way. What
// stays silent about a hopeless new version here can never speak; what refuses a good one here refuses every one.

#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/control/verdict.h"
#include "rollcast/model/metric.h"
#include "rollcast/model/observability.h"
#include "rollcast/observe/analysis.h"

namespace rollcast {

/// How a version answers.
struct RehearsedAnswers {
    double errors = 0;                    // share of the requests, in [0, 1]
    std::vector<double> within_bucket{};  // share no slower than each of Observability::latency_buckets; empty: all
    double mean_latency = 0;              // seconds
};

/// For so long the new version has this share of the requests.
struct RehearsedStretch {
    Duration lasts{};
    double share = 0;  // in [0, 1]
};

struct Rehearsal {
    double rate = 0;                       // requests per second of the service
    std::vector<RehearsedStretch> plan{};  // from time zero on; before it the old version has it all
    Duration starts{};                     // the analysis, so long after the plan
    RehearsedAnswers old_version{};
    RehearsedAnswers new_version{};
    bool baseline = false;  // beside the new version; answers as the old one
};

struct Rehearsed {
    AnalysisPhase phase = AnalysisPhase::kRunning;  // Running: the plan was over first
    Time ended{};                                   // the analysis, or the plan
    std::vector<Measurement> log{};
};

/// What an analysis makes of it. Throws std::invalid_argument for numbers out of range, a plan without an end,
/// and for a source that complaint() finds fault with.
Rehearsed rehearse(const Analysis& analysis, const Observability& observability, const Rehearsal& rehearsal);

}  // namespace rollcast
