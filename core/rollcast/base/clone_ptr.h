#pragma once
// A pointer that owns an object of a class hierarchy as a member owns a value: to copy it is to clone the object.

#include <memory>
#include <utility>

namespace rollcast {

/// `T` has `std::unique_ptr<T> clone() const`. May be empty.
template <typename T>
class ClonePtr {
   public:
    ClonePtr() = default;
    ClonePtr(std::unique_ptr<T> object) : object_(std::move(object)) {}
    ClonePtr(const ClonePtr& other) : object_(other.object_ ? other.object_->clone() : nullptr) {}
    ClonePtr(ClonePtr&&) = default;
    ClonePtr& operator=(ClonePtr other) {
        object_ = std::move(other.object_);
        return *this;
    }

    T* operator->() const { return object_.get(); }
    T& operator*() const { return *object_; }
    explicit operator bool() const { return object_ != nullptr; }

   private:
    std::unique_ptr<T> object_;
};

}  // namespace rollcast
