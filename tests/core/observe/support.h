#pragma once
// Telemetry, queries and conditions as tests write them down.

#include <cstdint>
#include <utility>
#include <vector>

#include "rollcast/observe/query.h"
#include "rollcast/observe/telemetry.h"

namespace rollcast::observe_test {

inline Time at(double seconds) { return Time(from_seconds(seconds)); }

/// Scrapes of two versions, of which only the new one's proxy series, and the client's, are written to.
inline constexpr std::size_t kVersions = 2;

inline Scrape scrape(double seconds) {
    Scrape scrape;
    scrape.at = at(seconds);
    scrape.application.resize(kVersions);
    scrape.proxy.resize(kVersions + 1);
    return scrape;
}

inline std::uint8_t bit(Code code) { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(code)); }

/// Adds to a reading, whose series exists from now on.
inline void count(SeriesReading& reading, Code code, std::int64_t answers) {
    reading.increase.by_code[static_cast<std::size_t>(code)] += answers;
    reading.codes |= bit(code);
}

/// Without delay unless said.
inline Telemetry telemetry(double delay = 0, double lookback = 3600, std::vector<double> buckets = {.1, .2, .4}) {
    Observability observability;
    observability.delay = from_seconds(delay);
    observability.latency_buckets = std::move(buckets);
    return Telemetry(observability, kVersions, from_seconds(lookback));
}

/// Of the new version, seen from the proxy.
inline Selector requests(double window, std::uint8_t codes = 0b1111) {
    Selector selector;
    selector.scope = Scope::kNew;
    selector.codes = codes;
    selector.window = from_seconds(window);
    return selector;
}

inline constexpr std::uint8_t kErrors = 0b1110;

/// result[0] <comparison> limit
inline Condition first(ConditionStep::Op comparison, double limit) {
    using Op = ConditionStep::Op;
    return {{Op::kResult}, {Op::kNumber, 0}, {Op::kIndex}, {Op::kNumber, limit}, {comparison}};
}

inline QueryStep rate(const Selector& selector) { return {QueryStep::Op::kRate, 0, selector}; }
inline QueryStep growth(const Selector& selector) { return {QueryStep::Op::kIncrease, 0, selector}; }
inline QueryStep quantile(double q, const Selector& selector) { return {QueryStep::Op::kQuantile, q, selector}; }
inline QueryStep number(double value) { return {QueryStep::Op::kNumber, value, {}}; }
inline QueryStep apply(QueryStep::Op op, double limit = 0) { return {op, limit, {}}; }

}  // namespace rollcast::observe_test
