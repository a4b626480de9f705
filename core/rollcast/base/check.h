#pragma once
// Two kinds of error. std::invalid_argument: the caller's input is wrong. InvariantError: this library is wrong.
// The core neither prints nor aborts: inside a notebook it must not take the process down.

#include <stdexcept>
#include <string>

namespace rollcast {

class InvariantError : public std::logic_error {
   public:
    using std::logic_error::logic_error;
};

/// Throws std::invalid_argument unless `holds`.
inline void require(bool holds, const std::string& message) {
    if (!holds) throw std::invalid_argument(message);
}

/// Throws InvariantError unless `holds`.
inline void ensure(bool holds, const char* message) {
    if (!holds) throw InvariantError(message);
}

}  // namespace rollcast
