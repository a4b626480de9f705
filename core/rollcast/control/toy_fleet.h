#pragma once
// A fleet for controllers alone: no traffic, no world, no randomness. What is asked for is there one step later, and
// the clock stands still until nothing is left to do but to wait. A whole rollout takes microseconds.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/control/strategy.h"

namespace rollcast {

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
    Duration start{};  // of an instance of the new version: one after the other, each takes so long
    Duration life{};   // so long after all of the new version came up they crash together; needs a start
    int crashes = 0;   // so many times
    bool person_approves = true;
    bool person_aborts = false;
    std::optional<int> resized_to{};  // that somebody from outside asks for
    std::map<AnalysisId, AnalysisPhase> verdicts;
    AnalysisPhase verdict = AnalysisPhase::kSuccessful;  // of other analyses

    Time now() const { return now_; }
    void set_now(Time now) { now_ = next_ = now; }
    /// An analysis that is running ends now, before the controller is woken for anything else.
    void end_analysis(AnalysisId analysis, AnalysisPhase phase) {
        verdicts[analysis] = phase;
        settle();
        next_ = now_;
    }
    Cohort& cohort(std::size_t version) { return cohorts_[version]; }
    const Cohort& old_version() const { return cohorts_.front(); }
    const Cohort& new_version() const { return cohorts_.back(); }
    int available() const { return total(&Cohort::available); }
    int desired() const { return total(&Cohort::desired); }
    bool flagged() const { return flagged_; }  // the new version is behind a flag: it needs no instances

    Observation look() const {
        return {.now = now_,
                .cohorts = cohorts_,
                .analyses = statuses_,
                .routed = routed_,
                .replicas = resized_to,
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
            flagged_ |= target.behind_flag;
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
            const int now_up = &cohort == &cohorts_.back() ? up(cohort) : cohort.desired;
            changed |= cohort.draining > 0 || cohort.available != now_up;
            cohort.draining = 0;
            cohort.available = cohort.ready = now_up;
            cohort.pending = cohort.desired - now_up;
        }
        for (AnalysisStatus& status : statuses_) {
            if (is_complete(status.phase)) continue;
            const auto own = verdicts.find(runs_.at(status.run));
            const AnalysisPhase phase = own == verdicts.end() ? verdict : own->second;
            changed |= status.phase != phase;
            status.phase = phase;
        }
        if (asked_ && person_approves && !approved_) approved_ = changed = true;
        return changed;
    }

    /// One step as the engine would take it: decisions at one instant until they change nothing; then the fleet
    /// settles, or else the next step takes place when something is due. Returns the last decision.
    Directive step(Controller& controller, const std::function<void(const Directive&)>& each = {}) {
        now_ = next_;
        for (int decisions = 0;; ++decisions) {
            Directive want = controller.decide(look());
            ensure(decisions < 1000, "a controller keeps changing its mind while time stands still");
            ensure(want.wake_at > now_, "a controller wants to be woken in the past");
            const bool changed = apply(want);
            if (each) each(want);
            if (changed) continue;
            if (settle()) return want;
            if (const Time due = std::min(want.wake_at, due_); due != kNever) next_ = due;
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
    /// How many of the new version are available now.
    int up(Cohort& fresh) {
        if (!new_version_comes_up) return fresh.available;
        const bool whole = fresh.available >= fresh.desired;
        if (!whole && start == Duration::zero()) return fresh.desired;
        if (whole != whole_) {
            whole_ = whole;
            due_ = !whole ? now_ + start : crashes > 0 ? now_ + life : kNever;
        }
        if (now_ < due_) return fresh.available;
        due_ = whole ? kNever : now_ + start;
        if (!whole) return fresh.available + 1;
        fresh.restarts += fresh.available;
        --crashes;
        return 0;
    }

    int total(int Cohort::* field) const {
        int sum = 0;
        for (const Cohort& cohort : cohorts_) sum += cohort.*field;
        return sum;
    }

    Time now_{};
    Time next_{};
    Time due_ = kNever;  // a start or a crash of the new version
    bool whole_ = true;  // all that is wanted of it was available
    std::vector<Cohort> cohorts_;
    std::vector<AnalysisStatus> statuses_;
    std::map<std::uint32_t, AnalysisId> runs_;
    bool routed_ = false;
    bool flagged_ = false;
    bool asked_ = false;
    bool approved_ = false;
};

}  // namespace rollcast
