#include "rollcast/control/rehearsal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "rollcast/control/contract.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

constexpr int kReplicas = 10;

/// A blue/green switch that keeps the contract. The tests break it in one place each.
struct Switch final : Controller {
    std::function<void(const Observation&, Directive&, Switch&)> twist;
    std::optional<Phase> over;
    bool back = false;
    bool granted = false;
    std::shared_ptr<int> shared = std::make_shared<int>(0);
    int calls = 0;

    Directive decide(const Observation& seen) override {
        Directive want(seen.cohorts.size());
        const Cohort &old = seen.cohorts.front(), &fresh = seen.cohorts.back();
        back = back || (seen.aborted && !over);
        const bool late = seen.now >= Time{} + 10min;
        if (!back && fresh.available == kReplicas) over = Phase::kPromoted;
        if (back && fresh.weight == 0) over = Phase::kRolledBack;
        const bool switched = over == Phase::kPromoted;
        want.targets.front() = {.desired = switched ? 0 : kReplicas, .weight = switched ? 0 : 1};
        want.targets.back() = {.desired = back ? 0 : kReplicas, .weight = switched ? 1 : 0};
        want.phase = over.value_or(back ? Phase::kRollingBack : late ? Phase::kStuck : Phase::kMoving);
        if (!late && want.phase == Phase::kMoving) want.wake_at = Time{} + 10min;
        want.reason = std::to_string(old.available) + " old, " + std::to_string(fresh.available) + " new";
        if (twist) twist(seen, want, *this);
        ++calls;
        return want;
    }
    std::unique_ptr<Controller> clone() const override { return std::make_unique<Switch>(*this); }
};

struct Twisted final : Strategy {
    std::function<void(const Observation&, Directive&, Switch&)> twist;
    std::shared_ptr<int> rollouts = std::make_shared<int>(0);
    explicit Twisted(decltype(twist) by = {}) : twist(std::move(by)) {}
    std::string describe() const override { return "switch"; }
    std::unique_ptr<Controller> start(const Launch&) const override {
        auto made = std::make_unique<Switch>();
        made->twist = twist;
        made->calls = 1000 * (*rollouts)++;
        return made;
    }
};

std::vector<std::string> told(decltype(Twisted::twist) twist) {
    std::vector<std::string> lines;
    for (const Breach& breach : rehearse(Twisted(std::move(twist)), {.replicas = kReplicas, .quota = 20})) {
        lines.push_back(describe(breach));
    }
    return lines;
}
using Lines = std::vector<std::string>;

TEST(Rehearsal, FindsNothingInASoundStrategy) { EXPECT_EQ(told({}), Lines{}); }

TEST(Rehearsal, TellsWhatWhenAndOfWhichDecision) {
    EXPECT_EQ(told([](const Observation&, Directive& want, Switch&) { want.targets.back().desired += 1; }),
              Lines{"a good release, 0s into the rollout: it wants 21 instances, over the quota of 20; "
                    "its decision: moving: old 10 at 100%, new 11 at 0% (10 old, 0 new)"});
    EXPECT_EQ(told([](const Observation&, Directive& want, Switch&) { want.targets.back().weight = .5; }),
              (Lines{"a good release, 0s into the rollout: its weights add up to 1.5, not to 1; "
                     "its decision: moving: old 10 at 100%, new 10 at 50% (10 old, 0 new)"}));
    EXPECT_EQ(told([](const Observation&, Directive& want, Switch&) { want.reason.clear(); }),
              Lines{"a good release, 0s into the rollout: it gives no reason; "
                    "its decision: moving: old 10 at 100%, new 10 at 0%"});
    EXPECT_EQ(told([](const Observation&, Directive&, Switch&) { throw std::runtime_error("lost the thread"); }),
              Lines{"a good release, 0s into the rollout: lost the thread"});
}

/// What the first breach says, without its decision.
std::string first(decltype(Twisted::twist) twist) {
    const Lines lines = told(std::move(twist));
    return lines.empty() ? "nothing" : lines.front().substr(0, lines.front().find(';'));
}

TEST(Rehearsal, KnowsDecisionsThatDependOnMoreThanWhatIsSeen) {
    EXPECT_EQ(first([](const Observation&, Directive& want, Switch& self) {
                  want.reason = "call " + std::to_string(self.calls % 1000);
              }),
              "a good release, 0s into the rollout: shown the same again, it wants something else: "
              "moving: old 10 at 100%, new 10 at 0% (call 1)");
    EXPECT_EQ(first([](const Observation&, Directive& want, Switch& self) {
                  want.reason = "rollout " + std::to_string(self.calls / 1000);
              }),
              "a good release, 0s into the rollout: shown the same, another rollout goes another way: "
              "moving: old 10 at 100%, new 10 at 0% (rollout 1)");
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch& self) {
                  *self.shared = std::max(*self.shared, static_cast<int>(seen.aborted));
                  want.reason = *self.shared ? "aborted" : "not aborted";
              }),
              "a good release, 0s into the rollout: what a copy of it is shown changes what it wants: "
              "moving: old 10 at 100%, new 10 at 0% (aborted)");
}

TEST(Rehearsal, KnowsEndsThatAreNone) {
    EXPECT_EQ(first([](const Observation&, Directive& want, Switch&) { want.phase = Phase::kMoving; }),
              "a good release, 0s into the rollout: it is not promoted in the end");
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch&) {
                  if (!seen.aborted) want.targets.front().desired = kReplicas;
              }),
              "a good release, 0s into the rollout: it is promoted and keeps old instances");
    EXPECT_EQ(first([](const Observation&, Directive& want, Switch&) {
                  if (want.phase == Phase::kPromoted) want.targets.front().weight = want.targets.back().weight = .5;
              }),
              "a good release, 0s into the rollout: it is promoted without all the traffic");
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch&) {
                  if (seen.now >= Time{} + 20s && !seen.aborted) want.phase = Phase::kMoving;
              }),
              "a slow release, 3m20s into the rollout: it does not end and does not say that it is stuck");
}

TEST(Rehearsal, KnowsDeadFleetsThatAreLeftBehind) {
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch& self) {
                  if (!self.back && seen.now >= Time{} + 10min) want.phase = Phase::kMoving;
              }),
              "a release that never comes up, 10m into the rollout: it does not end and does not say that it is stuck");
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch& self) {
                  if (self.back || seen.now < Time{} + 10min) return;
                  want.phase = Phase::kRolledBack;
                  self.over = want.phase;
              }),
              "a release that never comes up, 10m into the rollout: it is rolled back and keeps new instances");
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch&) {
                  if (seen.now >= Time{} + 10min) want.targets.front().weight = 0, want.targets.back().weight = 1;
              }),
              "a release that never comes up, 10m into the rollout: traffic goes to a version that never came up");
}

TEST(Rehearsal, KnowsWhatPromotesAgainstItsOwnAnalyses) {
    EXPECT_EQ(first([](const Observation&, Directive& want, Switch& self) {
                  if (self.over != Phase::kPromoted && !self.back) want.analyses = {{1, AnalysisId{0}}};
              }),
              "a release whose analyses fail, 0s into the rollout: it is promoted in the end");
}

TEST(Rehearsal, KnowsWhatDoesNotGoBack) {
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch& self) {
                  if (!seen.aborted || self.over == Phase::kPromoted) return;
                  want.phase = Phase::kStuck;
                  self.over.reset();
              }),
              "a release that never comes up, aborted, 10m into the rollout: it does not go back");
}

TEST(Rehearsal, KnowsWhatSleepsForEver) {
    EXPECT_EQ(first([](const Observation& seen, Directive& want, Switch& self) {
                  if (self.back) return;
                  const bool there = self.over == Phase::kPromoted;
                  want.asks_approval = !there;  // and not when it is needed
                  self.granted = self.granted || (there && seen.approved);
                  if (!there || self.granted) return;
                  self.over.reset();
                  want.phase = Phase::kPaused;
                  want.targets = {{kReplicas, 1}, {kReplicas, 0}};
              }),
              "a good release, nobody to approve, 0s into the rollout: "
              "it sleeps for ever and does not say that it is stuck");
}

TEST(Watched, TellsTheEngineWhatTheRehearsalTellsItsReader) {
    const auto strategy = watched(std::make_shared<Twisted>(), 19);
    EXPECT_EQ(strategy->describe(), "switch");
    const std::vector<Cohort> cohorts{{.available = kReplicas, .weight = 1}, {}};
    try {
        strategy->start({.replicas = kReplicas})->decide({.cohorts = cohorts, .analyses = {}});
        FAIL();
    } catch (const StrategyError& error) {
        EXPECT_STREQ(error.what(),
                     "it wants 20 instances, over the quota of 19; "
                     "its decision: moving: old 10 at 100%, new 10 at 0% (10 old, 0 new)");
    }
}

}  // namespace
}  // namespace rollcast
