#include "rollcast/strategies/ecs_rolling.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

constexpr std::uint32_t kAlarmRun = 1;

class EcsRollingController final : public Controller {
   public:
    EcsRollingController(const EcsRollingParams& params, const Launch& launch)
        : params_(params), healthy_at_(launch.at) {
        if (params.circuit_breaker) breaker_.reset_on_healthy_task = params.circuit_breaker->reset_on_healthy_task;
        size_for(params.replicas);
    }

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a rolling update needs an old and a new version");
        size_for(seen.replicas.value_or(params_.replicas));
        if (under_way()) {
            watch_tasks(seen);
            watch_alarms(seen);
        }
        if (seen.aborted && !final_ && !rolls_back_) {
            failure_ = "aborted from outside";
            rolls_back_ = true;
        }
        const std::size_t kept = rolls_back_ ? 0 : seen.cohorts.size() - 1;
        finish(seen, kept);

        Directive want(seen.cohorts.size());
        roll(seen, kept, want);
        if (under_way() && params_.alarms && alarms_watched_) {
            want.analyses.push_back({kAlarmRun, params_.alarms->analysis});
        }
        want.wake_at = next_look(seen);
        explain(seen, kept, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<EcsRollingController>(*this); }

   private:
    void size_for(int replicas) {
        params_.replicas = replicas;
        limits_ = ecs::bounds(replicas, params_.minimum_healthy_percent, params_.maximum_percent);
        if (params_.circuit_breaker) {
            breaker_.threshold = ecs::breaker_threshold(params_.circuit_breaker->threshold, replicas);
        }
    }

    bool under_way() const { return !final_ && !failed(); }
    bool failed() const { return !failure_.empty(); }
    bool is_late() const { return late_ > 0; }
    bool waits_for_tasks(const Observation& seen) const {
        return under_way() && params_.unhealthy_after && seen.cohorts.back().available < seen.cohorts.back().desired;
    }

    // Failure detection

    void watch_tasks(const Observation& seen) {
        const Cohort& fresh = seen.cohorts.back();
        if (fresh.instances > fresh.pending) breaker_.count(ecs::TaskEvent::kRunning);
        count_failures(fresh.restarts - restarts_);
        if (waits_for_tasks(seen) && seen.now >= healthy_at_ + *params_.unhealthy_after) {
            late_ = fresh.desired - fresh.available;
            healthy_at_ = seen.now;
            count_failures(late_);
        }
        if (fresh.available > available_) breaker_.count(ecs::TaskEvent::kHealthy);
        if (fresh.available > available_ || fresh.available == fresh.desired) {
            late_ = 0;
            healthy_at_ = seen.now;
        }
        was_healthy_ = was_healthy_ || fresh.available > 0;
        restarts_ = fresh.restarts;
        available_ = fresh.available;
        if (params_.circuit_breaker && breaker_.is_open()) {
            fail({true, params_.circuit_breaker->rollback},
                 "circuit breaker: " + std::to_string(breaker_.failures) + " failed tasks");
        }
    }

    void count_failures(int tasks) {
        for (int i = 0; i < tasks && !breaker_.is_open(); ++i) {
            breaker_.count(breaker_.running ? ecs::TaskEvent::kHealthFailed : ecs::TaskEvent::kStartFailed);
        }
    }

    void watch_alarms(const Observation& seen) {
        if (!params_.alarms || !alarms_watched_ || seen.analysis(kAlarmRun) != AnalysisPhase::kFailed) return;
        const ecs::AlarmState states[] = {ecs::AlarmState::kAlarm};
        if (!was_healthy_) alarms_watched_ = ecs::alarms_are_watched(states);
        if (alarms_watched_ && ecs::alarms_fail(states)) fail({true, params_.alarms->rollback}, "an alarm is on");
    }

    void fail(const ecs::Detection& way, std::string why) {
        if (failed()) return;
        failure_ = std::move(why);
        rolls_back_ = ecs::consequence_of(way).rolls_back;
    }

    // Sizes

    /// Starts and stops what the bounds allow. Nothing more is started of a revision that failed.
    void roll(const Observation& seen, std::size_t kept, Directive& want) const {
        int present = 0;
        int healthy = 0;
        for (const Cohort& cohort : seen.cohorts) {
            present += cohort.desired + (params_.counts_stopping ? cohort.draining : 0);
            healthy += cohort.available;
        }
        ecs::Budget may = ecs::budget(limits_, present, healthy);
        for (std::size_t i = 0; i < want.targets.size(); ++i) {
            const Cohort& cohort = seen.cohorts[i];
            int& desired = want.targets[i].desired;
            desired = cohort.desired;
            if (failed() && !rolls_back_) continue;
            if (i == kept) {
                desired = std::min(params_.replicas, cohort.desired + may.start);
            } else {
                const int healthy_stopped = std::min({may.stop_healthy, cohort.available, cohort.desired});
                desired = std::min(cohort.desired, cohort.available) - healthy_stopped;
                may.stop_healthy -= healthy_stopped;
            }
        }
    }

    bool is_steady(const Observation& seen, std::size_t kept) const {
        for (std::size_t i = 0; i < seen.cohorts.size(); ++i) {
            const Cohort& cohort = seen.cohorts[i];
            if (i == kept ? cohort.available < params_.replicas : cohort.desired + cohort.draining > 0) return false;
        }
        return true;
    }

    void finish(const Observation& seen, std::size_t kept) {
        if (final_ || (failed() && !rolls_back_)) return;
        const bool steady = is_steady(seen, kept);
        if (!steady) steady_since_.reset();
        if (steady && !steady_since_) steady_since_ = seen.now;
        const bool alarms = params_.alarms && alarms_watched_ && !rolls_back_;
        const bool baked = steady && alarms && seen.now >= after(*steady_since_, params_.alarms->bake);
        if (ecs::rollout_state(steady, alarms, baked) != ecs::RolloutState::kCompleted) return;
        final_ = rolls_back_ ? Phase::kRolledBack : Phase::kPromoted;
    }

    Time next_look(const Observation& seen) const {
        if (under_way() && steady_since_ && params_.alarms) return after(*steady_since_, params_.alarms->bake);
        return waits_for_tasks(seen) ? after(healthy_at_, *params_.unhealthy_after) : kNever;
    }

    // Words

    void explain(const Observation& seen, std::size_t kept, Directive& want) const {
        int others = 0;
        for (std::size_t i = 0; i < seen.cohorts.size(); ++i) {
            if (i != kept) others += seen.cohorts[i].instances + seen.cohorts[i].draining;
        }
        const std::string state =
            of(seen.cohorts[kept].available, params_.replicas) + " healthy, " + std::to_string(others) + " others left";
        want.reason = failed() ? failure_ + ": " + state : state;
        if (final_) {
            want.phase = *final_;
        } else if (failed()) {
            want.phase = rolls_back_ ? Phase::kRollingBack : Phase::kStuck;
        } else if (ecs::is_stuck(limits_, params_.replicas)) {
            want.phase = Phase::kStuck;
            want.reason = "the bounds let no task start or stop: " + state;
        } else if (is_late()) {
            want.phase = Phase::kStuck;
            want.reason = "tasks do not get healthy, still trying: " + state;
        } else if (steady_since_) {
            want.phase = Phase::kBaking;
            want.reason = "alarms are watched until " + spell(want.wake_at);
        }
    }

    EcsRollingParams params_;
    ecs::Bounds limits_;
    ecs::CircuitBreaker breaker_;
    int restarts_ = 0;   // as last seen, of the new version
    int available_ = 0;  // the same
    bool was_healthy_ = false;
    Time healthy_at_;  // when a new task was last seen to get healthy, or to be given up
    int late_ = 0;     // tasks given up since then
    bool alarms_watched_ = true;
    std::string failure_;
    bool rolls_back_ = false;
    std::optional<Time> steady_since_;
    std::optional<Phase> final_;
};

std::string spell(const EcsCircuitBreaker& it) {
    std::string text = std::to_string(it.threshold.value);
    if (it.threshold.type != ecs::ThresholdType::kCount) text += "%";
    if (it.threshold.type == ecs::ThresholdType::kBoundedPercent) {
        text += " from " + std::to_string(it.threshold.least) + " to " + std::to_string(it.threshold.most);
    }
    if (!it.reset_on_healthy_task) text += ", no reset";
    return text + (it.rollback ? ", rollback" : "");
}

}  // namespace

EcsRolling::EcsRolling(EcsRollingParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(params_.minimum_healthy_percent >= 0 && params_.minimum_healthy_percent <= 100,
            "minimum_healthy_percent must be from 0 to 100");
    require(params_.maximum_percent >= 100, "maximum_percent must be at least 100");
    require(!params_.unhealthy_after || *params_.unhealthy_after > Duration::zero(), "unhealthy_after must be above 0");
    if (params_.circuit_breaker) {
        const ecs::BreakerThreshold& threshold = params_.circuit_breaker->threshold;
        require(threshold.value >= 1, "a circuit breaker's threshold must be at least 1");
        require(threshold.type == ecs::ThresholdType::kCount || threshold.value <= 100,
                "a circuit breaker's threshold must not be above 100 percent");
        require(threshold.least <= threshold.most, "a circuit breaker's threshold must have least <= most");
    }
    require(!params_.alarms || params_.alarms->bake >= Duration::zero(), "bake must not be negative");
}

std::string EcsRolling::describe() const {
    std::string text = "ecs_rolling(replicas=" + std::to_string(params_.replicas) +
                       ", minimum_healthy=" + std::to_string(params_.minimum_healthy_percent) +
                       "%, maximum=" + std::to_string(params_.maximum_percent) + "%";
    if (params_.counts_stopping) text += ", counts_stopping";
    text += ", unhealthy_after=" + (params_.unhealthy_after ? spell(*params_.unhealthy_after) : "never");
    if (params_.circuit_breaker) text += ", circuit_breaker=[" + spell(*params_.circuit_breaker) + "]";
    if (params_.alarms) {
        text += ", alarms=analysis " + std::to_string(index_of(params_.alarms->analysis)) +
                ", bake=" + spell(params_.alarms->bake) + (params_.alarms->rollback ? ", rollback" : "");
    }
    return text + ")";
}

std::unique_ptr<Controller> EcsRolling::start(const Launch& launch) const {
    return std::make_unique<EcsRollingController>(params_, launch);
}

}  // namespace rollcast::strategies
