#pragma once
// What AWS CodeDeploy computes, as functions of what it sees. Semantics: AWS CodeDeploy User Guide (working with
// deployment configurations, instance health, AppSpec hooks, automatic rollbacks, quotas) and the service's API.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/strategies/traffic_rules.h"

namespace rollcast::strategies::codedeploy {

// Limits that a deployment meets.
inline constexpr int kMostIncrementPercent = 99;
inline constexpr Duration kLongestShift = std::chrono::minutes(2880);  // Lambda's; in force for ECS, too
inline constexpr Duration kLongestTerminationWait = std::chrono::minutes(2880);
inline constexpr Duration kLongestInPlace = std::chrono::hours(8);
inline constexpr Duration kLongestEcsInstall = std::chrono::hours(120);   // from the start to the first shift
inline constexpr Duration kLongestGreenInstall = std::chrono::hours(48);  // the same of servers
inline constexpr Duration kLifecycleEventTimeout = std::chrono::hours(1);

enum class Platform : std::uint8_t { kServer, kEcs, kLambda };

// Traffic

enum class TrafficType : std::uint8_t { kAllAtOnce, kTimeBasedLinear, kTimeBasedCanary };

/// How the traffic of a Lambda function or an ECS service shifts.
struct TrafficConfig {
    TrafficType type = TrafficType::kAllAtOnce;
    int percent = 100;
    Duration interval{};
};
std::vector<traffic::Shift> shifts(const TrafficConfig& config);

struct PredefinedTrafficConfig {
    std::string_view name;
    Platform platform;
    TrafficConfig config;
};
std::span<const PredefinedTrafficConfig> predefined_traffic_configs();

// Servers

enum class MinimumType : std::uint8_t {
    kHostCount,
    kFleetPercent,
    kMostConcurrency,  // so many at a time; only the predefined OneAtATime has it
};

/// How many hosts have to stay healthy.
struct MinimumHealthy {
    MinimumType type = MinimumType::kMostConcurrency;
    int value = 1;
};

struct PredefinedServerConfig {
    std::string_view name;
    MinimumHealthy described;  // as the guide's page on health has it
    MinimumHealthy reported;   // as the API reports it, and deployments follow it
};
/// The first one is the default.
std::span<const PredefinedServerConfig> predefined_server_configs();

/// As a number of hosts; a percentage rounds up.
int minimum_hosts(MinimumHealthy minimum, int instances);
/// Throws std::invalid_argument for one that is out of range.
void require_valid(MinimumHealthy minimum);
/// "minimum_healthy=50%", "at_once=1".
std::string describe(MinimumHealthy minimum);

/// Successful attempts without which a deployment to so many healthy instances fails.
int successes_needed(int minimum);

enum class Status : std::uint8_t { kInProgress, kSucceeded, kFailed, kStopped };

/// A deployment to servers as the results of its attempts come in. A stopped instance counts as failed.
struct ServerDeployment {
    int minimum = 0;         // hosts
    int healthy = 0;         // at this time
    int unhealthy_left = 0;  // neither succeeded nor failed yet; were unhealthy when the deployment began
    int healthy_left = 0;    // the same for those that were healthy
    int succeeded = 0;

    /// Attempts that may be under way at a time. Unhealthy instances go first, and all at once: nothing is lost.
    int most_at_once() const;
    int left() const { return unhealthy_left + healthy_left; }
    void finish(bool success);
    Status status() const;
};

/// What an instance runs, before a deployment comes to it.
enum class Revision : std::uint8_t { kUnhealthy, kUnknown, kOld, kCurrent };
/// Whether instances of group `a` are attempted before those of group `b`.
constexpr bool attempted_before(Revision a, Revision b) { return a < b; }
/// After a deployment that succeeded as a whole.
constexpr Revision revision_after_success(Revision before, bool instance_succeeded) {
    if (instance_succeeded) return Revision::kCurrent;
    return before == Revision::kCurrent ? Revision::kUnknown : before;
}
/// Whether an instance is healthy after a deployment that failed or was stopped; no result: it was not attempted.
constexpr bool healthy_after_failure(bool before, std::optional<bool> result) { return result.value_or(before); }

// Zones

inline constexpr int kMinimumHealthyPercentPerZone = 0;

/// How a deployment goes from zone to zone.
struct ZonalConfig {
    std::optional<Duration> first_zone_monitor{};  // none: as long as others
    std::optional<Duration> monitor{};             // none: not at all
    MinimumHealthy minimum_healthy{MinimumType::kFleetPercent, kMinimumHealthyPercentPerZone};  // in each zone
};

/// How long a zone that is done is watched before the next one begins; `zone` counts from 0 in the order in which they
/// are deployed to.
Duration watched_for(const ZonalConfig& config, std::size_t zone);

/// When each zone begins.
std::vector<Duration> zone_starts(std::span<const Duration> deploy, const ZonalConfig& config);

// Hooks

enum class Style : std::uint8_t {
    kInPlace,
    kBlueGreenReplacement,
    kBlueGreenOriginal,
    kRollbackReplacement,  // blue/green on its way back
    kRollbackOriginal,
};

/// Lifecycle events in order, by the names of the AppSpec file. `style` and `load_balancer` concern servers.
std::vector<std::string_view> hook_order(Platform platform, Style style, bool load_balancer);

/// Whether there is anything to roll back when this hook of an ECS deployment fails.
bool ecs_hook_failure_can_roll_back(std::string_view hook);

/// Where a deployment that ignores failures to stop the application goes on; empty: it fails.
std::string_view next_after_ignored_failure(std::string_view failed_hook);

// Alarms, rollback

enum class AlarmState : std::uint8_t { kOk, kInsufficientData, kAlarm, kUnavailable };

/// What an alarm does to a deployment under way; kUnavailable: its state cannot be read.
Status alarm_effect(bool enabled, AlarmState state, bool ignore_poll_failure);

enum class RollbackEvent : std::uint8_t { kFailure, kStopOnAlarm, kStopOnRequest };

/// Which ends of a deployment bring the last successful revision back, as a new deployment.
struct AutoRollback {
    bool on_failure = false;
    bool on_alarm = false;
    bool on_request = false;
};
bool rolls_back(const AutoRollback& rollback, RollbackEvent event);

/// How a blue/green deployment goes on when the replacement is ready.
struct ReadyOption {
    bool stop_on_timeout = false;  // a person has to resume within `wait`; else traffic is rerouted at once
    Duration wait{};
};
/// The replacement's share of the traffic while its hosts are registered with the load balancer, as many at a time as
/// the minimum allows, each of which takes so long; when all are, the original hosts are deregistered. Until then
/// traffic follows the hosts.
std::vector<traffic::Shift> rerouting(int replacement, int original, int minimum, Duration registration);

enum class Reroute : std::uint8_t { kNow, kAtResume, kWait, kStopped };
Reroute reroute(const ReadyOption& option, Duration waited, bool resumed);

}  // namespace rollcast::strategies::codedeploy
