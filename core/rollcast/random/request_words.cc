#include "rollcast/random/request_words.h"

#include "rollcast/base/check.h"

namespace rollcast {

// Vectorised by g++ for baseline x86-64. Clones for AVX2 are slower here: g++ 12 pays more for the shuffles around the
// widening products than the wider registers bring.
void request_words(const StreamSpace& streams, std::uint64_t first_ordinal, RequestWords& out) {
    ensure(first_ordinal % kRequestBlock == 0, "a block of requests starts at a multiple of its size");
    const PhiloxKey key = streams.key();
    const PhiloxCounter first = streams.counter(Purpose::kRequest, first_ordinal);
    for (std::uint32_t i = 0; i < kRequestBlock; ++i) {
        const PhiloxCounter words = philox4x32({first[0], first[1] + i, first[2], first[3]}, key);
        out.gap[i] = words[0];
        out.service[i] = words[1];
        out.error[i] = words[2];
        out.balance[i] = words[3];
    }
}

}  // namespace rollcast
