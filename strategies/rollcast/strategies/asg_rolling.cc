#include "rollcast/strategies/asg_rolling.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/batches.h"
#include "rollcast/strategies/cloudformation_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

constexpr Duration kPatience = std::chrono::hours(1);

cloudformation::RollingLimits limits_of(const AsgRollingParams& params, int max_batch_size) {
    return cloudformation::rolling_limits(params.replicas, params.max_size, max_batch_size,
                                          params.min_instances_in_service);
}

class AsgRollingController final : public Controller {
   public:
    AsgRollingController(const AsgRollingParams& params, const Launch& launch)
        : params_(params), stack_(params.stack, launch.at) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a rolling update needs an old and a new version");
        if (sweep_.goal == 0) turn(seen.cohorts.size() - 1, params_.max_batch_size, seen);
        if (!final_) follow(seen);

        Directive want(seen.cohorts.size());
        sweep_.place(seen, through_, want);
        if (setback_.why.empty() && !final_) stack_.watch(want);
        if (!final_ && !setback_.stopped) want.wake_at = next_look(seen);
        explain(seen, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<AsgRollingController>(*this); }

   private:
    void turn(std::size_t to, int max_batch_size, const Observation& seen) {
        const auto limits = limits_of(params_, max_batch_size);
        batch_ = limits.batch;
        sweep_ = {.to = to, .instances = params_.replicas, .surge = limits.surge, .goal = seen.cohorts[to].desired};
        through_ = false;
        silent_ = 0;
        // Room for more instances is filled before any old one goes.
        sweep_.begin(limits.surge > 0 ? limits.surge : batch_, params_.replicas, seen.now);
    }

    void follow(const Observation& seen) {
        if (setback_.why.empty() && stack_.is_triggered(seen)) fail("an alarm is on", seen);
        if (seen.aborted && !setback_.back) {
            setback_.abort();
            go_back(seen);
        }
        while (!through_ && !setback_.stopped) {
            if (lacks_signals(seen)) {
                fail(std::to_string(silent_) + " did not signal within " + spell(params_.pause), seen);
            } else if (!is_good(seen)) {
                return;
            } else if (sweep_.is_last()) {
                through_ = true;
            } else {
                sweep_.begin(batch_, params_.replicas, seen.now);
            }
        }
        if (!through_ || sweep_.others(seen) > 0) return;
        if (setback_.back) {
            final_ = Phase::kRolledBack;
            return;
        }
        stack_.done(seen.now);
        if (seen.now >= stack_.ends_at()) final_ = Phase::kPromoted;
    }

    bool has_paused(const Observation& seen) const { return seen.now >= after(sweep_.begun, params_.pause); }

    /// Whether too many signals have not come in time.
    bool lacks_signals(const Observation& seen) {
        const int missing = sweep_.goal - seen.cohorts[sweep_.to].available;
        if (!params_.waits_for_signals || !has_paused(seen) || missing <= silent_) return false;
        silent_ = missing;
        return params_.replicas - silent_ <
               cloudformation::signals_needed(params_.replicas, params_.min_successful_percent);
    }

    /// Whether the batch is.
    bool is_good(const Observation& seen) const {
        const Cohort& fresh = seen.cohorts[sweep_.to];
        if (params_.waits_for_signals) return fresh.available + silent_ >= sweep_.goal;
        return has_paused(seen) && fresh.instances - fresh.pending >= sweep_.goal;
    }

    void fail(const std::string& why, const Observation& seen) {
        if (setback_.fail(why, stack_.rolls_back())) go_back(seen);
    }

    void go_back(const Observation& seen) {
        // The template before the update is taken to have the same policy.
        turn(0, cloudformation::max_batch_during_rollback(params_.max_batch_size, params_.max_batch_size), seen);
    }

    bool is_late(const Observation& seen) const {
        return !through_ && seen.now >= after(after(sweep_.begun, params_.pause), kPatience);
    }

    Time next_look(const Observation& seen) const {
        if (through_) return setback_.back ? kNever : stack_.ends_at();
        const Time paused = after(sweep_.begun, params_.pause);
        if (seen.now < paused) return paused;
        return is_late(seen) ? kNever : after(paused, kPatience);
    }

    void explain(const Observation& seen, Directive& want) const {
        const std::string state = of(std::min(seen.cohorts[sweep_.to].available, sweep_.goal), params_.replicas) +
                                  (setback_.back ? " back" : " updated");
        want.reason = setback_.explain(state);
        if (final_) {
            want.phase = *final_;
        } else if (setback_.stopped || is_late(seen)) {
            want.phase = Phase::kStuck;
        } else if (setback_.back) {
            want.phase = Phase::kRollingBack;
        } else if (stack_.is_done()) {
            want.phase = Phase::kBaking;
            want.reason = "monitoring until " + spell(want.wake_at) + ": " + state;
        }
    }

    AsgRollingParams params_;
    StackOperation stack_;
    int batch_ = 1;
    Batches sweep_;
    int silent_ = 0;        // instances whose signals did not come in time
    bool through_ = false;  // the last batch was good
    Setback setback_;
    std::optional<Phase> final_;
};

}  // namespace

AsgRolling::AsgRolling(AsgRollingParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(!params_.max_size || *params_.max_size >= params_.replicas, "max_size must be at least the replicas");
    require(params_.max_batch_size >= 1 && params_.max_batch_size <= cloudformation::kMostBatch,
            "max_batch_size must be from 1 to 100");
    require(params_.min_instances_in_service >= 0, "min_instances_in_service must not be negative");
    require(!params_.max_size || params_.min_instances_in_service < *params_.max_size,
            "min_instances_in_service must be below max_size");
    require(params_.pause >= Duration::zero() && params_.pause <= cloudformation::kLongestPause,
            "pause must be from 0 to 1 hour");
    require(params_.min_successful_percent >= 0 && params_.min_successful_percent <= 100,
            "min_successful_percent must be from 0 to 100");
    require_valid(params_.stack);
}

std::string AsgRolling::describe() const {
    std::string text = "asg_rolling(replicas=" + std::to_string(params_.replicas);
    if (params_.max_size) text += ", max_size=" + std::to_string(*params_.max_size);
    text += ", max_batch_size=" + std::to_string(params_.max_batch_size) +
            ", min_in_service=" + std::to_string(params_.min_instances_in_service) + ", pause=" + spell(params_.pause);
    if (params_.waits_for_signals) text += ", signals=" + std::to_string(params_.min_successful_percent) + "%";
    return text + strategies::describe(params_.stack) + ")";
}

std::unique_ptr<Controller> AsgRolling::start(const Launch& launch) const {
    return std::make_unique<AsgRollingController>(params_, launch);
}

}  // namespace rollcast::strategies
