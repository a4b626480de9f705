#pragma once
// A replication told as a story: what was decided and why, and how things stood at each scrape. Only on demand.

#include <cstdint>
#include <string>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast {

/// One line of the log.
struct TimelineEntry {
    enum class Kind : std::uint8_t { kDecision, kMeasurement, kVerdict, kInstance, kTruth };
    Time at{};
    Kind kind = Kind::kDecision;
    std::string text;  // "set weight to 20%", "error-rate = 0.013: Failed"
};

/// How things stood at one scrape; rates are over the time since the scrape before.
struct TimelineSample {
    Time at{};
    std::vector<double> weight;               // index: version; share of requests sent there since the scrape before
    std::vector<int> ready;                   // index: version
    std::vector<int> instances;               // index: version; terminating ones included
    std::vector<double> observed_error_rate;  // index: version; as the proxy's telemetry shows it; NaN: no requests
    std::vector<double> true_error_rate;      // index: version; of requests that ended since the scrape before
    double service_error_rate = 0;            // true, of the whole service
    double request_rate = 0;                  // requests a second that clients sent, retries not counted
    double retry_rate = 0;                    // retries a second
    double goodput = 0;                       // requests a second that ended well, at whichever attempt
    std::vector<double> reach;                // index: location; share of its requests that routers send to the new
                                              // version now; empty where there is but one
};

struct Timeline {
    std::vector<TimelineEntry> entries;  // in order of time
    std::vector<TimelineSample> samples;
};

}  // namespace rollcast
