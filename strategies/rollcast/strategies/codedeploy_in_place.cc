#include "rollcast/strategies/codedeploy_in_place.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using codedeploy::RollbackEvent;
using codedeploy::ServerDeployment;
using codedeploy::Status;

constexpr std::uint32_t kAlarmRun = 1;

/// One deployment under way: hosts that go over to the version `to`, one attempt each.
struct Sweep {
    std::size_t to = 0;
    int hosts = 0;     // to be attempted
    int there = 0;     // hosts that ran the version before
    int restarts = 0;  // of the version, as last seen
    ServerDeployment deployment{};

    int available = 0;  // of the attempted hosts, as last seen
    int succeeded = 0;
    int failed = 0;
    std::vector<Time> begun{};  // for every attempt, in order

    int attempted() const { return static_cast<int>(begun.size()); }
    int finished() const { return succeeded + failed; }
    int in_flight() const { return attempted() - finished(); }
    int not_sound() const { return attempted() - succeeded; }
    bool is_over() const { return deployment.status() != Status::kInProgress; }

    void finish(bool success) {
        if (in_flight() == 0 || is_over()) return;
        ++(success ? succeeded : failed);
        deployment.finish(success);
    }

    /// Takes the results of attempts. Cohorts do not tell which: the oldest attempt ends first.
    void observe(const Cohort& cohort, Duration timeout, Time now) {
        const int up = std::clamp(cohort.available - there, 0, attempted());
        const int crashed = (cohort.restarts - restarts) - std::max(available - up, 0);
        for (int i = 0; i < crashed; ++i) finish(false);
        while (succeeded < std::min(up, attempted() - failed) && !is_over()) finish(true);
        while (in_flight() > 0 && !is_over() && now >= after(oldest(), timeout)) finish(false);
        available = up;
        restarts = cohort.restarts;
    }

    /// Hosts join with the old version, to be attempted as well.
    void grow(int more) {
        hosts += more;
        deployment.healthy += more;
        deployment.healthy_left += more;
    }

    /// Begins the attempts that the minimum allows.
    void begin(Time now) {
        if (is_over()) return;
        const int most = std::min(deployment.most_at_once() - in_flight(), hosts - attempted());
        for (int i = 0; i < most; ++i) begun.push_back(now);
    }

    Time oldest() const { return begun[static_cast<std::size_t>(finished())]; }
};

class InPlaceController final : public Controller {
   public:
    InPlaceController(const CodeDeployInPlaceParams& params, const Launch& launch)
        : params_(params),
          minimum_(codedeploy::minimum_hosts(params.minimum_healthy, params.replicas)),
          ends_at_(launch.at + codedeploy::kLongestInPlace) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a deployment needs an old and a new version");
        if (!sweep_) start(seen);
        if (seen.replicas) grow(*seen.replicas);
        if (!final_) follow(seen);
        if (final_) params_.replicas = seen.replicas.value_or(params_.replicas);

        Directive want(seen.cohorts.size());
        place(seen, want);
        if (params_.alarms && failure_.empty() && !final_) want.analyses.push_back({kAlarmRun, *params_.alarms});
        want.wake_at = next_look(seen);
        explain(want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<InPlaceController>(*this); }

   private:
    void start(const Observation& seen) {
        const Cohort& fresh = seen.cohorts.back();
        sweep_ = {.to = seen.cohorts.size() - 1,
                  .hosts = params_.replicas,
                  .restarts = fresh.restarts,
                  .deployment = {.minimum = minimum_, .healthy = params_.replicas, .healthy_left = params_.replicas}};
    }

    /// Hosts join on the way; none goes before the deployment is over.
    void grow(int replicas) {
        const int more = replicas - params_.replicas;
        if (final_ || back_ || stopped_ || more <= 0) return;
        params_.replicas = replicas;
        minimum_ = codedeploy::minimum_hosts(params_.minimum_healthy, replicas);
        sweep_->grow(more);
        sweep_->deployment.minimum = minimum_;
        joined_ = true;
    }

    void follow(const Observation& seen) {
        sweep_->observe(seen.cohorts[sweep_->to], params_.attempt_timeout, seen.now);
        if (failure_.empty()) watch_alarms(seen);
        if (seen.aborted && !back_) {
            failure_ = "aborted from outside";
            go_back(seen);
        }
        if (!stopped_ && !final_) judge(seen);
        if (!stopped_) sweep_->begin(seen.now);
    }

    void judge(const Observation& seen) {
        const Status status = sweep_->deployment.status();
        const bool late = !back_ && seen.now >= ends_at_;
        if (status == Status::kSucceeded) {
            final_ = back_ ? Phase::kRolledBack : Phase::kPromoted;
        } else if (back_) {
            stopped_ = status == Status::kFailed;
        } else if (status == Status::kFailed || late) {
            end(RollbackEvent::kFailure,
                late ? "not done within " + spell(codedeploy::kLongestInPlace)
                     : std::to_string(sweep_->failed) + " attempts failed",
                seen);
        }
    }

    void watch_alarms(const Observation& seen) {
        if (!params_.alarms) return;
        const AnalysisPhase phase = seen.analysis(kAlarmRun);
        const auto state = phase == AnalysisPhase::kFailed  ? codedeploy::AlarmState::kAlarm
                           : phase == AnalysisPhase::kError ? codedeploy::AlarmState::kUnavailable
                                                            : codedeploy::AlarmState::kOk;
        if (codedeploy::alarm_effect(true, state, params_.ignore_poll_failure) == Status::kStopped) {
            end(RollbackEvent::kStopOnAlarm, "an alarm is on", seen);
        }
    }

    /// The deployment ends without success.
    void end(RollbackEvent event, std::string why, const Observation& seen) {
        failure_ = std::move(why);
        if (codedeploy::rolls_back(params_.rollback, event)) {
            go_back(seen);
        } else {
            stopped_ = true;
        }
    }

    /// A rollback is a new deployment, of the hosts that were attempted: first of those that are not sound (a stopped
    /// attempt has failed), then of the others, by the same minimum.
    void go_back(const Observation& seen) {
        const Sweep ended = *sweep_;
        const int unsound = ended.not_sound();
        back_ = true;
        stopped_ = false;
        sweep_ = {.to = 0,
                  .hosts = ended.attempted(),
                  .there = params_.replicas - ended.attempted(),
                  .restarts = seen.cohorts.front().restarts,
                  .deployment = {.minimum = minimum_,
                                 .healthy = params_.replicas - unsound,
                                 .unhealthy_left = unsound,
                                 .healthy_left = ended.succeeded}};
        if (ended.attempted() == 0) final_ = Phase::kRolledBack;
    }

    /// A host is taken from the other versions, oldest first, and given to the new one when it is empty.
    void place(const Observation& seen, Directive& want) const {
        const Sweep& sweep = *sweep_;
        if (final_) {
            want.targets[sweep.to].desired = params_.replicas;
            return;
        }
        int leave = params_.replicas - sweep.there - sweep.attempted();
        int present = 0;
        for (std::size_t i = want.targets.size(); i-- > 0;) {
            if (i == sweep.to) continue;
            const Cohort& cohort = seen.cohorts[i];
            want.targets[i].desired = i == 0 && joined_ ? leave : std::min(cohort.desired, leave);
            leave -= want.targets[i].desired;
            present += std::max(cohort.instances, want.targets[i].desired) + cohort.draining;
        }
        const int empty = std::max(params_.replicas - present, 0);
        const int given = std::min(sweep.there + sweep.attempted(), empty);
        want.targets[sweep.to].desired = std::max(given, seen.cohorts[sweep.to].desired);
    }

    Time next_look(const Observation& seen) const {
        if (final_ || stopped_) return kNever;
        Time look = back_ ? kNever : ends_at_;
        if (sweep_->in_flight() > 0) look = std::min(look, after(sweep_->oldest(), params_.attempt_timeout));
        return look > seen.now ? look : kNever;
    }

    void explain(Directive& want) const {
        const Sweep& sweep = *sweep_;
        const std::string state = of(sweep.succeeded, sweep.hosts) + " hosts succeeded, " +
                                  std::to_string(sweep.failed) + " failed, " + std::to_string(sweep.in_flight()) +
                                  " under way";
        want.reason = failure_.empty() ? state : failure_ + ": " + (stopped_ ? "left as it is: " : "back: ") + state;
        if (final_) {
            want.phase = *final_;
        } else if (stopped_) {
            want.phase = Phase::kStuck;
        } else if (back_) {
            want.phase = Phase::kRollingBack;
        }
    }

    CodeDeployInPlaceParams params_;
    int minimum_;
    Time ends_at_;
    std::optional<Sweep> sweep_;
    std::string failure_;   // why the deployment ended without success
    bool back_ = false;     // a rollback followed
    bool joined_ = false;   // hosts did
    bool stopped_ = false;  // nothing follows
    std::optional<Phase> final_;
};

std::string spell(const codedeploy::MinimumHealthy& minimum) {
    const std::string value = std::to_string(minimum.value);
    switch (minimum.type) {
        case codedeploy::MinimumType::kFleetPercent:
            return "minimum_healthy=" + value + "%";
        case codedeploy::MinimumType::kMostConcurrency:
            return "at_once=" + value;
        case codedeploy::MinimumType::kHostCount:
            break;
    }
    return "minimum_healthy=" + value;
}

}  // namespace

CodeDeployInPlace::CodeDeployInPlace(CodeDeployInPlaceParams params) : params_(std::move(params)) {
    const codedeploy::MinimumHealthy& minimum = params_.minimum_healthy;
    require(params_.replicas >= 1, "replicas must be at least 1");
    require(minimum.value >= 0, "minimum_healthy must not be negative");
    require(minimum.type != codedeploy::MinimumType::kFleetPercent || minimum.value <= 100,
            "minimum_healthy must not be above 100%");
    require(minimum.type != codedeploy::MinimumType::kMostConcurrency || minimum.value >= 1,
            "at least one host must be attempted at once");
    require(params_.attempt_timeout > Duration::zero(), "attempt_timeout must be above 0");
}

std::string CodeDeployInPlace::describe() const {
    std::string text = "codedeploy_in_place(replicas=" + std::to_string(params_.replicas) + ", " +
                       spell(params_.minimum_healthy) + ", attempt_timeout=" + spell(params_.attempt_timeout);
    if (params_.alarms) text += ", alarms=analysis " + std::to_string(index_of(*params_.alarms));
    if (params_.ignore_poll_failure) text += ", ignore_poll_failure";
    std::string rollback = params_.rollback.on_failure ? " failure" : "";
    if (params_.rollback.on_alarm) rollback += " alarm";
    if (params_.rollback.on_request) rollback += " request";
    if (!rollback.empty()) text += ", rollback_on=[" + rollback.substr(1) + "]";
    return text + ")";
}

std::unique_ptr<Controller> CodeDeployInPlace::start(const Launch& launch) const {
    return std::make_unique<InPlaceController>(params_, launch);
}

}  // namespace rollcast::strategies
