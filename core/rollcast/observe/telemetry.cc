#include "rollcast/observe/telemetry.h"

#include <algorithm>
#include <numeric>

#include "rollcast/base/check.h"
#include "rollcast/base/ids.h"

namespace rollcast {
namespace {

constexpr std::uint8_t kAnyCode = (1u << kCodes) - 1;

double within_bucket(const SeriesReading& total, std::size_t bucket) {
    const auto& counts = total.increase.by_latency;
    const auto end = counts.begin() + static_cast<std::ptrdiff_t>(std::min(bucket + 1, kMaxLatencyBuckets));
    return static_cast<double>(std::accumulate(counts.begin(), end, std::int64_t{0}));
}

void add_growth(WindowCounts& sum, const SeriesReading& first, const SeriesReading& last, double times) {
    for (std::size_t i = 0; i < kCodes; ++i) {
        sum.by_code[i] += times * static_cast<double>(last.increase.by_code[i] - first.increase.by_code[i]);
    }
    for (std::size_t i = 0; i < kMaxLatencyBuckets; ++i) {
        sum.by_latency[i] += times * static_cast<double>(last.increase.by_latency[i] - first.increase.by_latency[i]);
    }
    sum.latency_sum += times * (last.latency_sum - first.latency_sum);
}

}  // namespace

Telemetry::Telemetry(const Observability& observability, std::size_t versions, Duration lookback)
    : latency_buckets_(observability.latency_buckets),
      versions_(versions),
      delay_(observability.delay),
      lookback_(lookback) {
    ensure(versions_ > 0, "telemetry of no version");
}

void Telemetry::record(const Scrape& scrape) {
    ensure(scrape.application.size() == versions_ && scrape.proxy.size() == versions_ + 1,
           "a scrape does not cover every version");
    ensure(times_.empty() || scrape.at > times_.back(), "scrapes must come in order of time");

    const auto add = [&](const SeriesReading& reading, std::size_t slot) {
        SeriesReading sum = times_.empty() ? SeriesReading{} : total(times_.size() - 1, slot);
        sum.increase += reading.increase;
        sum.latency_sum += reading.latency_sum;
        sum.codes = reading.codes;
        totals_.push_back(sum);
    };
    for (std::size_t version = 0; version < versions_; ++version) add(scrape.application[version], version);
    for (std::size_t version = 0; version <= versions_; ++version) add(scrape.proxy[version], versions_ + version);
    add(scrape.client, 2 * versions_ + 1);
    times_.push_back(scrape.at);
    if (times_.size() == 1 || scrape.at <= Time{}) keep_steady();
    prune(scrape.at);
}

void Telemetry::keep_steady() {
    steady_.last = times_.back();
    steady_.at_last.assign(totals_.end() - static_cast<std::ptrdiff_t>(slots()), totals_.end());
    if (times_.size() > 1) return;
    steady_.first = steady_.last;
    steady_.at_first = steady_.at_last;
}

void Telemetry::prune(Time now) {
    while (oldest_ + 1 < times_.size() && times_[oldest_ + 1] <= now - lookback_) ++oldest_;
    if (2 * oldest_ < times_.size()) return;  // moving the rest now and then costs less than moving it every time
    times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    totals_.erase(totals_.begin(), totals_.begin() + static_cast<std::ptrdiff_t>(oldest_ * slots()));
    oldest_ = 0;
}

Telemetry::Slots Telemetry::selected(Vantage vantage, Scope scope) const {
    Slots all;
    switch (vantage) {
        case Vantage::kApplication:
            all = {0, versions_};
            break;
        case Vantage::kProxy:
            all = {versions_, 2 * versions_ + 1};
            break;
        case Vantage::kClient:
            all = {2 * versions_ + 1, 2 * versions_ + 2};
            break;
    }
    if (scope == Scope::kService) return all;
    if (vantage == Vantage::kClient) return {};
    const std::size_t version = index_of(scope == Scope::kNew        ? kNewVersion
                                         : scope == Scope::kBaseline ? kBaselineVersion
                                                                     : kOldVersion);
    if (version >= versions_) return {};
    return {all.first + version, all.first + version + 1};
}

Telemetry::Window Telemetry::window(const Selector& selector, Time now) const {
    Window window;
    window.to = now - selector.offset;
    window.from = window.to - selector.window;
    const auto begin = times_.begin() + static_cast<std::ptrdiff_t>(oldest_);
    const auto first = std::upper_bound(begin, times_.end(), window.from);
    const auto last = std::upper_bound(first, times_.end(), std::min(window.to, now - delay_));
    window.first = static_cast<std::size_t>(first - times_.begin());
    window.last = static_cast<std::size_t>(last - times_.begin());
    return window;
}

std::optional<Telemetry::Extent> Telemetry::extent(const Window& window, std::size_t slot, std::uint8_t codes) const {
    Extent extent;
    for (std::size_t sample = window.first; sample < window.last; ++sample) {
        if ((total(sample, slot).codes & codes) == 0) continue;
        if (extent.count++ == 0) extent.first = sample;
        extent.last = sample;
    }
    if (extent.count < 2) return std::nullopt;
    return extent;
}

// As extrapolatedRate() of prometheus/prometheus, promql/functions.go: up to the window's ends when the nearest sample
// is no further from them than 1.1 average gaps, otherwise by half a gap; and not to before the counter's zero.
double Telemetry::extrapolated(const Window& window, const Extent& extent, double first, double last) const {
    const double growth = last - first;
    const double sampled = to_seconds(times_[extent.last] - times_[extent.first]);
    const double gap = sampled / static_cast<double>(extent.count - 1);
    const auto reach = [gap](double distance) { return distance >= 1.1 * gap ? gap / 2 : distance; };
    double to_start = reach(to_seconds(times_[extent.first] - window.from));
    const double to_end = reach(to_seconds(window.to - times_[extent.last]));
    if (growth > 0) to_start = std::min(to_start, sampled * (first / growth));
    return growth * ((sampled + to_start + to_end) / sampled);
}

std::optional<double> Telemetry::increase(const Selector& selector, Time now) const {
    const Window in = window(selector, now);
    const Slots slots = selected(selector.vantage, selector.scope);
    std::optional<double> sum;
    const auto add = [&](std::size_t slot, std::uint8_t codes, auto value) {
        const std::optional<Extent> found = extent(in, slot, codes);
        if (!found) return;
        const double first = value(total(found->first, slot));
        const double last = value(total(found->last, slot));
        sum = sum.value_or(0) + extrapolated(in, *found, first, last);
    };
    for (std::size_t slot = slots.first; slot < slots.last; ++slot) {
        switch (selector.what) {
            case Selector::What::kRequests:
                for (std::size_t code = 0; code < kCodes; ++code) {
                    const auto bit = static_cast<std::uint8_t>(1u << code);
                    if ((selector.codes & bit) == 0) continue;
                    add(slot, bit, [code](const SeriesReading& total) {
                        return static_cast<double>(total.increase.by_code[code]);
                    });
                }
                break;
            case Selector::What::kWithinBucket:
                add(slot, kAnyCode, [&](const SeriesReading& total) { return within_bucket(total, selector.bucket); });
                break;
            case Selector::What::kLatencySum:
                add(slot, kAnyCode, [](const SeriesReading& total) { return total.latency_sum; });
                break;
        }
    }
    return sum;
}

std::vector<double> Telemetry::bucket_increases(const Selector& selector, Time now) const {
    const Window in = window(selector, now);
    const Slots slots = selected(selector.vantage, selector.scope);
    std::vector<double> sums;
    for (std::size_t slot = slots.first; slot < slots.last; ++slot) {
        const std::optional<Extent> found = extent(in, slot, kAnyCode);
        if (!found) continue;
        sums.resize(latency_buckets_.size() + 1);
        for (std::size_t bucket = 0; bucket < sums.size(); ++bucket) {
            sums[bucket] += extrapolated(in, *found, within_bucket(total(found->first, slot), bucket),
                                         within_bucket(total(found->last, slot), bucket));
        }
    }
    return sums;
}

std::optional<WindowCounts> Telemetry::brought(Vantage vantage, Scope scope, Time from, Time to) const {
    if (times_.empty()) return std::nullopt;
    const auto count_until = [&](Time t) {
        return static_cast<std::size_t>(std::upper_bound(times_.begin(), times_.end(), t) - times_.begin());
    };
    const std::size_t first = count_until(from), last = count_until(to);
    const Time steady_to = std::min(to, steady_.first);
    const Duration before = std::max(Duration::zero(), steady_to - from);
    const Duration known = steady_.last - steady_.first;

    WindowCounts sum;
    bool seen = false;
    const Slots slots = selected(vantage, scope);
    for (std::size_t slot = slots.first; slot < slots.last; ++slot) {
        for (std::size_t sample = last; sample > first && !seen; --sample) seen = total(sample - 1, slot).codes != 0;
        if (last > std::max<std::size_t>(first, 1)) {
            add_growth(sum, first == 0 ? total(0, slot) : total(first - 1, slot), total(last - 1, slot), 1);
        }
        if (before > Duration::zero() && known > Duration::zero() && steady_.at_last[slot].codes != 0) {
            add_growth(sum, steady_.at_first[slot], steady_.at_last[slot], to_seconds(before) / to_seconds(known));
            seen = true;
        }
    }
    if (!seen) return std::nullopt;
    return sum;
}

}  // namespace rollcast
