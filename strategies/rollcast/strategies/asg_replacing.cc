#include "rollcast/strategies/asg_replacing.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/batches.h"
#include "rollcast/strategies/cloudformation_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

constexpr Duration kPatience = std::chrono::hours(1);

int needed(const CreationSignals& signals) {
    return cloudformation::signals_needed(signals.count, signals.min_successful_percent);
}

class AsgReplacingController final : public Controller {
   public:
    AsgReplacingController(const AsgReplacingParams& params, const Launch& launch)
        : params_(params), stack_(params.stack, launch.at), begun_(launch.at) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a replacement needs an old and a new version");
        const Cohort& fresh = seen.cohorts.back();
        resized_ |= seen.replicas.value_or(params_.replicas) != params_.replicas;
        params_.replicas = seen.replicas.value_or(params_.replicas);
        if (!final_) follow(seen);

        Directive want(seen.cohorts.size());
        for (std::size_t i = 0; i < want.targets.size(); ++i) {
            want.targets[i].desired = is_promoted() ? 0 : seen.cohorts[i].desired;
        }
        if (setback_.back || (resized_ && !is_promoted())) want.targets.front().desired = params_.replicas;
        want.targets.back().desired = setback_.back ? 0 : params_.replicas;
        if (setback_.why.empty() && !final_) stack_.watch(want);
        if (!final_ && !setback_.stopped && !setback_.back) want.wake_at = next_look(seen);
        want.reason = setback_.explain(of(fresh.available, params_.replicas) + " of the new group available");
        explain(seen, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<AsgReplacingController>(*this); }

   private:
    bool is_promoted() const { return final_ == Phase::kPromoted; }

    void follow(const Observation& seen) {
        const Cohort& fresh = seen.cohorts.back();
        if (setback_.why.empty() && stack_.is_triggered(seen)) setback_.fail("an alarm is on", stack_.rolls_back());
        if (seen.aborted && !setback_.back) setback_.abort();
        if (setback_.back) {
            const bool whole = seen.cohorts.front().available >= params_.replicas;
            if (whole && fresh.instances + fresh.draining == 0) final_ = Phase::kRolledBack;
            return;
        }
        if (setback_.stopped) return;
        const bool good =
            params_.signals ? fresh.available >= signals_needed() : fresh.instances - fresh.pending >= params_.replicas;
        if (good) stack_.done(seen.now);
        if (!stack_.is_done() && params_.signals && seen.now >= after(begun_, params_.signals->timeout)) {
            setback_.fail(of(fresh.available, signals_needed()) + " signals within " + spell(params_.signals->timeout),
                          stack_.rolls_back());
        } else if (seen.now >= stack_.ends_at()) {
            final_ = Phase::kPromoted;
        }
    }

    /// A group that has shrunk meanwhile cannot give more signals than it has instances.
    int signals_needed() const { return std::min(needed(*params_.signals), params_.replicas); }

    Time patience_ends() const { return after(begun_, params_.signals ? params_.signals->timeout : kPatience); }
    bool is_late(const Observation& seen) const { return !stack_.is_done() && seen.now >= patience_ends(); }

    Time next_look(const Observation& seen) const {
        if (stack_.is_done()) return stack_.ends_at();
        return is_late(seen) ? kNever : patience_ends();
    }

    void explain(const Observation& seen, Directive& want) const {
        if (final_) {
            want.phase = *final_;
        } else if (setback_.back) {
            want.phase = Phase::kRollingBack;
        } else if (setback_.stopped || is_late(seen)) {
            want.phase = Phase::kStuck;
        } else if (stack_.is_done()) {
            want.phase = Phase::kBaking;
            want.reason = "monitoring until " + spell(want.wake_at) + ": " + want.reason;
        }
    }

    AsgReplacingParams params_;
    StackOperation stack_;
    Time begun_;
    bool resized_ = false;
    Setback setback_;
    std::optional<Phase> final_;
};

}  // namespace

AsgReplacing::AsgReplacing(AsgReplacingParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    if (params_.signals) {
        require(params_.signals->count >= 0 && params_.signals->count <= params_.replicas,
                "signals must be at most one for each instance");
        require(params_.signals->min_successful_percent >= 0 && params_.signals->min_successful_percent <= 100,
                "min_successful_percent must be from 0 to 100");
        require(params_.signals->timeout > Duration::zero(), "the signals' timeout must be above 0");
    }
    require_valid(params_.stack);
}

std::string AsgReplacing::describe() const {
    std::string text = "asg_replacing(replicas=" + std::to_string(params_.replicas);
    if (params_.signals) {
        text += ", signals=" + of(needed(*params_.signals), params_.signals->count) + " within " +
                spell(params_.signals->timeout);
    }
    return text + strategies::describe(params_.stack) + ")";
}

std::unique_ptr<Controller> AsgReplacing::start(const Launch& launch) const {
    return std::make_unique<AsgReplacingController>(params_, launch);
}

}  // namespace rollcast::strategies
