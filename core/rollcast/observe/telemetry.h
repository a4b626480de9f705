#pragma once
// What a metric store knows: the counters that scrapes brought, as old and as incomplete as they are.
//
// Counters are kept summed over the instances of a version, as the store would sum them: an instance's counter adds
// what it grew between two scrapes that both saw it. So what an instance counted before its first scrape, or between
// its last scrape and its death, is lost, as it is with rate() of a real store; and a status that an instance has
// never answered before (a series that does not exist yet) adds nothing at its first sight.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/metric.h"
#include "rollcast/model/scenario.h"
#include "rollcast/stats/counters.h"

namespace rollcast {

/// What one scrape saw of one version from one vantage.
struct SeriesReading {
    Counters increase;          // since the previous scrape
    double latency_sum = 0;     // seconds, likewise an increase
    std::uint8_t codes = 0;     // bit i: a series with status Code(i) exists at this scrape
};

/// One scrape. `proxy` has one more entry than there are versions: requests that reached no version. `client` is the
/// whole service.
struct Scrape {
    Time at{};
    std::vector<SeriesReading> application;  // index: version
    std::vector<SeriesReading> proxy;        // index: version, then "none"
    SeriesReading client;
};

class Telemetry {
   public:
    /// Keeps what queries may look back on: `lookback` before now.
    Telemetry(const Observability& observability, std::size_t versions, Duration lookback);

    /// Adds a scrape; times must rise. Visible to queries from `scrape.at + observability.delay` on.
    void record(const Scrape& scrape);

    /// sum(increase(selector)) at `now`, extrapolated to the window's ends as Prometheus does; empty when no selected
    /// series has two samples in the window.
    std::optional<double> increase(const Selector& selector, Time now) const;

    /// Likewise, growth of each latency bucket (not cumulative); empty vector when there is no series.
    std::vector<double> bucket_increases(const Selector& selector, Time now) const;

    const std::vector<double>& latency_buckets() const { return latency_buckets_; }

   private:
    struct Sample {               // running totals
        Time at{};
        std::vector<SeriesReading> series;  // see slot()
    };
    std::size_t slot(Vantage vantage, std::size_t version) const;

    std::vector<double> latency_buckets_;
    std::size_t versions_;
    Duration delay_;
    Duration lookback_;
    std::vector<Sample> samples_;  // oldest first
};

}  // namespace rollcast
