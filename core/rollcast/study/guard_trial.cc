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

/// A scenario with next to no requests, for they are drawn; and its defect.
struct Quiet {
    Scenario scenario;
    Defect defect{};
};

/// Where requests kill their processes, so many of them are there as do: each that kills, or a thousand that wear a
/// process out. A share of a Poisson process kills as often as all of it, if each of its requests does so more often.
Quiet without_requests(const Scenario& scenario, const Defect& defect) {
    constexpr double kToWearOut = 800;
    for (const Complaint& wrong : validate(scenario)) require(false, wrong.path + " " + wrong.message);
    Quiet quiet{scenario, defect};
    double share = 0;
    if (defect.kind == DefectKind::kCrashOnRequest) {
        share = AnswerBook(scenario, defect).version(index_of(kNewVersion)).fatal;
        quiet.defect = {.kind = defect.kind, .severity = 1};
    } else if (defect.kind == DefectKind::kMemoryLeak || defect.kind == DefectKind::kDescriptorLeak) {
        share = std::min(1., kToWearOut / std::max(1., defect.severity));
        quiet.defect.severity = std::max(1., defect.severity * share);
    }
    const double rate = mean_rate(scenario.traffic, Duration{}, scenario.window.horizon) + closed_loop_rate(scenario);
    quiet.scenario.traffic = {.rate = std::max(1e-9, share * rate)};
    quiet.scenario.service.service_time = Constant{0};
    return quiet;
}

std::vector<Scenario> in_each_location(const Scenario& scenario) {
    std::vector<Scenario> there;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, scenario.locations.size()); ++i) {
        there.push_back(in_location(scenario, static_cast<LocationId>(i)));
    }
    return there;
}

/// A rollout that has been launched. `there`: what the service is in each location.
Simulation launched(const std::vector<Scenario>& there, const Quiet& quiet, const Strategy& strategy,
                    const GuardTrial& trial, const std::shared_ptr<const AnswerBook>& book, const StreamSpace& streams,
                    Timeline* timeline = nullptr) {
    Simulation simulation(quiet.scenario, quiet.defect, streams);
    std::vector<DrawnTelemetry> drawn;
    for (std::size_t i = 0; i < there.size(); ++i) {
        drawn.emplace_back(there[i], trial.defect, book, streams.in_location(static_cast<LocationId>(i)),
                           Time{} - there[i].window.lead_in, trial.share);
    }
    simulation.draw_telemetry(std::move(drawn));
    simulation.run_until(Time{});
    simulation.launch(strategy, timeline);
    return simulation;
}

bool is_over(const Simulation& simulation) { return simulation.went_back() != kNever || is_final(simulation.phase()); }

Outcome try_once(const std::vector<Scenario>& there, const Quiet& quiet, const Strategy& strategy,
                 const GuardTrial& trial, const std::shared_ptr<const AnswerBook>& book, const StreamSpace& streams) {
    constexpr Duration kLook = 5s;
    Simulation simulation = launched(there, quiet, strategy, trial, book, streams);
    const Time horizon = Time{} + quiet.scenario.window.horizon;
    while (simulation.now() < horizon && !is_over(simulation)) {
        simulation.run_until(std::min(horizon, simulation.now() + kLook));
    }
    const Drawn seen = drawn(simulation.sites());
    Outcome row = simulation.outcome();
    if (simulation.went_back() != kNever) {
        row.verdict = row.verdict == Verdict::kAborted ? Verdict::kAborted : Verdict::kRolledBack;
    }
    row.defect = trial.defect.kind;
    row.severity = trial.defect.severity;
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
    const std::vector<Scenario> there = in_each_location(scenario);
    std::vector<Quiet> quiets;
    std::vector<std::shared_ptr<const AnswerBook>> books;
    for (const GuardTrial& trial : trials) {
        quiets.push_back(without_requests(scenario, trial.defect));
        books.push_back(std::make_shared<AnswerBook>(scenario, trial.defect));
    }
    const auto total = static_cast<std::uint32_t>(trials.size()) * options.replications;
    const auto one = [&](std::uint32_t index) {
        const std::uint32_t trial = index / options.replications, replication = index % options.replications;
        Outcome row = try_once(there, quiets[trial], strategy, trials[trial], books[trial],
                               StreamSpace(options.seed, replication));
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
    const Quiet quiet = without_requests(faultless, {});
    PlannedTraffic planned;
    const GuardTrial good{.defect = {}, .share = share};
    const auto book = std::make_shared<AnswerBook>(faultless, good.defect);
    const std::vector<Scenario> there = in_each_location(faultless);
    Simulation simulation =
        launched(there, quiet, strategy, good, book, StreamSpace(seed, replication), &planned.timeline);
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
