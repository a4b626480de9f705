#include "rollcast/strategies/eks_nodes.h"

#include <algorithm>
#include <optional>

#include "rollcast/base/check.h"
#include "rollcast/strategies/way_back.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using eks::UpdatePhase;

class EksNodesController final : public Controller {
   public:
    EksNodesController(const EksNodesParams& params, const Launch& launch)
        : params_(params),
          surge_(eks::launches_first(params.strategy) ? eks::scale_up_increment(params.zones, params.max_unavailable)
                                                      : 0),
          goal_(surge_),
          leave_(launch.replicas),
          progress_at_(launch.at) {
        if (surge_ == 0) phase_ = UpdatePhase::kUpgrade;
    }

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "an update needs an old and a new version");
        if (seen.replicas) resize(*seen.replicas, seen.now);
        if (seen.aborted && !final_) back_ = true;
        if (back_) {
            Directive want = way_back(seen, params_.replicas, "aborted from outside");
            if (is_final(want.phase)) final_ = want.phase;
            want.phase = final_.value_or(want.phase);
            return want;
        }
        if (failure_.empty() && !final_) follow(seen);

        Directive want(seen.cohorts.size());
        int leave = leave_;
        for (std::size_t i = want.targets.size() - 1; i-- > 0;) {
            want.targets[i].desired = std::min(seen.cohorts[i].desired, leave);
            leave -= want.targets[i].desired;
        }
        want.targets.back().desired = goal_;
        want.wake_at = next_look(seen);
        explain(seen, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<EksNodesController>(*this); }

   private:
    void resize(int replicas, Time now) {
        const int more = replicas - params_.replicas;
        if (more == 0) return;
        if (more > 0) progress_at_ = now;
        const int old_less = std::min(std::max(-more, 0), leave_);
        leave_ -= old_less;
        batch_ -= std::max(held_ - leave_, 0);
        held_ = std::min(held_, leave_);
        goal_ = final_ ? replicas : std::max(goal_ + more + old_less, 0);
        params_.replicas = replicas;
    }

    void follow(const Observation& seen) {
        const Cohort& fresh = seen.cohorts.back();
        if (fresh.available > available_) progress_at_ = seen.now;
        available_ = fresh.available;
        if (phase_ == UpdatePhase::kScaleUp && fresh.available >= std::min(params_.zones, surge_)) {
            phase_ = UpdatePhase::kUpgrade;
        }
        if (phase_ == UpdatePhase::kUpgrade) upgrade(seen);
        if (phase_ == UpdatePhase::kScaleDown) scale_down(seen);
        const bool waits = phase_ == UpdatePhase::kScaleUp || (phase_ == UpdatePhase::kUpgrade && batch_ == 0);
        if (waits && failure_.empty() && seen.now >= after(progress_at_, params_.unhealthy_after)) {
            failure_ = "nodes did not join within " + spell(params_.unhealthy_after) + " (NodeCreationFailure)";
        }
    }

    /// A few nodes at a time: drained, cordoned, terminated; then the group launches as many.
    void upgrade(const Observation& seen) {
        int old = 0, draining = 0, available = seen.cohorts.back().available;
        for (const Cohort& cohort : seen.cohorts.first(seen.cohorts.size() - 1)) {
            old += cohort.desired;
            draining += cohort.draining;
            available += cohort.available;
        }
        if (batch_ > 0) {
            evict(seen, old, draining, available);
            if ((draining > 0 || held_ > 0) && !eks::drain_goes_on(seen.now - drained_from_, params_.force)) {
                failure_ = held_ > 0 ? "a disruption budget held a drain for" : "a drain took";
                failure_ += " longer than " + spell(eks::kDrainTimeout) + " (PodEvictionFailure)";
            }
            if (draining > 0 || old > leave_ || held_ > 0) return;  // it goes on, or has not begun
            if (!drained_at_) drained_at_ = seen.now;
            if (seen.now < after(*drained_at_, eks::kWaitAfterCordon)) return;
            goal_ += batch_;
            batch_ = 0;
            progress_at_ = seen.now;
        }
        if (leave_ == 0) {
            const Cohort& fresh = seen.cohorts.back();
            if (fresh.desired == goal_ && fresh.available >= params_.replicas) phase_ = UpdatePhase::kScaleDown;
            return;
        }
        const int unavailable = std::max(params_.replicas - available, 0);
        const int more = std::min(params_.max_unavailable - unavailable, leave_);
        if (more <= 0) return;
        batch_ = held_ = more;
        drained_from_ = seen.now;
        drained_at_.reset();
        evict(seen, old, draining, available);
    }

    /// Of the nodes that are drained, those go whose pods the budget lets go. In the end force needs no leave.
    void evict(const Observation& seen, int old, int draining, int available) {
        int allowed = held_;
        const bool late = !eks::drain_goes_on(seen.now - drained_from_, false);
        if (params_.disruption_budget && !(late && params_.force)) {
            const int on_their_way = draining + (old - leave_);
            const int ready = std::min(available - (old - leave_), params_.replicas - on_their_way);
            allowed = std::min(held_, disruptions_allowed(*params_.disruption_budget, params_.replicas, ready));
        }
        held_ -= allowed;
        leave_ -= allowed;
    }

    /// One node after the other.
    void scale_down(const Observation& seen) {
        const Cohort& fresh = seen.cohorts.back();
        const bool settled = fresh.draining == 0 && fresh.instances <= fresh.desired;
        goal_ = std::max(params_.replicas, fresh.desired - (settled ? 1 : 0));
        if (fresh.desired > params_.replicas || !settled) return;
        if (fresh.available >= params_.replicas) final_ = Phase::kPromoted;
    }

    Time next_look(const Observation& seen) const {
        if (!failure_.empty() || final_) return kNever;
        Time look = kNever;
        if (phase_ == UpdatePhase::kScaleUp || (phase_ == UpdatePhase::kUpgrade && batch_ == 0)) {
            look = after(progress_at_, params_.unhealthy_after);
        } else if (batch_ > 0) {
            look = drained_at_ ? after(*drained_at_, eks::kWaitAfterCordon)
                               : after(drained_from_, eks::kDrainTimeout + kMoment);
        }
        return look > seen.now ? look : kNever;
    }

    void explain(const Observation& seen, Directive& want) const {
        const char* words[] = {"set-up", "scale-up", "upgrade", "scale-down"};
        std::string state =
            std::to_string(seen.cohorts.back().available) + " new nodes, " + std::to_string(leave_) + " old ones left";
        if (held_ > 0) state += ", " + std::to_string(held_) + " held by a disruption budget";
        want.reason = std::string(words[static_cast<std::size_t>(phase_)]) + ": " + state;
        if (!failure_.empty()) {
            want.phase = Phase::kStuck;
            want.reason = failure_ + ": left as it is: " + state;
        }
        if (final_) want.phase = *final_;
    }

    static constexpr Duration kMoment = std::chrono::seconds(1);  // a drain may take all of its time

    EksNodesParams params_;
    int surge_;
    int goal_;   // new nodes that are wanted
    int leave_;  // old ones
    UpdatePhase phase_ = UpdatePhase::kScaleUp;
    int batch_ = 0;  // old nodes under way out
    int held_ = 0;   // of these: still waiting for a disruption budget
    Time drained_from_{};
    std::optional<Time> drained_at_;
    int available_ = 0;
    Time progress_at_;  // a new node joined, or was asked for
    std::string failure_;
    bool back_ = false;
    std::optional<Phase> final_;
};

}  // namespace

EksNodes::EksNodes(EksNodesParams params) : params_(params) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(params_.max_unavailable >= 1 && params_.max_unavailable <= eks::kMostUnavailable,
            "max_unavailable must be from 1 to 100");
    require(params_.zones >= 1, "zones must be at least 1");
    require(params_.unhealthy_after > Duration::zero(), "unhealthy_after must be above 0");
}

std::string EksNodes::describe() const {
    std::string text = "eks_nodes(replicas=" + std::to_string(params_.replicas) +
                       ", max_unavailable=" + std::to_string(params_.max_unavailable) +
                       ", zones=" + std::to_string(params_.zones);
    if (!eks::launches_first(params_.strategy)) text += ", minimal";
    if (params_.force) text += ", force";
    if (const auto& budget = params_.disruption_budget) {
        if (budget->min_available) text += ", min_available=" + to_string(*budget->min_available);
        if (budget->max_unavailable) text += ", max_unavailable_pods=" + to_string(*budget->max_unavailable);
    }
    return text + ", unhealthy_after=" + spell(params_.unhealthy_after) + ")";
}

std::unique_ptr<Controller> EksNodes::start(const Launch& launch) const {
    return std::make_unique<EksNodesController>(params_, launch);
}

}  // namespace rollcast::strategies
