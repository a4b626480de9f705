#pragma once
// Things that come and go, named by a number for as long as they stay.

#include <cstdint>
#include <utility>
#include <vector>

namespace rollcast {

template <typename T>
class Pool {
   public:
    /// Its number: one that is free again, if there is any.
    std::uint32_t add(T thing) {
        if (free_.empty()) {
            things_.push_back(std::move(thing));
            return static_cast<std::uint32_t>(things_.size() - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        things_[number] = std::move(thing);
        return number;
    }
    void remove(std::uint32_t number) { free_.push_back(number); }

    T& operator[](std::uint32_t number) { return things_[number]; }
    const T& operator[](std::uint32_t number) const { return things_[number]; }

   private:
    std::vector<T> things_;
    std::vector<std::uint32_t> free_;
};

}  // namespace rollcast
