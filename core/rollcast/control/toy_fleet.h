#pragma once
// A fleet for controllers alone: no traffic, no world, no randomness. What is asked for is there one step later, and
// the clock stands still until nothing is left to do but to wait. A whole rollout takes microseconds.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/base/under_way.h"
#include "rollcast/control/strategy.h"

namespace rollcast {

class ToyFleet {
   public:
    /// `replicas` and `before`: in each location. The second of three versions is a baseline, or was under way.
    explicit ToyFleet(int replicas, std::size_t versions = 2, std::size_t locations = 1, const UnderWay& before = {})
        : versions_(versions), fresh_(locations), cohorts_(versions * locations), sizes_(locations) {
        for (std::size_t i = 0; i < cohorts_.size(); ++i) {
            cohorts_[i].version = static_cast<VersionId>(i % versions);
            cohorts_[i].location = static_cast<LocationId>(i / versions);
            if (i % versions > 0) continue;
            begin(cohorts_[i], left_of_old(before, replicas));
            if (any(before)) begin(cohorts_[i + 1], before.instances);
            cohorts_[i].weight = static_cast<double>(cohorts_[i].desired) / (cohorts_[i].desired + before.instances);
            cohorts_[i + 1].weight = 1 - cohorts_[i].weight;
        }
    }

    bool new_version_comes_up = true;
    Duration start{};  // of an instance of the new version: one after the other, each takes so long
    Duration life{};   // so long after all of the new version came up they crash together; needs a start
    int crashes = 0;   // so many times
    bool person_approves = true;
    bool person_aborts = false;
    std::optional<int> resized_to{};  // that somebody from outside asks for, in each location
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
    std::size_t locations() const { return fresh_.size(); }
    /// Of the first location.
    Cohort& cohort(std::size_t version) { return cohorts_[version]; }
    const Cohort& old_version(std::size_t location = 0) const { return cohorts_[location * versions_]; }
    const Cohort& new_version(std::size_t location = 0) const { return cohorts_[(location + 1) * versions_ - 1]; }
    int available() const { return total(&Cohort::available); }
    int desired() const { return total(&Cohort::desired); }
    bool flagged() const { return flagged_; }  // the new version is behind a flag: it needs no instances

    Observation look() {
        Observation seen{.now = now_,
                         .cohorts = cohorts_,
                         .analyses = statuses_,
                         .routed = std::all_of(cohorts_.begin(), cohorts_.end(), std::mem_fn(&Cohort::routed)),
                         .approved = approved_,
                         .aborted = person_aborts,
                         .locations = locations()};
        if (!resized_to) return seen;
        std::fill(sizes_.begin(), sizes_.end(), resized_to);
        seen.replicas = *resized_to * static_cast<int>(locations());
        seen.sizes = sizes_;
        return seen;
    }

    /// Whether anything was asked for that was not there before.
    bool apply(const Directive& want) {
        bool changed = false;
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
            const bool was_routed = std::exchange(cohort.routed, target.weight.has_value());
            if (!target.weight) continue;
            changed |= !was_routed || cohort.weight != *target.weight;
            cohort.weight = *target.weight;
        }
        for (const AnalysisWish& wish : want.analyses) {
            if (runs_.emplace(std::pair(wish.location, wish.run), wish.analysis).second) {
                statuses_.push_back({wish.run, AnalysisPhase::kRunning, wish.location});
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
            const bool is_new = index_of(cohort.version) + 1 == versions_;
            const int now_up = is_new ? up(cohort, fresh_[index_of(cohort.location)]) : cohort.desired;
            changed |= cohort.draining > 0 || cohort.available != now_up;
            cohort.draining = 0;
            cohort.available = cohort.ready = now_up;
            cohort.pending = cohort.desired - now_up;
        }
        for (AnalysisStatus& status : statuses_) {
            if (is_complete(status.phase)) continue;
            const auto own = verdicts.find(runs_.at({status.location, status.run}));
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
            Time due = want.wake_at;
            for (const Fresh& fresh : fresh_) due = std::min(due, fresh.due);
            if (due != kNever) next_ = due;
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
    /// The new version in one location.
    struct Fresh {
        Time due = kNever;  // a start or a crash
        bool whole = true;  // all that is wanted of it was available
    };

    static void begin(Cohort& cohort, int instances) {
        cohort.exists = true;
        cohort.desired = cohort.instances = cohort.ready = cohort.available = instances;
    }

    /// How many of the new version are available now.
    int up(Cohort& fresh, Fresh& state) {
        if (!new_version_comes_up) return fresh.available;
        const bool whole = fresh.available >= fresh.desired;
        if (!whole && start == Duration::zero()) return fresh.desired;
        if (whole != state.whole) {
            state.whole = whole;
            state.due = !whole ? now_ + start : crashes > 0 ? now_ + life : kNever;
        }
        if (now_ < state.due) return fresh.available;
        state.due = whole ? kNever : now_ + start;
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
    std::size_t versions_;
    std::vector<Fresh> fresh_;     // index: location
    std::vector<Cohort> cohorts_;  // location by location
    std::vector<std::optional<int>> sizes_;
    std::vector<AnalysisStatus> statuses_;
    std::map<std::pair<LocationId, std::uint32_t>, AnalysisId> runs_;
    bool flagged_ = false;
    bool asked_ = false;
    bool approved_ = false;
};

}  // namespace rollcast
