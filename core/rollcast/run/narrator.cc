#include "rollcast/run/narrator.h"

#include <algorithm>
#include <utility>

namespace rollcast {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);  // NaN: nothing to speak of
}

std::string several(std::int64_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::vector<Tally> tallies(std::span<const Site> sites) {
    std::vector<Tally> all;
    for (std::size_t version = 0; version <= sites.front().world.data().versions(); ++version) {
        all.push_back(tally(sites, version));
    }
    return all;
}

std::int64_t host_failures(std::span<const Site> sites) {
    std::int64_t sum = 0;
    for (const Site& site : sites) sum += site.world.host_failures();
    return sum;
}

}  // namespace

void Narrator::begin(Timeline& timeline, std::span<const Site> sites, Time now) {
    timeline_ = &timeline;
    at_ = now;
    clients_ = total(sites);
    tallies_ = tallies(sites);
    restarts_ = restarts(sites);
    host_failures_ = host_failures(sites);
}

void Narrator::add(TimelineEntry entry) {
    std::vector<TimelineEntry>& told = timeline_->entries;
    const auto later = [](Time at, const TimelineEntry& other) { return at < other.at; };
    told.insert(std::upper_bound(told.begin(), told.end(), entry.at, later), std::move(entry));
}

void Narrator::tell_scrape(const Scrape& scrape, std::span<const Site> sites) {
    if (timeline_ == nullptr) return;
    std::vector<Tally> recent = tallies(sites);
    std::vector<Tally> before = std::exchange(tallies_, recent);
    Tally all;
    for (std::size_t version = 0; version < recent.size(); ++version) all += recent[version] -= before[version];

    TimelineSample sample;
    sample.at = scrape.at;
    const std::size_t versions = recent.size() - 1;
    sample.ready.resize(versions);
    sample.instances.resize(versions);
    for (const Site& site : sites) {
        for (const Cohort& cohort : site.world.cohorts()) {
            const std::size_t version = index_of(cohort.version);
            sample.ready[version] += cohort.ready;
            sample.instances[version] += cohort.instances + cohort.draining;
        }
        if (sites.size() > 1) sample.reach.push_back(site.world.share(index_of(kNewVersion)));
    }
    for (std::size_t version = 0; version < versions; ++version) {
        const Tally& truth = recent[version];
        const Counters& seen = scrape.proxy[version].increase;
        sample.weight.push_back(ratio(truth.arrived, all.arrived));
        sample.observed_error_rate.push_back(ratio(seen.errors(), seen.requests()));
        sample.true_error_rate.push_back(ratio(truth.failed(), truth.failed() + truth.answered));
    }
    sample.service_error_rate = ratio(all.failed(), all.failed() + all.answered);
    const Tally clients_then = std::exchange(clients_, total(sites));
    const Tally clients = clients_ - clients_then;
    const double seconds = to_seconds(scrape.at - std::exchange(at_, scrape.at));
    sample.request_rate = static_cast<double>(clients.arrived) / seconds;
    sample.retry_rate = static_cast<double>(all.arrived - clients.arrived) / seconds;
    sample.goodput = static_cast<double>(clients.answered) / seconds;
    timeline_->samples.push_back(std::move(sample));

    const auto tell_growth = [&](std::int64_t now, std::int64_t& then, TimelineEntry::Kind kind, const char* thing) {
        const std::int64_t growth = now - std::exchange(then, now);
        if (growth == 0) return;
        tell(scrape.at, kind, [&] { return several(growth, thing) + " since the scrape before"; });
    };
    tell_growth(restarts(sites), restarts_, TimelineEntry::Kind::kInstance, "restart");
    tell_growth(host_failures(sites), host_failures_, TimelineEntry::Kind::kTruth, "host failure");
}

}  // namespace rollcast
