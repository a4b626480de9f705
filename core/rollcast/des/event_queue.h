#pragma once
// The events still to come, earliest first; ties in order of scheduling. Time never goes back. A value: copying the
// queue copies the future.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rollcast/base/time.h"

namespace rollcast {

/// What happens, to whom: plain data that only the loop which scheduled it can read.
struct Event {
    std::uint32_t kind = 0;
    std::uint32_t subject = 0;  // an index
    std::uint32_t detail = 0;   // a second index, or the generation that tells a stale event from a fresh one
    friend bool operator==(const Event&, const Event&) = default;
};

class EventQueue {
   public:
    struct Entry {
        Time at{};
        std::uint64_t order = 0;  // of scheduling
        Event event;
    };

    /// Throws InvariantError when `at` lies before the last popped time. Scheduling at kNever does nothing.
    void schedule(Time at, Event event);

    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    Time next_time() const { return heap_.empty() ? kNever : heap_.front().at; }

    /// The earliest event. Throws InvariantError when there is none.
    Entry pop();

   private:
    std::vector<Entry> heap_;  // 4-ary, implicit
    std::uint64_t scheduled_ = 0;
    Time now_ = Time::min();
};

}  // namespace rollcast
