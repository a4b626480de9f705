#pragma once
// When traffic is high and when it is not: the path of the modulating process, whatever requests do.

#include <cstdint>

#include "rollcast/base/time.h"
#include "rollcast/model/traffic.h"
#include "rollcast/random/streams.h"

namespace rollcast {

/// A value: a copy goes the same way. Of traffic without bursts: never in one.
class BurstPath {
   public:
    /// Nothing happens so late.
    static constexpr std::int64_t kTooLate = Duration(std::chrono::hours(24 * 3652)).count();

    BurstPath() = default;
    /// As it is at `from` after a long time.
    BurstPath(const Traffic& traffic, const StreamSpace& streams, Time from);

    /// The present stay is over.
    void next(const Traffic& traffic, const StreamSpace& streams);

    std::int64_t stay_end() const { return stay_end_; }  // ns
    /// Of the rate outside bursts.
    double factor(const Traffic& traffic) const { return burst_ ? traffic.bursts->factor : 1; }

   private:
    void draw_stay(const Traffic& traffic, const StreamSpace& streams);

    bool burst_ = false;      // in one
    std::uint64_t stay_ = 1;  // ordinal of the present burst or pause ...
    std::int64_t stay_end_ = kTooLate;
};

}  // namespace rollcast
