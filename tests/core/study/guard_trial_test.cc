#include "rollcast/study/guard_trial.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/stats/interval.h"
#include "rollcast/stats/moments.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/feature_flag.h"
#include "rollcast/strategies/shadow.h"
#include "rollcast/strategies/waves.h"
#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
using strategies::Canary;

constexpr double kLevel = 1 - 1e-5;  // of two-sided intervals: a false alarm in 100,000 each

/// The share of the new version's requests that fail, over a minute; above the limit twice is once too often.
Scenario guarded_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.service.error_rate = .005;
    scenario.window = {.lead_in = 1min, .horizon = 12min};
    const Selector all{.vantage = Vantage::kProxy, .scope = Scope::kNew, .window = 1min};
    Selector errors = all;
    errors.codes = 0b1110;
    using Op = QueryStep::Op;
    QueryCheck check{
        .query = {{.op = Op::kRate, .selector = errors}, {.op = Op::kRate, .selector = all}, {.op = Op::kDivide}}};
    using Step = ConditionStep::Op;
    // len(result) == 0 || isNaN(result[0]) || result[0] < .02
    check.success = {{.op = Step::kResult},
                     {.op = Step::kLength},
                     {.op = Step::kNumber},
                     {.op = Step::kEqual},
                     {.op = Step::kOr, .skip = 10},
                     {.op = Step::kResult},
                     {.op = Step::kNumber},
                     {.op = Step::kIndex},
                     {.op = Step::kIsNaN},
                     {.op = Step::kOr, .skip = 5},
                     {.op = Step::kResult},
                     {.op = Step::kNumber},
                     {.op = Step::kIndex},
                     {.op = Step::kNumber, .number = .02},
                     {.op = Step::kLess}};
    scenario.analyses = {
        {.name = "errors",
         .metrics = {
             {.name = "error-ratio", .source = check, .interval = 1min, .initial_delay = 90s, .failure_limit = 1}}}};
    return scenario;
}

Canary canary(const Scenario& scenario) {
    return Canary({.replicas = scenario.fleet.replicas,
                   .steps = {strategies::SetWeight{20}, strategies::Pause{4min}, strategies::SetWeight{50},
                             strategies::Pause{2min}},
                   .routed = true,
                   .background = strategies::BackgroundAnalysis{AnalysisId{0}, 1}});
}

GuardTrial errors(double severity) { return {.defect = {.kind = DefectKind::kErrorRate, .severity = severity}}; }

std::vector<Outcome> tried(const Scenario& scenario, std::span<const GuardTrial> trials, std::uint32_t replications,
                           unsigned threads = 1) {
    return try_guards(scenario, canary(scenario), trials, {.replications = replications, .threads = threads});
}

std::int64_t caught(std::span<const Outcome> rows) {
    return std::count_if(rows.begin(), rows.end(),
                         [](const Outcome& row) { return row.verdict == Verdict::kRolledBack; });
}

TEST(GuardTrial, PromotesAGoodReleaseAndTakesABadOneBack) {
    const std::vector<GuardTrial> trials{{}, errors(.2)};
    const std::vector<Outcome> rows = tried(guarded_scenario(), trials, 10);
    ASSERT_EQ(rows.size(), 20U);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].replication, i % 10);
        EXPECT_EQ(rows[i].verdict, i < 10 ? Verdict::kPromoted : Verdict::kRolledBack);
        EXPECT_EQ(std::isnan(rows[i].detection), i < 10);
    }
    // The second measurement after the first exposure decides: 90 s and a minute after the analysis began.
    EXPECT_NEAR(rows[10].detection, 150, 10);
    // 300 requests a second, a fifth of them to the new version, of which a fifth fails.
    EXPECT_NEAR(static_cast<double>(rows[10].exposure), 60 * rows[10].detection, 60 * 15);
    EXPECT_NEAR(static_cast<double>(rows[10].failed_by_cause[1]), .2 * static_cast<double>(rows[10].exposure), 2);
}

TEST(GuardTrial, DoesNotDependOnTheNumberOfThreads) {
    const std::vector<GuardTrial> trials{errors(.01), errors(.02)};
    const std::vector<Outcome> alone = tried(guarded_scenario(), trials, 8);
    const std::vector<Outcome> together = tried(guarded_scenario(), trials, 8, 3);
    ASSERT_EQ(alone.size(), together.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(alone[i].verdict, together[i].verdict);
        EXPECT_EQ(alone[i].duration, together[i].duration);
        EXPECT_EQ(alone[i].exposure, together[i].exposure);
    }
}

TEST(GuardTrial, NeverMissesAWorseReleaseThatItCaughtWithTheSameLuck) {
    std::vector<GuardTrial> trials;
    for (int i = 0; i < 12; ++i) trials.push_back(errors(.008 + .002 * i));
    constexpr std::uint32_t kReplications = 40;
    const std::vector<Outcome> rows = tried(guarded_scenario(), trials, kReplications);
    std::int64_t before = 0, mixed = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        const std::int64_t now = caught(std::span(rows).subspan(i * kReplications, kReplications));
        EXPECT_GE(now, before);
        mixed += now > 0 && now < kReplications;
        before = now;
    }
    EXPECT_GE(mixed, 3);  // it is between never and always that it could go wrong
}

TEST(GuardTrial, SeesMoreInALargerShare) {
    // At 2% of the traffic a minute is 360 requests, at 40% 7,200; 2.6% fail.
    std::vector<GuardTrial> trials{errors(.021), errors(.021)};
    trials[0].share = .02;
    trials[1].share = .4;
    const std::vector<Outcome> rows = tried(guarded_scenario(), trials, 60);
    EXPECT_LT(caught(std::span(rows).first(60)), caught(std::span(rows).last(60)));
    EXPECT_EQ(caught(std::span(rows).last(60)), 60);
}

/// The trials and the whole replications of a release catch it as often and as soon.
void expect_agreement(Scenario scenario, const Defect& defect, const Strategy& strategy) {
    SCOPED_TRACE(::testing::PrintToString(static_cast<int>(defect.kind)) + " at " +
                 ::testing::PrintToString(defect.severity));
    constexpr std::uint32_t kWhole = 60, kTrials = 1000;
    scenario.release = testing::certain(defect.kind, defect.severity);
    const std::vector<Outcome> whole = forecast(scenario, strategy, {.replications = kWhole}).outcomes;
    const std::vector<Outcome> trials =
        try_guards(scenario, strategy, std::vector<GuardTrial>{{.defect = defect}}, {.replications = kTrials});
    // Two intervals at that level overlap unless something is wrong.
    const Interval of_whole = clopper_pearson(caught(whole), kWhole, kLevel);
    const Interval of_trials = clopper_pearson(caught(trials), kTrials, kLevel);
    EXPECT_LE(of_whole.low, of_trials.high);
    EXPECT_GE(of_whole.high, of_trials.low);
    const auto times = [](const std::vector<Outcome>& rows) {
        Moments sum;
        for (const Outcome& row : rows) {
            if (!std::isnan(row.detection)) sum.add(row.detection);
        }
        return sum;
    };
    const Moments whole_times = times(whole), trial_times = times(trials);
    if (whole_times.count() < 20) return;
    // A trial's exposure begins when routers may send a request, a replication's with the first that is sent.
    constexpr double kFirst = .1;
    EXPECT_LE(t_interval(whole_times, kLevel).low, t_interval(trial_times, kLevel).high + kFirst);
    EXPECT_GE(t_interval(whole_times, kLevel).high + kFirst, t_interval(trial_times, kLevel).low);
}

void expect_agreement(const Scenario& scenario, const Defect& defect) {
    expect_agreement(scenario, defect, canary(scenario));
}

TEST(GuardTrial, AgreesWithWholeReplicationsBehindAFlag) {
    const Scenario scenario = guarded_scenario();
    const strategies::FeatureFlag flag(std::make_shared<Canary>(canary(scenario)));
    for (const double severity : {.011, .014}) {
        expect_agreement(scenario, {.kind = DefectKind::kErrorRate, .severity = severity}, flag);
    }
    expect_agreement(scenario, {.kind = DefectKind::kCrashOnRequest, .severity = 3e-4}, flag);
}

TEST(GuardTrial, AgreesWithWholeReplications) {
    const Scenario scenario = guarded_scenario();
    for (const double severity : {.011, .014, .018})
        expect_agreement(scenario, {.kind = DefectKind::kErrorRate, .severity = severity});
    expect_agreement(scenario, {.kind = DefectKind::kCrashOnStart, .severity = .7});
    expect_agreement(scenario, {.kind = DefectKind::kWrongAnswers, .severity = .5});
}

TEST(GuardTrial, AgreesWithWholeReplicationsAboutProcessesThatDie) {
    const Scenario scenario = guarded_scenario();
    expect_agreement(scenario, {.kind = DefectKind::kCrashOnRequest, .severity = 3e-4});
    expect_agreement(scenario, {.kind = DefectKind::kMemoryLeak, .severity = 3000});
    expect_agreement(scenario, {.kind = DefectKind::kCrashHazard, .severity = 30});
    for (const double requests : {9000., 11000.})
        expect_agreement(scenario, {.kind = DefectKind::kDescriptorLeak, .severity = requests});
}

TEST(GuardTrial, AgreesWithWholeReplicationsAboutMirroredCopies) {
    Scenario scenario = guarded_scenario();
    scenario.window.horizon = 20min;
    const strategies::Shadow shadow(
        std::make_shared<Canary>(canary(scenario)),
        {.replicas = scenario.fleet.replicas, .mirrored = .3, .duration = 5min, .analysis = AnalysisId{0}});
    for (const double severity : {0., .3}) {
        scenario.release = testing::certain(DefectKind::kErrorRate, severity);
        const std::vector<GuardTrial> trial{errors(severity)};
        const std::vector<Outcome> trials = try_guards(scenario, shadow, trial, {.replications = 20});
        const std::vector<Outcome> whole = forecast(scenario, shadow, {.replications = 5}).outcomes;
        EXPECT_EQ(caught(trials), severity > 0 ? 20 : 0);
        EXPECT_EQ(caught(whole), severity > 0 ? 5 : 0);
        for (const Outcome& row : severity > 0 ? trials : std::vector<Outcome>{}) EXPECT_EQ(row.exposure, 0);
    }
}

TEST(GuardTrial, AgreesWithWholeReplicationsAboutLatencies) {
    Scenario scenario = guarded_scenario();
    QueryCheck slow{.query = {{.op = QueryStep::Op::kQuantile,
                               .number = .95,
                               .selector = {.vantage = Vantage::kProxy, .scope = Scope::kNew, .window = 1min}}}};
    using Step = ConditionStep::Op;
    // result[0] > .075, which a NaN is not
    slow.failure = {{.op = Step::kResult},
                    {.op = Step::kNumber},
                    {.op = Step::kIndex},
                    {.op = Step::kNumber, .number = .075},
                    {.op = Step::kGreater}};
    scenario.analyses[0].metrics = {
        {.name = "p95", .source = slow, .interval = 1min, .initial_delay = 90s, .failure_limit = 1}};
    for (const double factor : {1.3, 1.45, 1.7})
        expect_agreement(scenario, {.kind = DefectKind::kLatency, .severity = factor});
}

TEST(GuardTrial, TellsWhatThePlanMakesOfTheTraffic) {
    const Scenario scenario = guarded_scenario();
    const PlannedTraffic planned = planned_traffic(scenario, canary(scenario), {}, 1, 0);
    ASSERT_EQ(planned.scrapes.size(), planned.new_requests.size());
    double requests = 0;
    for (std::size_t i = 0; i < planned.scrapes.size(); ++i) {
        if (planned.scrapes[i] > planned.first_exposed + 1min && planned.scrapes[i] < planned.first_exposed + 3min) {
            EXPECT_NEAR(planned.new_requests[i], .2 * 300 * 15, 1e-6);
        }
        requests += planned.new_requests[i];
    }
    EXPECT_GT(requests, 60 * 240 + 150 * 120 - 150 * 15);  // what came after the last scrape is left out
    EXPECT_LT(planned.end, Time{} + scenario.window.horizon);
}

/// A location for each share of the traffic, all with the fleet that the service has.
Scenario over_locations(std::vector<double> shares) {
    Scenario scenario = guarded_scenario();
    for (const double share : shares) {
        scenario.locations.push_back({.name = "location " + std::to_string(scenario.locations.size()),
                                      .share = share,
                                      .fleet = scenario.fleet,
                                      .faults = scenario.faults});
    }
    scenario.fleet.replicas *= static_cast<int>(shares.size());
    return scenario;
}

TEST(GuardTrial, OfALocationIsThatOfItsShareOfTheTraffic) {
    const Scenario both = over_locations({.75, .25});
    const Scenario first = in_location(both, LocationId{0});
    const auto inner = std::make_shared<Canary>(canary(first));
    const strategies::Waves waves({inner}, {.waves = {{LocationId{0}}, {LocationId{1}}}});
    const std::vector<GuardTrial> trials{errors(.05)};
    const std::vector<Outcome> together = try_guards(both, waves, trials, {.replications = 20});
    const std::vector<Outcome> alone = try_guards(first, *inner, trials, {.replications = 20});
    EXPECT_EQ(caught(together), 20);
    // Caught in the first wave with the same luck; decisions over locations take up to 200 ms to hear of it.
    for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(together[i].detection, alone[i].detection, 1);
}

TEST(GuardTrial, AgreesWithWholeReplicationsOverLocations) {
    const Scenario scenario = over_locations({.4, .6});
    const auto inner = std::make_shared<Canary>(canary(in_location(scenario, LocationId{0})));
    const std::vector<strategies::Wave> one_by_one{{LocationId{0}}, {LocationId{1}}};
    const auto blind =
        std::make_shared<Canary>(strategies::CanaryParams{.replicas = inner->params().replicas,
                                                          .steps = {strategies::SetWeight{30}, strategies::Pause{1min}},
                                                          .routed = true});
    const strategies::Waves inside({inner}, {.waves = one_by_one});
    const strategies::Waves around({blind}, {.waves = one_by_one, .bake = 3min, .analysis = AnalysisId{0}});
    for (const strategies::Waves* waves : {&inside, &around}) {
        expect_agreement(scenario, {.kind = DefectKind::kErrorRate, .severity = .014}, *waves);
    }
}

TEST(GuardTrial, RefusesWhatItCannotKnow) {
    const Scenario scenario = guarded_scenario();
    const std::vector<GuardTrial> whole{{.share = 1.}};
    EXPECT_THROW(tried(scenario, whole, 1), std::invalid_argument);
    EXPECT_THROW(tried(scenario, std::vector<GuardTrial>{{}}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
