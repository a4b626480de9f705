#pragma once
// Things that come and go, named by a number for as long as they stay.

#include <cstdint>
#include <vector>

namespace rollcast {

template <typename T>
class Pool {
   public:
    /// A number that is free. Its thing is as it was when it was given back, or new.
    std::uint32_t take() {
        if (free_.empty()) {
            things_.emplace_back();
            return static_cast<std::uint32_t>(things_.size() - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        return number;
    }
    std::uint32_t take(const T& thing) {
        const std::uint32_t number = take();
        things_[number] = thing;
        return number;
    }
    void give_back(std::uint32_t number) { free_.push_back(number); }

    T& operator[](std::uint32_t number) { return things_[number]; }
    const T& operator[](std::uint32_t number) const { return things_[number]; }

   private:
    std::vector<T> things_;
    std::vector<std::uint32_t> free_;
};

}  // namespace rollcast
