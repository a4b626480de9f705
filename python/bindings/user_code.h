#pragma once
// Code of the user's in Python that the engine calls: what it raises, and how it is held.

#include <stdexcept>

#include "bind.h"

namespace rollcast::bindings {

/// What a strategy's or guard's own code raised.
class StrategyError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

/// A Python object that may be copied and dropped by threads without the GIL.
class Handle {
   public:
    explicit Handle(py::object object) : object_(std::move(object)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        const py::gil_scoped_acquire gil;
        object_ = {};
    }
    const py::object& operator*() const { return object_; }

   private:
    py::object object_;
};

}  // namespace rollcast::bindings
