#pragma once
// The open arrivals of a service: a Poisson process whose rate has a shape and bursts, or given times.
//
// Gaps are unit exponentials on the scale of expected arrivals, mapped back through the integral of the rate: exact for
// any rate that is piecewise linear. The path of the bursts comes from streams of its own, so it is the same whatever
// requests do.

#include <array>
#include <cstdint>

#include "rollcast/base/time.h"
#include "rollcast/model/traffic.h"
#include "rollcast/random/request_words.h"
#include "rollcast/random/streams.h"
#include "rollcast/world/burst_path.h"
#include "rollcast/world/request.h"

namespace rollcast {

/// Consecutive arrivals in columns.
struct ArrivalBlock {
    std::array<Instant, kRequestBlock> at;  // not falling; kNoInstant: none any more
    RequestWords words;
    std::uint64_t first = 0;  // ordinal of the first
};

/// A value: a copy goes on with the same arrivals. Times are rounded down to the nanosecond; what is cut off is carried
/// on, so it does not add up. Besides, a gap is wrong by 1e-5 of itself (the quantile table's error) and by at most
/// 1e-7 of the mean gap (rounding, for rates that fall to zero after a billion arrivals; else far less).
class Arrivals {
   public:
    /// From `from` on. `traffic` must be valid and outlive this.
    Arrivals(const Traffic& traffic, const StreamSpace& streams, Time from);

    /// The next kRequestBlock arrivals.
    void fill(ArrivalBlock& block);

    /// Other luck for block.at[next] and all that come later. `block` is the one filled last. Their ordinals stay,
    /// their words change, and times go on from the later of `now` and the arrival before them. What bursts do changes
    /// from there on too, but the present one (or the present pause) keeps its end.
    void rekey(const StreamSpace& streams, ArrivalBlock& block, std::uint32_t next, Time now = Time::min());

    /// From `now` on the rate is so many times that of the traffic: for block.at[next], which has not come by then, and
    /// all that come later. `block` is the one filled last.
    void scale(double factor, ArrivalBlock& block, std::uint32_t next, Time now);

   private:
    /// How far the process has come.
    struct State {
        std::int64_t at;  // ns; the last arrival, or where the rate was followed to since
        double rest = 0;  // ns, at most 1, on top
        BurstPath bursts{};
    };

    /// A stretch on which the rate is a straight line.
    struct Line {
        double level;      // arrivals per ns at its beginning
        double slope;      // per ns and ns
        double whole;      // arrivals expected on it
        std::int64_t end;  // ns
    };

    Line line_from(const State& state) const;
    void go_back(const ArrivalBlock& block, std::uint32_t next, Time now);
    void place(ArrivalBlock& block, std::uint32_t first);
    void replay(ArrivalBlock& block) const;

    const Traffic* traffic_;
    StreamSpace streams_;
    State state_;                     // after the block filled last
    State before_;                    // before the part of it that the present streams decide
    double factor_ = 1;               // see scale()
    std::uint64_t scalings_ = 0;      // so far
    std::uint64_t next_ordinal_ = 0;  // of the next block's first
    std::uint64_t skipped_ = 0;       // given arrivals before `from`
};

}  // namespace rollcast
