#include "rollcast/strategies/traffic_shift.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/strategies/codedeploy_attempts.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using codedeploy::AlarmState;
using codedeploy::Reroute;
using codedeploy::RollbackEvent;

enum class Stage : std::uint8_t { kInstall, kTest, kReady, kShift, kValidate, kBake, kCleanUp };

// Runs of analyses, by number.
constexpr std::uint32_t kAlarmRun = 1;
constexpr std::uint32_t kTestRun = 2;
constexpr std::uint32_t kValidateRun = 3;

std::string spell_percent(int permille) {
    const std::string rest = permille % 10 == 0 ? "" : "." + std::to_string(permille % 10);
    return std::to_string(permille / 10) + rest + "%";
}

class ShiftController final : public Controller {
   public:
    ShiftController(const ShiftPlan& plan, const Launch& launch) : plan_(plan), since_(launch.at) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a shift of traffic needs an old and a new version");
        plan_.replicas = seen.replicas.value_or(plan_.replicas);
        if (under_way()) watch_alarms(seen);
        if (seen.aborted && !goes_back_ && stage_ != Stage::kCleanUp) {
            failure_ = "aborted from outside";
            goes_back_ = true;
        }
        while (under_way() && stage_ != Stage::kCleanUp && advance(seen)) {
        }
        Directive want(seen.cohorts.size());
        route(seen, want);
        scale(seen, want);
        if (under_way() && stage_ != Stage::kCleanUp) {
            if (plan_.alarms) want.analyses.push_back({kAlarmRun, *plan_.alarms});
            if (stage_ == Stage::kTest) want.analyses.push_back({kTestRun, plan_.test->analysis});
            if (stage_ == Stage::kValidate) want.analyses.push_back({kValidateRun, plan_.validate->analysis});
        }
        want.wake_at = next_look(seen);
        explain(seen, want);
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<ShiftController>(*this); }

   private:
    bool under_way() const { return failure_.empty(); }
    bool is_up(const Observation& seen) const {
        return seen.cohorts.back().desired == plan_.replicas && seen.cohorts.back().available >= plan_.replicas;
    }
    bool may_begin(const Observation& seen) const { return seen.now >= after(since_, plan_.hosts->provisioning); }
    static double share(const traffic::Shift& shift) { return shift.permille / 1000.0; }
    static bool told(const Observation& seen, double share) {
        return seen.routed && std::abs(seen.cohorts.back().weight - share) < 1e-9;
    }
    static bool told_old(const Observation& seen) { return !seen.routed || seen.cohorts.front().weight == 1; }

    // From stage to stage

    void watch_alarms(const Observation& seen) {
        if (!plan_.alarms || stage_ == Stage::kCleanUp) return;
        const AnalysisPhase phase = seen.analysis(kAlarmRun);
        const AlarmState state = phase == AnalysisPhase::kFailed  ? AlarmState::kAlarm
                                 : phase == AnalysisPhase::kError ? AlarmState::kUnavailable
                                                                  : AlarmState::kOk;
        if (codedeploy::alarm_effect(true, state, plan_.ignore_poll_failure) == codedeploy::Status::kStopped) {
            fail(RollbackEvent::kStopOnAlarm,
                 state == AlarmState::kAlarm ? "an alarm is on" : "an alarm cannot be read");
        }
    }

    void fail(RollbackEvent event, std::string why) {
        failure_ = std::move(why);
        goes_back_ = codedeploy::rolls_back(plan_.rollback, event);
    }

    bool enter(Stage stage, Time now) {
        stage_ = stage;
        since_ = now;
        return true;
    }

    /// One stage on, if the observation allows it.
    bool advance(const Observation& seen) {
        switch (stage_) {
            case Stage::kInstall:
                if (plan_.hosts ? deploy(seen) : is_up(seen)) {
                    return enter(plan_.test ? Stage::kTest : Stage::kReady, seen.now);
                }
                if (under_way() && plan_.patience_fails && is_late(seen)) {
                    fail(RollbackEvent::kFailure, "the new version did not come up");
                }
                return false;
            case Stage::kTest:
                return follow(*plan_.test, kTestRun, "test", Stage::kReady, seen);
            case Stage::kReady:
                return reroute(seen);
            case Stage::kShift: {
                if (plan_.hosts && lacks_hosts(seen)) {
                    fail(RollbackEvent::kFailure, "hosts went out of service before all had traffic");
                    return false;
                }
                const traffic::Shift& last = plan_.shifts.back();
                if (seen.now < after(since_, last.at) || !told(seen, share(last))) return false;
                return enter(plan_.validate ? Stage::kValidate : Stage::kBake, seen.now);
            }
            case Stage::kValidate:
                return follow(*plan_.validate, kValidateRun, "validation", Stage::kBake, seen);
            case Stage::kBake:
                return seen.now >= after(since_, plan_.bake) && enter(Stage::kCleanUp, seen.now);
            case Stage::kCleanUp:
                break;
        }
        return false;
    }

    int minimum(int hosts) const { return codedeploy::minimum_hosts(plan_.hosts->minimum_healthy, hosts); }

    /// Host after host of the second fleet gets the new version. True when enough have.
    bool deploy(const Observation& seen) {
        if (!may_begin(seen)) return false;
        const Cohort& fresh = seen.cohorts.back();
        if (!attempts_) attempts_ = codedeploy::Attempts::of_all(plan_.replicas, minimum(plan_.replicas), fresh);
        const int more = plan_.replicas - attempts_->hosts;
        if (more > 0) attempts_->grow(more, minimum(plan_.replicas));
        attempts_->observe(fresh, plan_.hosts->attempt_timeout, seen.now);
        switch (attempts_->status()) {
            case codedeploy::Status::kSucceeded:
                plan_.shifts = rerouting(*plan_.hosts, attempts_->succeeded, plan_.replicas);
                return true;
            case codedeploy::Status::kInProgress:
                attempts_->begin(seen.now);
                break;
            default:
                fail(RollbackEvent::kFailure, std::to_string(attempts_->failed) + " attempts failed");
        }
        return false;
    }

    /// Whether so many hosts are out of service that registering the others cannot be a success.
    bool lacks_hosts(const Observation& seen) const {
        const int hosts = std::min(attempts_->succeeded, plan_.replicas);
        return seen.cohorts.back().available < codedeploy::successes_needed(minimum(hosts));
    }

    bool follow(const Hook& hook, std::uint32_t run, const std::string& name, Stage next, const Observation& seen) {
        const AnalysisPhase phase = seen.analysis(run);
        if (phase == AnalysisPhase::kSuccessful) return enter(next, seen.now);
        if (is_complete(phase)) {
            fail(RollbackEvent::kFailure, name + " failed");
        } else if (seen.now >= after(since_, hook.timeout)) {
            fail(RollbackEvent::kFailure, name + " did not answer in " + spell(hook.timeout));
        }
        return false;
    }

    bool reroute(const Observation& seen) {
        switch (codedeploy::reroute(plan_.ready, seen.now - since_, seen.approved)) {
            case Reroute::kNow:
            case Reroute::kAtResume:
                return enter(Stage::kShift, seen.now);
            case Reroute::kStopped:
                fail(RollbackEvent::kStopOnRequest, "nobody let the traffic go on");
                break;
            case Reroute::kWait:
                break;
        }
        return false;
    }

    bool is_late(const Observation& seen) const { return seen.now >= after(since_, plan_.patience); }

    // Sizes and traffic

    void scale(const Observation& seen, Directive& want) {
        const bool old_serves = told_old(seen) && seen.cohorts.front().available >= plan_.replicas;
        back_ = back_ || (goes_back_ && share_ == 0 && old_serves);
        const bool clears = stage_ == Stage::kCleanUp && !(plan_.hosts && plan_.hosts->keeps_original);
        for (std::size_t i = 0; i < want.targets.size(); ++i) {
            want.targets[i].desired = clears ? 0 : seen.cohorts[i].desired;
        }
        if (!under_way() && !goes_back_) return;
        if (stage_ != Stage::kCleanUp) want.targets.front().desired = plan_.replicas;
        want.targets.back().desired = back_ ? 0 : new_size();
    }

    int new_size() const {
        if (!plan_.hosts || stage_ != Stage::kInstall) return plan_.replicas;
        return attempts_ ? attempts_->attempted() : 0;
    }

    void route(const Observation& seen, Directive& want) {
        if (goes_back_) {
            share_ = 0;
        } else if (under_way() && stage_ >= Stage::kShift) {
            share_ = stage_ == Stage::kShift ? share(traffic::shift_at(plan_.shifts, seen.now - since_)) : 1;
        }
        for (Target& target : want.targets) target.weight = 0;
        want.targets.front().weight = 1 - share_;
        want.targets.back().weight = share_;
    }

    Time next_look(const Observation& seen) const {
        if (!under_way()) return kNever;
        Time look = kNever;
        if (stage_ == Stage::kInstall) look = after(since_, plan_.patience);
        if (stage_ == Stage::kInstall && plan_.hosts) {
            look = std::min(look, attempts_ ? attempts_->times_out(plan_.hosts->attempt_timeout)
                                            : after(since_, plan_.hosts->provisioning));
        }
        if (stage_ == Stage::kTest) look = after(since_, plan_.test->timeout);
        if (stage_ == Stage::kReady) look = after(since_, plan_.ready.wait);
        if (stage_ == Stage::kValidate) look = after(since_, plan_.validate->timeout);
        if (stage_ == Stage::kBake) look = after(since_, plan_.bake);
        if (stage_ == Stage::kShift) {
            const auto next = std::find_if(plan_.shifts.begin(), plan_.shifts.end(), [&](const traffic::Shift& shift) {
                return after(since_, shift.at) > seen.now;
            });
            if (next != plan_.shifts.end()) look = after(since_, next->at);
        }
        return look > seen.now ? look : kNever;
    }

    // Words

    void explain(const Observation& seen, Directive& want) {
        const Cohort& fresh = seen.cohorts.back();
        const std::string sizes = of(fresh.available, want.targets.back().desired) + " available";
        const std::string percent = spell_percent(static_cast<int>(std::lround(1000 * share_)));
        if (!under_way()) {
            if (back_ && fresh.desired == 0) rolled_back_ = true;
            want.phase = rolled_back_ ? Phase::kRolledBack : goes_back_ ? Phase::kRollingBack : Phase::kStuck;
            want.reason = failure_ + (goes_back_ ? ": the old version has the traffic" : ": left as it is");
            return;
        }
        switch (stage_) {
            case Stage::kInstall:
                want.phase = is_late(seen) ? Phase::kStuck : Phase::kMoving;
                want.reason = (is_late(seen) ? "still waiting for the new version: " : "new version: ") + sizes;
                if (attempts_) {
                    want.reason = "new version: " + attempts_->describe();
                } else if (plan_.hosts) {
                    want.reason = "hosts are provisioned until " + spell(after(since_, plan_.hosts->provisioning));
                }
                break;
            case Stage::kTest:
            case Stage::kValidate:
                want.phase = Phase::kBaking;
                want.reason = stage_ == Stage::kTest ? "test running" : "validation running";
                break;
            case Stage::kReady:
                want.phase = Phase::kPaused;
                want.asks_approval = true;
                want.reason = "until a person lets the traffic go on, or " + spell(after(since_, plan_.ready.wait));
                break;
            case Stage::kShift:
                want.phase = told(seen, share_) ? Phase::kPaused : Phase::kMoving;
                want.reason = percent + " of the traffic";
                break;
            case Stage::kBake:
                want.phase = Phase::kBaking;
                want.reason = "all of the traffic, bakes until " + spell(want.wake_at);
                break;
            case Stage::kCleanUp:
                want.phase = Phase::kPromoted;
                want.reason = "complete: " + sizes;
                break;
        }
    }

    ShiftPlan plan_;
    std::optional<codedeploy::Attempts> attempts_;  // to deploy to the second fleet, where it is one of hosts
    Stage stage_ = Stage::kInstall;
    Time since_;        // when the stage began
    double share_ = 0;  // of the traffic, for the new version
    std::string failure_;
    bool goes_back_ = false;
    bool back_ = false;  // the old version has the traffic again
    bool rolled_back_ = false;
};

}  // namespace

std::vector<traffic::Shift> rerouting(const ReplacementHosts& hosts, int replacement, int original) {
    const int minimum = codedeploy::minimum_hosts(hosts.minimum_healthy, replacement);
    return codedeploy::rerouting(replacement, original, minimum, hosts.registration);
}

void require_valid(const ShiftPlan& plan) {
    require(plan.replicas >= 1, "replicas must be at least 1");
    require(!plan.shifts.empty() && plan.shifts.back().permille == 1000, "all of the traffic must go in the end");
    for (const traffic::Shift& shift : plan.shifts) {
        require(shift.at >= Duration::zero(), "the time between shifts must not be negative");
        require(shift.permille > 0 || plan.hosts, "a shift must be above 0%");
    }
    if (plan.hosts) {
        codedeploy::require_valid(plan.hosts->minimum_healthy);
        require(plan.hosts->attempt_timeout > Duration::zero(), "attempt_timeout must be above 0");
        require(plan.hosts->provisioning >= Duration::zero() && plan.hosts->registration >= Duration::zero(),
                "times to provision and to register hosts must not be negative");
    }
    require(plan.ready.wait >= Duration::zero(), "the wait for a person must not be negative");
    require(plan.bake >= Duration::zero(), "bake must not be negative");
    require(plan.patience > Duration::zero(), "patience must be above 0");
    for (const std::optional<Hook>& hook : {plan.test, plan.validate}) {
        require(!hook || hook->timeout > Duration::zero(), "a hook's timeout must be above 0");
    }
}

std::string describe(const ShiftPlan& plan) {
    std::string text = "shifts=[";
    const char* separator = "";
    for (const traffic::Shift& shift : plan.shifts) {
        text += separator + spell_percent(shift.permille) + " at " + spell(shift.at);
        separator = ", ";
    }
    text += "]";
    const auto add = [&text](const char* name, const std::string& value) {
        text.append(", ").append(name).append("=").append(value);
    };
    if (plan.hosts) {
        text += ", " + codedeploy::describe(plan.hosts->minimum_healthy);
        add("attempt_timeout", spell(plan.hosts->attempt_timeout));
        add("provisioning", spell(plan.hosts->provisioning));
        if (plan.hosts->keeps_original) text += ", keeps_original";
    }
    const auto add_hook = [&add](const char* name, const Hook& hook) {
        add(name, "analysis " + std::to_string(index_of(hook.analysis)) + " within " + spell(hook.timeout));
    };
    if (plan.test) add_hook("test", *plan.test);
    if (plan.ready.stop_on_timeout) add("ready", "a person within " + spell(plan.ready.wait));
    if (plan.validate) add_hook("validate", *plan.validate);
    if (plan.bake > Duration::zero()) add("bake", spell(plan.bake));
    if (plan.alarms) add("alarms", "analysis " + std::to_string(index_of(*plan.alarms)));
    if (plan.ignore_poll_failure) text += ", ignore_poll_failure";
    std::string rollback = plan.rollback.on_failure ? " failure" : "";
    if (plan.rollback.on_alarm) rollback += " alarm";
    if (plan.rollback.on_request) rollback += " request";
    if (!rollback.empty()) add("rollback_on", "[" + rollback.substr(1) + "]");
    add(plan.patience_fails ? "fails_after" : "patience", spell(plan.patience));
    return text;
}

std::unique_ptr<Controller> shift_traffic(const ShiftPlan& plan, const Launch& launch) {
    return std::make_unique<ShiftController>(plan, launch);
}

}  // namespace rollcast::strategies
