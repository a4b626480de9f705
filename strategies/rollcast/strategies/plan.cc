#include "rollcast/strategies/plan.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/way_back.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

std::string within(const std::optional<Duration>& limit) { return limit ? " within " + spell(*limit) : ""; }

std::string spell_step(const plan::Scale& step) {
    std::string text = "scale";
    if (step.old_version) text += " old to " + to_string(*step.old_version);
    if (step.new_version) text += " new to " + to_string(*step.new_version);
    if (step.enough) text += " until " + to_string(*step.enough) + " new are available";
    return text + within(step.within);
}
std::string spell_step(const plan::Shift& step) {
    std::ostringstream text;
    text << "shift to " << 100 * step.weight << "%";
    return text.str();
}
std::string spell_step(const plan::Wait& step) { return "wait " + spell(step.duration); }
std::string spell_step(const plan::Analyse& step) {
    return "analysis " + std::to_string(index_of(step.analysis)) + within(step.within);
}
std::string spell_step(const plan::Approve& step) { return "approval" + within(step.within); }
std::string spell_step(const plan::Step& step) {
    return std::visit([](const auto& it) { return spell_step(it); }, step);
}

class PlanController final : public Controller {
   public:
    PlanController(const PlanParams& params, const Launch& launch)
        : params_(params), before_(launch.replicas), old_(launch.replicas) {}

    Directive decide(const Observation& seen) override {
        if (seen.replicas && *seen.replicas != params_.replicas) resize(*seen.replicas);
        if (seen.aborted && !over_ && back_.empty()) back_ = "aborted from outside";
        while (back_.empty() && at_ < params_.steps.size() && follow(seen)) {
            ++at_;
            since_.reset();
        }
        Directive want = !back_.empty() ? way_back(seen, before_, back_)
                         : at_ < params_.steps.size()
                             ? std::visit([&](const auto& step) { return hold(step, seen); }, params_.steps[at_])
                             : finish(seen);
        if (is_final(want.phase)) over_ = want.phase;
        want.phase = over_.value_or(want.phase);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<PlanController>(*this); }

   private:
    int count(Amount amount) const { return resolve(amount, params_.replicas, Rounding::kUp); }

    /// What was never scaled has the workload's size, and percentages are of that.
    void resize(int replicas) {
        params_.replicas = before_ = replicas;
        old_ = old_amount_ ? count(*old_amount_) : replicas;
        new_ = new_amount_ ? count(*new_amount_) : 0;
    }

    /// Whether the step is done. May find that it never will be.
    bool follow(const Observation& seen) {
        if (!since_) {
            since_ = seen.now;
            asked_ = false;
            run_ += std::holds_alternative<plan::Analyse>(params_.steps[at_]);
        }
        return std::visit([&](const auto& step) { return is_done(step, seen) || is_late(step, seen); },
                          params_.steps[at_]);
    }

    bool is_done(const plan::Scale& step, const Observation& seen) {
        if (step.old_version) old_ = count(*(old_amount_ = step.old_version));
        if (step.new_version) new_ = count(*(new_amount_ = step.new_version));
        const Cohort &old = seen.cohorts.front(), &fresh = seen.cohorts.back();
        if (step.enough) return fresh.available >= count(*step.enough);
        return old.available >= old_ && old.instances == old_ && fresh.available >= new_ && fresh.instances == new_;
    }
    bool is_done(const plan::Shift& step, const Observation& seen) {
        weight_ = step.weight;
        return seen.routed && seen.cohorts.back().weight == step.weight;
    }
    bool is_done(const plan::Wait& step, const Observation& seen) const {
        return seen.now >= after(*since_, step.duration);
    }
    bool is_done(const plan::Analyse&, const Observation& seen) {
        const AnalysisPhase phase = seen.analysis(run_);
        if (is_complete(phase) && phase != AnalysisPhase::kSuccessful) back_ = where() + " did not succeed";
        return phase == AnalysisPhase::kSuccessful;
    }
    bool is_done(const plan::Approve&, const Observation& seen) const { return asked_ && seen.approved; }

    /// Always false: a step that is late is not done, but the end of the plan.
    template <typename Step>
    bool is_late(const Step& step, const Observation& seen) {
        if constexpr (requires { step.within; }) {
            if (back_.empty() && step.within && seen.now >= after(*since_, *step.within)) back_ = where() + " is late";
        }
        return false;
    }

    Directive hold(const plan::Scale& step, const Observation& seen) const {
        Directive want = moving(seen);
        want.reason = where() + ": " + of(seen.cohorts.back().available, new_) + " new available";
        await_progress(want, seen);
        wake_by(want, step.within);
        return want;
    }
    Directive hold(const plan::Shift&, const Observation& seen) const {
        Directive want = moving(seen);
        want.reason = where();
        return want;
    }
    Directive hold(const plan::Wait& step, const Observation& seen) const {
        Directive want = moving(seen);
        want.phase = Phase::kPaused;
        want.reason = where();
        wake_by(want, step.duration);
        return want;
    }
    Directive hold(const plan::Analyse& step, const Observation& seen) const {
        Directive want = moving(seen);
        want.phase = Phase::kBaking;
        want.analyses.push_back({run_, step.analysis});
        want.reason = where();
        wake_by(want, step.within);
        return want;
    }
    Directive hold(const plan::Approve& step, const Observation& seen) {
        Directive want = moving(seen);
        want.phase = Phase::kPaused;
        // What was granted to the step before is not granted to this one: it asks once that is over.
        asked_ = asked_ || !seen.approved;
        want.asks_approval = asked_;
        want.reason = where();
        wake_by(want, step.within);
        if (!asked_) want.wake_at = std::min(want.wake_at, seen.now + Duration(1));
        return want;
    }

    /// After the last step: the new version is completed and gets everything.
    Directive finish(const Observation& seen) {
        if (!since_) since_ = seen.now;
        new_ = params_.replicas;
        const int available = seen.cohorts.back().available;
        const bool there = over_ || available >= new_;
        if (there) {
            old_ = 0;
            if (weight_) weight_ = 1;
        }
        Directive want = moving(seen);
        want.reason = "all steps done: " + of(available, new_) + " new available";
        if (there) {
            want.phase = Phase::kPromoted;
        } else {
            await_progress(want, seen);
        }
        return want;
    }

    Directive moving(const Observation& seen) const {
        Directive want(seen.cohorts.size());
        want.targets.front().desired = old_;
        want.targets.back().desired = new_;
        if (!weight_) return want;
        for (Target& target : want.targets) target.weight = 0;
        want.targets.front().weight = 1 - *weight_;
        want.targets.back().weight = *weight_;
        return want;
    }

    void await_progress(Directive& want, const Observation& seen) const {
        if (!params_.progress_deadline) return;
        if (seen.now >= after(*since_, *params_.progress_deadline)) {
            want.phase = Phase::kStuck;
        } else {
            wake_by(want, params_.progress_deadline);
        }
    }

    void wake_by(Directive& want, const std::optional<Duration>& limit) const {
        if (limit) want.wake_at = std::min(want.wake_at, after(*since_, *limit));
    }

    std::string where() const {
        return "step " + of(static_cast<int>(at_ + 1), static_cast<int>(params_.steps.size())) + ", " +
               spell_step(params_.steps[at_]);
    }

    PlanParams params_;
    int before_;  // replicas of the old version
    std::size_t at_ = 0;
    std::optional<Time> since_;  // the step began
    bool asked_ = false;         // it asks for approval
    std::uint32_t run_ = 0;      // of the last analysis
    int old_;                    // instances wanted
    int new_ = 0;
    std::optional<Amount> old_amount_{};  // as the last step to scale said; none: none did
    std::optional<Amount> new_amount_{};
    std::optional<double> weight_;  // of the new version, once it has one
    std::string back_;              // why it goes back; empty: it does not
    std::optional<Phase> over_;
};

}  // namespace

Plan::Plan(PlanParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(!params_.progress_deadline || *params_.progress_deadline > Duration::zero(),
            "progress_deadline must be above 0");
    for (const plan::Step& step : params_.steps) {
        if (const auto* scale = std::get_if<plan::Scale>(&step)) {
            for (const auto& amount : {scale->old_version, scale->new_version, scale->enough}) {
                require(!amount || amount->value >= 0, "a number of instances must not be negative");
            }
        } else if (const auto* shift = std::get_if<plan::Shift>(&step)) {
            require(shift->weight >= 0 && shift->weight <= 1, "a weight must be from 0 to 1");
        } else if (const auto* wait = std::get_if<plan::Wait>(&step)) {
            require(wait->duration >= Duration::zero(), "a wait must not be negative");
        }
    }
}

std::string Plan::describe() const {
    std::string text = "plan(replicas=" + std::to_string(params_.replicas) + ", steps=[";
    for (const plan::Step& step : params_.steps) text += (&step == params_.steps.data() ? "" : "; ") + spell_step(step);
    return text + "], progress_deadline=" + (params_.progress_deadline ? spell(*params_.progress_deadline) : "none") +
           ")";
}

std::unique_ptr<Controller> Plan::start(const Launch& launch) const {
    return std::make_unique<PlanController>(params_, launch);
}

}  // namespace rollcast::strategies
