#include "rollcast/strategies/plan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::Point;
using testing::ToyFleet;
using testing::trajectory;

constexpr AnalysisId kCheck{0};

PlanParams params(std::vector<plan::Step> steps) { return {.replicas = 10, .steps = std::move(steps)}; }
std::unique_ptr<Controller> start(std::vector<plan::Step> steps) {
    return Plan(params(std::move(steps))).start({.replicas = 10});
}

TEST(Plan, TakesItsStepsOneAfterTheOther) {
    ToyFleet fleet(10);
    const auto controller =
        start({plan::Scale{.new_version = percent(25)}, plan::Shift{.2}, plan::Wait{5min}, plan::Analyse{kCheck},
               plan::Scale{.old_version = count(8), .new_version = percent(50)}, plan::Shift{.5}, plan::Wait{10min}});
    EXPECT_EQ(trajectory(fleet, *controller),
              (std::vector<Point>{
                  {0, 10, 3, 0}, {0, 10, 3, 20}, {5, 8, 5, 20}, {5, 8, 5, 50}, {15, 8, 10, 50}, {15, 0, 10, 100}}));
}

TEST(Plan, WithoutStepsReplacesTheFleet) {
    ToyFleet fleet(10);
    EXPECT_EQ(trajectory(fleet, *start({})), (std::vector<Point>{{0, 10, 10, 0}, {0, 0, 10, 0}}));
}

TEST(Plan, GoesOnWithEnough) {
    ToyFleet fleet(10);
    fleet.start = 20s;
    const auto controller = start({plan::Scale{.new_version = percent(100), .enough = percent(50)}, plan::Shift{.5}});
    EXPECT_EQ(trajectory(fleet, *controller)[1].minute, 100. / 60);
}

TEST(Plan, GoesBackWhenAnAnalysisDoesNotSucceed) {
    for (const AnalysisPhase verdict : {AnalysisPhase::kFailed, AnalysisPhase::kError, AnalysisPhase::kInconclusive}) {
        ToyFleet fleet(10);
        fleet.verdict = verdict;
        const auto controller = start({plan::Scale{.new_version = count(2)}, plan::Shift{.1}, plan::Analyse{kCheck}});
        const Directive want = fleet.run_to(*controller, Phase::kRolledBack);
        EXPECT_EQ(want.reason, "step 3/3, analysis 0 did not succeed: 10/10 old available, 0 new left");
    }
}

TEST(Plan, GoesBackWhenAStepIsLate) {
    ToyFleet fleet(10);
    fleet.new_version_comes_up = false;
    const auto controller = start({plan::Scale{.new_version = count(2), .within = 3min}});
    EXPECT_EQ(fleet.run_to(*controller, Phase::kRolledBack).reason,
              "step 1/1, scale new to 2 within 3m is late: 10/10 old available, 0 new left");
    EXPECT_EQ(fleet.now(), Time{} + 3min);
}

TEST(Plan, IsStuckWhenNothingIsSaidOfHowLate) {
    ToyFleet fleet(10);
    fleet.new_version_comes_up = false;
    const auto controller = start({plan::Scale{.new_version = count(2)}});
    const Directive want = fleet.run_to(*controller, Phase::kStuck);
    EXPECT_EQ(want.reason, "step 1/1, scale new to 2: 0/2 new available");
    EXPECT_EQ(fleet.now(), Time{} + 10min);
    fleet.new_version_comes_up = true;
    EXPECT_EQ(fleet.run_to(*controller, Phase::kPromoted).phase, Phase::kPromoted) << "it may still recover";
}

TEST(Plan, AsksAPersonForEachApproval) {
    ToyFleet fleet(10);
    fleet.person_approves = false;
    const auto controller = start({plan::Approve{}, plan::Approve{.within = 1h}});
    EXPECT_TRUE(fleet.step(*controller).asks_approval);
    fleet.person_approves = true;
    fleet.step(*controller);
    fleet.person_approves = false;
    Directive want = fleet.run(*controller, 2);
    EXPECT_EQ(want.reason, "step 2/2, approval within 1h");
    EXPECT_TRUE(want.asks_approval);
    EXPECT_EQ(fleet.run_to(*controller, Phase::kRolledBack).reason,
              "step 2/2, approval within 1h is late: 10/10 old available, 0 new left");
}

TEST(Plan, HasAnIdentityOfAllThatMatters) {
    EXPECT_EQ(Plan(params({plan::Scale{.old_version = count(5), .enough = percent(50), .within = 5min},
                           plan::Shift{.125}, plan::Wait{90s}, plan::Analyse{kCheck, 1h}, plan::Approve{}}))
                  .describe(),
              "plan(replicas=10, steps=[scale old to 5 until 50% new are available within 5m; shift to 12.5%; "
              "wait 1m30s; analysis 0 within 1h; approval], progress_deadline=10m)");
}

TEST(Plan, RefusesNumbersOutOfRange) {
    EXPECT_THROW(Plan({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(Plan(params({plan::Shift{1.1}})), std::invalid_argument);
    EXPECT_THROW(Plan(params({plan::Wait{-1s}})), std::invalid_argument);
    EXPECT_THROW(Plan(params({plan::Scale{.new_version = count(-1)}})), std::invalid_argument);
    EXPECT_THROW(Plan({.replicas = 1, .progress_deadline = 0s}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::strategies
