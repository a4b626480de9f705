#pragma once
// A fleet for controllers alone: no traffic, no world, no randomness. What is asked for is there one step later, and
// the clock stands still until nothing is left to do but to wait. A whole rollout takes microseconds.

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/control/strategy.h"

namespace rollcast::testing {

class ToyFleet {
   public:
    explicit ToyFleet(int replicas, std::size_t versions = 2) : cohorts_(versions) {
        for (std::size_t i = 0; i < versions; ++i) cohorts_[i].version = static_cast<VersionId>(i);
        Cohort& old = cohorts_.front();
        old.exists = true;
        old.desired = old.instances = old.ready = old.available = replicas;
        old.weight = 1;
    }

    bool new_version_comes_up = true;
    bool person_approves = true;
    bool person_aborts = false;
    std::map<AnalysisId, AnalysisPhase> verdicts;  // others are Successful

    Time now() const { return now_; }
    void set_now(Time now) { now_ = next_ = now; }
    /// An analysis that is running ends now, before the controller is woken for anything else.
    void end_analysis(AnalysisId analysis, AnalysisPhase verdict) {
        verdicts[analysis] = verdict;
        settle();
        next_ = now_;
    }
    Cohort& cohort(std::size_t version) { return cohorts_[version]; }
    const Cohort& old_version() const { return cohorts_.front(); }
    const Cohort& new_version() const { return cohorts_.back(); }
    int available() const { return total(&Cohort::available); }
    int desired() const { return total(&Cohort::desired); }

    Observation look() const {
        return {.now = now_,
                .cohorts = cohorts_,
                .analyses = statuses_,
                .routed = routed_,
                .approved = approved_,
                .aborted = person_aborts};
    }

    /// Whether anything was asked for that was not there before.
    bool apply(const Directive& want) {
        bool changed = false;
        const bool weights = want.targets.front().weight.has_value();
        for (std::size_t i = 0; i < cohorts_.size(); ++i) {
            Cohort& cohort = cohorts_[i];
            const Target& target = want.targets[i];
            changed |= cohort.desired != target.desired;
            cohort.desired = target.desired;
            cohort.exists |= target.desired > 0;
            cohort.draining += std::max(0, cohort.instances - target.desired);
            cohort.instances = target.desired;
            cohort.available = std::min(cohort.available, target.desired);
            cohort.ready = cohort.available;
            cohort.pending = target.desired - cohort.available;
            if (!weights) continue;
            changed |= !routed_ || cohort.weight != *target.weight;
            cohort.weight = *target.weight;
        }
        routed_ = weights;
        for (const AnalysisWish& wish : want.analyses) {
            if (runs_.emplace(wish.run, wish.analysis).second) {
                statuses_.push_back({wish.run, AnalysisPhase::kRunning});
                changed = true;
            }
        }
        if (!want.asks_approval) approved_ = false;
        asked_ = want.asks_approval;
        return changed;
    }

    /// Whether anything was still on its way. Instances come and go, analyses end, a person answers.
    bool settle() {
        bool changed = false;
        for (Cohort& cohort : cohorts_) {
            const bool comes_up = new_version_comes_up || &cohort != &cohorts_.back();
            changed |= cohort.draining > 0 || (comes_up && cohort.available != cohort.desired);
            cohort.draining = 0;
            if (!comes_up) continue;
            cohort.available = cohort.ready = cohort.desired;
            cohort.pending = 0;
        }
        for (AnalysisStatus& status : statuses_) {
            if (is_complete(status.phase)) continue;
            const auto verdict = verdicts.find(runs_.at(status.run));
            const AnalysisPhase phase = verdict == verdicts.end() ? AnalysisPhase::kSuccessful : verdict->second;
            changed |= status.phase != phase;
            status.phase = phase;
        }
        if (asked_ && person_approves && !approved_) approved_ = changed = true;
        return changed;
    }

    /// One step as the engine would take it: decisions at one instant until they change nothing; then the fleet
    /// settles, or else the next step takes place at the next wake-up. Returns the last decision.
    Directive step(Controller& controller, const std::function<void(const Directive&)>& each = {}) {
        now_ = next_;
        for (int decisions = 0;; ++decisions) {
            Directive want = controller.decide(look());
            ensure(decisions < 1000, "a controller keeps changing its mind while time stands still");
            ensure(want.wake_at > now_, "a controller wants to be woken in the past");
            const bool changed = apply(want);
            if (each) each(want);
            if (changed) continue;
            if (!settle() && want.wake_at != kNever) next_ = want.wake_at;
            return want;
        }
    }

    /// Steps until a phase is reached, or there have been too many.
    Directive run_to(Controller& controller, Phase phase, int most_steps = 1000) {
        Directive want = step(controller);
        for (int i = 0; i < most_steps && want.phase != phase; ++i) want = step(controller);
        return want;
    }

    Directive run(Controller& controller, int steps) {
        Directive want = step(controller);
        for (int i = 1; i < steps; ++i) want = step(controller);
        return want;
    }

   private:
    int total(int Cohort::* field) const {
        int sum = 0;
        for (const Cohort& cohort : cohorts_) sum += cohort.*field;
        return sum;
    }

    Time now_{};
    Time next_{};
    std::vector<Cohort> cohorts_;
    std::vector<AnalysisStatus> statuses_;
    std::map<std::uint32_t, AnalysisId> runs_;
    bool routed_ = false;
    bool asked_ = false;
    bool approved_ = false;
};

}  // namespace rollcast::testing
