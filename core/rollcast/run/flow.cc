#include "rollcast/run/flow.h"

#include <algorithm>
#include <limits>

namespace rollcast {
namespace {

/// Of a fleet, about: enough that those who start, stop or crash together are few.
constexpr int kGroups = 128;

/// A thousand of them spread at random wear processes out within 3 % of each other; so many, within half of that.
constexpr double kManyWearOut = 4000;

bool wears_out(const Defect& defect) {
    return defect.kind == DefectKind::kMemoryLeak || defect.kind == DefectKind::kDescriptorLeak;
}

/// So many requests of a process are enough to tell how long it lasts.
constexpr double kToWearOut = 1000;

/// Where requests kill their processes, so many of them are there as do: each that kills, or a thousand that wear a
/// process out. A share of a Poisson process kills as often as all of it, if each of its requests does so more often.
double share_that_kills(const AnswerBook& book, const Defect& defect) {
    if (defect.kind == DefectKind::kCrashOnRequest) return book.version(index_of(kNewVersion)).fatal;
    return wears_out(defect) ? std::min(1., kToWearOut / std::max(1., defect.severity)) : 0;
}

Defect among_those(const Defect& defect, double share) {
    if (defect.kind == DefectKind::kCrashOnRequest) return {.kind = defect.kind, .severity = 1};
    if (share == 0) return defect;
    Defect sooner = defect;
    sooner.severity = std::max(1., defect.severity * share);
    return sooner;
}

}  // namespace

Flow::Flow(const Scenario& scenario, const Defect& of, std::shared_ptr<Profile> profile, std::optional<double> at)
    : book(std::make_shared<AnswerBook>(scenario, of, std::move(profile))), share(at) {
    counting.only_new = scenario.fidelity == Fidelity::kHybrid;
    if (counting.only_new) {
        defect = of;
        for (std::size_t i = 0; i < std::max<std::size_t>(1, scenario.locations.size()); ++i) {
            quiet.push_back(in_location(scenario, static_cast<LocationId>(i)));
        }
        return;
    }
    const double those = share_that_kills(*book, of);
    defect = among_those(of, those);
    counting.groups = kGroups;
    counting.thinned = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::max<std::size_t>(1, scenario.locations.size()); ++i) {
        Scenario& here = quiet.emplace_back(in_location(scenario, static_cast<LocationId>(i)));
        counting.thinned = std::min(counting.thinned, World::most_thinned(here, counting));
        // How evenly processes wear out is up to balancers, which look at how long requests take. Of very many
        // requests an instance gets so nearly its part that taking turns is nearest to it.
        if (wears_out(of) && those == 1) continue;
        if (wears_out(of) && of.severity > kManyWearOut) here.balancing.policy = Policy::kRoundRobin;
        const double rate = those * (here.traffic.rate + closed_loop_rate(here));
        here.traffic = rate > 0 ? Traffic{.rate = rate, .shape = here.traffic.shape, .bursts = here.traffic.bursts}
                                : Traffic{.rate = 1e-9};
        here.service.service_time = Constant{0};
    }
    for (Scenario& here : quiet) here.traffic.rate /= counting.thinned;
}

bool serves_all(const Scenario& scenario, const Defect& defect) {
    if (scenario.fidelity == Fidelity::kHybrid || !wears_out(defect) || defect.severity > kToWearOut) return false;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, scenario.locations.size()); ++i) {
        const Scenario here = in_location(scenario, static_cast<LocationId>(i));
        if (World::grain(here, {.groups = kGroups}) > 1) return false;
    }
    return true;
}

}  // namespace rollcast
