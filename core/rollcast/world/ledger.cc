#include "rollcast/world/ledger.h"

#include <cmath>

#include "rollcast/base/check.h"

namespace rollcast {

LatencyBuckets::LatencyBuckets(const std::vector<double>& limits) : size_(limits.size() + 1) {
    ensure(limits.size() < kMaxLatencyBuckets, "there are more latency buckets than fit");
    limits_.fill(kNoInstant);
    for (std::size_t i = 0; i < limits.size(); ++i) limits_[i] = std::llround(limits[i] * 1e9);
    for (std::size_t bin = 1; bin < first_.size(); ++bin) {
        // A latency just below the bin's start may round up into it.
        const double start = std::ldexp(1 + static_cast<double>(bin % (1 << kBinBits)) / (1 << kBinBits),
                                        kFirstOctave + static_cast<int>(bin >> kBinBits));
        const double least = start * (1 - 1e-6);
        first_[bin] = first_[bin - 1];
        while (first_[bin] + 1u < size_ && least > static_cast<double>(limits_[first_[bin]])) ++first_[bin];
    }
}

void Ledger::retried(Code seen, Cause cause, Instant latency) {
    client_besides_.add(seen, bucket(latency), latency, -1);
    retried_by_cause_[std::size_t(cause)] += 1;
}

void Ledger::ended(Code seen, Cause cause, Instant latency, Instant since_first_attempt) {
    client_besides_.add(seen, bucket(latency), latency, -1);
    client_besides_.add(seen, bucket(since_first_attempt), since_first_attempt);
    if (is_well(seen, cause)) slow_besides_ += (since_first_attempt > slow_) - (latency > slow_);
}

Tally Ledger::tally(std::size_t number) const {
    const Page& page = pages_[number];
    return {.arrived = page.arrived,
            .answered = page.proxy.counters.by_code[std::size_t(Code::k200)] - page.wrong,
            .slow = page.slow,
            .failed_by_cause = page.failed_by_cause};
}

Tally Ledger::clients() const {
    Tally sum;
    for (std::size_t version = 0; version <= versions_; ++version) sum += tally(version);
    sum.arrived -= retries_;
    sum.slow += slow_besides_;
    for (std::size_t cause = 0; cause < kCauses; ++cause) sum.failed_by_cause[cause] -= retried_by_cause_[cause];
    return sum;
}

Meter Ledger::client_meter() const {
    Meter sum = client_besides_;
    for (std::size_t version = 0; version <= versions_; ++version) sum += pages_[version].proxy;
    return sum;
}

Meter Ledger::proxy_meter(std::size_t version) const {
    Meter sum = pages_[version].proxy;
    if (version < versions_) sum += pages_[mirror_page(version)].proxy;
    return sum;
}

}  // namespace rollcast
