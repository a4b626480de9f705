#pragma once
// People: who is woken when something goes wrong, how long they take, and users who say so themselves. The delays are
// judgements around published targets (Google's SRE book: a page is answered within 5 minutes), not measurements.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/random/distribution.h"

namespace rollcast {

/// The one person on call: whoever is awake already is not woken again. Distributions of seconds.
struct OnCall {
    Distribution acknowledge = LogNormal{180, .8};  // from the page until somebody looks
    Distribution diagnose = LogNormal{600, .8};     // until they know that the rollout is to blame
    Distribution act = LogNormal{60, .5};           // until they have aborted it
};

/// When people are at work, by their own clock.
struct WorkingHours {
    Duration start{};                        // of the rollout by that clock, since Monday 0:00
    Duration opens = std::chrono::hours(9);  // times of the day; opens < closes <= 24 h
    Duration closes = std::chrono::hours(17);
    std::uint8_t days = 0b0011111;  // bit i: the i-th day of the week, Monday first
};

bool at_work(const WorkingHours& hours, Time now);

/// When somebody who began at `from`, or at the next opening, has worked for so long; kNever: not within years.
Time worked(const WorkingHours& hours, Time from, Duration work);

/// Users notice what no monitor sees, and say so late.
struct UserReports {
    double share = 0;                         // of the requests that fail for the rollout's sake, in [0, 1]
    Distribution delay = LogNormal{900, 1.};  // seconds from the failure to the report
    int enough = 3;                           // so many reports page the person on call
};

struct People {
    OnCall on_call{};
    /// None: people are at work at any time. A person who is paged outside takes the times of `off_hours`, and approval
    /// is only given, and its time only runs, within.
    std::optional<WorkingHours> hours{};
    OnCall off_hours{LogNormal{300, .8}, LogNormal{900, .8}, LogNormal{120, .5}};
    std::vector<AnalysisId> pages{};  // run from the start of the rollout on; the person is paged when one fails
    UserReports reports{};
    std::optional<Distribution> approval{};    // seconds until a person promotes a pause without an end; none: never
    std::optional<Duration> approval_limit{};  // a pause that has waited so long is aborted; none: it waits for ever
};

}  // namespace rollcast
