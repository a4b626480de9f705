#pragma once
// The events still to come, earliest first; ties in order of scheduling. Time never goes back. A value: copying the
// queue copies the future.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

#include "rollcast/base/check.h"
#include "rollcast/base/time.h"

namespace rollcast {

/// What happens, to whom: plain data that only the loop which scheduled it can read.
struct Event {
    std::uint32_t kind = 0;
    std::uint32_t subject = 0;  // an index
    std::uint32_t detail = 0;   // a second index, or the generation that tells a stale event from a fresh one
    friend bool operator==(const Event&, const Event&) = default;
};

/// Holds up to 2^24 events at a time and 2^40 over its life.
class EventQueue {
   public:
    struct Entry {
        Time at{};
        std::uint64_t order = 0;  // of scheduling
        Event event;
    };

    /// Throws InvariantError when `at` lies before the last popped time, or over 146 years from the start. Scheduling
    /// at kNever does nothing.
    void schedule(Time at, Event event) {
        ensure(at >= now_, "an event is scheduled in the past");
        if (at == kNever) return;
        const Duration::rep nanoseconds = at.time_since_epoch().count();
        ensure(nanoseconds >= -kFarthest && nanoseconds < kFarthest, "an event lies beyond the times that compare");
        ensure(scheduled_ < std::uint64_t{1} << kOrderBits, "too many events were scheduled");
        const std::uint32_t slot = first_is_gone_ ? slot_of(heap_[kRoot]) : free_slot();
        events_[slot] = event;
        const Key key = Key{nanoseconds} << 64 | Key{scheduled_++ << kSlotBits | slot};
        if (first_is_gone_) {
            sink(key);
            first_is_gone_ = false;
        } else {
            append(key);
        }
    }

    bool empty() const { return size() == 0; }
    std::size_t size() const { return heap_size_ - first_is_gone_; }
    Time next_time() const {
        if (empty()) return kNever;
        return time_of(first_is_gone_ ? least_child(kRoot).key : heap_[kRoot]);
    }

    /// The earliest event. Throws InvariantError when there is none.
    Entry pop() {
        ensure(!empty(), "an event is taken from an empty queue");
        if (first_is_gone_) drop_first();
        const Key first = heap_[kRoot];
        first_is_gone_ = true;
        now_ = time_of(first);
        return {now_, static_cast<std::uint64_t>(first) >> kSlotBits, events_[slot_of(first)]};
    }

   private:
    // A 4-ary implicit heap of keys: the time, then the order of scheduling, then where the event lies. One comparison
    // of integers orders them all, and four children fill one cache line. Nodes are numbered such that the root is 3
    // and the children of node i begin at 4 (i - 2). Nodes beyond the last, up to a whole four, hold kLast.
    __extension__ using Key = __int128;
    static constexpr Key kLast = Key{1} << 126;
    static constexpr int kSlotBits = 24, kOrderBits = 64 - kSlotBits;
    static constexpr Duration::rep kFarthest = Duration::rep{1} << 62;
    static constexpr std::size_t kRoot = 3;
    struct Child {
        Key key;
        std::size_t node;
    };

    static Time time_of(Key key) { return Time{Duration{static_cast<Duration::rep>(key >> 64)}}; }
    static std::uint32_t slot_of(Key key) { return static_cast<std::uint32_t>(key) & ((1U << kSlotBits) - 1); }

    Child least_child(std::size_t node) const;
    void sink(Key key);  // from the root, whose own key is forgotten
    void append(Key key);
    void drop_first();
    std::uint32_t free_slot();

    using Heap = std::vector<Key, boost::alignment::aligned_allocator<Key, 64>>;
    Heap heap_ = Heap(8, kLast);
    std::size_t heap_size_ = 0;
    // A popped event leaves its key at the root: most events schedule another one, which then takes that place and slot
    // at half the price of removing one and adding one.
    bool first_is_gone_ = false;
    std::vector<Event> events_;        // by slot
    std::vector<std::uint32_t> free_;  // slots
    std::uint64_t scheduled_ = 0;
    Time now_ = Time::min();
};

}  // namespace rollcast
