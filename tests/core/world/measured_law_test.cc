#include "rollcast/world/measured_law.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "rollcast/stats/queueing.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

/// Four slots; a request takes 100 ms on average.
Scenario exponential_scenario(double load, int instances = 1) {
    Scenario scenario;
    scenario.service = {.slots = 4, .queue = 10000, .service_time = Exponential{.1}, .timeout = 30s};
    scenario.traffic.rate = load * 40 * instances;
    return scenario;
}

AnswerLaw measured(const Scenario& scenario, int instances = 1, const Defect& defect = {}) {
    const AnswerBook book(scenario, defect);
    return measure_law(scenario, defect, instances, 1, book.calm(1, 1), .1, 1e5);
}

double refused(const AnswerLaw& law) { return std::accumulate(law.refused.begin(), law.refused.end(), 0.); }
double late(const AnswerLaw& law) { return std::accumulate(law.late.begin(), law.late.end(), 0.); }

// Measurements of 5e5 requests and more: six standard errors, from runs with other seeds, are within the tolerances.

TEST(MeasuredLaw, WaitsAsInMMc) {
    for (const double load : {.5, .8}) {
        const AnswerLaw law = measured(exponential_scenario(load));
        const double wait = mmc(load * 40, 10, 4).mean_wait;
        EXPECT_NEAR(law.latency, .1 + wait, .08 * wait) << load;
        EXPECT_EQ(refused(law) + late(law), 0);
        EXPECT_NEAR(law.answered(), 1, 1e-9);
    }
}

TEST(MeasuredLaw, TurnsAwayAsInMMcK) {
    Scenario scenario = exponential_scenario(1.1);
    scenario.service.queue = 6;
    const AnswerLaw law = measured(scenario);
    EXPECT_NEAR(refused(law), mmck(44, 10, 4, 10).blocking, .006);
    EXPECT_NEAR(law.answered(), 1 - refused(law), 1e-9);
}

TEST(MeasuredLaw, IsLateAsClientsWithAPatience) {
    Scenario scenario = exponential_scenario(.95);
    scenario.service.timeout = 500ms;
    const AnswerLaw law = measured(scenario);
    EXPECT_NEAR(late(law), fixed_patience(38, 10, 4, .5).late, .01);
    // What waiting adds to those who take too long by themselves is capacity's fault.
    EXPECT_NEAR(law.late[static_cast<std::size_t>(Cause::kBackground)], std::exp(-5), 2e-3);
    EXPECT_GT(law.clustering, 0);
}

TEST(MeasuredLaw, NeighboursHaveMoreInCommonTheBusierTheyAre) {
    const AnswerLaw some = measured(exponential_scenario(.6)), more = measured(exponential_scenario(.9));
    EXPECT_GT(more.wait_clustering, 10 * some.wait_clustering);
    EXPECT_GE(more.persistence, 0);
    EXPECT_LE(more.persistence, 1);
}

AnswerLaw measured_with_clients(const Scenario& scenario, int instances = 1) {
    const AnswerBook book(scenario, {});
    return measure_law_with_clients(scenario, {}, instances, 1, book.calm(1, 1), 1e5);
}

TEST(MeasuredLawWithClients, WhoTakesTooLongByThemselvesComeAgainEachTime) {
    Scenario scenario = exponential_scenario(.1);
    scenario.service.timeout = 400ms;
    scenario.traffic.retries = {.attempts = 3};
    const AnswerLaw law = measured_with_clients(scenario);
    constexpr auto kAlone = static_cast<std::size_t>(Cause::kBackground);
    const double alone = std::exp(-4);
    EXPECT_NEAR(law.late[kAlone], alone, 1e-9);
    EXPECT_NEAR(law.late_again[kAlone], 2 * alone, 1e-9);
    EXPECT_NEAR(law.answered(), 1 - alone, 1e-4);
    EXPECT_EQ(law.granted, 1);
}

TEST(MeasuredLawWithClients, ErrorsThatAreDrawnAnewAreAGeometricSeries) {
    Scenario scenario = exponential_scenario(.1);
    scenario.service.error_rate = .2;
    scenario.traffic.retries = {.attempts = 3};
    const AnswerLaw law = measured_with_clients(scenario);
    EXPECT_NEAR(law.attempts(), 1 + .2 + .04, .006);
    EXPECT_NEAR(law.errors_again, .2 + .04, .006);
}

TEST(MeasuredLawWithClients, ABudgetRefusesTheRest) {
    Scenario scenario = exponential_scenario(.1);
    scenario.service.error_rate = .4;
    scenario.traffic.retries = {.attempts = 2, .budget = .1};
    const AnswerLaw law = measured_with_clients(scenario);
    EXPECT_NEAR(law.attempts(), 1.1, .002);
    EXPECT_NEAR(law.granted, .1 / .4, .01);
    EXPECT_LT(law.tokens, 2);
    scenario.service.error_rate = .01;
    EXPECT_NEAR(measured_with_clients(scenario).tokens, 9.8, .2);  // of ten, nearly always all
}

TEST(MeasuredLawWithClients, RetriesFeedTheQueueThatTheyComeOf) {
    Scenario scenario = exponential_scenario(.9);
    scenario.service.timeout = 300ms;
    const double once = late(measured(scenario));
    scenario.traffic.retries = {.attempts = 3};
    const AnswerLaw law = measured_with_clients(scenario);
    EXPECT_GT(late(law), 3 * once * once);  // if waits of one request's attempts had nothing in common
    EXPECT_GT(law.attempts(), 1 + 2 * once);
}

TEST(MeasuredReach, IsAShareWhereBalancersLookAtNothing) {
    EXPECT_NEAR(measure_reach(exponential_scenario(.6, 3), {}, 3, 1, 1), .75, .015);  // six deviations of 3e4
}

TEST(MeasuredReach, ThoseWhoRefuseLookIdle) {
    Scenario scenario = exponential_scenario(.6, 3);
    scenario.balancing.policy = Policy::kLeastOutstanding;
    const double steady = measure_reach(scenario, {}, 3, 1, 1);
    EXPECT_LT(steady, .5);
    // Where all are idle nearly always, the tie is broken evenly.
    Scenario idle = exponential_scenario(.002, 3);
    idle.balancing.policy = Policy::kLeastOutstanding;
    EXPECT_NEAR(measure_reach(idle, {}, 3, 1, 1), .75, .02);
    // One that stops still works on what it has: at first it looks as busy as the others.
    const double at_first = measure_reach_while_stopping(scenario, {}, 3, 1, 1, .1, .05);
    const double after_a_while = measure_reach_while_stopping(scenario, {}, 3, 1, 1, .1, 2);
    EXPECT_GT(at_first, after_a_while);
    EXPECT_NEAR(after_a_while, steady, .05);
}

// Beside one that lives: all are refused until that one has nothing to do, a time of H(n) means from n requests, then
// it gets every other one that comes while it is idle. In the long run it begins r = a b / (a + b) of them a second, a
// and b the rates at which it becomes busy and idle; who starts idle is ahead of that by (a / (a + b))^2.
TEST(MeasuredLaw, WhoDiesWhileOthersAreBusyRefusesMoreAtFirst) {
    Scenario scenario = exponential_scenario(1);
    scenario.service.slots = 100;
    scenario.balancing.policy = Policy::kLeastOutstanding;
    scenario.traffic.rate = 80;
    const double until_idle = .1 * (1 + 1 / 2. + 1 / 3. + 1 / 4.);  // of eight requests each has four
    constexpr double kBusy = 40, kIdle = 10, kPart = kBusy / (kBusy + kIdle);
    const double more = kIdle * kPart * until_idle - kPart * kPart;
    EXPECT_NEAR(measure_refused_at_first(scenario, {}, 1, 1, .1, 10), more, .5);
}

}  // namespace
}  // namespace rollcast
