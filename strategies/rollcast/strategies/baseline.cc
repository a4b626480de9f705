#include "rollcast/strategies/baseline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/base/clone_ptr.h"
#include "rollcast/strategies/way_back.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

/// What the baseline gets beside a new version with that weight.
double share_beside(double weight) { return std::min(weight, 1 - weight); }

/// How many instances it takes to be as busy as the new version's.
int size_beside(const Target& old, const Target& fresh) {
    if (!fresh.weight) return std::min(fresh.desired, old.desired);
    if (*fresh.weight <= .5) return fresh.desired;
    return static_cast<int>(std::lround(fresh.desired * (1 - *fresh.weight) / *fresh.weight));
}

class BaselineController final : public Controller {
   public:
    BaselineController(const Strategy& inner, const BaselineParams& params, const Launch& launch)
        : inner_(inner.start(launch)), params_(params), replicas_(launch.replicas) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() == 3, "a baseline needs a scenario that has one");
        replicas_ = seen.replicas.value_or(replicas_);
        if (!too_late_) {
            Directive want = compare(seen);
            if (!too_late_) return want;
        }
        Directive want = way_back(seen, replicas_, "no baseline in time");
        went_back_ = went_back_ || want.phase == Phase::kRolledBack;
        if (went_back_) want.phase = Phase::kRolledBack;
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<BaselineController>(*this); }

   private:
    Directive compare(const Observation& seen) {
        const Cohort& present = seen.cohorts[1];
        Directive want = ask_inner(seen);
        Target& old = want.targets.front();
        Target& fresh = want.targets.back();
        const bool over = is_final(want.phase) || want.phase == Phase::kRollingBack;
        int size = over ? 0 : size_beside(old, fresh);
        const bool about_to_be_promoted = fresh.desired >= replicas_ && seen.cohorts.back().weight > 0;
        if (about_to_be_promoted) size = std::min(size, present.desired);

        if (present.available < size) {
            hold(seen, size, want);
        } else {
            held_since_.reset();
        }
        Target baseline;
        baseline.desired = size;
        if (fresh.weight) {
            const bool serves = size > 0 && present.available > 0;
            baseline.weight = serves ? std::min(share_beside(*fresh.weight), *old.weight) : 0;
            baseline.mirrored = serves ? fresh.mirrored : 0;
            *old.weight -= *baseline.weight;
        }
        if (size == 0) linger(seen, baseline, want);
        if (size > 0) leaves_at_.reset();
        want.targets.insert(want.targets.begin() + 1, baseline);
        return want;
    }

    Directive ask_inner(const Observation& seen) {
        std::array<Cohort, 2> two{seen.cohorts.front(), seen.cohorts.back()};
        two[0].weight += seen.cohorts[1].weight;
        Observation its = seen;
        its.cohorts = two;
        return inner_->decide(its);
    }

    /// What has to wait for the baseline: analyses that have not begun, and more traffic for the new version.
    void hold(const Observation& seen, int size, Directive& want) {
        const auto begun = [&](const AnalysisWish& wish) {
            return std::any_of(seen.analyses.begin(), seen.analyses.end(),
                               [&](const AnalysisStatus& status) { return status.run == wish.run; });
        };
        bool held = std::erase_if(want.analyses, [&](const AnalysisWish& wish) { return !begun(wish); }) > 0;
        Target& fresh = want.targets.back();
        const double granted = seen.routed ? seen.cohorts.back().weight : 0;
        if (fresh.weight && *fresh.weight > granted) {
            held = true;
            *want.targets.front().weight += *fresh.weight - granted;
            fresh.weight = granted;
        }
        if (!held) return held_since_.reset();
        if (!held_since_) held_since_ = seen.now;
        const Time late = after(*held_since_, params_.progress_deadline);
        too_late_ = seen.now >= late;
        want.wake_at = std::min(want.wake_at, late);
        want.reason += "; waits for the baseline, " + of(seen.cohorts[1].available, size) + " available";
    }

    /// Routers learn late that it gets no more traffic.
    void linger(const Observation& seen, Target& baseline, Directive& want) {
        const int left = seen.cohorts[1].desired;
        if (left == 0) return;
        if (!leaves_at_) leaves_at_ = after(seen.now, params_.scale_down_delay);
        if (seen.now >= *leaves_at_) return;
        baseline.desired = left;
        want.wake_at = std::min(want.wake_at, *leaves_at_);
    }

    ClonePtr<Controller> inner_;
    BaselineParams params_;
    int replicas_;
    std::optional<Time> held_since_;
    std::optional<Time> leaves_at_;
    bool too_late_ = false;
    bool went_back_ = false;
};

}  // namespace

Baseline::Baseline(std::shared_ptr<const Strategy> inner, BaselineParams params)
    : Wrapper(std::move(inner)), params_(params) {
    require(params_.progress_deadline > Duration::zero(), "progress_deadline must be above 0");
    require(params_.scale_down_delay >= Duration::zero(), "scale_down_delay must not be negative");
}

std::string Baseline::describe() const {
    return "baseline(" + inner()->describe() + ", progress_deadline=" + spell(params_.progress_deadline) +
           ", scale_down_delay=" + spell(params_.scale_down_delay) + ")";
}

std::unique_ptr<Controller> Baseline::start(const Launch& launch) const {
    return std::make_unique<BaselineController>(*inner(), params_, launch);
}

}  // namespace rollcast::strategies
