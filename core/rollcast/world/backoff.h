#pragma once
// The wait before a process that keeps dying is started again (CrashLoopBackOff; client-go, util/flowcontrol/backoff).

#include <optional>

#include "rollcast/base/time.h"
#include "rollcast/model/scenario.h"

namespace rollcast {

class RestartBackoff {
   public:
    /// How long to wait from an end at `finished` until the next start: nothing the first time, and again nothing once
    /// the entry is older than `reset_after`.
    Duration wait(const Backoff& limits, Time finished) const {
        return forgotten(limits, finished) ? Duration::zero() : wait_;
    }

    /// A start is made at `now` after an end at `finished`: the next wait is twice as long.
    void next(const Backoff& limits, Time finished, Time now);

    /// When next() was last called.
    std::optional<Time> updated() const { return updated_ == kNever ? std::nullopt : std::optional(updated_); }

   private:
    bool forgotten(const Backoff& limits, Time finished) const {
        return updated_ == kNever || finished - updated_ > limits.reset_after;
    }

    Duration wait_{};
    Time updated_ = kNever;
};

}  // namespace rollcast
