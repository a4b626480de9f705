#include "rollcast/strategies/experiment.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/argo_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

constexpr double kRounding = 1e-9;  // of a difference of shares

}  // namespace

bool RunExperiment::needs_person() const {
    return !duration && std::none_of(analyses.begin(), analyses.end(), [](const auto& it) { return it.required; });
}

std::string spell(const RunExperiment& step) {
    std::string text = "experiment";
    const char* between = " ";
    const auto add = [&](const ExperimentSide& side, const char* version) {
        if (side.replicas == 0) return;
        text += between + std::to_string(side.replicas) + " " + version;
        if (side.weight > 0) text += " at " + std::to_string(side.weight);
        between = ", ";
    };
    add(step.stable, "stable");
    add(step.canary, "canary");
    if (step.duration) text += " for " + strategies::spell(*step.duration);
    between = " with ";
    for (const ExperimentAnalysis& it : step.analyses) {
        text += between + ("analysis " + std::to_string(index_of(it.analysis)));
        if (it.required) text += " (required)";
        between = ", ";
    }
    const RunExperiment usual;
    if (step.scale_down_delay != usual.scale_down_delay) {
        text += ", scale_down_delay " + strategies::spell(step.scale_down_delay);
    }
    return text;
}

AnalysisPhase argo::experiment_phase(AnalysisPhase instances, std::span<const ExperimentAnalysis> analyses,
                                     std::span<const AnalysisPhase> phases) {
    AnalysisPhase worst = AnalysisPhase::kSuccessful;
    bool any_required = false, all_successful = true;
    for (std::size_t i = 0; i < analyses.size(); ++i) {
        worst = std::max(worst, phases[i]);
        any_required |= analyses[i].required;
        all_successful &= !analyses[i].required || phases[i] == AnalysisPhase::kSuccessful;
    }
    if (instances == AnalysisPhase::kFailed) return instances;
    if (any_required && all_successful) return AnalysisPhase::kSuccessful;
    if (is_complete(worst) && worst != AnalysisPhase::kSuccessful) return worst;
    return any_required && is_complete(instances) ? AnalysisPhase::kRunning : instances;
}

std::vector<Cohort> Experiments::rest(std::span<const Cohort> all) {
    ensure(all.size() == (baseline_ ? 3u : 2u), "an experiment with a baseline needs a scenario that has one");
    const Cohort& fresh = all.back();
    const bool is_last = fresh.desired == last_.fresh && (!baseline_ || all[1].desired == last_.baseline) &&
                         (!fresh.routed || fresh.weight == last_.weight);
    seen_ = is_last ? last_ : before_;
    Cohort own = fresh;
    own.desired -= seen_.extra();
    if (fresh.routed) own.weight -= seen_.share;
    // The rollout's own were there before the experiment's, and come after those that an experiment left behind.
    const bool own_last = !running() && successful_;
    for (int Cohort::* count : {&Cohort::instances, &Cohort::ready, &Cohort::available}) {
        own.*count = own_last ? std::max(0, fresh.*count - seen_.extra()) : std::min(own.desired, fresh.*count);
    }
    available_ = {};
    if (running() && seen_.number == number_) {
        if (baseline_) available_.stable = std::max(0, all[1].available - seen_.leaving.stable);
        available_.canary = std::max(0, fresh.available - own.available - seen_.leaving.canary);
    }
    return {all.front(), own};
}

void Experiments::begin(const RunExperiment& step, std::uint32_t first_run, Time now) {
    step_ = step;
    ++number_;
    first_run_ = first_run;
    available_at_.reset();
    available_ = counted_ = {};
    changed_at_ = now;
    serves_ = over_ = late_ = granted_ = false;
}

AnalysisPhase Experiments::look(const Observation& seen) {
    const RunExperiment& step = *step_;
    if (std::exchange(counted_, available_) != available_) changed_at_ = seen.now;
    const bool whole = available_ == wanted();
    if (whole && !available_at_) available_at_ = seen.now;
    const bool served = whole && step.duration && seen.now >= argo::pause_over_at(*available_at_, *step.duration);
    if (!over_ && (served || granted_)) leave(seen.now);
    late_ = !over_ && !whole && progress_deadline_ && seen.now >= argo::pause_over_at(changed_at_, *progress_deadline_);

    std::vector<AnalysisPhase> phases;
    for (std::uint32_t i = 0; i < step.analyses.size(); ++i) phases.push_back(seen.analysis(first_run_ + i));
    const AnalysisPhase instances = over_   ? AnalysisPhase::kSuccessful
                                    : late_ ? AnalysisPhase::kFailed
                                    : whole ? AnalysisPhase::kRunning
                                            : AnalysisPhase::kPending;
    const AnalysisPhase phase = argo::experiment_phase(instances, step.analyses, phases);
    serves_ = phase == AnalysisPhase::kRunning && !over_;
    return phase;
}

std::string Experiments::state() const {
    return over_ ? "waits for analyses" : of(available_.sum(), wanted().sum()) + " available";
}

void Experiments::end(Time now, bool successful) {
    if (!running()) return;
    if (!over_) leave(now);
    step_.reset();
    serves_ = false;
    successful_ = successful;
}

double Experiments::share(int weight) const { return static_cast<double>(weight) / max_weight_; }

void Experiments::shift() { weights_ = serves_ ? Sizes{step_->stable.weight, step_->canary.weight} : Sizes{}; }

void Experiments::add(std::span<const Cohort> all, Time now, Directive& want) {
    std::erase_if(leaving_, [&](const Leaving& it) { return now >= it.until; });
    Asked asked{.running = wanted(), .leaving = left(), .share = share(weights_.canary), .number = number_};
    Target& fresh = want.targets.back();
    // One change at a time: only then can the rollout's own be told from the sum.
    if (asked.extra() != seen_.extra()) fresh.desired = all.back().desired - seen_.extra();
    fresh.desired += asked.extra();
    Target beside;
    beside.desired = asked.running.stable + asked.leaving.stable;
    if (fresh.weight) {
        const double own = all.back().routed ? all.back().weight - seen_.share : 0;
        if (asked.share != seen_.share && *fresh.weight > own + kRounding) fresh.weight = own;
        *fresh.weight = std::min(1., *fresh.weight + asked.share);
        beside.weight = std::min(share(weights_.stable), 1 - *fresh.weight);
        want.targets.front().weight = 1 - *fresh.weight - *beside.weight;
    }
    asked.fresh = fresh.desired;
    asked.baseline = beside.desired;
    asked.weight = fresh.weight.value_or(0);
    if (asked != last_) before_ = std::exchange(last_, asked);
    if (baseline_) want.targets.insert(want.targets.begin() + 1, beside);

    const auto by = [&](Time time) {
        if (time > now) want.wake_at = std::min(want.wake_at, time);
    };
    for (const Leaving& it : leaving_) by(it.until);
    if (!running()) return;
    for (std::uint32_t i = 0; available_at_ && i < step_->analyses.size(); ++i) {
        want.analyses.push_back({first_run_ + i, step_->analyses[i].analysis});
    }
    if (over_) return;
    if (available_at_ && step_->duration) by(argo::pause_over_at(*available_at_, *step_->duration));
    if (progress_deadline_ && available_ != wanted()) by(argo::pause_over_at(changed_at_, *progress_deadline_));
}

Experiments::Sizes Experiments::wanted() const {
    return running() && !over_ ? Sizes{step_->stable.replicas, step_->canary.replicas} : Sizes{};
}

Experiments::Sizes Experiments::left() const {
    Sizes sum;
    for (const Leaving& it : leaving_) sum = {sum.stable + it.sizes.stable, sum.canary + it.sizes.canary};
    return sum;
}

void Experiments::leave(Time now) {
    leaving_.push_back({after(now, step_->scale_down_delay), wanted()});
    over_ = true;
}

}  // namespace rollcast::strategies
