#include "rollcast/strategies/codedeploy_in_place.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/strategies/codedeploy_attempts.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

using codedeploy::Attempts;
using codedeploy::RollbackEvent;
using codedeploy::ServerDeployment;
using codedeploy::Status;

constexpr std::uint32_t kAlarmRun = 1;

/// A zone's part in a deployment.
struct Zone {
    ZoneId id{};
    int hosts = 0;    // in it
    int to_do = 0;    // of these: to be attempted
    int unsound = 0;  // of these: not healthy, when the deployment begins
};

/// Hosts are spread evenly over their zones.
std::vector<Zone> spread(int hosts, int zones) {
    std::vector<Zone> found;
    for (int i = 0; i < std::min(hosts, zones); ++i) {
        const int here = hosts / zones + (i < hosts % zones);
        found.push_back({.id = static_cast<ZoneId>(i), .hosts = here, .to_do = here});
    }
    return found;
}

class InPlaceController final : public Controller {
   public:
    InPlaceController(const CodeDeployInPlaceParams& params, const Launch& launch)
        : params_(params),
          minimum_(codedeploy::minimum_hosts(params.minimum_healthy, params.replicas)),
          ends_at_(launch.at + codedeploy::kLongestInPlace) {}

    Directive decide(const Observation& seen) override {
        ensure(seen.cohorts.size() >= 2, "a deployment needs an old and a new version");
        if (!attempts_) start(seen);
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
        to_ = seen.cohorts.size() - 1;
        attempts_ = Attempts::of_all(params_.replicas, minimum_, seen.cohorts[to_]);
        if (params_.zonal) zones_ = spread(params_.replicas, params_.zones);
        open_zone(0);
    }

    /// Hosts join on the way; none goes before the deployment is over.
    void grow(int replicas) {
        const int more = replicas - params_.replicas;
        if (final_ || back_ || stopped_ || more <= 0) return;
        params_.replicas = replicas;
        minimum_ = codedeploy::minimum_hosts(params_.minimum_healthy, replicas);
        attempts_->grow(more, minimum_);
        joined_ = true;
        if (!attempts_->zone) return;
        zones_[zone_].hosts += more;
        zones_[zone_].to_do += more;
        attempts_->zone->minimum = minimum_in_zone();
        attempts_->zone->healthy += more;
        attempts_->zone->healthy_left += more;
    }

    void follow(const Observation& seen) {
        attempts_->observe(seen.cohorts[to_], params_.attempt_timeout, seen.now);
        if (failure_.empty()) watch_alarms(seen);
        if (seen.aborted && !back_) {
            failure_ = "aborted from outside";
            go_back(seen);
        }
        if (!stopped_ && !final_) judge(seen);
        if (stopped_) return;
        if (!final_) go_on(seen.now);
        attempts_->begin(seen.now);
    }

    void judge(const Observation& seen) {
        const Status status = attempts_->status();
        const bool late = !back_ && seen.now >= ends_at_;
        if (status == Status::kSucceeded) {
            final_ = back_ ? Phase::kRolledBack : Phase::kPromoted;
        } else if (back_) {
            stopped_ = status == Status::kFailed;
        } else if (status == Status::kFailed || late) {
            end(RollbackEvent::kFailure,
                late ? "not done within " + spell(codedeploy::kLongestInPlace)
                     : std::to_string(attempts_->failed) + " attempts failed",
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
    /// attempt has failed), then of the others, by the same minimum and, where it is zonal, from the last zone on.
    void go_back(const Observation& seen) {
        const Attempts ended = *attempts_;
        const int unsound = ended.not_sound();
        to_ = 0;
        back_ = true;
        stopped_ = false;
        attempts_ = Attempts{.hosts = ended.attempted(),
                             .there = params_.replicas - ended.attempted(),
                             .restarts = seen.cohorts.front().restarts,
                             .deployment = {.minimum = minimum_,
                                            .healthy = params_.replicas - unsound,
                                            .unhealthy_left = unsound,
                                            .healthy_left = ended.succeeded}};
        if (ended.attempted() == 0) {
            final_ = Phase::kRolledBack;
        } else if (!zones_.empty()) {
            turn_zones(ended.attempted(), unsound);
            open_zone(0);
        }
    }

    // From zone to zone

    /// The zones that were attempted, the last one first.
    void turn_zones(int attempted, int unsound) {
        std::vector<Zone> back;
        for (const Zone& zone : zones_) {
            const int to_do = std::min(zone.to_do, attempted);
            if (to_do > 0) back.insert(back.begin(), {.id = zone.id, .hosts = zone.hosts, .to_do = to_do});
            attempted -= to_do;
        }
        for (Zone& zone : back) {
            zone.unsound = std::min(zone.to_do, unsound);
            unsound -= zone.unsound;
        }
        zones_ = std::move(back);
    }

    int minimum_in_zone() const {
        return codedeploy::minimum_hosts(params_.zonal->minimum_healthy, zones_[zone_].hosts);
    }

    void open_zone(std::size_t number) {
        if (zones_.empty()) return;
        zone_ = number;
        watched_until_.reset();
        const Zone& zone = zones_[zone_];
        attempts_->zone = ServerDeployment{.minimum = minimum_in_zone(),
                                           .healthy = zone.hosts - zone.unsound,
                                           .unhealthy_left = zone.unsound,
                                           .healthy_left = zone.to_do - zone.unsound};
    }

    /// To the next zone, when this one is done and was watched. The time for that is not the deployment's.
    void go_on(Time now) {
        if (zones_.empty() || zone_ + 1 == zones_.size()) return;
        if (attempts_->zone->left() > 0) return watched_until_.reset();
        if (!watched_until_) {
            const Duration watched = codedeploy::watched_for(*params_.zonal, zone_);
            watched_until_ = after(now, watched);
            ends_at_ = after(ends_at_, watched);
        }
        if (now >= *watched_until_) open_zone(zone_ + 1);
    }

    // Hosts

    /// A host is taken from the other versions, oldest first, and given to the new one when it is empty.
    void place(const Observation& seen, Directive& want) const {
        if (final_) {
            want.targets[to_].desired = params_.replicas;
            return;
        }
        const int taken = attempts_->there + attempts_->attempted();
        int leave = params_.replicas - taken;
        int present = 0;
        for (std::size_t i = want.targets.size(); i-- > 0;) {
            if (!zones_.empty()) want.targets[i].zone = zones_[zone_].id;
            if (i == to_) continue;
            const Cohort& cohort = seen.cohorts[i];
            want.targets[i].desired = i == 0 && joined_ ? leave : std::min(cohort.desired, leave);
            leave -= want.targets[i].desired;
            present += std::max(cohort.instances, want.targets[i].desired) + cohort.draining;
        }
        const int empty = std::max(params_.replicas - present, 0);
        want.targets[to_].desired = std::max(std::min(taken, empty), seen.cohorts[to_].desired);
    }

    Time next_look(const Observation& seen) const {
        if (final_ || stopped_) return kNever;
        Time look = back_ ? kNever : ends_at_;
        look = std::min({look, attempts_->times_out(params_.attempt_timeout), watched_until_.value_or(kNever)});
        return look > seen.now ? look : kNever;
    }

    void explain(Directive& want) const {
        std::string state = attempts_->describe();
        if (!zones_.empty())
            state = "zone " + of(static_cast<int>(zone_) + 1, static_cast<int>(zones_.size())) + ", " + state;
        want.reason = failure_.empty() ? state : failure_ + ": " + (stopped_ ? "left as it is: " : "back: ") + state;
        if (final_) {
            want.phase = *final_;
        } else if (stopped_) {
            want.phase = Phase::kStuck;
        } else if (back_) {
            want.phase = Phase::kRollingBack;
        } else if (watched_until_) {
            want.phase = Phase::kBaking;
            want.reason = "watched until " + spell(*watched_until_) + ": " + state;
        }
    }

    CodeDeployInPlaceParams params_;
    int minimum_;
    Time ends_at_;
    std::size_t to_ = 0;  // the version that hosts are brought to
    std::optional<Attempts> attempts_;
    std::vector<Zone> zones_;            // in the order in which they are deployed to; empty: all at a time
    std::size_t zone_ = 0;               // of these: under way
    std::optional<Time> watched_until_;  // when it is done
    std::string failure_;                // why the deployment ended without success
    bool back_ = false;                  // a rollback followed
    bool joined_ = false;                // hosts did
    bool stopped_ = false;               // nothing follows
    std::optional<Phase> final_;
};

}  // namespace

CodeDeployInPlace::CodeDeployInPlace(CodeDeployInPlaceParams params) : params_(std::move(params)) {
    require(params_.replicas >= 1, "replicas must be at least 1");
    codedeploy::require_valid(params_.minimum_healthy);
    require(params_.zones >= 1, "zones must be at least 1");
    if (params_.zonal) {
        codedeploy::require_valid(params_.zonal->minimum_healthy);
        require(params_.zonal->minimum_healthy.type != codedeploy::MinimumType::kMostConcurrency,
                "a zone's minimum is a number or a percentage of its hosts");
        for (const std::optional<Duration>& time : {params_.zonal->first_zone_monitor, params_.zonal->monitor}) {
            require(!time || *time >= Duration::zero(), "the time to watch a zone must not be negative");
        }
    }
    require(params_.attempt_timeout > Duration::zero(), "attempt_timeout must be above 0");
}

std::string CodeDeployInPlace::describe() const {
    std::string text = "codedeploy_in_place(replicas=" + std::to_string(params_.replicas) + ", " +
                       codedeploy::describe(params_.minimum_healthy) +
                       ", attempt_timeout=" + spell(params_.attempt_timeout);
    if (params_.zonal) {
        text += ", zonal(zones=" + std::to_string(params_.zones) + ", " +
                codedeploy::describe(params_.zonal->minimum_healthy) +
                ", monitor=" + spell(codedeploy::watched_for(*params_.zonal, 0)) + " and " +
                spell(codedeploy::watched_for(*params_.zonal, 1)) + ")";
    }
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
