#include "rollcast/strategies/codedeploy_attempts.h"

#include <algorithm>

#include "rollcast/strategies/words.h"

namespace rollcast::strategies::codedeploy {

Attempts Attempts::of_all(int hosts, int minimum, const Cohort& cohort) {
    return {.hosts = hosts,
            .restarts = cohort.restarts,
            .deployment = {.minimum = minimum, .healthy = hosts, .healthy_left = hosts}};
}

Status Attempts::status() const {
    const Status whole = deployment.status();
    const bool zone_failed = zone && zone->status() == Status::kFailed;
    return whole == Status::kInProgress && zone_failed ? Status::kFailed : whole;
}

void Attempts::finish(bool success) {
    if (in_flight() == 0 || status() != Status::kInProgress) return;
    ++(success ? succeeded : failed);
    deployment.finish(success);
    if (zone) zone->finish(success);
}

void Attempts::observe(const Cohort& cohort, Duration timeout, Time now) {
    const auto goes_on = [this] { return in_flight() > 0 && status() == Status::kInProgress; };
    const int up = std::clamp(cohort.available - there, 0, attempted());
    const int crashed = (cohort.restarts - restarts) - std::max(available - up, 0);
    for (int i = 0; i < crashed; ++i) finish(false);
    while (succeeded < std::min(up, attempted() - failed) && goes_on()) finish(true);
    while (goes_on() && now >= times_out(timeout)) finish(false);
    available = up;
    restarts = cohort.restarts;
}

void Attempts::grow(int more, int minimum) {
    hosts += more;
    deployment.minimum = minimum;
    deployment.healthy += more;
    deployment.healthy_left += more;
}

void Attempts::begin(Time now) {
    if (status() != Status::kInProgress) return;
    int most = std::min(deployment.most_at_once() - in_flight(), hosts - attempted());
    if (zone) most = std::min(most, zone->most_at_once() - in_flight());
    for (int i = 0; i < most; ++i) begun.push_back(now);
}

Time Attempts::times_out(Duration timeout) const {
    return in_flight() > 0 ? after(begun[static_cast<std::size_t>(succeeded + failed)], timeout) : kNever;
}

std::string Attempts::describe() const {
    return of(succeeded, hosts) + " hosts succeeded, " + std::to_string(failed) + " failed, " +
           std::to_string(in_flight()) + " under way";
}

}  // namespace rollcast::strategies::codedeploy
