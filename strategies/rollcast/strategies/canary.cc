#include "rollcast/strategies/canary.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/canary_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using argo::AnalysisRole;
using argo::Consequence;
using kubernetes::ProgressReason;
using kubernetes::replica_set;

std::string spell(const CanaryStep& step) {
    struct {
        std::string operator()(const SetWeight& it) const { return "setWeight " + std::to_string(it.weight); }
        std::string operator()(const Pause& it) const {
            return it.duration ? "pause " + strategies::spell(*it.duration) : "pause";
        }
        std::string operator()(const SetCanaryScale& it) const {
            if (it.replicas) return "setCanaryScale " + std::to_string(*it.replicas) + " replicas";
            if (it.weight) return "setCanaryScale weight " + std::to_string(*it.weight);
            return "setCanaryScale as the traffic";
        }
        std::string operator()(const RunAnalysis& it) const {
            return "analysis " + std::to_string(index_of(it.analysis));
        }
        std::string operator()(const SetMirror& it) const { return "mirror " + std::to_string(it.percentage) + "%"; }
        std::string operator()(const RunExperiment& it) const { return strategies::spell(it); }
    } words;
    return std::visit(words, step);
}

/// Whether a step starts an experiment with at least so many instances of the old version.
bool experiments_with(int stable_replicas, const CanaryParams& params) {
    return std::any_of(params.steps.begin(), params.steps.end(), [&](const CanaryStep& step) {
        const auto* it = std::get_if<RunExperiment>(&step);
        return it != nullptr && it->stable.replicas >= stable_replicas;
    });
}

class CanaryController final : public Controller {
   public:
    CanaryController(const CanaryParams& params, const Launch& launch)
        : params_(params),
          kind_(params.routed ? argo::RolloutKind::kRoutedCanary : argo::RolloutKind::kBasicCanary),
          limits_(argo::limits(kind_, params.replicas, params.max_surge, params.max_unavailable)),
          abort_delay_(argo::abort_scale_down_delay(kind_, params.abort_scale_down_delay)),
          status_{launch.replicas, launch.replicas, launch.replicas, launch.replicas},
          progress_{{ProgressReason::kNewReplicaSetCreated, launch.at}} {
        at_.keeps_scale = !abort_delay_.delay;
        if (experiments_with(0, params)) {
            experiments_.emplace(experiments_with(1, params), params.progress_deadline, params.max_weight);
        }
    }

    Directive decide(const Observation& seen) override {
        if (!experiments_) return reconcile(seen);
        const std::vector<Cohort> own = experiments_->rest(seen.cohorts);
        Observation its = seen;
        its.cohorts = own;
        Directive want = reconcile(its);
        experiments_->add(seen.cohorts, seen.now, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<CanaryController>(*this); }

   private:
    Directive reconcile(const Observation& seen) {
        ensure(seen.cohorts.size() >= 2, "a canary needs an old and a new version");
        retired_at_.resize(seen.cohorts.size());
        size_for(seen.replicas.value_or(params_.replicas));
        take_approval(seen);
        if (seen.aborted && under_way()) abort("aborted from outside");
        bool moved = false;
        while (advance(seen)) moved = true;
        watch_progress(seen, moved);
        if (experiments_ && !under_way()) experiments_->end(seen.now, at_.promoted);
        if (at_.aborted && params_.dynamic_stable_scale) {
            at_.abort_weight =
                argo::abort_canary_weight(params_.steps, params_.replicas, params_.max_weight, drains_late(),
                                          seen.cohorts.back().available, seen.cohorts.front().available);
        }

        Directive want(seen.cohorts.size());
        for (std::size_t i = 0; i < want.targets.size(); ++i) want.targets[i].desired = seen.cohorts[i].desired;
        scale(seen, want);
        if (params_.routed) route(seen, want);
        if (under_way()) {
            if (background_) want.analyses.push_back({*background_, params_.background->analysis});
            if (step_run_) want.analyses.push_back({*step_run_, std::get<RunAnalysis>(*step()).analysis});
        }
        explain(seen, want);
        want.wake_at = next_look(seen);
        asked_ = want.asks_approval;
        return want;
    }

    const CanaryStep* step() const { return at_.step < params_.steps.size() ? &params_.steps[at_.step] : nullptr; }
    template <typename Step>
    const Step* step_as() const {
        return step() ? std::get_if<Step>(step()) : nullptr;
    }
    bool under_way() const { return !at_.promoted && !at_.aborted; }
    bool has_inconclusive() const { return !inconclusive_.empty(); }
    bool experimenting() const { return experiments_ && experiments_->running(); }
    bool asks_to_end() const { return experiments_ && experiments_->asks_person(); }

    void size_for(int replicas) {
        if (replicas == params_.replicas) return;
        params_.replicas = replicas;
        limits_ = argo::limits(kind_, replicas, params_.max_surge, params_.max_unavailable);
    }

    // Steps

    /// A grant is good for the pause that asked for it, not for one that begins when that ends.
    void take_approval(const Observation& seen) {
        if (!seen.approved || !asked_) return;
        pause_.since.reset();
        if (experiments_) experiments_->grant();
    }

    /// One move through the steps, if the observation allows one.
    bool advance(const Observation& seen) {
        if (!under_way() || has_inconclusive()) return false;
        if (!background_allows(seen)) return at_.aborted;
        if (!step()) return promote_if_complete(seen);
        if (!step_is_done(seen)) return at_.aborted;
        ++at_.step;
        pause_ = {};
        step_run_.reset();
        return true;
    }

    bool background_allows(const Observation& seen) {
        if (!params_.background) return true;
        const bool early =
            step() && argo::before_starting_step(static_cast<int>(at_.step), params_.background->starting_step);
        if (early) return true;
        if (!background_) background_ = next_run_++;
        return obey(argo::analysis_consequence(AnalysisRole::kBackground, seen.analysis(*background_)),
                    "background analysis") != Consequence::kAbort &&
               !has_inconclusive();
    }

    bool promote_if_complete(const Observation& seen) {
        const Cohort& canary = seen.cohorts.back();
        at_.promoted = canary.available >= params_.replicas ||
                       argo::progress_threshold_met(params_.progress_threshold, replica_set(canary), params_.replicas);
        return at_.promoted;
    }

    bool step_is_done(const Observation& seen) {
        if (const Pause* pause = step_as<Pause>()) {
            // A pause begins once nothing has to be scaled any more.
            if (!pause_.by_controller && next_counts(seen) == present_counts(seen)) pause_ = {true, seen.now};
            return argo::canary_pause_completed(pause->duration, pause_, seen.now);
        }
        if (step_as<RunAnalysis>()) {
            if (!step_run_) step_run_ = next_run_++;
            return obey(argo::analysis_consequence(AnalysisRole::kStep, seen.analysis(*step_run_)), "step analysis") ==
                   Consequence::kContinue;
        }
        if (const RunExperiment* experiment = step_as<RunExperiment>()) return experiment_is_done(*experiment, seen);
        return at_desired_counts(seen) && (!params_.routed || !step_as<SetWeight>() || told(seen, due_weight(seen)));
    }

    bool experiment_is_done(const RunExperiment& experiment, const Observation& seen) {
        if (!experiments_->running()) {
            experiments_->begin(experiment, next_run_, seen.now);
            next_run_ += static_cast<std::uint32_t>(experiment.analyses.size());
        }
        const AnalysisPhase phase = experiments_->look(seen);
        if (!is_complete(phase)) return false;
        experiments_->end(seen.now, phase == AnalysisPhase::kSuccessful);
        const Consequence it = obey(argo::analysis_consequence(AnalysisRole::kStep, phase), "experiment");
        if (it == Consequence::kAbort) abort_reason_ += std::string(": ") + experiments_->complaint();
        return it == Consequence::kContinue;
    }

    Consequence obey(Consequence it, std::string_view analysis) {
        if (it == Consequence::kPause) inconclusive_ = analysis;
        if (it == Consequence::kAbort) abort(std::string(analysis) + " failed");
        return it;
    }

    void abort(std::string why) {
        aborted_at_step_ = at_.step;
        abort_reason_ = std::move(why);
        at_.aborted = true;
        at_.step = 0;
        pause_ = {};
    }

    // Sizes

    int older_spec(const Observation& seen) const {
        int spec = 0;
        for (std::size_t i = 1; i + 1 < seen.cohorts.size(); ++i) spec += seen.cohorts[i].desired;
        return spec;
    }

    /// Under dynamic stable scale the canary goes with its traffic in an abort, unless it was given a delay.
    bool drains_late() const { return abort_delay_.was_set && abort_delay_.delay; }

    argo::Counts present_counts(const Observation& seen) const {
        return {seen.cohorts.back().desired, seen.cohorts.front().desired};
    }

    /// What the position asks for in the end (routed) or at the next reconcile (basic).
    argo::Counts next_counts(const Observation& seen) const {
        const argo::ReplicasOrWeight wanted =
            argo::canary_replicas_or_weight(params_.steps, at_, params_.routed, params_.max_weight);
        if (params_.dynamic_stable_scale) {
            const int weight = present_weight(seen);
            return argo::dynamic_counts(params_.replicas, wanted, params_.max_weight, params_.min_pods_per_replica_set,
                                        argo::RouterWeights{weight, params_.max_weight - weight}, at_.aborted);
        }
        if (params_.routed) {
            return argo::routed_counts(params_.replicas, wanted, params_.max_weight, params_.min_pods_per_replica_set);
        }
        return argo::basic_counts(params_.replicas, wanted.weight, params_.max_weight, limits_,
                                  replica_set(seen.cohorts.back()), replica_set(seen.cohorts.front()),
                                  older_spec(seen));
    }

    bool at_desired_counts(const Observation& seen) const {
        int older_available = 0;
        if (!params_.routed) {
            for (std::size_t i = 1; i + 1 < seen.cohorts.size(); ++i) older_available += seen.cohorts[i].available;
        }
        const Cohort& stable = seen.cohorts.front();
        return argo::at_desired_counts(next_counts(seen), replica_set(seen.cohorts.back()), replica_set(stable),
                                       stable.instances, older_available, params_.progress_threshold,
                                       params_.dynamic_stable_scale);
    }

    /// A reconcile that scales one ReplicaSet ends there: the next one sees the new size.
    void scale(const Observation& seen, Directive& want) {
        int& canary = want.targets.back().desired;
        if (at_.promoted) {
            canary = params_.replicas;
            if (canary == seen.cohorts.back().desired) retire(seen, 0, want);
            return;
        }
        if (has_inconclusive()) return;
        const argo::Counts next = next_counts(seen);
        int& stable = want.targets.front().desired;
        stable = next.stable;
        if (stable != seen.cohorts.front().desired) return;
        if (params_.routed) {
            const int wanted = at_.aborted && at_.keeps_scale ? canary : next.canary;
            const bool delayed = at_.aborted && (!params_.dynamic_stable_scale || drains_late());
            canary = argo::reconcile_new_replica_set(wanted, canary, params_.replicas, seen.cohorts.front().available,
                                                     delayed, abort_delay_.delay, abort_scale_down_at_, seen.now);
        } else {
            canary = next.canary;
        }
        if (canary == seen.cohorts.back().desired) retire(seen, 1, want);
    }

    /// Scales down the versions from `first` on that are neither stable nor new, as far as availability allows.
    void retire(const Observation& seen, std::size_t first, Directive& want) {
        int available = 0;
        for (const Cohort& cohort : seen.cohorts) available += cohort.available;
        int spare = available - (params_.replicas - limits_.unavailable);
        for (std::size_t i = seen.cohorts.size() - 1; i-- > first;) {
            int& size = want.targets[i].desired;
            if (size == 0) retired_at_[i].reset();
            size = std::min(size, seen.cohorts[i].available);
            if (spare <= 0 || size == 0) continue;
            const int before = size;
            if (!params_.routed) {
                size = std::max(0, size - spare);
            } else if (at_.promoted && !params_.dynamic_stable_scale) {
                argo::RetiredReplicaSet set{size, retired_at_[i]};
                argo::scale_down_retired(std::span(&set, 1), std::nullopt,
                                         argo::scale_down_delay(kind_, params_.scale_down_delay), std::nullopt,
                                         seen.now);
                size = set.spec;
                retired_at_[i] = set.scale_down_at;
            } else {
                size = 0;
            }
            spare -= before - size;
        }
    }

    // Traffic

    /// In units of max_weight.
    int due_weight(const Observation& seen) const {
        if (at_.aborted && params_.dynamic_stable_scale) {
            return argo::abort_traffic_weight(params_.replicas, params_.max_weight, at_.abort_weight,
                                              seen.cohorts.front().available, present_weight(seen));
        }
        return argo::traffic_weight(params_.steps, at_, at_desired_counts(seen), seen.cohorts.back().available,
                                    params_.max_weight);
    }

    /// Whether the version that gets the rest could bear it.
    bool is_bearable(const Observation& seen, int weight) const {
        const Cohort& stable = at_.promoted ? seen.cohorts.back() : seen.cohorts.front();
        const int its_weight = at_.promoted ? params_.max_weight : params_.max_weight - weight;
        return argo::replicas_available_for_weight(params_.replicas, stable.available, its_weight, params_.max_weight,
                                                   params_.progress_threshold);
    }

    /// As routers were last told.
    int present_weight(const Observation& seen) const {
        return seen.routed ? static_cast<int>(std::lround(seen.cohorts.back().weight * params_.max_weight)) : 0;
    }

    double share(int weight) const { return static_cast<double>(weight) / params_.max_weight; }

    bool told(const Observation& seen, int weight) const {
        return seen.routed && std::abs(seen.cohorts.back().weight - share(weight)) < 1e-9;
    }

    void route(const Observation& seen, Directive& want) {
        if (const int weight = due_weight(seen); is_bearable(seen, weight)) {
            weight_ = weight;
            if (experiments_) experiments_->shift();
        }
        for (Target& target : want.targets) target.weight = 0;
        want.targets.front().weight = 1 - share(weight_);
        want.targets.back().weight = share(weight_);
        if (under_way()) want.targets.back().mirrored = argo::mirrored(params_.steps, at_.step) / 100.0;
    }

    // Progress

    bool waits_on_purpose() const {
        if (has_inconclusive() || step_as<Pause>() || step_as<RunAnalysis>() || step_as<RunExperiment>()) return true;
        return std::any_of(retired_at_.begin(), retired_at_.end(), [](const auto& at) { return at.has_value(); });
    }

    void watch_progress(const Observation& seen, bool moved) {
        const kubernetes::Status status = kubernetes::status_of(seen.cohorts);
        if (!at_.aborted) {
            progress_ = argo::sync_progress(
                params_.progress_deadline,
                {.before = status_,
                 .after = status,
                 .moved = moved,
                 .healthy = at_.promoted && kubernetes::deployment_complete(params_.replicas, status),
                 .exempt = waits_on_purpose()},
                progress_, seen.now);
            if (is_late() && params_.progress_deadline_abort && !at_.promoted) {
                abort("no progress for " + strategies::spell(*params_.progress_deadline));
            }
        }
        status_ = status;
    }

    bool is_late() const { return progress_ && progress_->reason == ProgressReason::kProgressDeadlineExceeded; }

    Time next_look(const Observation& seen) const {
        Time look = kNever;
        const auto by = [&](Time time) {
            if (time > seen.now) look = std::min(look, time);
        };
        if (pause_.since) {
            const std::optional<Duration> wait = step_as<Pause>()->duration;
            if (wait) by(argo::pause_over_at(*pause_.since, *wait));
            if (!wait && seen.approved) by(seen.now + Duration(1));  // to ask anew: this grant was for the pause before
        }
        if (asks_to_end() && seen.approved) by(seen.now + Duration(1));
        if (abort_scale_down_at_) by(*abort_scale_down_at_);
        for (const std::optional<Time>& at : retired_at_) {
            if (at) by(*at);
        }
        if (!at_.aborted && !waits_on_purpose()) {
            by(kubernetes::deadline_check_at(params_.progress_deadline, final_.has_value(), progress_, seen.now));
        }
        return look;
    }

    // Words

    Phase phase(const Observation& seen) {
        const Cohort& stable = seen.cohorts.front();
        const Cohort& canary = seen.cohorts.back();
        if (final_) return *final_;
        if (at_.promoted) {
            const bool alone = params_.routed ? told(seen, params_.max_weight) : status_.replicas == status_.updated;
            if (alone && canary.available >= params_.replicas) final_ = Phase::kPromoted;
            return final_.value_or(is_late() ? Phase::kStuck : Phase::kMoving);
        }
        if (at_.aborted) {
            const bool back = params_.routed ? told(seen, 0) : canary.instances == 0;
            if (back && stable.available >= params_.replicas) final_ = Phase::kRolledBack;
            return final_.value_or(Phase::kRollingBack);
        }
        if (has_inconclusive()) return Phase::kPaused;
        if (is_late()) return Phase::kStuck;
        if (pause_.since || asks_to_end()) return Phase::kPaused;
        if (step_run_ || experimenting()) return Phase::kBaking;
        return Phase::kMoving;
    }

    void explain(const Observation& seen, Directive& want) {
        const Cohort& canary = seen.cohorts.back();
        want.phase = phase(seen);
        const std::string sizes = of(canary.available, canary.desired) + " canary available, " +
                                  of(seen.cohorts.front().available, seen.cohorts.front().desired) + " stable";
        if (at_.aborted) {
            want.reason = "abort at " + where(aborted_at_step_) + ": " + abort_reason_ + ": " + sizes;
        } else if (at_.promoted) {
            want.reason = (final_ ? "" : "all steps done: ") + sizes;
        } else if (has_inconclusive()) {
            want.reason = where(at_.step) + ": " + inconclusive_ + " was inconclusive";
        } else if (is_late()) {
            want.reason = where(at_.step) + ": no progress for " + strategies::spell(*params_.progress_deadline) +
                          ", still trying: " + sizes;
        } else if (pause_.since) {
            const std::optional<Duration> wait = step_as<Pause>()->duration;
            want.asks_approval = !wait && !seen.approved;
            want.reason = where(at_.step) + (wait ? " until " + strategies::spell(after(*pause_.since, *wait))
                                                  : " until a person promotes");
        } else if (experimenting()) {
            want.asks_approval = asks_to_end() && !seen.approved;
            want.reason =
                where(at_.step) + ": " + experiments_->state() + (asks_to_end() ? " until a person ends it" : "");
        } else {
            want.reason = where(at_.step) + ": " + (step_run_ ? "running" : sizes);
        }
    }

    std::string where(std::size_t index) const {
        if (index >= params_.steps.size()) return params_.steps.empty() ? "no steps" : "all steps done";
        return "step " + of(static_cast<int>(index + 1), static_cast<int>(params_.steps.size())) + ": " +
               spell(params_.steps[index]);
    }

    CanaryParams params_;
    argo::RolloutKind kind_;
    argo::Fenceposts limits_;
    argo::AbortDelay abort_delay_;

    argo::CanaryPosition at_;
    argo::PauseStatus pause_;
    bool asked_ = false;  // the last directive asked for approval
    std::uint32_t next_run_ = 1;
    std::optional<std::uint32_t> step_run_;
    std::optional<std::uint32_t> background_;
    std::optional<Experiments> experiments_;
    std::string inconclusive_;  // the analysis that nobody can judge; empty: none
    std::string abort_reason_;
    std::size_t aborted_at_step_ = 0;
    int weight_ = 0;  // last wanted for the canary, of max_weight
    std::optional<Time> abort_scale_down_at_;
    std::vector<std::optional<Time>> retired_at_;  // by version: when it is to be scaled down
    kubernetes::Status status_;                    // as last seen
    kubernetes::MaybeProgress progress_;
    std::optional<Phase> final_;
};

void validate(const RunExperiment& experiment, const std::string& name) {
    for (const ExperimentSide& side : {experiment.stable, experiment.canary}) {
        require(side.replicas >= 0 && side.weight >= 0, name + "an experiment's numbers must not be negative");
        require(side.replicas > 0 || side.weight == 0, name + "an experiment's weight needs instances");
    }
    require(experiment.stable.replicas + experiment.canary.replicas > 0, name + "an experiment needs instances");
    require(!experiment.duration || *experiment.duration >= Duration::zero(),
            name + "an experiment's duration must not be negative");
    require(experiment.scale_down_delay >= Duration::zero(), name + "a scale-down delay must not be negative");
}

void validate(const CanaryParams& params) {
    require(params.replicas >= 1, "replicas must be at least 1");
    require(params.max_surge.value >= 0, "max_surge must not be negative");
    require(params.max_unavailable.value >= 0, "max_unavailable must not be negative");
    require(!params.max_unavailable.percent || params.max_unavailable.value <= 100,
            "max_unavailable must not be above 100%");
    require(params.max_surge.value > 0 || params.max_unavailable.value > 0,
            "max_surge and max_unavailable must not both be 0");
    require(params.max_weight >= 1, "max_weight must be at least 1");
    require(!params.min_pods_per_replica_set || *params.min_pods_per_replica_set >= 1,
            "min_pods_per_replica_set must be at least 1");
    require(!params.progress_deadline || *params.progress_deadline > Duration::zero(),
            "progress_deadline must be above 0");
    for (const std::optional<Duration>& delay : {params.scale_down_delay, params.abort_scale_down_delay}) {
        require(!delay || *delay >= Duration::zero(), "a scale-down delay must not be negative");
    }
    require(params.routed || !params.scale_down_delay, "scale_down_delay needs a traffic router");
    require(params.routed || !params.dynamic_stable_scale, "dynamic_stable_scale needs a traffic router");
    require(!params.scale_down_delay || !params.dynamic_stable_scale,
            "scale_down_delay has no meaning with dynamic_stable_scale");

    for (std::size_t i = 0; i < params.steps.size(); ++i) {
        const std::string name = "step " + std::to_string(i + 1) + ": ";
        if (const auto* it = std::get_if<SetWeight>(&params.steps[i])) {
            require(it->weight >= 0 && it->weight <= params.max_weight,
                    name + "weight must be from 0 to " + std::to_string(params.max_weight));
        } else if (const auto* pause = std::get_if<Pause>(&params.steps[i])) {
            require(!pause->duration || *pause->duration >= Duration::zero(), name + "a pause must not be negative");
        } else if (const auto* scale = std::get_if<SetCanaryScale>(&params.steps[i])) {
            require(params.routed, name + "setCanaryScale needs a traffic router");
            const int given = scale->replicas.has_value() + scale->weight.has_value() + scale->match_traffic_weight;
            require(given == 1, name + "setCanaryScale takes replicas, weight or match_traffic_weight");
            require(scale->replicas.value_or(0) >= 0 && scale->weight.value_or(0) >= 0,
                    name + "setCanaryScale must not be negative");
        } else if (const auto* mirror = std::get_if<SetMirror>(&params.steps[i])) {
            require(params.routed, name + "setMirrorRoute needs a traffic router");
            require(mirror->percentage >= 0 && mirror->percentage <= 100, name + "percentage must be from 0 to 100");
        } else if (const auto* experiment = std::get_if<RunExperiment>(&params.steps[i])) {
            validate(*experiment, name);
            const int besides = experiment->stable.weight + experiment->canary.weight;
            require(params.routed || besides == 0, name + "an experiment's weights need a traffic router");
            const int all = besides + argo::current_set_weight(params.steps, i, false, params.max_weight);
            require(all <= params.max_weight, name + "the weights of the canary and of the experiment add up to " +
                                                  std::to_string(all) + " of " + std::to_string(params.max_weight));
        }
    }
    if (params.background) {
        const int last = std::max(0, static_cast<int>(params.steps.size()) - 1);
        require(params.background->starting_step >= 0 && params.background->starting_step <= last,
                "the background analysis must start at a step from 0 to " + std::to_string(last));
    }
}

}  // namespace

Canary::Canary(CanaryParams params) : params_(std::move(params)) { validate(params_); }

bool Canary::brings_baseline() const { return experiments_with(1, params_); }

std::string Canary::describe() const {
    std::string text = "canary(replicas=" + std::to_string(params_.replicas) +
                       ", max_surge=" + to_string(params_.max_surge) +
                       ", max_unavailable=" + to_string(params_.max_unavailable) + ", steps=[";
    for (std::size_t i = 0; i < params_.steps.size(); ++i) text += (i ? ", " : "") + spell(params_.steps[i]);
    text += "]";
    const auto add = [&text](const std::string& name, const std::optional<std::string>& value) {
        if (value) text += ", " + name + "=" + *value;
    };
    const auto time = [](std::optional<Duration> given) -> std::optional<std::string> {
        if (!given) return std::nullopt;
        return strategies::spell(*given);
    };
    if (params_.routed) text += ", routed";
    if (params_.max_weight != 100) add("max_weight", std::to_string(params_.max_weight));
    if (params_.min_pods_per_replica_set) add("min_pods", std::to_string(*params_.min_pods_per_replica_set));
    if (params_.progress_threshold) add("progress_threshold", to_string(*params_.progress_threshold));
    add("scale_down_delay", time(params_.scale_down_delay));
    add("abort_scale_down_delay", time(params_.abort_scale_down_delay));
    add("progress_deadline", time(params_.progress_deadline).value_or("none"));
    if (params_.progress_deadline_abort) text += ", progress_deadline_abort";
    if (params_.dynamic_stable_scale) text += ", dynamic_stable_scale";
    if (params_.background) {
        add("background", "analysis " + std::to_string(index_of(params_.background->analysis)) + " from step " +
                              std::to_string(params_.background->starting_step + 1));
    }
    return text + ")";
}

std::unique_ptr<Controller> Canary::start(const Launch& launch) const {
    return std::make_unique<CanaryController>(params_, launch);
}

}  // namespace rollcast::strategies
