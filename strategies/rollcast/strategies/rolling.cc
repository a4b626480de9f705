#include "rollcast/strategies/rolling.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using kubernetes::ProgressReason;
using kubernetes::ReplicaSet;

class RollingController final : public Controller {
   public:
    RollingController(const RollingParams& params, const Launch& launch)
        : params_(params),
          limits_(kubernetes::limits(params.type, params.replicas, params.max_surge, params.max_unavailable)),
          sized_for_(launch.replicas),
          before_{launch.replicas, launch.replicas, launch.replicas, launch.replicas},
          progress_{{ProgressReason::kNewReplicaSetAvailable, launch.at}} {}

    Directive decide(const Observation& seen) override {
        ensure(!seen.cohorts.empty(), "a rollout without versions");
        size_for(seen.replicas.value_or(params_.replicas));
        if (seen.aborted && !done_ && !undone_) undo(seen.now);
        if (!undone_) return reconcile(seen);
        // Back to the old template, whose ReplicaSet is the new one now: a rolling update in the other direction.
        std::vector<Cohort> cohorts(seen.cohorts.begin(), seen.cohorts.end());
        std::rotate(cohorts.begin(), cohorts.begin() + 1, cohorts.end());
        Observation turned = seen;
        turned.cohorts = cohorts;
        Directive want = reconcile(turned);
        std::rotate(want.targets.begin(), want.targets.end() - 1, want.targets.end());
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<RollingController>(*this); }

   private:
    void size_for(int replicas) {
        if (replicas == params_.replicas) return;
        params_.replicas = replicas;
        limits_ = kubernetes::limits(params_.type, replicas, params_.max_surge, params_.max_unavailable);
    }

    Directive reconcile(const Observation& seen) {
        Directive want(seen.cohorts.size());
        for (std::size_t i = 0; i < want.targets.size(); ++i) want.targets[i].desired = seen.cohorts[i].desired;
        bool waits_for_old = false;
        if (resize(seen, want)) {
            // The template's turn comes with the next reconcile.
        } else if (params_.type == DeploymentType::kRecreate) {
            waits_for_old = !recreate(seen, want);
        } else {
            roll(seen, want);
        }

        const kubernetes::Status status = kubernetes::status_of(seen.cohorts);
        progress_ = kubernetes::sync_rollout_status(params_.progress_deadline, params_.replicas, before_, status,
                                                    progress_, seen.now);
        before_ = status;
        const bool complete = kubernetes::deployment_complete(params_.replicas, status);
        done_ = done_ || complete;
        want.wake_at = kubernetes::deadline_check_at(params_.progress_deadline, complete, progress_, seen.now);
        explain(seen, waits_for_old, want);
        return want;
    }

    /// What "kubectl rollout undo" does.
    void undo(Time now) {
        undone_ = true;
        if (progress_) progress_ = {ProgressReason::kReplicaSetUpdated, now};
    }

    /// A Deployment that was given another size, with another template or in mid-rollout, is first resized.
    bool resize(const Observation& seen, Directive& want) {
        if (sized_for_ == params_.replicas) return false;
        const int most = sized_for_ + surge_for(sized_for_);
        std::vector<kubernetes::SizedReplicaSet> sets;
        for (std::size_t i = 0; i < seen.cohorts.size(); ++i) {
            sets.push_back({.spec = seen.cohorts[i].desired,
                            .available = seen.cohorts[i].available,
                            .is_new = i + 1 == seen.cohorts.size() && seen.cohorts[i].exists,
                            .desired = sized_for_,
                            .most = most});
        }
        bool changed = false;
        const std::vector<int> sizes = kubernetes::scale(params_.replicas, limits_.surge, sets);
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            changed = changed || sizes[i] != seen.cohorts[i].desired;
            want.targets[i].desired = sizes[i];
        }
        if (!changed) sized_for_ = params_.replicas;
        return changed;
    }

    int surge_for(int replicas) const {
        return kubernetes::limits(params_.type, replicas, params_.max_surge, params_.max_unavailable).surge;
    }

    void roll(const Observation& seen, Directive& want) {
        std::vector<ReplicaSet> sets;
        for (const Cohort& cohort : seen.cohorts) sets.push_back(kubernetes::replica_set(cohort));
        ReplicaSet& fresh = sets.back();
        kubernetes::reconcile_rolling_update(params_.replicas, limits_, std::span(sets).first(sets.size() - 1), fresh,
                                             seen.cohorts.back().exists);
        create(seen.now);
        for (std::size_t i = 0; i < sets.size(); ++i) want.targets[i].desired = sets[i].spec;
    }

    /// False while old instances are in the way.
    bool recreate(const Observation& seen, Directive& want) {
        bool scaled = false;
        bool running = false;
        for (std::size_t i = 0; i + 1 < seen.cohorts.size(); ++i) {
            const Cohort& old = seen.cohorts[i];
            scaled = scaled || old.desired > 0;
            running = running || kubernetes::old_pods_running(old.instances, old.instances + old.draining);
            want.targets[i].desired = 0;
        }
        if (scaled || running) return false;
        create(seen.now);
        int total = 0;
        for (const Cohort& cohort : seen.cohorts) total += cohort.desired;
        want.targets.back().desired = kubernetes::reconcile_new_replica_set(
            params_.type, params_.replicas, limits_.surge, total, seen.cohorts.back().desired);
        return true;
    }

    void create(Time now) {
        if (!created_ && progress_) progress_ = {ProgressReason::kNewReplicaSetCreated, now};
        created_ = true;
    }

    void explain(const Observation& seen, bool waits_for_old, Directive& want) const {
        const Cohort& fresh = seen.cohorts.back();
        int old = 0;
        int leaving = 0;
        for (const Cohort& cohort : seen.cohorts.first(seen.cohorts.size() - 1)) {
            old += cohort.instances;
            leaving += cohort.draining;
        }
        const std::string state =
            of(fresh.available, params_.replicas) + " new available, " + std::to_string(old) + " old left";
        if (done_) {
            want.phase = undone_ ? Phase::kRolledBack : Phase::kPromoted;
            want.reason = "complete: " + state;
        } else if (progress_ && progress_->reason == ProgressReason::kProgressDeadlineExceeded) {
            want.phase = Phase::kStuck;
            want.reason = "no progress for " + spell(*params_.progress_deadline) + ", still trying: " + state;
        } else if (waits_for_old) {
            want.reason = "waiting for " + std::to_string(old + leaving) + " old instances to end";
        } else {
            want.reason = state;
        }
        if (undone_ && want.phase == Phase::kMoving) want.phase = Phase::kRollingBack;
        if (undone_) want.reason = "undone: " + want.reason;
    }

    RollingParams params_;
    kubernetes::Fenceposts limits_;
    int sized_for_;  // replicas that the ReplicaSets add up to, as last noted on them
    kubernetes::Status before_;
    kubernetes::MaybeProgress progress_;
    bool created_ = false;
    bool undone_ = false;
    bool done_ = false;
};

}  // namespace

Rolling::Rolling(RollingParams params) : params_(std::move(params)) {
    const auto is_zero = [](Amount amount) { return amount.value == 0; };
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(params_.max_surge.value >= 0, "max_surge must not be negative");
    require(params_.max_unavailable.value >= 0, "max_unavailable must not be negative");
    require(!params_.max_unavailable.percent || params_.max_unavailable.value <= 100,
            "max_unavailable must not be above 100%");
    require(
        params_.type == DeploymentType::kRecreate || !is_zero(params_.max_surge) || !is_zero(params_.max_unavailable),
        "max_surge and max_unavailable must not both be 0");
    require(!params_.progress_deadline || *params_.progress_deadline > Duration::zero(),
            "progress_deadline must be above 0");
}

std::string Rolling::describe() const {
    const std::string deadline = params_.progress_deadline ? spell(*params_.progress_deadline) : "none";
    if (params_.type == DeploymentType::kRecreate) {
        return "recreate(replicas=" + std::to_string(params_.replicas) + ", progress_deadline=" + deadline + ")";
    }
    return "rolling(replicas=" + std::to_string(params_.replicas) + ", max_surge=" + to_string(params_.max_surge) +
           ", max_unavailable=" + to_string(params_.max_unavailable) + ", progress_deadline=" + deadline + ")";
}

std::unique_ptr<Controller> Rolling::start(const Launch& launch) const {
    return std::make_unique<RollingController>(params_, launch);
}

}  // namespace rollcast::strategies
