#include "rollcast/observe/target_tracking.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rollcast {

TargetTracker::TargetTracker(std::vector<TargetTracking> policies, int least, int most) : least_(least), most_(most) {
    for (TargetTracking& rules : policies) policies_.push_back({.rules = std::move(rules)});
}

int TargetTracker::sync(std::span<const InstanceLoad> tasks, int desired, bool deploying, Time now) {
    std::vector<std::optional<double>> minutes;
    for (const Policy& policy : policies_) {
        double sum = 0;
        int seen = 0;
        for (const InstanceLoad& task : tasks) {
            if (task.pending || !task.reading) continue;
            sum += value_of(*task.reading, policy.rules.target.metric);
            ++seen;
        }
        minutes.push_back(seen > 0 ? std::optional(sum / seen) : std::nullopt);
    }
    return follow(minutes, desired, deploying, now);
}

int TargetTracker::follow(std::span<const std::optional<double>> minutes, int desired, bool deploying, Time now) {
    int out = desired;
    std::optional<int> in;
    bool all_agree = true;
    for (std::size_t i = 0; i < policies_.size(); ++i) {
        Policy& policy = policies_[i];
        policy.minutes.push_back(minutes[i]);
        if (policy.minutes.size() > kLowMinutes) policy.minutes.pop_front();
        out = std::max(out, std::min(policy.scale_out(desired, now), most_));
        if (policy.rules.disable_scale_in) continue;
        const std::optional<int> fewer = policy.scale_in(desired);
        all_agree = all_agree && fewer;
        if (fewer) in = std::max(in.value_or(0), *fewer);
    }
    if (out > desired) {
        for (Policy& policy : policies_) {
            if (policy.scale_out(desired, now) <= desired) continue;
            const bool cools = policy.scaled_out && after(*policy.scaled_out, policy.rules.scale_out_cooldown) > now;
            if (!cools) policy.before = desired;
            policy.scaled_out = now;
        }
        return out;
    }
    const bool cools = scaled_in_ && after(*scaled_in_, cooldown_) > now;
    const int fewer = std::max(in.value_or(desired), least_);
    if (deploying || !all_agree || cools || fewer >= desired) return std::clamp(desired, least_, most_);
    scaled_in_ = now;
    cooldown_ = {};
    for (const Policy& policy : policies_) cooldown_ = std::max(cooldown_, policy.rules.scale_in_cooldown);
    return fewer;
}

bool TargetTracker::Policy::all_of_last(int count, double limit, bool above) const {
    const auto size = static_cast<std::ptrdiff_t>(minutes.size());
    if (size < count) return false;
    return std::all_of(minutes.end() - count, minutes.end(), [=](const std::optional<double>& minute) {
        return minute && (above ? *minute > limit : *minute < limit);
    });
}

/// While it cools down, what it added counts towards what it would add now.
int TargetTracker::Policy::scale_out(int desired, Time now) const {
    if (!all_of_last(kHighMinutes, rules.target.value, true)) return desired;
    const bool cools = scaled_out && after(*scaled_out, rules.scale_out_cooldown) > now;
    const int from = cools ? before : desired;
    return std::max(desired, static_cast<int>(std::ceil(from * *minutes.back() / rules.target.value)));
}

std::optional<int> TargetTracker::Policy::scale_in(int desired) const {
    if (!all_of_last(kLowMinutes, kLowShare * rules.target.value, false)) return std::nullopt;
    return static_cast<int>(std::ceil(desired * *minutes.back() / rules.target.value));
}

}  // namespace rollcast
