#include "rollcast/world/burst_path.h"

#include <algorithm>

#include "rollcast/random/distribution.h"

namespace rollcast {

BurstPath::BurstPath(const Traffic& traffic, const StreamSpace& streams, Time from) {
    if (!traffic.bursts) return;
    // The state by its share of time, and the rest of a stay is as long as a whole one.
    const double quiet = to_seconds(traffic.bursts->mean_quiet), burst = to_seconds(traffic.bursts->mean_burst);
    Stream stream = streams.stream(Purpose::kBurst, 0);
    burst_ = draw(Uniform{0, quiet + burst}, stream) < burst;
    stay_end_ = from.time_since_epoch().count();
    draw_stay(traffic, streams);
}

/// It begins where the last one ended.
void BurstPath::draw_stay(const Traffic& traffic, const StreamSpace& streams) {
    const double mean = to_seconds(burst_ ? traffic.bursts->mean_burst : traffic.bursts->mean_quiet);
    Stream stream = streams.stream(Purpose::kBurst, stay_);
    // At least a nanosecond, so that stays end that are given no length.
    stay_end_ += std::clamp<std::int64_t>(from_seconds(draw(Exponential{mean}, stream)).count(), 1, kTooLate);
}

void BurstPath::next(const Traffic& traffic, const StreamSpace& streams) {
    burst_ = !burst_;
    ++stay_;
    draw_stay(traffic, streams);
}

}  // namespace rollcast
