#include "rollcast/des/event_queue.h"

#include <algorithm>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr std::size_t kArity = 4;

/// Without branches: which of two pending events comes first cannot be predicted.
bool is_before(const EventQueue::Entry& a, const EventQueue::Entry& b) {
    return (a.at < b.at) | ((a.at == b.at) & (a.order < b.order));
}

}  // namespace

void EventQueue::schedule(Time at, Event event) {
    ensure(at >= now_, "an event is scheduled in the past");
    if (at == kNever) return;
    const Entry entry{at, scheduled_++, event};
    std::size_t hole = heap_.size();
    heap_.push_back(entry);
    while (hole > 0) {
        const std::size_t parent = (hole - 1) / kArity;
        if (!is_before(entry, heap_[parent])) break;
        heap_[hole] = heap_[parent];
        hole = parent;
    }
    heap_[hole] = entry;
}

EventQueue::Entry EventQueue::pop() {
    ensure(!heap_.empty(), "an event is taken from an empty queue");
    const Entry earliest = heap_.front();
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
        std::size_t hole = 0;
        for (std::size_t child = 1; child < heap_.size(); child = hole * kArity + 1) {
            const std::size_t end = std::min(child + kArity, heap_.size());
            std::size_t least = child;
            for (std::size_t i = child + 1; i < end; ++i) least = is_before(heap_[i], heap_[least]) ? i : least;
            if (!is_before(heap_[least], last)) break;
            heap_[hole] = heap_[least];
            hole = least;
        }
        heap_[hole] = last;
    }
    now_ = earliest.at;
    return earliest;
}

}  // namespace rollcast
