#pragma once
// What a replication leaves behind: one row. Seconds are simulated time from the start of the rollout unless said.

#include <array>
#include <cstdint>

#include "rollcast/model/defect.h"
#include "rollcast/world/tally.h"

namespace rollcast {

enum class Verdict : std::uint8_t {
    kPromoted,
    kRolledBack,  // by a guard
    kStuck,       // at the horizon: the controller had given up waiting for progress, or waits for a person for ever
    kTimedOut,    // at the horizon: still on its way
    kAborted,     // rolled back by a person
};

struct Outcome {
    std::uint32_t replication = 0;
    std::uint32_t truth = 0;  // index into Release::truths
    DefectKind defect = DefectKind::kNone;
    double severity = 0;  // see DefectKind
    Verdict verdict = Verdict::kTimedOut;

    double duration = 0;   // s until the final phase; the horizon where there was none
    double active = 0;     // s of it in which instances or traffic moved
    double paused = 0;     // s of it spent in pauses
    double baking = 0;     // s of it spent waiting for an analysis
    double detection = 0;  // s from the first request a bad version served to the decision to go back; NaN: none
    double recovery = 0;   // s from that decision until routers send the new version nothing; NaN: not in the window

    std::int64_t requests = 0;  // that arrived in the window
    std::int64_t failed = 0;    // requests whose failure users saw in the window
    std::int64_t slow = 0;      // answered in the window, slower than Service::slow
    std::array<std::int64_t, kCauses> failed_by_cause{};
    std::int64_t baseline_failed = 0;  // in the same window of the same replication without the rollout
    std::int64_t baseline_slow = 0;
    std::int64_t exposure = 0;     // requests sent to the new version
    double blast_radius = 0;       // largest share of traffic that a bad version had; 0 for a good one
    double locations_exposed = 0;  // share of the locations in which the new version was sent a request
    double budget_spent = 0;       // failed / failures that the SLO allows in its period, at the window's mean rate
    double min_headroom = 0;       // smallest (ready instances / instances needed then) - 1; infinite: no load
    /// Instances beyond the replicas, integrated over the window; may be negative. With an autoscaler: beyond those of
    /// the same run without the rollout.
    double extra_instance_seconds = 0;
    std::int64_t alarms_true = 0;   // analyses that failed on a bad release
    std::int64_t alarms_false = 0;  // analyses that failed on a good one
    std::int64_t restarts = 0;      // of processes
    std::int64_t decisions = 0;     // of the controller that changed something

    std::int64_t attributable() const { return failed - baseline_failed; }
};

}  // namespace rollcast
