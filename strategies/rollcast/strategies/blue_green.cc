#include "rollcast/strategies/blue_green.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/strategies/blue_green_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using argo::AnalysisRole;
using argo::Consequence;
using kubernetes::ProgressReason;

/// A stage of the rollout's own: an analysis before or after the switch.
struct Stage {
    AnalysisRole role;
    std::optional<AnalysisId> analysis;
    std::optional<std::uint32_t> run;

    const char* name() const {
        return role == AnalysisRole::kPrePromotion ? "pre-promotion analysis" : "post-promotion analysis";
    }
    bool is_done(const Observation& seen) const {
        return !analysis || (run && seen.analysis(*run) == AnalysisPhase::kSuccessful);
    }
};

class BlueGreenController final : public Controller {
   public:
    BlueGreenController(const BlueGreenParams& params, const Launch& launch)
        : params_(params),
          abort_delay_(argo::abort_scale_down_delay(kKind, params.abort_scale_down_delay).delay),
          pre_{.role = AnalysisRole::kPrePromotion, .analysis = params.pre_promotion, .run = {}},
          post_{.role = AnalysisRole::kPostPromotion, .analysis = params.post_promotion, .run = {}},
          status_{launch.replicas, launch.replicas, launch.replicas, launch.replicas},
          progress_{{ProgressReason::kNewReplicaSetCreated, launch.at}} {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "blue/green needs an old and a new version");
        retired_at_.resize(seen.cohorts.size());
        params_.replicas = seen.replicas.value_or(params_.replicas);
        bool moved = take_approval(seen);
        if (seen.aborted && under_way()) abort("aborted from outside");
        while (advance(seen)) moved = true;
        watch_progress(seen, moved);

        Directive want(seen.cohorts.size());
        scale(seen, want);
        for (Target& target : want.targets) {
            target.weight = 0;
            target.counted = false;
        }
        Target& active = at_.active_is_new ? want.targets.back() : want.targets.front();
        active.weight = 1;
        active.counted = true;
        if (under_way()) {
            for (const Stage* stage : {&pre_, &post_}) {
                if (stage->run) want.analyses.push_back({*stage->run, *stage->analysis});
            }
        }
        want.wake_at = next_look(seen);
        explain(seen, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<BlueGreenController>(*this); }

   private:
    static constexpr argo::RolloutKind kKind = argo::RolloutKind::kBlueGreen;

    bool under_way() const { return !promoted_ && !aborted_; }
    bool has_inconclusive() const { return !inconclusive_.empty(); }

    argo::BlueGreenPosition position() const {
        argo::BlueGreenPosition at = at_;
        at.paused = pause_.since.has_value() || has_inconclusive();
        return at;
    }
    int wanted_size() const { return argo::new_rs_count(params_.replicas, params_.preview_replica_count, position()); }

    static bool has_size(const Cohort& cohort, int size) { return cohort.desired == size && cohort.available == size; }
    static bool told_new(const Observation& seen) { return seen.routed && seen.cohorts.back().weight == 1; }
    static bool told_old(const Observation& seen) { return !seen.routed || seen.cohorts.front().weight == 1; }

    // The way to the switch and behind it

    bool take_approval(const Observation& seen) {
        if (!seen.approved || !pause_.since) return false;
        pause_.since.reset();
        return true;
    }

    /// One move, if the observation allows one.
    bool advance(const Observation& seen) {
        if (!under_way() || has_inconclusive()) return false;
        return at_.active_is_new ? finish(seen) : prepare(seen);
    }

    bool prepare(const Observation& seen) {
        const Cohort& fresh = seen.cohorts.back();
        const int preview = params_.preview_replica_count.value_or(params_.replicas);
        if (!analyse(pre_, has_size(fresh, preview), seen)) return aborted_;

        const bool ready = has_size(fresh, wanted_size());
        if (ready && pre_.is_done(seen) && !at_.checkpoint && !pause_.by_controller &&
            argo::needs_pause(params_.auto_promotion_enabled, params_.auto_promotion)) {
            pause_ = {true, seen.now};
        }
        const bool may_go_on = pre_.is_done(seen) &&
                               argo::blue_green_pause_completed(params_.auto_promotion_enabled, params_.auto_promotion,
                                                                at_.checkpoint, pause_, seen.now);
        if (!may_go_on) return false;
        if (ready && has_size(fresh, params_.replicas)) {
            at_.active_is_new = true;
        } else if (params_.preview_replica_count && !at_.checkpoint && fresh.available == preview) {
            at_.checkpoint = true;
        } else {
            return false;
        }
        pause_.since.reset();
        return true;
    }

    bool finish(const Observation& seen) {
        const bool ready = told_new(seen) && has_size(seen.cohorts.back(), params_.replicas);
        if (!analyse(post_, ready, seen)) return aborted_;
        if (!told_new(seen) || !post_.is_done(seen)) return false;
        return promoted_ = true;
    }

    /// Starts the analysis of a stage when `ready`, and follows its verdict. False when that holds the rollout up.
    bool analyse(Stage& stage, bool ready, const Observation& seen) {
        if (!stage.analysis) return true;
        if (!stage.run && ready) stage.run = next_run_++;
        if (!stage.run) return true;
        const Consequence it = argo::analysis_consequence(stage.role, seen.analysis(*stage.run));
        if (it == Consequence::kPause) inconclusive_ = stage.name();
        if (is_abort(it)) abort(std::string(stage.name()) + " failed");
        return !is_abort(it) && !has_inconclusive();
    }

    /// Live traffic goes back at once, as the documentation of Argo Rollouts says. (Its controller, rollout/service.go,
    /// waits for the new ReplicaSet to be fully available even then, and so perhaps for ever.)
    void abort(std::string why) {
        abort_reason_ = std::move(why);
        aborted_ = true;
        at_.active_is_new = false;
        pause_ = {};
    }

    // Sizes

    void scale(const Observation& seen, Directive& want) {
        const std::size_t last = seen.cohorts.size() - 1;
        for (std::size_t i = 0; i <= last; ++i) want.targets[i].desired = seen.cohorts[i].desired;
        if (!promoted_) want.targets.front().desired = params_.replicas;
        want.targets.back().desired = argo::reconcile_new_replica_set(
            wanted_size(), seen.cohorts.back().desired, params_.replicas, seen.cohorts.front().available, aborted_,
            abort_delay_, abort_scale_down_at_, seen.now);
        if (has_inconclusive()) return;

        const std::size_t first = promoted_ ? 0 : 1;
        std::vector<argo::RetiredReplicaSet> retired;
        for (std::size_t i = last; i-- > first;) {
            if (seen.cohorts[i].desired == 0) retired_at_[i].reset();
            retired.push_back({seen.cohorts[i].desired, retired_at_[i]});
        }
        for (int pass = 0; pass < 2; ++pass) {  // what the first notes, the second follows, at once
            argo::scale_down_retired(retired, params_.scale_down_delay_revision_limit,
                                     argo::scale_down_delay(kKind, params_.scale_down_delay), params_.replicas,
                                     seen.now);
        }
        for (std::size_t i = first; i < last; ++i) {
            const argo::RetiredReplicaSet& set = retired[last - 1 - i];
            want.targets[i].desired = set.spec;
            retired_at_[i] = set.scale_down_at;
        }
    }

    // Progress

    bool waits_on_purpose() const {
        if (has_inconclusive() || pause_.since) return true;
        return std::any_of(retired_at_.begin(), retired_at_.end(), [](const auto& at) { return at.has_value(); });
    }

    bool is_late() const { return progress_ && progress_->reason == ProgressReason::kProgressDeadlineExceeded; }

    void watch_progress(const Observation& seen, bool moved) {
        const kubernetes::Status status = kubernetes::status_of(seen.cohorts);
        healthy_ = at_.active_is_new && seen.cohorts.back().available == params_.replicas &&
                   status.updated == params_.replicas;
        if (!aborted_) {
            progress_ = argo::sync_progress(
                params_.progress_deadline,
                {.before = status_, .after = status, .moved = moved, .healthy = healthy_, .exempt = waits_on_purpose()},
                progress_, seen.now);
            if (is_late() && params_.progress_deadline_abort && !promoted_) {
                abort("no progress for " + spell(*params_.progress_deadline));
            }
        }
        status_ = status;
    }

    Time next_look(const Observation& seen) const {
        Time look = kNever;
        const auto by = [&](Time time) {
            if (time > seen.now) look = std::min(look, time);
        };
        if (pause_.since && params_.auto_promotion > Duration::zero()) {
            by(argo::pause_over_at(*pause_.since, params_.auto_promotion));
        }
        if (abort_scale_down_at_) by(*abort_scale_down_at_);
        for (const std::optional<Time>& at : retired_at_) {
            if (at) by(*at);
        }
        if (!aborted_ && !waits_on_purpose()) {
            by(kubernetes::deadline_check_at(params_.progress_deadline, healthy_, progress_, seen.now));
        }
        return look;
    }

    // Words

    Phase phase(const Observation& seen) {
        if (final_) return *final_;
        if (promoted_) {
            if (told_new(seen) && healthy_) final_ = Phase::kPromoted;
            return final_.value_or(is_late() ? Phase::kStuck : Phase::kMoving);
        }
        if (aborted_) {
            if (told_old(seen) && seen.cohorts.front().available >= params_.replicas) final_ = Phase::kRolledBack;
            return final_.value_or(Phase::kRollingBack);
        }
        if (has_inconclusive() || pause_.since) return Phase::kPaused;
        if (is_late()) return Phase::kStuck;
        return running(seen) ? Phase::kBaking : Phase::kMoving;
    }

    /// The analysis that the rollout waits for.
    const Stage* running(const Observation& seen) const {
        const Stage& stage = at_.active_is_new ? post_ : pre_;
        return stage.run && !stage.is_done(seen) ? &stage : nullptr;
    }

    void explain(const Observation& seen, Directive& want) {
        const Cohort& fresh = seen.cohorts.back();
        want.phase = phase(seen);
        const bool needs_person = !params_.auto_promotion_enabled.value_or(true);
        const std::string sizes = of(fresh.available, want.targets.back().desired) + " available";
        if (aborted_) {
            want.reason = "abort: " + abort_reason_;
        } else if (promoted_) {
            want.reason = (final_ ? "" : "switched for good: ") + sizes;
        } else if (has_inconclusive()) {
            want.reason = inconclusive_ + " was inconclusive";
        } else if (pause_.since) {
            want.asks_approval = needs_person;
            want.reason = "before promotion until " +
                          (needs_person ? "a person promotes" : spell(after(*pause_.since, params_.auto_promotion)));
        } else if (is_late()) {
            want.reason = "no progress for " + spell(*params_.progress_deadline) + ", still trying: " +
                          (running(seen) ? std::string(running(seen)->name()) + " running" : sizes);
        } else if (const Stage* stage = running(seen)) {
            want.reason = std::string(stage->name()) + " running";
        } else {
            want.reason = (at_.active_is_new ? "switched to the new version: " : "preview: ") + sizes;
        }
    }

    BlueGreenParams params_;
    std::optional<Duration> abort_delay_;

    argo::BlueGreenPosition at_;
    argo::PauseStatus pause_;
    Stage pre_;
    Stage post_;
    std::uint32_t next_run_ = 1;
    bool promoted_ = false;
    bool aborted_ = false;
    std::string inconclusive_;  // the analysis that nobody can judge; empty: none
    std::string abort_reason_;
    std::optional<Time> abort_scale_down_at_;
    std::vector<std::optional<Time>> retired_at_;  // by version: when it is to be scaled down
    kubernetes::Status status_;                    // as last seen
    bool healthy_ = false;
    kubernetes::MaybeProgress progress_;
    std::optional<Phase> final_;
};

}  // namespace

BlueGreen::BlueGreen(BlueGreenParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(params_.preview_replica_count.value_or(0) >= 0, "preview_replica_count must not be negative");
    require(params_.auto_promotion >= Duration::zero(), "auto_promotion must not be negative");
    require(params_.scale_down_delay_revision_limit.value_or(0) >= 0,
            "scale_down_delay_revision_limit must not be negative");
    for (const std::optional<Duration>& delay : {params_.scale_down_delay, params_.abort_scale_down_delay}) {
        require(!delay || *delay >= Duration::zero(), "a scale-down delay must not be negative");
    }
    require(!params_.progress_deadline || *params_.progress_deadline > Duration::zero(),
            "progress_deadline must be above 0");
}

std::string BlueGreen::describe() const {
    std::string text = "blue_green(replicas=" + std::to_string(params_.replicas);
    const auto add = [&text](std::string_view name, const std::string& value) {
        text.append(", ").append(name).append("=").append(value);
    };
    if (params_.preview_replica_count) add("preview_replica_count", std::to_string(*params_.preview_replica_count));
    add("auto_promotion", !params_.auto_promotion_enabled.value_or(true) ? "off" : spell(params_.auto_promotion));
    if (params_.scale_down_delay) add("scale_down_delay", spell(*params_.scale_down_delay));
    if (params_.scale_down_delay_revision_limit) {
        add("scale_down_delay_revision_limit", std::to_string(*params_.scale_down_delay_revision_limit));
    }
    if (params_.abort_scale_down_delay) add("abort_scale_down_delay", spell(*params_.abort_scale_down_delay));
    add("progress_deadline", params_.progress_deadline ? spell(*params_.progress_deadline) : "none");
    if (params_.progress_deadline_abort) text += ", progress_deadline_abort";
    if (params_.pre_promotion) add("pre_promotion", "analysis " + std::to_string(index_of(*params_.pre_promotion)));
    if (params_.post_promotion) add("post_promotion", "analysis " + std::to_string(index_of(*params_.post_promotion)));
    return text + ")";
}

std::unique_ptr<Controller> BlueGreen::start(const Launch& launch) const {
    return std::make_unique<BlueGreenController>(params_, launch);
}

}  // namespace rollcast::strategies
