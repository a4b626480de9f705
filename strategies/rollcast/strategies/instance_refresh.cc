#include "rollcast/strategies/instance_refresh.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/amount.h"
#include "rollcast/base/check.h"
#include "rollcast/strategies/batches.h"
#include "rollcast/strategies/instance_refresh_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using instance_refresh::RefreshEnd;

constexpr std::uint32_t kAlarmRun = 1;

class InstanceRefreshController final : public Controller {
   public:
    explicit InstanceRefreshController(const InstanceRefreshParams& params)
        : params_(params),
          batch_(instance_refresh::batch_size(params.replicas, params.min_healthy_percentage,
                                              params.max_healthy_percentage)) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a refresh needs an old and a new version");
        if (sweep_.goal == 0) turn(seen.cohorts.size() - 1, seen);
        if (!final_) follow(seen);

        Directive want(seen.cohorts.size());
        sweep_.place(seen, through_.has_value(), want);
        if (params_.alarms && setback_.why.empty() && !final_) want.analyses.push_back({kAlarmRun, *params_.alarms});
        if (!final_ && !setback_.stopped) want.wake_at = next_look();
        explain(seen, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<InstanceRefreshController>(*this); }

   private:
    /// Begins to replace what is not of this version yet.
    void turn(std::size_t to, const Observation& seen) {
        sweep_ = {.to = to,
                  .instances = params_.replicas,
                  .surge = resolve(percent(params_.max_healthy_percentage), params_.replicas, Rounding::kDown) -
                           params_.replicas,
                  .goal = seen.cohorts[to].desired};
        through_.reset();
        ready_at_.reset();
        begin(seen);
    }

    void begin(const Observation& seen) {
        sweep_.begin(batch_, limit(), seen.now);
        progress_at_ = seen.now;
        look(seen);
    }

    void look(const Observation& seen) {
        const int available = seen.cohorts[sweep_.to].available;
        if (available > available_) progress_at_ = seen.now;
        available_ = available;
        if (available < sweep_.goal) {
            ready_at_.reset();
        } else if (!ready_at_) {
            ready_at_ = seen.now;
        }
    }

    void follow(const Observation& seen) {
        look(seen);
        watch_alarms(seen);
        if (seen.aborted && !setback_.back) {
            setback_.abort();
            turn(0, seen);
        }
        while (!setback_.stopped && !through_ && seen.now >= goes_on_at()) {
            if (sweep_.is_last()) {
                through_ = seen.now;
            } else {
                begin(seen);
            }
        }
        if (through_ && seen.now >= baked_at()) final_ = setback_.back ? Phase::kRolledBack : Phase::kPromoted;
        const bool late = !setback_.stopped && !through_ && !ready_at_ &&
                          seen.now >= after(progress_at_, instance_refresh::kStuckRetry);
        if (late) end(RefreshEnd::kNoHealthyReplacement, "no healthy replacement for an hour", seen);
    }

    void watch_alarms(const Observation& seen) {
        if (!params_.alarms || !setback_.why.empty() || seen.analysis(kAlarmRun) != AnalysisPhase::kFailed) return;
        end(RefreshEnd::kFailed, "an alarm is on", seen);
    }

    void end(RefreshEnd why, const std::string& words, const Observation& seen) {
        if (setback_.fail(words, instance_refresh::outcome(why, params_.auto_rollback).rolled_back)) turn(0, seen);
    }

    // Checkpoints hold a refresh, not its rollback.

    bool has_checkpoints() const { return !setback_.back && !params_.checkpoints.empty(); }

    /// New instances with which the next checkpoint is reached.
    int limit() const {
        if (has_checkpoints()) {
            for (const int percentage : params_.checkpoints) {
                const int reached = instance_refresh::replaced_at(params_.replicas, percentage);
                if (reached > sweep_.goal) return reached;
            }
        }
        return params_.replicas;
    }

    /// The checkpoint that the instances wanted by now make, if any.
    std::optional<int> checkpoint() const {
        if (!has_checkpoints() || sweep_.is_last()) return std::nullopt;
        const auto now = instance_refresh::checkpoints_reached(params_.replicas, params_.checkpoints, sweep_.goal);
        const bool is_at =
            now.notified && instance_refresh::replaced_at(params_.replicas, *now.notified) == sweep_.goal;
        return is_at ? now.notified : std::nullopt;
    }

    // Times

    Time warm_at() const { return ready_at_ ? after(*ready_at_, params_.warmup) : kNever; }
    Time goes_on_at() const {
        return ready_at_ && checkpoint() ? after(warm_at(), params_.checkpoint_delay) : warm_at();
    }
    Time baked_at() const { return setback_.back ? *through_ : after(*through_, params_.bake); }

    Time next_look() const {
        if (through_) return baked_at();
        return ready_at_ ? goes_on_at() : after(progress_at_, instance_refresh::kStuckRetry);
    }

    void explain(const Observation& seen, Directive& want) const {
        const std::string state = of(std::min(seen.cohorts[sweep_.to].available, sweep_.goal), params_.replicas) +
                                  (setback_.back ? " back" : " replaced");
        want.reason = setback_.explain(state);
        if (final_) {
            want.phase = *final_;
        } else if (setback_.stopped) {
            want.phase = Phase::kStuck;
        } else if (setback_.back) {
            want.phase = Phase::kRollingBack;
        } else if (through_) {
            want.phase = Phase::kBaking;
            want.reason = "baking until " + spell(want.wake_at) + ": " + state;
        } else if (const auto reached = checkpoint(); reached && ready_at_) {
            want.phase = Phase::kPaused;
            want.reason =
                "checkpoint of " + std::to_string(*reached) + "%, until " + spell(want.wake_at) + ": " + state;
        }
    }

    InstanceRefreshParams params_;
    int batch_;
    Batches sweep_;
    int available_ = 0;             // of the version it goes to, as last seen
    Time progress_at_{};            // a batch began or an instance came up
    std::optional<Time> ready_at_;  // when all that are wanted were available
    std::optional<Time> through_;   // when the last batch was warm
    Setback setback_;
    std::optional<Phase> final_;
};

}  // namespace

InstanceRefresh::InstanceRefresh(InstanceRefreshParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(params_.min_healthy_percentage >= 0 && params_.min_healthy_percentage <= 100,
            "min_healthy_percentage must be from 0 to 100");
    require(params_.max_healthy_percentage >= 100 && params_.max_healthy_percentage <= 200,
            "max_healthy_percentage must be from 100 to 200");
    require(params_.max_healthy_percentage - params_.min_healthy_percentage <= 100,
            "max_healthy_percentage must be at most 100 above min_healthy_percentage");
    require(params_.warmup >= Duration::zero() && params_.checkpoint_delay >= Duration::zero() &&
                params_.bake >= Duration::zero(),
            "warm-up, checkpoint delay and bake must not be negative");
    int before = 0;
    for (const int percentage : params_.checkpoints) {
        require(percentage > before && percentage <= 100, "checkpoints must be percentages that ascend");
        before = percentage;
    }
    require(before == 0 || before == 100, "the last checkpoint must be 100");
}

std::string InstanceRefresh::describe() const {
    std::string text = "instance_refresh(replicas=" + std::to_string(params_.replicas) +
                       ", healthy=" + std::to_string(params_.min_healthy_percentage) + "% to " +
                       std::to_string(params_.max_healthy_percentage) + "%, warmup=" + spell(params_.warmup);
    if (!params_.checkpoints.empty()) {
        std::string list;
        for (const int percentage : params_.checkpoints) list += ", " + std::to_string(percentage) + "%";
        text += ", checkpoints=[" + list.substr(2) + "] for " + spell(params_.checkpoint_delay);
    }
    if (params_.alarms) text += ", alarms=analysis " + std::to_string(index_of(*params_.alarms));
    if (params_.auto_rollback) text += ", auto_rollback";
    if (params_.bake > Duration::zero()) text += ", bake=" + spell(params_.bake);
    return text + ")";
}

std::unique_ptr<Controller> InstanceRefresh::start(const Launch& /*launch*/) const {
    return std::make_unique<InstanceRefreshController>(params_);
}

}  // namespace rollcast::strategies
