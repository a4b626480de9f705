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
        if (at >= kFarthest) {
            ensure(at == kNever, "an event lies beyond the times that compare");
            return;
        }
        ensure(scheduled_ < std::uint64_t{1} << kOrderBits, "too many events were scheduled");
        const std::uint32_t slot = first_is_gone_ ? slot_of(first_) : free_slot();
        events_[slot] = event;
        const Key key = Key{at.time_since_epoch().count()} << 64 | Key{scheduled_++ << kSlotBits | slot};
        const Key other = first_is_gone_ ? heap_[kRoot] : first_;
        const Key later = key < other ? other : key;
        first_ = key < other ? key : other;
        if (!first_is_gone_) {
            append(later);
        } else if (heap_size_ > 1) {
            sink(later);
        } else {
            heap_[kRoot] = later;
        }
        first_is_gone_ = false;
    }

    bool empty() const { return time_of(next_key()) == kFarthest; }
    std::size_t size() const { return heap_size_ + (!first_is_gone_ && time_of(first_) < kFarthest); }
    Time next_time() const { return empty() ? kNever : time_of(next_key()); }

    /// The earliest event. Throws InvariantError when there is none.
    Entry pop() {
        if (first_is_gone_) drop_first();
        const Time at = time_of(first_);
        ensure(at < kFarthest, "an event is taken from an empty queue");
        first_is_gone_ = true;
        now_ = at;
        return {now_, static_cast<std::uint64_t>(first_) >> kSlotBits, events_[slot_of(first_)]};
    }

   private:
    // The earliest event stands alone; a 4-ary implicit heap holds the keys of all others: the time, then the order of
    // scheduling, then where the event lies. One comparison of integers orders them all, and four children fill one
    // cache line. Nodes are numbered such that the root is 3 and the children of node i begin at 4 (i - 2). Nodes
    // beyond the last, up to a whole four, hold kLast.
    __extension__ using Key = __int128;
    static constexpr int kSlotBits = 24, kOrderBits = 64 - kSlotBits;
    static constexpr Time kFarthest{Duration{Duration::rep{1} << 62}};
    static constexpr Key kLast = Key{1} << 126;  // at kFarthest
    static constexpr std::size_t kRoot = 3;
    struct Child {
        Key key;
        std::size_t node;
    };

    static Time time_of(Key key) { return Time{Duration{static_cast<Duration::rep>(key >> 64)}}; }
    static std::uint32_t slot_of(Key key) { return static_cast<std::uint32_t>(key) & ((1U << kSlotBits) - 1); }

    Key next_key() const { return first_is_gone_ ? heap_[kRoot] : first_; }
    static Child least_child(const Key* heap, std::size_t node);
    void sink(Key key);  // from the root, whose own key is forgotten
    void append(Key key);
    void drop_first();
    std::uint32_t free_slot();

    using Heap = std::vector<Key, boost::alignment::aligned_allocator<Key, 64>>;
    Key first_ = kLast;
    // A popped event leaves its key behind: most events schedule another one, which then takes its slot, and the heap
    // need not shrink and grow.
    bool first_is_gone_ = false;
    Heap heap_ = Heap(8, kLast);
    std::size_t heap_size_ = 0;
    std::vector<Event> events_;        // by slot
    std::vector<std::uint32_t> free_;  // slots
    std::uint64_t scheduled_ = 0;
    Time now_ = Time{} - kFarthest.time_since_epoch();
};

}  // namespace rollcast
