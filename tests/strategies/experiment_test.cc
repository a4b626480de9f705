#include "rollcast/strategies/experiment.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

#include "rollcast/strategies/canary.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;
using enum AnalysisPhase;

constexpr AnalysisId kCheck{0};
constexpr AnalysisId kWatch{1};

AnalysisPhase phase(AnalysisPhase instances, AnalysisPhase required, AnalysisPhase other) {
    const std::vector<ExperimentAnalysis> analyses{{kCheck, true}, {kWatch, false}};
    return argo::experiment_phase(instances, analyses, std::vector{required, other});
}

TEST(ExperimentPhase, IsThatOfTheInstancesWithoutAnalyses) {
    for (const AnalysisPhase instances : {kPending, kRunning, kSuccessful, kFailed}) {
        EXPECT_EQ(argo::experiment_phase(instances, {}, {}), instances);
    }
}

TEST(ExperimentPhase, OutlivesTheInstancesWhileARequiredAnalysisRuns) {
    EXPECT_EQ(phase(kSuccessful, kRunning, kSuccessful), kRunning);
    EXPECT_EQ(phase(kSuccessful, kSuccessful, kRunning), kSuccessful);
    const std::vector<ExperimentAnalysis> other{{kWatch, false}};
    EXPECT_EQ(argo::experiment_phase(kSuccessful, other, std::vector{kRunning}), kSuccessful);
}

TEST(ExperimentPhase, EndsWithTheLastRequiredAnalysisWhateverOthersSay) {
    EXPECT_EQ(phase(kRunning, kSuccessful, kRunning), kSuccessful);
    EXPECT_EQ(phase(kRunning, kSuccessful, kFailed), kSuccessful);
    EXPECT_EQ(phase(kRunning, kRunning, kSuccessful), kRunning);
}

TEST(ExperimentPhase, IsTheWorstOfItsAnalyses) {
    EXPECT_EQ(phase(kRunning, kRunning, kFailed), kFailed);
    EXPECT_EQ(phase(kPending, kInconclusive, kError), kError);
    EXPECT_EQ(phase(kRunning, kInconclusive, kSuccessful), kInconclusive);
    EXPECT_EQ(phase(kSuccessful, kFailed, kSuccessful), kFailed);
    EXPECT_EQ(phase(kFailed, kInconclusive, kSuccessful), kFailed) << "its instances were late";
}

/// What a test looks at, at one moment.
struct Moment {
    int old = 0, baseline = 0, fresh = 0;
    std::vector<int> percent{};  // old, baseline, new; none without a router
    Phase phase = Phase::kMoving;
    friend bool operator==(const Moment&, const Moment&) = default;
    friend void PrintTo(const Moment& it, std::ostream* out) {
        *out << it.old << "+" << it.baseline << "+" << it.fresh;
        for (const int percent : it.percent) *out << " " << percent << "%";
        *out << " " << static_cast<int>(it.phase);
    }
};

struct Rollout {
    explicit Rollout(CanaryParams params)
        : fleet(params.replicas, Canary(params).brings_baseline() ? 3 : 2),
          controller(Canary(params).start({.replicas = params.replicas})) {}

    Directive step() { return last = fleet.step(*controller); }
    Directive decide() { return controller->decide(fleet.look()); }
    Directive decide_at(Time time) {
        fleet.set_now(time);
        return step();
    }
    Moment moment() {
        const bool baseline = fleet.look().cohorts.size() == 3;
        Moment now{fleet.old_version().desired,
                   baseline ? fleet.cohort(1).desired : 0,
                   fleet.new_version().desired,
                   {},
                   last.phase};
        for (const Cohort& cohort : fleet.look().cohorts) {
            if (cohort.routed) now.percent.push_back(static_cast<int>(100 * cohort.weight + .5));
        }
        return now;
    }
    /// Each moment that differs from the one before, with its time.
    std::vector<std::pair<Time, Moment>> play(int steps) {
        std::vector<std::pair<Time, Moment>> seen;
        for (int i = 0; i < steps; ++i) {
            step();
            if (seen.empty() || seen.back().second != moment()) seen.emplace_back(fleet.now(), moment());
        }
        return seen;
    }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
    Directive last;
};
using Trajectory = std::vector<std::pair<Time, Moment>>;

/// The documentation's experiment of a guestbook: a baseline and a canary of one pod each, for an hour.
RunExperiment guestbook() {
    return {.stable = {.replicas = 1}, .canary = {.replicas = 1}, .duration = 1h, .analyses = {{kCheck, false}}};
}
RunExperiment weighted() {
    RunExperiment step = guestbook();
    step.stable.weight = step.canary.weight = 5;
    return step;
}
CanaryParams basic(std::vector<CanaryStep> steps, int replicas = 4) {
    return {.replicas = replicas, .steps = std::move(steps)};
}
CanaryParams routed(std::vector<CanaryStep> steps, int replicas = 4) {
    return {.replicas = replicas, .steps = std::move(steps), .routed = true};
}

TEST(Experiment, GoesAsInTheDocumentation) {
    Rollout rollout(basic({guestbook(), SetWeight{50}, Pause{}}));
    rollout.fleet.person_approves = false;
    rollout.fleet.verdict = kRunning;
    const Time over = Time(1h) + Duration(1);
    const Trajectory expected{
        {Time{}, {4, 1, 1, {}, Phase::kBaking}},  // beside the four, which stay whole
        {over, {2, 1, 3, {}, Phase::kPaused}},    // two of the rollout's own, and one that outlives the experiment
        {over + 30s, {2, 0, 2, {}, Phase::kPaused}},
    };
    Trajectory seen = rollout.play(30);
    // How the rollout goes from four to two is the canary's own affair.
    std::erase_if(seen, [](const auto& each) { return each.second.phase == Phase::kMoving; });
    EXPECT_EQ(seen, expected);
}

TEST(Experiment, ShiftsTrafficAsInTheDocumentation) {
    Rollout rollout(routed({weighted(), SetWeight{25}, Pause{}}));
    rollout.fleet.person_approves = false;
    rollout.fleet.verdict = kRunning;
    rollout.fleet.apply(rollout.decide());
    EXPECT_EQ(rollout.moment(), (Moment{4, 1, 1, {100, 0, 0}}));
    rollout.step();
    EXPECT_EQ(rollout.step().phase, Phase::kBaking);
    EXPECT_EQ(rollout.moment(), (Moment{4, 1, 1, {90, 5, 5}, Phase::kBaking})) << "once all are available";
    rollout.step();
    ASSERT_EQ(rollout.fleet.now(), Time(1h) + Duration(1));
    EXPECT_EQ(rollout.moment(), (Moment{4, 1, 2, {100, 0, 0}, Phase::kMoving}));
    while (rollout.step().phase != Phase::kPaused) continue;
    EXPECT_EQ(rollout.moment(), (Moment{4, 1, 2, {75, 0, 25}, Phase::kPaused}));
    rollout.step();
    EXPECT_EQ(rollout.moment(), (Moment{4, 0, 1, {75, 0, 25}, Phase::kPaused}));
}

TEST(Experiment, WeightsCountBesideTheCanarys) {
    RunExperiment step{.canary = {.replicas = 1, .weight = 20}, .duration = 10min};
    Rollout rollout(routed({SetWeight{10}, step, Pause{}}, 10));
    while (rollout.fleet.new_version().weight < .3) rollout.step();
    EXPECT_EQ(rollout.moment(), (Moment{10, 0, 2, {70, 30}, Phase::kBaking}));
    while (rollout.step().phase != Phase::kPaused) continue;
    EXPECT_EQ(rollout.moment(), (Moment{10, 0, 2, {90, 10}, Phase::kPaused}));
}

TEST(Experiment, RunsItsAnalysesFromWhenAllIsAvailable) {
    RunExperiment step = guestbook();
    step.analyses = {{kCheck, false}, {kWatch, true}};
    Rollout rollout(basic({step, RunAnalysis{kCheck}}));
    rollout.fleet.verdict = kRunning;
    EXPECT_TRUE(rollout.decide().analyses.empty());
    while (rollout.step().analyses.empty()) continue;
    EXPECT_EQ(rollout.last.analyses, (std::vector<AnalysisWish>{{1, kCheck}, {2, kWatch}}));
    rollout.fleet.end_analysis(kWatch, kSuccessful);
    EXPECT_EQ(rollout.step().analyses, (std::vector<AnalysisWish>{{3, kCheck}})) << "the next step's";
    EXPECT_LT(rollout.fleet.now(), Time(1h)) << "what was required is there";
}

TEST(Experiment, WaitsForWhatIsRequiredWithoutItsInstances) {
    RunExperiment step = weighted();
    step.analyses = {{kCheck, true}};
    Rollout rollout(routed({step, Pause{}}));
    rollout.fleet.verdict = kRunning;
    while (rollout.fleet.now() < Time(1h)) rollout.step();
    EXPECT_EQ(rollout.moment(), (Moment{4, 1, 1, {100, 0, 0}, Phase::kBaking}));
    while (rollout.fleet.now() < Time(1h + 30s)) rollout.step();
    EXPECT_EQ(rollout.moment(), (Moment{4, 0, 0, {100, 0, 0}, Phase::kBaking}));
    EXPECT_NE(rollout.last.reason.find("waits for analyses"), std::string::npos) << rollout.last.reason;
    rollout.fleet.end_analysis(kCheck, kSuccessful);
    EXPECT_EQ(rollout.step().phase, Phase::kPaused);
}

TEST(Experiment, AFailedAnalysisAbortsBeforeTheCanaryHasAnyTraffic) {
    Rollout rollout(routed({weighted(), SetWeight{25}}));
    rollout.fleet.verdict = kRunning;
    while (rollout.fleet.new_version().weight == 0) rollout.step();
    const Time failed = rollout.fleet.now();
    rollout.fleet.end_analysis(kCheck, kFailed);
    const Directive back = rollout.step();
    EXPECT_EQ(back.phase, Phase::kRolledBack);
    EXPECT_NE(back.reason.find(": experiment failed: an analysis failed: "), std::string::npos) << back.reason;
    EXPECT_TRUE(back.analyses.empty());
    EXPECT_EQ(rollout.moment(), (Moment{4, 1, 1, {100, 0, 0}, Phase::kRolledBack}));
    rollout.decide_at(failed + 30s);
    EXPECT_EQ(rollout.moment(), (Moment{4, 0, 0, {100, 0, 0}, Phase::kRolledBack}));
}

TEST(Experiment, FailsWhenItsInstancesAreLate) {
    Rollout rollout(basic({guestbook(), SetWeight{50}}));
    rollout.fleet.new_version_comes_up = false;
    while (rollout.step().phase != Phase::kRolledBack) ASSERT_LE(rollout.fleet.now(), Time(10min) + Duration(1));
    EXPECT_EQ(rollout.fleet.now(), Time(10min) + Duration(1));
    EXPECT_NE(rollout.last.reason.find("experiment failed: not available in time"), std::string::npos)
        << rollout.last.reason;
}

TEST(Experiment, HasNoTrafficWhileAnInstanceIsMissing) {
    Rollout rollout(routed({weighted(), SetWeight{25}}));
    rollout.fleet.verdict = kRunning;
    while (rollout.fleet.cohort(1).weight == 0) rollout.step();
    rollout.fleet.cohort(1).available = 0;
    const Directive without = rollout.decide();
    EXPECT_EQ(without.targets[1].weight, 0);
    EXPECT_EQ(without.targets[2].weight, 0);
    EXPECT_EQ(without.analyses.size(), 1u) << "they go on";
    EXPECT_EQ(without.wake_at, rollout.fleet.now() + 10min + Duration(1)) << "it has as long again to come back";
    rollout.fleet.cohort(1).available = 1;
    EXPECT_EQ(rollout.decide().targets[1].weight, .05);
}

TEST(Experiment, GoesOnUntilAPersonEndsItIfNothingElseDoes) {
    // As in the project's own example of a canary of one pod.
    RunExperiment step{.canary = {.replicas = 1}, .analyses = {{kCheck, false}}};
    Rollout rollout(basic({SetWeight{25}, Pause{}, step, SetWeight{50}, Pause{1h}}));
    rollout.fleet.verdict = kRunning;
    while (rollout.step().reason.find("step 2/5") == std::string::npos) continue;
    rollout.step();  // a person promotes
    rollout.fleet.person_approves = false;
    const Directive asks = rollout.fleet.run(*rollout.controller, 10);
    EXPECT_EQ(asks.phase, Phase::kPaused);
    EXPECT_TRUE(asks.asks_approval) << "the grant was for the pause";
    EXPECT_EQ(asks.reason, "step 3/5: experiment 1 canary with analysis 0: 1/1 available until a person ends it");
    EXPECT_EQ(asks.wake_at, kNever);
    rollout.fleet.person_approves = true;
    while (rollout.step().reason.find("step 5/5") == std::string::npos) ASSERT_LT(rollout.fleet.now(), Time(1h));
}

TEST(Experiment, AnInconclusiveAnalysisHoldsTheRolloutForGood) {
    Rollout rollout(routed({weighted(), SetWeight{25}}));
    rollout.fleet.verdict = kInconclusive;
    while (rollout.step().phase != Phase::kPaused) continue;
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 10).phase, Phase::kPaused);
    EXPECT_EQ(rollout.moment(), (Moment{4, 0, 0, {100, 0, 0}, Phase::kPaused})) << "its instances go all the same";
}

TEST(Experiment, WhatItLeavesBehindIsNotTheCanarys) {
    RunExperiment step{.canary = {.replicas = 2}, .duration = 1min};
    Rollout rollout(routed({step, SetWeight{50}, Pause{}}));
    rollout.fleet.start = 5s;
    while (rollout.fleet.new_version().desired < 4) rollout.step();
    EXPECT_EQ(rollout.fleet.new_version().available, 2);
    EXPECT_EQ(rollout.decide().targets[1].weight, 0) << "the two of the canary are not there yet";
    while (rollout.fleet.new_version().weight == 0) rollout.step();
    EXPECT_EQ(rollout.fleet.new_version().available, 4);
    EXPECT_EQ(rollout.moment(), (Moment{4, 0, 4, {50, 50}, Phase::kPaused}));
}

TEST(Experiment, OneMayFollowAnother) {
    RunExperiment first{.canary = {.replicas = 2}, .duration = 1min}, second = guestbook();
    second.scale_down_delay = 0s;
    Rollout rollout(basic({first, second, Pause{}}));
    rollout.fleet.verdict = kRunning;
    const Time over = Time(1min) + Duration(1);
    const Trajectory expected{{Time{}, {4, 0, 2, {}, Phase::kBaking}},
                              {over, {4, 1, 3, {}, Phase::kBaking}},
                              {over + 30s, {4, 1, 1, {}, Phase::kBaking}},
                              {over + 1h + Duration(1), {4, 0, 0, {}, Phase::kPaused}}};
    rollout.fleet.person_approves = false;
    EXPECT_EQ(rollout.play(20), expected);
}

TEST(Experiment, WithWrongNumbersIsRefused) {
    const auto refused = [](CanaryParams params) { EXPECT_THROW(Canary{params}, std::invalid_argument); };
    refused(basic({RunExperiment{}}));
    refused(basic({weighted()}));
    refused(basic({RunExperiment{.stable = {.replicas = -1}, .canary = {.replicas = 2}}}));
    refused(routed({RunExperiment{.stable = {.weight = 5}, .canary = {.replicas = 2}}}));
    refused(routed({SetWeight{91}, weighted()}));
    refused(basic({RunExperiment{.canary = {.replicas = 1}, .duration = -1s}}));
    refused(basic({RunExperiment{.canary = {.replicas = 1}, .scale_down_delay = -1s}}));
    EXPECT_NO_THROW(Canary(routed({SetWeight{90}, weighted()})));
}

TEST(Experiment, SaysWhatItIs) {
    RunExperiment step = weighted();
    step.analyses = {{kCheck, true}, {kWatch, false}};
    EXPECT_EQ(spell(step), "experiment 1 stable at 5, 1 canary at 5 for 1h with analysis 0 (required), analysis 1");
    EXPECT_EQ(spell(RunExperiment{.canary = {.replicas = 2}, .scale_down_delay = 0s}),
              "experiment 2 canary, scale_down_delay 0s");
}

}  // namespace
}  // namespace rollcast::strategies
