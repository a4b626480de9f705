#pragma once
// What operators' telemetry sees and how late. Apart from the rest of the scenario, so that code that observes can
// include this and never the truth about a release.

#include <chrono>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast {

struct Observability {
    Duration scrape_interval = std::chrono::seconds(15);
    Duration delay = std::chrono::seconds(5);  // from a scrape to its being visible to queries
    double scrape_loss = 0;                    // probability that a whole scrape is lost, in [0, 1)
    std::vector<double> latency_buckets{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};  // seconds, rising
};

}  // namespace rollcast
