#include "rollcast/run/site.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

void add(std::vector<SeriesReading>& sum, const std::vector<SeriesReading>& one) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
}

}  // namespace

Tally Site::tally(std::size_t version) const {
    Tally all = drawn ? drawn->tally(version) : Tally{};
    return counts() ? all += world.data().tally(version) : all;
}

Tally Site::total() const {
    Tally all = drawn ? drawn->total() : Tally{};
    return counts() ? all += world.data().total() : all;
}

Time Site::first_arrival(std::size_t version) const {
    const Time own = counts() ? world.data().first_arrival(version) : kNever;
    return drawn && version == index_of(kNewVersion) ? std::min(own, drawn->first_arrival()) : own;
}

Scrape Site::scrape(Time now) {
    if (!drawn) return world.scrape(now);
    Scrape seen = drawn->scrape(world, now);
    return counts() ? sum(std::array{std::move(seen), world.scrape(now)}) : seen;
}

Tally total(std::span<const Site> sites) {
    Tally sum;
    for (const Site& site : sites) sum += site.total();
    return sum;
}

Tally tally(std::span<const Site> sites, std::size_t version) {
    Tally sum;
    for (const Site& site : sites) sum += site.tally(version);
    return sum;
}

std::int64_t restarts(std::span<const Site> sites) {
    std::int64_t sum = 0;
    for (const Site& site : sites) sum += site.world.restarts();
    return sum;
}

int instances(std::span<const Site> sites) {
    int sum = 0;
    for (const Site& site : sites) sum += site.world.instances();
    return sum;
}

double share(std::span<const Site> sites, std::size_t version) {
    double sum = 0;
    for (const Site& site : sites) sum += site.share * site.world.share(version);
    return sum;
}

Time first_arrival(std::span<const Site> sites, std::size_t version) {
    Time first = kNever;
    for (const Site& site : sites) first = std::min(first, site.first_arrival(version));
    return first;
}

Drawn drawn(std::span<const Site> sites) {
    Drawn all;
    for (const Site& site : sites) {
        all.exposure += site.drawn->exposure();
        all.harmed += site.drawn->harmed();
        all.highest_load = std::max(all.highest_load, site.drawn->highest_load());
        all.first_exposed = std::min(all.first_exposed, site.drawn->first_exposed());
    }
    return all;
}

std::vector<Cohort> cohorts(std::span<const Site> sites) {
    std::vector<Cohort> all;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        for (Cohort& cohort : sites[i].world.cohorts()) {
            cohort.location = static_cast<LocationId>(i);
            cohort.routed = sites[i].world.routed();
            all.push_back(cohort);
        }
    }
    return all;
}

std::vector<std::optional<int>> sizes(std::span<const Site> sites) {
    std::vector<std::optional<int>> all;
    for (const Site& site : sites) all.push_back(site.replicas);
    return all;
}

std::optional<int> replicas(std::span<const Site> sites) {
    int sum = 0;
    bool asked = false;
    for (const Site& site : sites) {
        sum += site.size();
        asked |= site.replicas.has_value();
    }
    return asked ? std::optional(sum) : std::nullopt;
}

Scrape sum(std::span<const Scrape> scrapes) {
    ensure(!scrapes.empty(), "a scrape of nothing");
    Scrape sum = scrapes.front();
    for (const Scrape& one : scrapes.subspan(1)) {
        add(sum.application, one.application);
        add(sum.proxy, one.proxy);
        sum.client += one.client;
    }
    return sum;
}

}  // namespace rollcast
