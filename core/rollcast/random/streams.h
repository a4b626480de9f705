#pragma once
// Addressable randomness. Every draw comes from a stream named by (seed, replication, purpose, entity). The entity is
// chosen so that another plan does not shift it: a request by its arrival ordinal, a start-up by (version, zone,
// ordinal). So two plans meet the same arrivals, defects and slow starts.
//
//     StreamSpace streams(seed, replication);
//     Stream stream = streams.stream(Purpose::kStart, entity);
//     double u = uniform(stream);  // of distribution.h

#include <cstdint>

#include "rollcast/base/ids.h"
#include "rollcast/random/philox.h"

namespace rollcast {

/// What a draw decides. The numbers are part of every result: never renumber, only append.
enum class Purpose : std::uint8_t {
    kRequest = 1,   // entity: arrival ordinal
    kTruth = 2,     // severity of the defect; entity: 0
    kSchedule = 3,  // entity of a start-up: see start_entity()
    kPull = 4,
    kStart = 5,
    kWarmUp = 6,
    kCrash = 7,            // when a process dies of its hazard
    kNotice = 8,           // how long until a dead process is seen
    kPropagation = 9,      // how long until routers learn of an endpoint
    kWeight = 10,          // how long until routers learn of new weights; entity: ordinal of the change
    kScrape = 11,          // is a scrape lost; entity: ordinal of the scrape
    kApproval = 12,        // how long a person takes; entity: ordinal of the pause
    kBurst = 13,           // how long traffic stays high or low; entity: ordinal of the stay, 0: which comes first
    kHostFailure = 14,     // how long a host stays up; entity: host << 16 | how often it was repaired
    kHostBurst = 15,       // does its failure take another host along, which and when; entity: likewise
    kInstanceEffect = 16,  // what is special about a process; entity of a start-up
    kSession = 17,         // a user's place in the split between versions; entity: user
    kPerson = 20,          // how long the person on call takes; entity: 0 acknowledge, 1 diagnose, 2 act
    kReport = 21,          // users' reports; entity: look << 1, or report << 1 | 1 for how long it takes
    kFlaky = 22,           // does a measurement go wrong; entity: see FlakyDraws
    kDrawn = 23,           // requests that are drawn; entity: ordinal of the interval << 4 | whose
    kAutoscaling = 24,     // when an autoscaler reads and looks; entity: 0
    kScaling = 25,         // the gap in which the rate of arrivals changes; entity: ordinal of the change
};

/// A uniform random bit generator (for Boost.Random) over one named stream: 2^34 words of 32 bits.
class Stream {
   public:
    using result_type = std::uint32_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return 0xFFFFFFFFu; }

    Stream(PhiloxKey key, PhiloxCounter first) : key_(key), counter_(first) {}

    result_type operator()() {
        if (used_ == 4) {
            block_ = philox4x32(counter_, key_);
            ++counter_[0];
            used_ = 0;
        }
        return block_[used_++];
    }

   private:
    PhiloxKey key_;
    PhiloxCounter counter_;   // of the next block
    PhiloxCounter block_{};   // the words of the present block
    std::uint32_t used_ = 4;  // how many of them are spent
};

/// All streams of one replication of one study.
class StreamSpace {
   public:
    StreamSpace(std::uint64_t seed, std::uint32_t replication) : key_(seed), replication_(replication) {}

    /// The same replication with other luck from here on: for a clone that shall diverge. Branch 0 is not special.
    StreamSpace rekeyed(std::uint64_t branch) const;

    /// The same replication in that location: luck of its own. Location 0 is the replication itself.
    StreamSpace in_location(LocationId location) const;

    /// `entity` must be below 2^56.
    Stream stream(Purpose purpose, std::uint64_t entity) const { return {key(), counter(purpose, entity)}; }

    PhiloxKey key() const { return {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)}; }

    /// The counter of the first block of a stream: word 0 is left to count blocks.
    PhiloxCounter counter(Purpose purpose, std::uint64_t entity) const {
        return {0, static_cast<std::uint32_t>(entity),
                static_cast<std::uint32_t>(entity >> 32) << 8 | static_cast<std::uint32_t>(purpose), replication_};
    }

   private:
    std::uint64_t key_;
    std::uint32_t replication_;
};

}  // namespace rollcast
