#pragma once
// How busy instances are, as those who scale them see it.

#include <cstdint>
#include <optional>

#include "rollcast/base/time.h"
#include "rollcast/model/autoscaling.h"

namespace rollcast {

/// What an instance did over a window.
struct LoadReading {
    Time at{};               // end of the window
    Duration window{};       // its length
    double utilization = 0;  // of what it asks for
    double requests = 0;     // a second
};

constexpr double value_of(const LoadReading& reading, LoadMetric metric) {
    return metric == LoadMetric::kUtilization ? reading.utilization : reading.requests;
}

/// An instance that is not terminating.
struct InstanceLoad {
    bool pending = false;  // not yet running
    bool ready = false;
    Time created{};
    Time ready_changed{};                  // it is, or is not, ready since
    std::optional<LoadReading> reading{};  // the latest; none: nobody has read it
};

}  // namespace rollcast
