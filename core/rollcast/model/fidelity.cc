#include "rollcast/model/fidelity.h"

namespace rollcast {

std::optional<std::string> why_not_flow(const Scenario& scenario, const TruthKind& truth) {
    const Traffic& traffic = scenario.traffic;
    const Balancing& balancing = scenario.balancing;
    if (traffic.replay) return "its arrivals are given one by one";
    if (traffic.bursts) return "its traffic comes in bursts";
    if (traffic.users.count > 0) return "users who wait for answers send less when these are late";
    if (traffic.sessions.sticky == Stickiness::kInstance) return "users stay with their instance";
    if (balancing.outlier) return "balancers eject instances for their answers";
    if (balancing.max_outstanding > 0) return "balancers limit what they send to an instance";
    if (balancing.locality) return "balancers prefer instances of their zone";
    if (scenario.service.cold_slowness > 0) return "instances are slow while they are cold";
    if (autoscales(scenario)) return "autoscalers look at what requests do to instances";
    (void)truth;
    return std::nullopt;
}

bool draws_requests(const Scenario& scenario, const TruthKind& truth) {
    return scenario.fidelity == Fidelity::kFlow ||
           (scenario.fidelity == Fidelity::kAuto && !why_not_flow(scenario, truth));
}

}  // namespace rollcast
