#include "rollcast/study/guard_trial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "rollcast/base/check.h"
#include "rollcast/run/simulation.h"
#include "rollcast/study/pool.h"

namespace rollcast {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A rollout that has been launched.
Simulation launched(const Scenario& scenario, const Strategy& strategy, const Defect& defect,
                    const std::shared_ptr<const Flow>& flow, const StreamSpace& streams, Timeline* timeline = nullptr) {
    Simulation simulation(scenario, defect, streams, flow);
    simulation.run_until(Time{});
    simulation.launch(strategy, timeline);
    return simulation;
}

bool is_over(const Simulation& simulation) { return simulation.went_back() != kNever || is_final(simulation.phase()); }

Outcome try_once(const Scenario& scenario, const Strategy& strategy, const Defect& defect,
                 const std::shared_ptr<const Flow>& flow, const StreamSpace& streams) {
    constexpr Duration kLook = 5s;
    Simulation simulation = launched(scenario, strategy, defect, flow, streams);
    const Time horizon = Time{} + scenario.window.horizon;
    while (simulation.now() < horizon && !is_over(simulation)) {
        simulation.run_until(std::min(horizon, simulation.now() + kLook));
    }
    const Drawn seen = drawn(simulation.sites());
    Outcome row = simulation.outcome();
    if (simulation.went_back() != kNever) {
        row.verdict = row.verdict == Verdict::kAborted ? Verdict::kAborted : Verdict::kRolledBack;
    }
    row.defect = defect.kind;
    row.severity = defect.severity;
    const bool exposed = seen.first_exposed <= simulation.went_back() && simulation.went_back() != kNever;
    row.detection = exposed ? to_seconds(simulation.went_back() - seen.first_exposed) : kNaN;
    row.exposure = std::llround(seen.exposure);
    row.failed_by_cause[static_cast<std::size_t>(Cause::kDefect)] = std::llround(seen.harmed);
    row.min_headroom = 1 / seen.highest_load - 1;
    return row;
}

}  // namespace

std::vector<Outcome> try_guards(const Scenario& scenario, const Strategy& strategy, std::span<const GuardTrial> trials,
                                const GuardTrialOptions& options, const Progress& progress) {
    require(options.replications > 0, "replications must be above 0");
    require(trials.size() <= std::numeric_limits<std::uint32_t>::max() / options.replications, "too many trials");
    for (const GuardTrial& trial : trials) {
        require(!trial.share || (*trial.share > 0 && *trial.share < 1), "a trial's share must be between 0 and 1");
    }
    for (const Complaint& wrong : validate(scenario)) require(false, wrong.path + " " + wrong.message);
    const auto profile = options.profile ? options.profile : std::make_shared<Profile>(scenario);
    std::vector<std::shared_ptr<const Flow>> flows;
    for (const GuardTrial& trial : trials) {
        flows.push_back(std::make_shared<const Flow>(scenario, trial.defect, profile, trial.share));
    }
    const auto total = static_cast<std::uint32_t>(trials.size()) * options.replications;
    const auto one = [&](std::uint32_t index) {
        const std::uint32_t trial = index / options.replications, replication = index % options.replications;
        Outcome row =
            try_once(scenario, strategy, trials[trial].defect, flows[trial], StreamSpace(options.seed, replication));
        row.replication = replication;
        return row;
    };
    return run_pool({.replications = total, .batch = options.replications, .threads = options.threads}, one, {},
                    progress)
        .outcomes;
}

PlannedTraffic planned_traffic(const Scenario& scenario, const Strategy& strategy, std::optional<double> share,
                               std::uint64_t seed, std::uint32_t replication) {
    Scenario faultless = scenario;
    faultless.service.error_rate = 0;
    for (RequestClass& of : faultless.traffic.classes) of.error_rate = 0;
    PlannedTraffic planned;
    Simulation simulation =
        launched(faultless, strategy, {}, std::make_shared<const Flow>(faultless, Defect{}, nullptr, share),
                 StreamSpace(seed, replication), &planned.timeline);
    const Time horizon = Time{} + scenario.window.horizon;
    planned.end = horizon;
    double before = 0;
    std::size_t told = 0;
    while (simulation.now() < horizon) {
        simulation.run_until(std::min(horizon, simulation.now() + 1s));
        for (; told < planned.timeline.samples.size(); ++told) {
            planned.scrapes.push_back(planned.timeline.samples[told].at);
            planned.new_requests.push_back(drawn(simulation.sites()).exposure - before);
            before = drawn(simulation.sites()).exposure;
        }
        if (!is_over(simulation)) continue;
        planned.end = simulation.now();
        break;
    }
    planned.exposure = drawn(simulation.sites()).exposure;
    planned.first_exposed = drawn(simulation.sites()).first_exposed;
    return planned;
}

}  // namespace rollcast
