#include "rollcast/world/slot_times.h"

#include <vector>

#include <gtest/gtest.h>

#include "rollcast/random/streams.h"

namespace rollcast {
namespace {

/// On both sides of where scanning ends, at powers of two and beside them, and the most that a service may have.
class SlotTimesOf : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(SlotTimesOf, AgreeWithAPlainSearch) {
    const std::uint32_t slots = GetParam();
    Stream words = StreamSpace(2, slots).stream(Purpose::kTruth, 0);
    SlotTimes times(slots);
    const std::vector<std::uint32_t> usable{slots, (slots + 1) / 2, 1};
    std::vector<std::vector<Instant>> plain;
    for (const std::uint32_t count : usable) {
        times.add(count);
        plain.emplace_back(count, SlotTimes::kFree);
    }
    for (int i = 0; i < 3000; ++i) {
        const std::size_t server = words() % usable.size();
        std::vector<Instant>& mine = plain[server];
        const auto least = std::min_element(mine.begin(), mine.end());
        const SlotTimes::First first = times.first(server);
        ASSERT_EQ(first.at, *least);
        ASSERT_EQ(first.slot, static_cast<std::uint32_t>(least - mine.begin())) << "the first of those that tie";
        ASSERT_EQ(times.last(server), *std::max_element(mine.begin(), mine.end()));
        if (words() % 500 == 0) {
            times.reset(server);
            std::fill(mine.begin(), mine.end(), SlotTimes::kFree);
        } else {  // few values, so that some tie; some before time zero
            const Instant at = 1'000'000'000 * (i / 10 + Instant{words() % 20} - 100);
            times.set(server, first.slot, at);
            mine[first.slot] = at;
        }
    }
}

/// Against at(), one by one.
template <std::uint32_t kRow>
void expect_busy(const SlotTimes& times, std::uint32_t slots, Instant now) {
    std::uint32_t mask = 0;
    for (std::uint32_t slot = 0; slot < kRow; ++slot) {
        mask |= std::uint32_t{slot >= slots || times.at(0, slot) > now} << slot;
    }
    ASSERT_EQ(times.busy<kRow>(0, now), mask) << "at " << now;
    if (best_instruction_set() < InstructionSet::kAvx2) return;
    const std::uint32_t by_avx2 = times.busy<kRow, InstructionSet::kAvx2>(0, now);
    ASSERT_EQ(by_avx2, mask) << "at " << now;
}

TEST(SlotTimes, ThoseThatAreBusyAreThoseThatAreFreeLater) {
    constexpr Instant kMonths = Instant{80} * 24 * 3600 * 1'000'000'000;
    for (std::uint32_t slots = 1; slots <= SlotTimes::kMostScanned; ++slots) {
        SlotTimes times(slots);
        times.add(slots);
        Stream words = StreamSpace(3, slots).stream(Purpose::kTruth, 0);
        for (int i = 0; i < 300; ++i) {
            const Instant around = i % 3 == 0 ? -1000 : i % 3 == 1 ? 0 : kMonths;
            times.set(0, words() % slots, around + words() % 20);
            for (const Instant now : {around - 1, around + words() % 20, around + 30}) {
                times.scanned() == SlotTimes::kLine ? expect_busy<SlotTimes::kLine>(times, slots, now)
                                                    : expect_busy<SlotTimes::kMostScanned>(times, slots, now);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AnyNumber, SlotTimesOf, ::testing::Values(1, 2, 3, 16, 17, 31, 32, 33, 1024));

TEST(SlotTimes, KeepANanosecondApartMonthsLater) {
    constexpr Instant kMonth = Instant{30} * 24 * 3600 * 1'000'000'000;
    for (const std::uint32_t slots : {2u, 20u}) {
        SlotTimes times(slots);
        times.add(2);
        times.set(0, 0, kMonth + 1);
        times.set(0, 1, kMonth);
        EXPECT_EQ(times.first(0).slot, 1u);
        EXPECT_EQ(times.first(0).at, kMonth);
        EXPECT_EQ(times.last(0), kMonth + 1);
    }
}

}  // namespace
}  // namespace rollcast
