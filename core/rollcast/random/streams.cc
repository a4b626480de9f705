#include "rollcast/random/streams.h"

namespace rollcast {
namespace {

/// The finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA'14).
constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

}  // namespace

StreamSpace StreamSpace::rekeyed(std::uint64_t branch) const {
    constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;
    // Mixed twice, so that key and branch do not play the same part: branch a of branch b is not branch b of branch a.
    return {mix(mix(key_ + kGolden) + branch + kGolden), replication_};
}

StreamSpace StreamSpace::in_location(LocationId location) const {
    constexpr std::uint64_t kLocations = std::uint64_t{1} << 63;  // branches that nobody else names
    return location == LocationId{} ? *this : rekeyed(kLocations | index_of(location));
}

}  // namespace rollcast
