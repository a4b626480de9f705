#pragma once
// Two versions under traffic, as a metric store sees them.

#include <cstdint>

#include "core/observe/support.h"

namespace rollcast::observe_test {

/// Answers and failures of one version between two scrapes.
struct Seen {
    std::int64_t answers = 0;
    std::int64_t failures = 0;
};

/// One scrape of the proxy; a version without answers is not seen.
inline void record(Telemetry& store, double seconds, const Seen& old_version, const Seen& new_version) {
    Scrape seen = scrape(seconds);
    const auto add = [&](std::size_t version, const Seen& counts) {
        if (counts.answers == 0) return;
        count(seen.proxy[version], Code::k200, counts.answers - counts.failures);
        count(seen.proxy[version], Code::k500, counts.failures);
    };
    add(0, old_version);
    add(1, new_version);
    store.record(seen);
}

}  // namespace rollcast::observe_test
