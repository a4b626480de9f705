#include "rollcast/model/fidelity.h"

#include <algorithm>

namespace rollcast {
namespace {

/// What the flow data plane does not know at all.
std::optional<std::string> lacks(const Scenario& scenario) {
    const Traffic& traffic = scenario.traffic;
    const Balancing& balancing = scenario.balancing;
    if (traffic.replay) return "its arrivals are given one by one";
    if (traffic.users.count > 0) return "users who wait for answers send less when these are late";
    if (traffic.sessions.sticky == Stickiness::kInstance) return "users stay with their instance";
    if (balancing.outlier) return "balancers eject instances for their answers";
    if (balancing.max_outstanding > 0) return "balancers limit what they send to an instance";
    if (balancing.locality) return "balancers prefer instances of their zone";
    if (scenario.service.cold_slowness > 0) return "instances are slow while they are cold";
    if (autoscales(scenario)) return "autoscalers look at what requests do to instances";
    return std::nullopt;
}

/// What a service is measured by takes about as many requests.
std::optional<std::string> simulates_cheaply(const Scenario& scenario) {
    constexpr double kFew = 1e6;
    const auto& [lead_in, horizon] = scenario.window;
    const double twins = mean_rate(scenario.traffic, Duration{}, horizon) * to_seconds(horizon);
    const double requests = mean_rate(scenario.traffic, -lead_in, Duration{}) * to_seconds(lead_in) + 2 * twins;
    if (requests >= kFew) return std::nullopt;
    return "a replication has less than a million of them";
}

/// Where the two planes have been compared and differ, or have not been.
std::optional<std::string> strays(const Scenario& scenario, const TruthKind& truth) {
    constexpr double kMostLoad = .85, kWorst = .1;  // of the slots in use; of all releases of the kind
    const InstanceEffects& effects = scenario.faults.instances;
    if (scenario.traffic.retries.attempts > 1) return "retries feed the queues that they come of";
    if (effects.noise > 0 || effects.gray > 0) return "instances are not alike";
    double work = 1;  // what a release makes of it
    const double severity = upper_quantile(truth.severity, kWorst);
    if (truth.kind == DefectKind::kLatency) work = 1 + truth.share * (std::max(1., severity) - 1);
    if (truth.kind == DefectKind::kCapacity) work = 1 / std::max(1e-9, 1 - severity);
    const Traffic& traffic = scenario.traffic;
    const double in_burst = traffic.bursts ? std::max(1., traffic.bursts->factor) / burst_lift(traffic) : 1;
    if (work * in_burst * instances_needed(scenario) > kMostLoad * scenario.fleet.replicas) {
        return "more than 85% of the slots may be in use, and then queues do not settle";
    }
    if (truth.kind == DefectKind::kMemoryLeak || truth.kind == DefectKind::kSlowLeak) {
        return "leaks end processes together, and the others are overloaded for too short a time to settle";
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> why_not_flow(const Scenario& scenario, const TruthKind& truth) {
    if (std::optional<std::string> why = lacks(scenario)) return why;
    if (std::optional<std::string> why = simulates_cheaply(scenario)) return why;
    return strays(scenario, truth);
}

bool draws_requests(const Scenario& scenario, const TruthKind& truth) {
    return scenario.fidelity == Fidelity::kFlow || scenario.fidelity == Fidelity::kHybrid ||
           (scenario.fidelity == Fidelity::kAuto && !why_not_flow(scenario, truth));
}

std::optional<std::string> refuses_flow(const Scenario& scenario) {
    if (scenario.fidelity == Fidelity::kHybrid && scenario.traffic.retries.attempts > 1) {
        return "a request that is tried again may get to another version then";
    }
    return lacks(scenario);
}

}  // namespace rollcast
