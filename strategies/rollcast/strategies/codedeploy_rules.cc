#include "rollcast/strategies/codedeploy_rules.h"

#include <algorithm>
#include <array>

#include "rollcast/base/amount.h"
#include "rollcast/base/check.h"

namespace rollcast::strategies::codedeploy {

namespace {

using Names = std::vector<std::string_view>;

constexpr std::array kBlock{"BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic"};
constexpr std::array kDeploy{"ApplicationStop", "DownloadBundle",   "BeforeInstall",  "Install",
                             "AfterInstall",    "ApplicationStart", "ValidateService"};
constexpr std::array kAllow{"BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"};
constexpr std::array kEcs{
    "BeforeInstall",      "Install",      "AfterInstall",     "AllowTestTraffic", "AfterAllowTestTraffic",
    "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"};

template <typename Events>
void append(Names& names, const Events& events) {
    names.insert(names.end(), events.begin(), events.end());
}

}  // namespace

std::vector<traffic::Shift> shifts(const TrafficConfig& config) {
    switch (config.type) {
        case TrafficType::kTimeBasedLinear:
            return traffic::linear_shifts(10 * config.percent, config.interval);
        case TrafficType::kTimeBasedCanary:
            return traffic::canary_shifts(10 * config.percent, config.interval);
        case TrafficType::kAllAtOnce:
            break;
    }
    return traffic::canary_shifts(1000, Duration::zero());
}

std::span<const PredefinedTrafficConfig> predefined_traffic_configs() {
    using std::chrono::minutes;
    constexpr auto kLinear = TrafficType::kTimeBasedLinear;
    constexpr auto kCanary = TrafficType::kTimeBasedCanary;
    static constexpr std::array<PredefinedTrafficConfig, 14> kConfigs{{
        {"CodeDeployDefault.ECSLinear10PercentEvery1Minutes", Platform::kEcs, {kLinear, 10, minutes(1)}},
        {"CodeDeployDefault.ECSLinear10PercentEvery3Minutes", Platform::kEcs, {kLinear, 10, minutes(3)}},
        {"CodeDeployDefault.ECSCanary10Percent5Minutes", Platform::kEcs, {kCanary, 10, minutes(5)}},
        {"CodeDeployDefault.ECSCanary10Percent15Minutes", Platform::kEcs, {kCanary, 10, minutes(15)}},
        {"CodeDeployDefault.ECSAllAtOnce", Platform::kEcs, {}},
        {"CodeDeployDefault.LambdaCanary10Percent5Minutes", Platform::kLambda, {kCanary, 10, minutes(5)}},
        {"CodeDeployDefault.LambdaCanary10Percent10Minutes", Platform::kLambda, {kCanary, 10, minutes(10)}},
        {"CodeDeployDefault.LambdaCanary10Percent15Minutes", Platform::kLambda, {kCanary, 10, minutes(15)}},
        {"CodeDeployDefault.LambdaCanary10Percent30Minutes", Platform::kLambda, {kCanary, 10, minutes(30)}},
        {"CodeDeployDefault.LambdaLinear10PercentEvery1Minute", Platform::kLambda, {kLinear, 10, minutes(1)}},
        {"CodeDeployDefault.LambdaLinear10PercentEvery2Minutes", Platform::kLambda, {kLinear, 10, minutes(2)}},
        {"CodeDeployDefault.LambdaLinear10PercentEvery3Minutes", Platform::kLambda, {kLinear, 10, minutes(3)}},
        {"CodeDeployDefault.LambdaLinear10PercentEvery10Minutes", Platform::kLambda, {kLinear, 10, minutes(10)}},
        {"CodeDeployDefault.LambdaAllAtOnce", Platform::kLambda, {}},
    }};
    return kConfigs;
}

std::span<const PredefinedServerConfig> predefined_server_configs() {
    constexpr MinimumHealthy kHalf{MinimumType::kFleetPercent, 50};
    constexpr MinimumHealthy kNone{MinimumType::kHostCount, 0};
    static constexpr std::array<PredefinedServerConfig, 3> kConfigs{{
        {"CodeDeployDefault.OneAtATime", {MinimumType::kFleetPercent, 99}, {MinimumType::kMostConcurrency, 1}},
        {"CodeDeployDefault.HalfAtATime", kHalf, kHalf},
        {"CodeDeployDefault.AllAtOnce", kNone, kNone},
    }};
    return kConfigs;
}

int minimum_hosts(MinimumHealthy minimum, int instances) {
    switch (minimum.type) {
        case MinimumType::kFleetPercent:
            return resolve(percent(minimum.value), instances, Rounding::kUp);
        case MinimumType::kMostConcurrency:
            return std::max(instances - minimum.value, 0);
        case MinimumType::kHostCount:
            break;
    }
    return minimum.value;
}

void require_valid(MinimumHealthy minimum) {
    require(minimum.value >= 0, "minimum_healthy must not be negative");
    require(minimum.type != MinimumType::kFleetPercent || minimum.value <= 100,
            "minimum_healthy must not be above 100%");
    require(minimum.type != MinimumType::kMostConcurrency || minimum.value >= 1,
            "at least one host must be attempted at once");
}

std::string describe(MinimumHealthy minimum) {
    const std::string value = std::to_string(minimum.value);
    switch (minimum.type) {
        case MinimumType::kFleetPercent:
            return "minimum_healthy=" + value + "%";
        case MinimumType::kMostConcurrency:
            return "at_once=" + value;
        case MinimumType::kHostCount:
            break;
    }
    return "minimum_healthy=" + value;
}

int successes_needed(int minimum) { return std::max(minimum, 1); }

int ServerDeployment::most_at_once() const {
    if (unhealthy_left > 0) return unhealthy_left;
    return std::clamp(healthy - minimum, 0, healthy_left);
}

void ServerDeployment::finish(bool success) {
    succeeded += success;
    if (unhealthy_left > 0) {
        --unhealthy_left;
        healthy += success;
    } else {
        --healthy_left;
        healthy -= !success;
    }
}

Status ServerDeployment::status() const {
    if (unhealthy_left > 0) return Status::kInProgress;
    if (healthy_left == 0) return succeeded > 0 ? Status::kSucceeded : Status::kFailed;
    return healthy <= minimum ? Status::kFailed : Status::kInProgress;
}

Duration watched_for(const ZonalConfig& config, std::size_t zone) {
    const Duration others = config.monitor.value_or(Duration::zero());
    return zone == 0 ? config.first_zone_monitor.value_or(others) : others;
}

std::vector<Duration> zone_starts(std::span<const Duration> deploy, const ZonalConfig& config) {
    std::vector<Duration> starts;
    Duration at{};
    for (const Duration duration : deploy) {
        starts.push_back(at);
        at += duration + watched_for(config, starts.size() - 1);
    }
    return starts;
}

std::vector<std::string_view> hook_order(Platform platform, Style style, bool load_balancer) {
    Names names;
    if (platform == Platform::kEcs) {
        append(names, kEcs);
    } else if (platform == Platform::kLambda) {
        append(names, kAllow);
    } else {
        const bool blocks =
            style == Style::kInPlace || style == Style::kBlueGreenOriginal || style == Style::kRollbackReplacement;
        const bool deploys = style == Style::kInPlace || style == Style::kBlueGreenReplacement;
        const bool allows = style != Style::kBlueGreenOriginal && style != Style::kRollbackReplacement;
        if (load_balancer && blocks) append(names, kBlock);
        if (deploys) append(names, kDeploy);
        if (load_balancer && allows) append(names, kAllow);
    }
    return names;
}

bool ecs_hook_failure_can_roll_back(std::string_view hook) {
    const auto install = std::find(kEcs.begin(), kEcs.end(), std::string_view("Install"));
    return std::find(install, kEcs.end(), hook) != kEcs.end();
}

std::string_view next_after_ignored_failure(std::string_view failed_hook) {
    constexpr std::array kIgnored{"ApplicationStop", "BeforeBlockTraffic", "AfterBlockTraffic"};
    if (std::find(kIgnored.begin(), kIgnored.end(), failed_hook) == kIgnored.end()) return {};
    const Names order = hook_order(Platform::kServer, Style::kInPlace, true);
    return *(std::find(order.begin(), order.end(), failed_hook) + 1);
}

Status alarm_effect(bool enabled, AlarmState state, bool ignore_poll_failure) {
    const bool stops = state == AlarmState::kAlarm || (state == AlarmState::kUnavailable && !ignore_poll_failure);
    return enabled && stops ? Status::kStopped : Status::kInProgress;
}

bool rolls_back(const AutoRollback& rollback, RollbackEvent event) {
    switch (event) {
        case RollbackEvent::kFailure:
            return rollback.on_failure;
        case RollbackEvent::kStopOnAlarm:
            return rollback.on_alarm;
        case RollbackEvent::kStopOnRequest:
            break;
    }
    return rollback.on_request;
}

std::vector<traffic::Shift> rerouting(int replacement, int original, int minimum, Duration registration) {
    const ServerDeployment hosts{.minimum = minimum, .healthy = replacement, .healthy_left = replacement};
    const int at_once = std::max(hosts.most_at_once(), 1);
    std::vector<traffic::Shift> shifts{{Duration::zero(), 0}};
    for (int registered = 0; registered < replacement;) {
        registered = std::min(registered + at_once, replacement);
        const int permille = registered == replacement ? 1000 : 1000 * registered / (registered + original);
        shifts.push_back({shifts.back().at + registration, permille});
    }
    return shifts;
}

Reroute reroute(const ReadyOption& option, Duration waited, bool resumed) {
    if (!option.stop_on_timeout) return Reroute::kNow;
    if (resumed && waited <= option.wait) return Reroute::kAtResume;
    return waited < option.wait ? Reroute::kWait : Reroute::kStopped;
}

}  // namespace rollcast::strategies::codedeploy
