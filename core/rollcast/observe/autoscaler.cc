#include "rollcast/observe/autoscaler.h"

#include <chrono>

namespace rollcast {

namespace {

using namespace std::chrono_literals;

using By = std::variant<PodAutoscaler, TargetTracker>;

By follower(const Autoscaling& autoscaling) {
    if (const auto* pods = std::get_if<HorizontalPodAutoscaler>(&autoscaling.by)) {
        return PodAutoscaler(*pods, autoscaling.least, autoscaling.most);
    }
    return TargetTracker(std::get<std::vector<TargetTracking>>(autoscaling.by), autoscaling.least, autoscaling.most);
}

}  // namespace

Autoscaler::Autoscaler(const Autoscaling& autoscaling) : by_(follower(autoscaling)) {
    const auto* pods = std::get_if<HorizontalPodAutoscaler>(&autoscaling.by);
    resolution_ = pods != nullptr ? pods->resolution : 1min;  // CloudWatch's, for a service's metrics
    period_ = pods != nullptr ? pods->sync : 1min;
}

int Autoscaler::look(std::span<const InstanceLoad> instances, int replicas, bool deploying, Time now) {
    if (auto* pods = std::get_if<PodAutoscaler>(&by_)) return pods->sync(instances, replicas, now);
    return std::get<TargetTracker>(by_).sync(instances, replicas, deploying, now);
}

}  // namespace rollcast
