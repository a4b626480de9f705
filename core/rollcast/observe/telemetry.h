#pragma once
// What a metric store knows: the counters that scrapes brought, as old and as incomplete as they are.
//
// Counters are kept summed over the instances of a version, as the store would sum them: an instance's counter adds
// what it grew between two scrapes that both saw it. So what an instance counted before its first scrape, or between
// its last scrape and its death, is lost, as it is with rate() of a real store; and a status that an instance has
// never answered before (a series that does not exist yet) adds nothing at its first sight.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/observability.h"
#include "rollcast/model/query.h"
#include "rollcast/stats/counters.h"

namespace rollcast {

/// What one scrape saw of one version from one vantage.
struct SeriesReading {
    Counters increase;       // since the previous scrape
    double latency_sum = 0;  // seconds, likewise an increase
    std::uint8_t codes = 0;  // bit i: a series with status Code(i) exists at this scrape

    SeriesReading& operator+=(const SeriesReading& other) {
        increase += other.increase;
        latency_sum += other.latency_sum;
        codes |= other.codes;
        return *this;
    }
};

/// One scrape. `proxy` has one more entry than there are versions: requests that reached no version. `client` is the
/// whole service.
struct Scrape {
    Time at{};
    std::vector<SeriesReading> application;  // index: version
    std::vector<SeriesReading> proxy;        // index: version, then "none"
    SeriesReading client;
};

/// From the client's vantage versions cannot be told apart: a
/// selector of one version selects nothing there. The latency series of a version exist while any status series does.
class Telemetry {
   public:
    /// Keeps what queries may look back on: `lookback` before the latest scrape, and the scrape before that.
    Telemetry(const Observability& observability, std::size_t versions, Duration lookback);

    /// Adds a scrape; times must rise. Visible to queries from `scrape.at + observability.delay` on. A scrape that was
    /// lost is not recorded: the next one's increase covers both.
    void record(const Scrape& scrape);

    /// sum(increase(selector)) at `now`, extrapolated to the window's ends as Prometheus does; empty when no selected
    /// series has two samples in the window.
    std::optional<double> increase(const Selector& selector, Time now) const;

    /// Likewise sum by (le) (increase(buckets)): the growth of each cumulative latency bucket, the last one up to
    /// infinity; empty vector when there is no series. Of the selector, `what`, `codes` and `bucket` do not matter.
    std::vector<double> bucket_increases(const Selector& selector, Time now) const;

    /// What scrapes later than `from` and up to `to` brought, as the sums of a store of counts are (CloudWatch's),
    /// without extrapolation. Empty when none of them saw the version. `to` must not be later than what is visible.
    ///
    /// Before the first scrape the service was as it is on average from then to the start of the rollout: a window that
    /// begins earlier sees that steady state, so that guards have the days of history that no lead-in is long enough
    /// for.
    std::optional<WindowCounts> brought(Vantage vantage, Scope scope, Time from, Time to) const;

    Duration delay() const { return delay_; }
    const std::vector<double>& latency_buckets() const { return latency_buckets_; }

   private:
    /// Vantage by vantage, each its versions: what a selector selects is a run of neighbours.
    struct Slots {
        std::size_t first = 0;
        std::size_t last = 0;  // one past
    };
    /// The samples of one series in a window.
    struct Extent {
        std::size_t first = 0;
        std::size_t last = 0;
        std::size_t count = 0;
    };
    struct Window {
        Time from{};            // exclusive
        Time to{};              // inclusive
        std::size_t first = 0;  // samples that are in it and visible
        std::size_t last = 0;   // one past
    };

    /// The samples that tell how the service was before the rollout; the same one twice where there is no other.
    struct Steady {
        Time first{};
        Time last{};
        std::vector<SeriesReading> at_first;  // running totals: slots() each
        std::vector<SeriesReading> at_last;
    };

    std::size_t slots() const { return 2 * versions_ + 2; }
    Slots selected(Vantage vantage, Scope scope) const;
    Window window(const Selector& selector, Time now) const;
    const SeriesReading& total(std::size_t sample, std::size_t slot) const { return totals_[sample * slots() + slot]; }
    /// The samples at which a series of any of `codes` exists; empty when there are fewer than two.
    std::optional<Extent> extent(const Window& window, std::size_t slot, std::uint8_t codes) const;
    double extrapolated(const Window& window, const Extent& extent, double first, double last) const;
    void keep_steady();
    void prune(Time now);

    std::vector<double> latency_buckets_;
    std::size_t versions_;
    Duration delay_;
    Duration lookback_;
    std::vector<Time> times_;            // of the samples, oldest first
    std::vector<SeriesReading> totals_;  // running totals: slots() for each sample
    std::size_t oldest_ = 0;             // samples before it are no longer needed
    Steady steady_;
};

}  // namespace rollcast
