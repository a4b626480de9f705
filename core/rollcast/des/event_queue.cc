#include "rollcast/des/event_queue.h"

#include <utility>

namespace rollcast {

/// Without branches: which of two pending events comes first cannot be predicted.
EventQueue::Child EventQueue::least_child(const Key* heap, std::size_t node) {
    const std::size_t first = 4 * (node - 2);
    const Key* const keys = &heap[first];
    const bool second = keys[1] < keys[0], fourth = keys[3] < keys[2];
    const Key left = second ? keys[1] : keys[0], right = fourth ? keys[3] : keys[2];
    // A mask, because a compiler makes a branch of the choice between two indices.
    const auto mask = static_cast<std::size_t>((right - left) >> 127);
    const std::size_t left_node = second, right_node = std::size_t{2} + fourth;
    return {right < left ? right : left, first + (left_node ^ ((left_node ^ right_node) & mask))};
}

/// Always goes down to a leaf: where to stop could not be predicted either.
void EventQueue::sink(Key key) {
    Key* const heap = heap_.data();
    const std::size_t end = kRoot + heap_size_;
    std::size_t node = kRoot;
    while (4 * (node - 2) < end) {
        const Child child = least_child(heap, node);
        const bool rises = child.key < key;
        heap[node] = rises ? child.key : key;
        key = rises ? key : child.key;
        node = child.node;
    }
    heap[node] = key;
}

void EventQueue::append(Key key) {
    if (key == kLast) return;  // there was no first
    std::size_t node = kRoot + heap_size_++;
    if (node == heap_.size()) heap_.insert(heap_.end(), 4, kLast);
    while (node > kRoot) {
        const std::size_t parent = node / 4 + 2;
        if (heap_[parent] < key) break;
        heap_[node] = heap_[parent];
        node = parent;
    }
    heap_[node] = key;
}

void EventQueue::drop_first() {
    free_.push_back(slot_of(first_));
    first_is_gone_ = false;
    first_ = heap_[kRoot];
    if (heap_size_ == 0) return;
    const Key last = std::exchange(heap_[kRoot + --heap_size_], kLast);
    if (heap_size_ > 0) sink(last);
}

std::uint32_t EventQueue::free_slot() {
    if (free_.empty()) {
        const std::size_t slot = events_.size();
        ensure(slot >> kSlotBits == 0, "too many events are pending");
        events_.emplace_back();
        return static_cast<std::uint32_t>(slot);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
}

}  // namespace rollcast
