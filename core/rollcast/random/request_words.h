#pragma once
// The random words of many requests at once: Philox over consecutive arrival ordinals, in loops that vectorise.

#include <array>
#include <cstdint>

#include "rollcast/random/streams.h"

namespace rollcast {

inline constexpr std::size_t kRequestBlock = 256;

/// The four words of each request of a block; index: ordinal - first ordinal.
struct RequestWords {
    std::array<std::uint32_t, kRequestBlock> gap;      // to the next arrival
    std::array<std::uint32_t, kRequestBlock> service;  // time
    std::array<std::uint32_t, kRequestBlock> error;    // does it fail
    std::array<std::uint32_t, kRequestBlock> balance;  // which version, which instance
};

/// Words 0 to 3 of the first Philox block of the streams (Purpose::kRequest, first_ordinal + i).
/// `first_ordinal` must be a multiple of kRequestBlock.
void request_words(const StreamSpace& streams, std::uint64_t first_ordinal, RequestWords& out);

}  // namespace rollcast
