#include "rollcast/strategies/app_runner_rules.h"

namespace rollcast::strategies::app_runner {

void HealthCheck::observe(bool success) {
    against = success == healthy ? 0 : against + 1;
    if (against < (healthy ? unhealthy_threshold : healthy_threshold)) return;
    healthy = !healthy;
    against = 0;
}

}  // namespace rollcast::strategies::app_runner
