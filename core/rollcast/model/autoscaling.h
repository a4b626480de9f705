#pragma once
// Who changes the number of instances by how busy they are. The defaults are the platforms'.

#include <cstdint>
#include <variant>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast {

/// What an autoscaler reads, as a mean over instances.
enum class LoadMetric : std::uint8_t {
    kUtilization,  // of what an instance asks for: see Autoscaling::request
    kRequests,     // begun, a second
};

struct LoadTarget {
    LoadMetric metric = LoadMetric::kUtilization;
    double value = .8;
};

/// A limit on how fast a HorizontalPodAutoscaler scales one way.
struct ScalingPolicy {
    bool percent = false;  // of the replicas at the start of the period; else pods
    int value = 4;
    Duration period = std::chrono::seconds(15);
};

/// Of several policies, the one that allows the most or the least; or no scaling that way at all.
enum class SelectPolicy : std::uint8_t { kMax, kMin, kDisabled };

struct ScalingRules {
    Duration stabilization{};
    SelectPolicy select = SelectPolicy::kMax;
    std::vector<ScalingPolicy> policies{};
};

/// Kubernetes' HorizontalPodAutoscaler (autoscaling/v2). The controller's own settings are flags of the controller
/// manager; readings come from metrics-server.
struct HorizontalPodAutoscaler {
    std::vector<LoadTarget> targets{{}};
    ScalingRules up{.policies = {{}, {.percent = true, .value = 100}}};
    ScalingRules down{.stabilization = std::chrono::seconds(300), .policies = {{.percent = true, .value = 100}}};
    double tolerance = .1;
    Duration sync = std::chrono::seconds(15);
    Duration resolution = std::chrono::seconds(15);         // between two readings of an instance
    Duration cpu_initialization = std::chrono::minutes(5);  // in which what is not ready is not counted
    Duration initial_readiness = std::chrono::seconds(30);  // in which a pod that is not ready never was
};

/// One target tracking policy of Application Auto Scaling, on an Amazon ECS service.
struct TargetTracking {
    LoadTarget target{};
    Duration scale_out_cooldown = std::chrono::seconds(300);
    Duration scale_in_cooldown = std::chrono::seconds(300);
    bool disable_scale_in = false;
};

struct Autoscaling {
    int least = 1;
    int most = 1;
    double request = 1;  // of its slots, or cores where requests share them: the share that 100 % utilization stand for
    std::variant<HorizontalPodAutoscaler, std::vector<TargetTracking>> by{};
};

}  // namespace rollcast
