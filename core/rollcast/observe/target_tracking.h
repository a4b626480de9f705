#pragma once
// Target tracking of Application Auto Scaling on an Amazon ECS service, as a value.
// Semantics: Application Auto Scaling User Guide ("Target tracking scaling policies"), Amazon ECS Developer Guide
// ("Service auto scaling"). A policy keeps two alarms on the metric's minutes: the high one goes off when 3 in a row
// are above the target, the low one when 15 in a row are below 90 % of it. While a deployment is in progress nothing
// is scaled in.
//
// Where it deviates, because AWS does not say how much it scales: by the metric's latest minute over the target, both
// ways, rounded up.

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/autoscaling.h"
#include "rollcast/observe/load.h"

namespace rollcast {

inline constexpr int kHighMinutes = 3;
inline constexpr int kLowMinutes = 15;
inline constexpr double kLowShare = .9;  // of the target

class TargetTracker {
   public:
    TargetTracker(std::vector<TargetTracking> policies, int least, int most);

    /// A minute is over; readings are of its last part. The tasks that it asks for now.
    int sync(std::span<const InstanceLoad> tasks, int desired, bool deploying, Time now);

    /// The same, of each policy's metric over that minute; none: no data.
    int follow(std::span<const std::optional<double>> minutes, int desired, bool deploying, Time now);

   private:
    struct Policy {
        TargetTracking rules;
        std::deque<std::optional<double>> minutes{};  // the latest last, at most kLowMinutes
        std::optional<Time> scaled_out{};
        int before = 0;  // tasks before it scaled out

        bool all_of_last(int minutes, double limit, bool above) const;
        int scale_out(int desired, Time now) const;
        std::optional<int> scale_in(int desired) const;
    };

    std::vector<Policy> policies_;
    int least_;
    int most_;
    std::optional<Time> scaled_in_;
    Duration cooldown_{};  // after that
};

}  // namespace rollcast
