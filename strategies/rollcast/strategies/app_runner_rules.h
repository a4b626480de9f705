#pragma once
// What AWS App Runner computes. Semantics: AWS App Runner Developer Guide (health checks, architecture).

namespace rollcast::strategies::app_runner {

/// The status of a service that refuses other operations for now.
inline constexpr const char* kBusyStatus = "OPERATION_IN_PROGRESS";

/// A deployment brings up a second set of instances beside the provisioned ones, then moves the traffic.
constexpr int instances_during_deployment(int provisioned) { return 2 * provisioned; }

/// Whether an instance is in use, by its last health checks.
struct HealthCheck {
    int healthy_threshold = 1;    // successes in a row
    int unhealthy_threshold = 5;  // failures in a row
    bool healthy = true;
    int against = 0;  // checks in a row that contradict the state

    void observe(bool success);
};

}  // namespace rollcast::strategies::app_runner
