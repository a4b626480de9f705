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

std::vector<Tally> tallies(const DataPlane& data) {
    std::vector<Tally> all;
    for (std::size_t version = 0; version <= data.versions(); ++version) all.push_back(data.tally(version));
    return all;
}

}  // namespace

void Narrator::begin(Timeline& timeline, const World& world, Time now) {
    timeline_ = &timeline;
    at_ = now;
    clients_ = world.data().total();
    tallies_ = tallies(world.data());
    restarts_ = world.restarts();
    host_failures_ = world.host_failures();
}

void Narrator::tell_scrape(const Scrape& scrape, const World& world) {
    if (timeline_ == nullptr) return;
    std::vector<Tally> recent = tallies(world.data());
    std::vector<Tally> before = std::exchange(tallies_, recent);
    Tally all;
    for (std::size_t version = 0; version < recent.size(); ++version) all += recent[version] -= before[version];

    TimelineSample sample;
    sample.at = scrape.at;
    std::vector<Cohort> cohorts = world.cohorts();
    std::sort(cohorts.begin(), cohorts.end(), [](const Cohort& a, const Cohort& b) { return a.version < b.version; });
    for (std::size_t version = 0; version < cohorts.size(); ++version) {
        const Tally& truth = recent[version];
        const Counters& seen = scrape.proxy[version].increase;
        sample.weight.push_back(ratio(truth.arrived, all.arrived));
        sample.ready.push_back(cohorts[version].ready);
        sample.instances.push_back(cohorts[version].instances + cohorts[version].draining);
        sample.observed_error_rate.push_back(ratio(seen.errors(), seen.requests()));
        sample.true_error_rate.push_back(ratio(truth.failed(), truth.failed() + truth.answered));
    }
    sample.service_error_rate = ratio(all.failed(), all.failed() + all.answered);
    const Tally clients_then = std::exchange(clients_, world.data().total());
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
    tell_growth(world.restarts(), restarts_, TimelineEntry::Kind::kInstance, "restart");
    tell_growth(world.host_failures(), host_failures_, TimelineEntry::Kind::kTruth, "host failure");
}

}  // namespace rollcast
