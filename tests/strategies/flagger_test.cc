#include "rollcast/strategies/flagger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "rollcast/run/simulation.h"
#include "support/scenarios.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

constexpr AnalysisId kCheck{0};

FlaggerParams four(flagger::Plan plan) {
    FlaggerParams params;
    params.replicas = 4;
    params.plan = std::move(plan);
    return params;
}

/// The plan of the documentation's example of rollout weights.
FlaggerParams by_weight() {
    FlaggerParams params = four({.step_weight = 20, .max_weight = 50, .threshold = 2});
    params.analysis = kCheck;
    return params;
}

struct Rollout {
    explicit Rollout(FlaggerParams params, int replicas = 4)
        : fleet(replicas), controller(Flagger(std::move(params)).start({.replicas = replicas})) {}

    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase, 200); }
    double weight() const { return fleet.new_version().weight; }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

struct Point {
    Time at{};
    double weight = 0;  // of the new version
    int old_desired = 0;
    int new_desired = 0;
    friend bool operator==(const Point& a, const Point& b) {
        return a.at == b.at && std::abs(a.weight - b.weight) < 1e-12 && a.old_desired == b.old_desired &&
               a.new_desired == b.new_desired;
    }
};
void PrintTo(const Point& it, std::ostream* out) {
    *out << to_seconds(it.at.time_since_epoch()) << " s: " << it.weight << ", " << it.old_desired << "+"
         << it.new_desired;
}

/// What changed, and when, until the phase is reached.
std::vector<Point> trajectory(Rollout& rollout, Phase until) {
    std::vector<Point> points;
    for (int i = 0; i < 500; ++i) {
        const Phase phase =
            rollout.fleet
                .step(*rollout.controller,
                      [&](const Directive&) {
                          const Point now{rollout.fleet.now(), rollout.weight(), rollout.fleet.old_version().desired,
                                          rollout.fleet.new_version().desired};
                          Point before = points.empty() ? Point{} : points.back();
                          before.at = now.at;
                          if (now != before) points.push_back(now);
                      })
                .phase;
        if (phase == until) break;
    }
    return points;
}

// Flagger's documentation, deployment strategies: maxWeight 50 and stepWeight 20 give 20:80, 40:60 and 60:40. Promotion
// and clean-up take a tick each, and the first tick comes after half an interval.
TEST(FlaggerByWeight, GoesTheWayOfTheDocumentationsExample) {
    Rollout rollout(by_weight());
    EXPECT_EQ(trajectory(rollout, Phase::kPromoted), (std::vector<Point>{
                                                         {Time(0s), 0, 4, 0},
                                                         {Time(30s), 0, 4, 4},
                                                         {Time(90s), .2, 4, 4},
                                                         {Time(150s), .4, 4, 4},
                                                         {Time(210s), .6, 4, 4},
                                                         // The primary's own rolling update: surge 1, unavailable 1
                                                         {Time(270s), .6, 3, 5},
                                                         {Time(270s), .6, 3, 6},
                                                         {Time(270s), 1 - .4 * 3 / 5, 1, 6},
                                                         {Time(270s), 1 - .4 / 3, 1, 8},
                                                         {Time(270s), 1 - .4 / 5, 0, 8},
                                                         {Time(270s), 1, 0, 8},
                                                         {Time(390s), 1, 0, 4},
                                                     }));
}

TEST(FlaggerByWeight, ABadCheckHoldsTheWeightAndEnoughOfThemRollBackOneTickLater) {
    Rollout rollout(by_weight());
    while (rollout.weight() < .2) rollout.fleet.step(*rollout.controller);
    const Time moved = rollout.fleet.now();
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    const Directive back = rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(back.phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.now(), moved + 3min) << "two ticks fail, the third rolls back";
    EXPECT_EQ(rollout.weight(), 0);
    EXPECT_EQ(rollout.fleet.old_version().desired, 4);
    EXPECT_EQ(rollout.fleet.new_version().desired, 0);
}

TEST(FlaggerByWeight, AnAnalysisWithoutDataCountsAsAFailedCheck) {
    Rollout rollout(by_weight());
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kError;
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
}

TEST(FlaggerByWeight, TheTickWaitsForItsChecksAndTheNextOnesStayInStep) {
    Rollout rollout(by_weight());
    while (rollout.weight() < .2) rollout.fleet.step(*rollout.controller);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kRunning;
    Directive want = rollout.fleet.step(*rollout.controller);
    while (want.analyses.empty()) want = rollout.fleet.step(*rollout.controller);
    EXPECT_EQ(want.wake_at, kNever);
    EXPECT_EQ(rollout.fleet.now(), Time(150s));

    rollout.fleet.set_now(Time(220s));
    rollout.fleet.verdicts.clear();
    rollout.fleet.settle();
    want = rollout.controller->decide(rollout.fleet.look());
    EXPECT_EQ(want.targets[1].weight, .4);
    EXPECT_EQ(want.wake_at, Time(270s));
}

TEST(FlaggerByWeight, MirrorsForOneStep) {
    FlaggerParams params = by_weight();
    params.plan.mirror = true;
    params.mirrored = .5;
    Rollout rollout(params);
    Directive want = rollout.fleet.step(*rollout.controller);
    while (want.targets[1].mirrored == 0) want = rollout.fleet.step(*rollout.controller);
    EXPECT_EQ(want.targets[1].mirrored, .5);
    EXPECT_EQ(rollout.weight(), 0);
    const Time mirrored = rollout.fleet.now();
    while (rollout.weight() == 0) rollout.fleet.step(*rollout.controller);
    EXPECT_EQ(rollout.weight(), .2);
    EXPECT_EQ(rollout.fleet.now(), mirrored + 1min);
    EXPECT_EQ(rollout.controller->decide(rollout.fleet.look()).targets[1].mirrored, 0);
}

TEST(FlaggerByWeight, FailsOnMirroredTrafficAsOnAnyOther) {
    FlaggerParams params = by_weight();
    params.plan.mirror = true;
    Rollout rollout(params);
    Directive want = rollout.fleet.step(*rollout.controller);
    while (want.targets[1].mirrored == 0) want = rollout.fleet.step(*rollout.controller);
    rollout.fleet.verdicts[*params.analysis] = AnalysisPhase::kFailed;
    rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(rollout.weight(), 0);
    EXPECT_EQ(rollout.fleet.new_version().desired, 0);
}

TEST(FlaggerByWeight, GoesBackToThePrimaryInStepsIfToldTo) {
    FlaggerParams params = by_weight();
    params.plan.step_weight_promotion = 30;
    Rollout rollout(params);
    rollout.run_to(Phase::kPromoted);
    EXPECT_EQ(rollout.fleet.now(), Time(450s)) << "60, 30, 0: a tick more than at once";
}

TEST(Flagger, ACanaryThatNeverComesUpIsGivenUpAfterTheDeadline) {
    FlaggerParams params = by_weight();
    params.progress_deadline = 2min;
    Rollout rollout(params);
    rollout.fleet.new_version_comes_up = false;
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack);
    EXPECT_EQ(rollout.fleet.now(), Time(30s + 3min)) << "unavailable for strictly more than the deadline, at a tick";
}

TEST(Flagger, APrimaryThatNeverComesUpLeavesTheCanaryWithAllTraffic) {
    FlaggerParams params = by_weight();
    params.progress_deadline = 2min;
    params.max_unavailable = count(2);
    Rollout rollout(params);
    while (rollout.fleet.old_version().desired == 4) rollout.fleet.step(*rollout.controller);
    rollout.fleet.new_version_comes_up = false;
    for (int i = 0; i < 30; ++i) {
        rollout.fleet.cohort(0).available = rollout.fleet.cohort(0).ready = 0;
        rollout.fleet.step(*rollout.controller);
    }
    const Directive stuck = rollout.controller->decide(rollout.fleet.look());
    EXPECT_EQ(stuck.phase, Phase::kStuck);
    EXPECT_EQ(stuck.targets[1].weight, 1);
    EXPECT_GE(stuck.targets[1].desired, 4) << "the canary stays";
}

TEST(FlaggerBlueGreen, SwitchesAfterItsTests) {
    Rollout rollout(four({.iterations = 3}));
    const std::vector<Point> points = trajectory(rollout, Phase::kPromoted);
    ASSERT_GE(points.size(), 3u);
    EXPECT_EQ(points[1], (Point{Time(30s), 0, 4, 4}));
    EXPECT_EQ(points[2], (Point{Time(30s + 4min), 1, 4, 4})) << "a tick for each of three tests, then the switch";
}

TEST(FlaggerBlueGreen, WithoutARouterUsersMeetTheNewVersionInThePrimaryOnly) {
    Rollout rollout(four({.iterations = 1, .routed = false}));
    std::vector<double> weights;
    for (const Point& point : trajectory(rollout, Phase::kPromoted)) weights.push_back(point.weight);
    EXPECT_TRUE(std::is_sorted(weights.begin(), weights.end()));
    EXPECT_EQ(weights.back(), 1);
    EXPECT_EQ(std::count(weights.begin(), weights.end(), 0), 4) << "until the primary's first new instance is ready";
}

TEST(FlaggerAbTest, SendsTheUsersWhoMatch) {
    FlaggerParams params = four({.iterations = 2, .match = true});
    params.matched = .3;
    Rollout rollout(params);
    while (rollout.weight() == 0) rollout.fleet.step(*rollout.controller);
    EXPECT_DOUBLE_EQ(rollout.weight(), .3);
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_EQ(rollout.weight(), 1);
}

TEST(FlaggerGates, WaitForAPersonBeforeTheCanaryAndBeforeThePromotion) {
    FlaggerParams params = by_weight();
    params.confirm_rollout = params.confirm_promotion = true;
    Rollout rollout(params);
    rollout.fleet.person_approves = false;
    Directive waiting = rollout.run_to(Phase::kPaused);
    EXPECT_TRUE(waiting.asks_approval);
    EXPECT_EQ(rollout.fleet.new_version().desired, 0);
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 20).phase, Phase::kPaused);

    rollout.fleet.person_approves = true;
    while (rollout.weight() < .6) rollout.fleet.step(*rollout.controller);
    rollout.fleet.person_approves = false;
    waiting = rollout.run_to(Phase::kPaused);
    EXPECT_TRUE(waiting.asks_approval);
    EXPECT_EQ(rollout.weight(), .6);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    EXPECT_EQ(rollout.run_to(Phase::kRolledBack).phase, Phase::kRolledBack) << "checks go on at the gate";
}

TEST(Flagger, WithoutAnAnalysisThePrimaryIsUpdatedAtOnce) {
    FlaggerParams params = four({.skip_analysis = true});
    params.analysis = kCheck;
    Rollout rollout(params);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_EQ(rollout.fleet.old_version().desired, 0);
    EXPECT_EQ(rollout.fleet.new_version().desired, 4);
}

TEST(Flagger, CountsItsTicks) {
    using flagger::ticks_to_success;
    EXPECT_EQ(ticks_to_success({.step_weight = 20, .max_weight = 50}), 7);
    EXPECT_EQ(ticks_to_success({.step_weights = {5, 90, 100}}), 7);
    EXPECT_EQ(ticks_to_success({.iterations = 10, .routed = false}), 15);
    EXPECT_EQ(ticks_to_success({.skip_analysis = true}), 2);
    EXPECT_EQ(ticks_to_success({}), std::nullopt);
}

TEST(Flagger, RefusesPlansThatNeverMoveAndNumbersOutOfRange) {
    const auto refused = [](FlaggerParams params) { EXPECT_THROW(Flagger{std::move(params)}, std::invalid_argument); };
    const auto with = [](auto change) {
        FlaggerParams params = by_weight();
        change(params);
        return params;
    };
    refused(four({}));
    refused(with([](FlaggerParams& it) { it.replicas = 0; }));
    refused(with([](FlaggerParams& it) { it.plan.step_weight = 101; }));
    refused(with([](FlaggerParams& it) { it.plan.step_weights = {0}; }));
    refused(with([](FlaggerParams& it) { it.plan.iterations = -1; }));
    refused(with([](FlaggerParams& it) { it.interval = 9s; }));
    refused(with([](FlaggerParams& it) { it.progress_deadline = 0s; }));
    refused(with([](FlaggerParams& it) { it.deployment_deadline = 0s; }));
    refused(with([](FlaggerParams& it) { it.canary_ready_threshold = 101; }));
    refused(with([](FlaggerParams& it) { it.matched = 0; }));
    refused(with([](FlaggerParams& it) { it.max_surge = it.max_unavailable = count(0); }));
    refused(with([](FlaggerParams& it) { it.mirrored = 0; }));
    EXPECT_NO_THROW(Flagger{by_weight()});
}

TEST(Flagger, DescribesItselfInFull) {
    EXPECT_EQ(Flagger(by_weight()).describe(),
              "flagger(replicas=4, interval=1m, threshold=2, step_weight=20, max_weight=50, analysis=0, "
              "progress_deadline=10m, deployment_deadline=10m, max_surge=25%, max_unavailable=25%)");
    FlaggerParams test = four({.step_weights = {5, 50}, .iterations = 2, .match = true});
    test.matched = .25;
    EXPECT_EQ(Flagger(test).describe(),
              "flagger(replicas=4, interval=1m, threshold=1, step_weights=5/50, iterations=2, matched=0.250000, "
              "progress_deadline=10m, deployment_deadline=10m, max_surge=25%, max_unavailable=25%)");
}

/// The success rate of the new version over the last minute, in percent, is at least 99.
Scenario watched_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.fleet.start = Constant{2};
    scenario.window.horizon = 10min;
    const Selector all{.scope = Scope::kNew, .window = 30s};
    Selector good = all;
    good.codes = 0b0001;
    const Query query{{.op = QueryStep::Op::kRate, .selector = good},
                      {.op = QueryStep::Op::kRate, .selector = all},
                      {.op = QueryStep::Op::kDivide},
                      {.op = QueryStep::Op::kNumber, .number = 100},
                      {.op = QueryStep::Op::kMultiply}};
    using Op = ConditionStep::Op;
    const Condition passes{{.op = Op::kResult},
                           {.op = Op::kNumber, .number = 0},
                           {.op = Op::kIndex},
                           {.op = Op::kNumber, .number = 99},
                           {.op = Op::kGreaterEqual}};
    const QueryCheck check{.query = query, .success = passes};
    scenario.analyses = {{.name = "checks", .metrics = {{.name = "success", .source = check}}}};
    return scenario;
}

Outcome run(const Scenario& scenario, const Defect& defect, const FlaggerParams& params) {
    Simulation simulation(scenario, defect, StreamSpace(3, 1));
    simulation.run_until(Time{});
    simulation.launch(Flagger(params));
    simulation.run_until(Time{scenario.window.horizon});
    return simulation.outcome();
}

TEST(FlaggerRun, PromotesAGoodReleaseAndTakesABadOneBack) {
    const Scenario scenario = watched_scenario();
    const FlaggerParams params{.replicas = scenario.fleet.replicas,
                               .plan = {.step_weight = 25, .max_weight = 50, .threshold = 2},
                               .interval = 30s,
                               .analysis = kCheck};
    const Outcome good = run(scenario, {}, params);
    EXPECT_EQ(good.verdict, Verdict::kPromoted);
    const Outcome bad = run(scenario, {.kind = DefectKind::kErrorRate, .severity = .2}, params);
    EXPECT_EQ(bad.verdict, Verdict::kRolledBack);
    EXPECT_LT(bad.duration, good.duration);
    EXPECT_EQ(run(scenario, {.kind = DefectKind::kCrashOnStart, .severity = 1}, params).verdict, Verdict::kTimedOut)
        << "it gives up after ten minutes, and the window ends";
}

}  // namespace
}  // namespace rollcast::strategies
