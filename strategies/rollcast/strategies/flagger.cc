#include "rollcast/strategies/flagger.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using flagger::Readiness;
using flagger::Sight;
using kubernetes::ReplicaSet;

/// One of the two Deployments: what its own controller notes about it.
class Deployment {
   public:
    Deployment(int replicas, std::optional<Duration> deadline, int max_unavailable, Time now)
        : replicas_(replicas),
          max_unavailable_(max_unavailable),
          deadline_(deadline),
          progress_{{kubernetes::ProgressReason::kNewReplicaSetAvailable, now}} {}

    /// A new template, or a new size.
    void change(int replicas, Time now) {
        replicas_ = replicas;
        progress_ = {{kubernetes::ProgressReason::kReplicaSetUpdated, now}};
    }

    void resize(int replicas, int max_unavailable) {
        replicas_ = replicas;
        max_unavailable_ = max_unavailable;
    }

    void look(const kubernetes::Status& status, Time now) {
        progress_ =
            kubernetes::sync_rollout_status(deadline_, replicas_, before_.value_or(status), status, progress_, now);
        before_ = status;
        if (status.available >= replicas_ - max_unavailable_) {
            unavailable_since_.reset();
        } else if (!unavailable_since_) {
            unavailable_since_ = now;
        }
    }

    Readiness readiness(Duration deadline, int threshold, Time now) const {
        flagger::Workload workload{.spec_replicas = replicas_,
                                   .status_replicas = before_->replicas,
                                   .updated = before_->updated,
                                   .available = before_->available};
        if (progress_) workload.progressing = progress_->reason;
        if (unavailable_since_) workload.unavailable_for = now - *unavailable_since_;
        return flagger::workload_readiness(workload, deadline, threshold);
    }

   private:
    int replicas_;
    int max_unavailable_;
    std::optional<Duration> deadline_;
    kubernetes::MaybeProgress progress_;
    std::optional<kubernetes::Status> before_;
    std::optional<Time> unavailable_since_;
};

/// How many instances each workload has of each version; the canary workload has the new one only.
struct Sizes {
    int old_primary = 0;
    int new_primary = 0;
    int canary = 0;
    int of_new_version() const { return new_primary + canary; }
};

class FlaggerController final : public Controller {
   public:
    FlaggerController(const FlaggerParams& params, const Launch& launch)
        : params_(params),
          limits_(kubernetes::limits(DeploymentType::kRollingUpdate, params.replicas, params.max_surge,
                                     params.max_unavailable)),
          primary_(launch.replicas, params.deployment_deadline, limits_.unavailable, launch.at),
          canary_(params.replicas, params.deployment_deadline, limits_.unavailable, launch.at),
          // Ticks are not in step with the release: on average it waits for half an interval.
          next_tick_(launch.at + params.interval / 2),
          sized_for_(launch.replicas),
          present_{.old_primary = launch.replicas},
          wanted_(present_) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "Flagger needs an old and a new version");
        if (seen.cohorts.front().desired == wanted_.old_primary &&
            seen.cohorts.back().desired == wanted_.of_new_version()) {
            present_ = wanted_;
        }
        if (seen.replicas) size_for(*seen.replicas);
        look(seen);
        if (seen.aborted && !final_ && !undone_) undo(seen.now);
        const bool waits = is_running() && seen.now >= next_tick_ && !tick(seen);
        resize(seen);

        Directive want(seen.cohorts.size());
        want.targets.front().desired = wanted_.old_primary;
        want.targets.back().desired = wanted_.of_new_version();
        route(seen, want);
        if (waits) want.analyses.push_back({*run_, *params_.analysis});
        if (is_running() && !waits) want.wake_at = next_tick_;
        want.phase = phase(seen);
        want.asks_approval = is_waiting();
        want.reason = words(seen);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<FlaggerController>(*this); }

   private:
    bool is_running() const {
        return status_.phase != flagger::CanaryPhase::kSucceeded && status_.phase != flagger::CanaryPhase::kFailed;
    }
    bool is_waiting() const {
        return status_.phase == flagger::CanaryPhase::kWaiting ||
               status_.phase == flagger::CanaryPhase::kWaitingPromotion;
    }
    bool failed_to_promote() const {
        return status_.phase == flagger::CanaryPhase::kFailed && status_.promoted && !undone_;
    }

    // The two workloads

    /// Instances of one version are alike: the canary's come first.
    int in_canary(int of_new_version) const { return std::min(of_new_version, present_.canary); }
    int in_primary(int of_new_version) const { return of_new_version - in_canary(of_new_version); }

    void look(const Observation& seen) {
        const Cohort& old = seen.cohorts.front();
        const Cohort& fresh = seen.cohorts.back();
        const int updated = in_primary(fresh.instances);
        primary_.look({.replicas = old.instances + updated,
                       .updated = status_.promoted ? updated : old.instances,
                       .ready = old.ready + in_primary(fresh.ready),
                       .available = old.available + in_primary(fresh.available)},
                      seen.now);
        if (status_.canary_up) {
            canary_.look({.replicas = in_canary(fresh.instances),
                          .updated = in_canary(fresh.instances),
                          .ready = in_canary(fresh.ready),
                          .available = in_canary(fresh.available)},
                         seen.now);
        }
    }

    kubernetes::Fenceposts limits_for(int replicas) const {
        return kubernetes::limits(DeploymentType::kRollingUpdate, replicas, params_.max_surge, params_.max_unavailable);
    }

    void size_for(int replicas) {
        params_.replicas = replicas;
        limits_ = limits_for(replicas);
        primary_.resize(replicas, limits_.unavailable);
        canary_.resize(replicas, limits_.unavailable);
        resized_ = true;
    }

    /// In mid-update, in proportion; true if it changed anything.
    bool resize_primary(const ReplicaSet& old, const ReplicaSet& fresh) {
        if (!resized_ || sized_for_ == params_.replicas) return false;
        const int most = sized_for_ + limits_for(sized_for_).surge;
        const kubernetes::SizedReplicaSet sets[] = {
            {.spec = old.spec, .available = old.available, .is_new = false, .desired = sized_for_, .most = most},
            {.spec = fresh.spec, .available = fresh.available, .is_new = true, .desired = sized_for_, .most = most}};
        const std::vector<int> sizes = kubernetes::scale(params_.replicas, limits_.surge, sets);
        wanted_.old_primary = sizes[0];
        wanted_.new_primary = sizes[1];
        if (undone_) std::swap(wanted_.old_primary, wanted_.new_primary);
        const bool changed = sizes[0] != old.spec || sizes[1] != fresh.spec;
        if (!changed) sized_for_ = params_.replicas;
        return changed;
    }

    /// What the Deployments' controllers want.
    void resize(const Observation& seen) {
        wanted_ = present_;
        wanted_.canary = status_.canary_up ? params_.replicas : 0;
        if (!status_.promoted) {
            if (resized_) wanted_.old_primary = sized_for_ = params_.replicas;
            return;
        }
        ReplicaSet old{present_.old_primary, seen.cohorts.front().available};
        ReplicaSet fresh{present_.new_primary, in_primary(seen.cohorts.back().available)};
        if (undone_ ? resize_primary(fresh, old) : resize_primary(old, fresh)) return;
        if (undone_) std::swap(old, fresh);
        const bool exists = undone_ || fresh.spec > 0;
        kubernetes::reconcile_rolling_update(params_.replicas, limits_, std::span(&old, 1), fresh, exists);
        if (undone_) std::swap(old, fresh);
        wanted_.old_primary = old.spec;
        wanted_.new_primary = fresh.spec;
    }

    /// A person does not wait for a tick.
    void undo(Time now) {
        undone_ = true;
        run_.reset();
        flagger::roll_back(params_.plan, status_);
        if (status_.promoted) primary_.change(params_.replicas, now);
    }

    // The tick

    /// False when it waits for the checks.
    bool tick(const Observation& seen) {
        const flagger::Status before = status_;
        if (!flagger::tick(params_.plan, status_, sight(seen))) {
            if (!run_) run_ = next_run_++;
            return false;
        }
        run_.reset();
        while (next_tick_ <= seen.now) next_tick_ += params_.interval;
        if (status_.canary_up && !before.canary_up) canary_.change(params_.replicas, seen.now);
        if (status_.promoted && !before.promoted) primary_.change(params_.replicas, seen.now);
        return true;
    }

    Sight sight(const Observation& seen) const {
        Sight sight;
        sight.changed = status_.phase == flagger::CanaryPhase::kInitialized;
        sight.primary = primary_.readiness(params_.progress_deadline, params_.primary_ready_threshold, seen.now);
        if (status_.canary_up) {
            sight.canary = canary_.readiness(params_.progress_deadline, params_.canary_ready_threshold, seen.now);
        }
        sight.checks_pass = checks(seen);
        const bool opened = is_waiting() && seen.approved;
        sight.confirm_rollout = !params_.confirm_rollout || opened;
        sight.confirm_promotion = !params_.confirm_promotion || opened;
        return sight;
    }

    std::optional<bool> checks(const Observation& seen) const {
        if (!params_.analysis) return true;
        if (!run_ || !is_complete(seen.analysis(*run_))) return std::nullopt;
        return seen.analysis(*run_) == AnalysisPhase::kSuccessful;
    }

    // Traffic

    double canary_share() const {
        const double share = status_.routes.canary / 100.0;
        return flagger::kind(params_.plan) == flagger::Kind::kAbTesting && !failed_to_promote()
                   ? share * params_.matched
                   : share;
    }

    /// The primary's share goes to its ready instances, old and new alike.
    void route(const Observation& seen, Directive& want) const {
        const int old = seen.cohorts.front().ready;
        const int fresh = in_primary(seen.cohorts.back().ready);
        double of_old = status_.promoted && wanted_.old_primary == 0 ? 0 : 1;
        if (old + fresh > 0) of_old = static_cast<double>(old) / (old + fresh);
        const double canary = canary_share();
        for (Target& target : want.targets) target.weight = 0;
        want.targets.front().weight = (1 - canary) * of_old;
        want.targets.back().weight = canary + (1 - canary) * (1 - of_old);
        if (status_.routes.mirrored && params_.plan.routed) want.targets.back().mirrored = params_.mirrored;
    }

    bool told(const Observation& seen, double share_of_new) const {
        return seen.routed && std::abs(seen.cohorts.back().weight - share_of_new) < 1e-9;
    }

    /// The primary is as it was before the release.
    bool is_whole(const Observation& seen) const {
        const int wanted = status_.promoted ? params_.replicas : present_.old_primary;
        return seen.cohorts.front().available >= wanted && in_primary(seen.cohorts.back().instances) == 0;
    }

    // Words

    Phase phase(const Observation& seen) {
        const Cohort& old = seen.cohorts.front();
        const Cohort& fresh = seen.cohorts.back();
        if (final_) return *final_;
        switch (status_.phase) {
            case flagger::CanaryPhase::kWaiting:
            case flagger::CanaryPhase::kWaitingPromotion:
                return Phase::kPaused;
            case flagger::CanaryPhase::kProgressing:
                return in_canary(fresh.available) < params_.replicas ? Phase::kMoving : Phase::kBaking;
            case flagger::CanaryPhase::kSucceeded:
                if (old.instances == 0 && fresh.available >= params_.replicas && told(seen, 1)) {
                    final_ = Phase::kPromoted;
                }
                return final_.value_or(Phase::kMoving);
            case flagger::CanaryPhase::kFailed:
                if (failed_to_promote()) return Phase::kStuck;
                if (is_whole(seen) && told(seen, 0)) final_ = Phase::kRolledBack;
                return final_.value_or(Phase::kRollingBack);
            default:
                return Phase::kMoving;
        }
    }

    std::string words(const Observation& seen) const {
        static constexpr std::array kNames{"Initialized", "Waiting",    "Progressing", "WaitingPromotion",
                                           "Promoting",   "Finalising", "Succeeded",   "Failed"};
        const Cohort& fresh = seen.cohorts.back();
        std::string text = kNames[static_cast<std::size_t>(status_.phase)];
        if (status_.phase == flagger::CanaryPhase::kInitialized)
            return text + ": the release is detected at the next tick";
        if (undone_) text += ": aborted from outside";
        if (is_waiting()) return text + " for a person";
        if (failed_to_promote()) return text + " when the primary had the new version already";
        if (params_.plan.routed) text += ": canary weight " + std::to_string(status_.routes.canary);
        if (status_.routes.mirrored) text += ", mirrored";
        if (flagger::iterations(params_.plan) > 0) text += ", iteration " + std::to_string(status_.iterations);
        if (status_.failed_checks > 0) {
            text += ", " + of(status_.failed_checks, flagger::threshold(params_.plan)) + " failed checks";
        }
        if (status_.canary_up) text += ", " + of(in_canary(fresh.available), params_.replicas) + " canary available";
        if (status_.promoted) text += ", " + of(in_primary(fresh.available), params_.replicas) + " primary updated";
        return text;
    }

    FlaggerParams params_;
    kubernetes::Fenceposts limits_;
    Deployment primary_;
    Deployment canary_;
    Time next_tick_;
    int sized_for_;         // replicas that the primary's ReplicaSets add up to
    bool resized_ = false;  // somebody from outside sets the size
    flagger::Status status_;
    Sizes present_;  // as the observation shows them
    Sizes wanted_;
    std::optional<std::uint32_t> run_;  // of the checks that the tick waits for
    std::uint32_t next_run_ = 1;
    bool undone_ = false;
    std::optional<Phase> final_;
};

void validate(const FlaggerParams& params) {
    const auto is_percent = [](int value) { return value >= 0 && value <= 100; };
    const flagger::Plan& plan = params.plan;
    require(params.replicas >= 1, "replicas must be at least 1");
    require(is_percent(plan.step_weight) && is_percent(plan.max_weight) && is_percent(plan.step_weight_promotion),
            "weights must be from 0 to 100");
    require(std::all_of(plan.step_weights.begin(), plan.step_weights.end(),
                        [](int weight) { return weight > 0 && weight <= 100; }),
            "step_weights must be from 1 to 100");
    require(plan.iterations >= 0, "iterations must not be negative");
    require(flagger::ticks_to_success(plan).has_value(),
            "the plan never moves: no step_weight, step_weights, iterations");
    require(params.mirrored > 0 && params.mirrored <= 1, "mirrored must be above 0 and at most 1");
    require(params.interval >= flagger::analysis_interval(Duration::zero()), "interval must be at least 10 s");
    require(params.progress_deadline > Duration::zero(), "progress_deadline must be above 0");
    require(!params.deployment_deadline || *params.deployment_deadline > Duration::zero(),
            "deployment_deadline must be above 0");
    require(is_percent(params.primary_ready_threshold) && is_percent(params.canary_ready_threshold),
            "ready thresholds must be from 0 to 100");
    require(params.matched > 0 && params.matched <= 1, "matched must be above 0 and at most 1");
    require(params.max_surge.value >= 0 && params.max_unavailable.value >= 0,
            "max_surge and max_unavailable must not be negative");
    require(params.max_surge.value > 0 || params.max_unavailable.value > 0,
            "max_surge and max_unavailable must not both be 0");
}

}  // namespace

Flagger::Flagger(FlaggerParams params) : params_(std::move(params)) { validate(params_); }

std::string Flagger::describe() const {
    const flagger::Plan& plan = params_.plan;
    std::string text = "flagger(replicas=" + std::to_string(params_.replicas);
    const auto add = [&text](const std::string& name, const std::string& value) { text += ", " + name + "=" + value; };
    const auto add_number = [&](const std::string& name, int value, int usual) {
        if (value != usual) add(name, std::to_string(value));
    };
    const auto add_flag = [&](const std::string& name, bool value) {
        if (value) text += ", " + name;
    };
    add("interval", spell(params_.interval));
    add("threshold", std::to_string(flagger::threshold(plan)));
    add_number("step_weight", plan.step_weight, 0);
    for (std::size_t i = 0; i < plan.step_weights.size(); ++i) {
        text += (i == 0 ? ", step_weights=" : "/") + std::to_string(plan.step_weights[i]);
    }
    add_number("max_weight", plan.max_weight, 0);
    add_number("step_weight_promotion", plan.step_weight_promotion, 0);
    add_number("iterations", plan.iterations, 0);
    if (plan.mirror) add("mirrored", std::to_string(params_.mirrored));
    if (plan.match) add("matched", std::to_string(params_.matched));
    add_flag("without a router", !plan.routed);
    add_flag("skip_analysis", plan.skip_analysis);
    if (params_.analysis) add("analysis", std::to_string(index_of(*params_.analysis)));
    add_flag("confirm_rollout", params_.confirm_rollout);
    add_flag("confirm_promotion", params_.confirm_promotion);
    add("progress_deadline", spell(params_.progress_deadline));
    add("deployment_deadline", params_.deployment_deadline ? spell(*params_.deployment_deadline) : "none");
    add_number("primary_ready_threshold", params_.primary_ready_threshold, 100);
    add_number("canary_ready_threshold", params_.canary_ready_threshold, 100);
    add("max_surge", to_string(params_.max_surge));
    add("max_unavailable", to_string(params_.max_unavailable));
    return text + ")";
}

std::unique_ptr<Controller> Flagger::start(const Launch& launch) const {
    return std::make_unique<FlaggerController>(params_, launch);
}

}  // namespace rollcast::strategies
