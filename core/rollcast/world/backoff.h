#pragma once
// The wait before a process that keeps dying is started again (CrashLoopBackOff; client-go, util/flowcontrol/backoff).

#include <optional>

#include "rollcast/base/time.h"
#include "rollcast/model/scenario.h"

namespace rollcast {

class RestartBackoff {
   public:
    explicit RestartBackoff(const Backoff& limits) : limits_(limits) {}

    /// How long to wait from an end at `finished` until the next start: nothing the first time, and again nothing once
    /// the entry is older than `reset_after`.
    Duration wait(Time finished) const { return forgotten(finished) ? Duration::zero() : wait_; }

    /// A start is made at `now` after an end at `finished`: the next wait is twice as long.
    void next(Time finished, Time now);

    /// When next() was last called.
    std::optional<Time> updated() const { return updated_; }

   private:
    bool forgotten(Time finished) const { return !updated_ || finished - *updated_ > limits_.reset_after; }

    Backoff limits_;
    Duration wait_{};
    std::optional<Time> updated_;
};

}  // namespace rollcast
