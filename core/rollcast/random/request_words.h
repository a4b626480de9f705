#pragma once
// The random words of requests: Philox over consecutive arrival ordinals, many at once. Later attempts of a request
// have words of their own.

#include <array>
#include <cstdint>

#include "rollcast/random/instruction_set.h"
#include "rollcast/random/streams.h"

namespace rollcast {

inline constexpr std::size_t kRequestBlock = 256;
inline constexpr std::uint64_t kMaxOrdinals = std::uint64_t{1} << 48;  // the attempt stands above them in the address

/// What every request needs. Index: ordinal - first ordinal.
struct alignas(64) RequestWords {
    std::array<std::uint32_t, kRequestBlock> gap;      // to the next arrival
    std::array<std::uint32_t, kRequestBlock> service;  // time
    std::array<std::uint32_t, kRequestBlock> error;    // does it fail
    std::array<std::uint32_t, kRequestBlock> balance;  // which version, which instance
};

/// What only some scenarios need.
struct alignas(64) ExtraWords {
    std::array<std::uint32_t, kRequestBlock> choice;  // of a second instance, a zone, a balancer
    std::array<std::uint32_t, kRequestBlock> kind;    // the class of the request
    std::array<std::uint32_t, kRequestBlock> user;    // the session it belongs to
    std::array<std::uint32_t, kRequestBlock> spare;
};

/// Words 0 to 3 of the first Philox block of the streams (Purpose::kRequest, first_ordinal + i).
/// `first_ordinal` must be a multiple of kRequestBlock and below kMaxOrdinals; the machine must support `level`.
void request_words(const StreamSpace& streams, std::uint64_t first_ordinal, RequestWords& out,
                   InstructionSet level = best_instruction_set());

/// The same of the second block.
void extra_words(const StreamSpace& streams, std::uint64_t first_ordinal, ExtraWords& out,
                 InstructionSet level = best_instruction_set());

/// The words of one attempt at a request: block 0 as in RequestWords, block 1 as in ExtraWords; attempt 0 has the very
/// words of those. `ordinal` must be below kMaxOrdinals, `attempt` below 256.
std::array<std::uint32_t, 4> attempt_words(const StreamSpace& streams, std::uint64_t ordinal, std::uint32_t attempt,
                                           std::uint32_t block);

}  // namespace rollcast
