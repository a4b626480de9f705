#include "rollcast/world/arrivals.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

const StreamSpace kStreams(20240601, 0);

std::vector<std::int64_t> arrivals_until(Arrivals arrivals, Duration until) {
    std::vector<std::int64_t> at;
    const auto block = std::make_unique<ArrivalBlock>();
    do {
        arrivals.fill(*block);
        at.insert(at.end(), block->at.begin(), block->at.end());
    } while (at.back() < until.count());
    at.erase(std::lower_bound(at.begin(), at.end(), until.count()), at.end());
    return at;
}

std::vector<std::int64_t> arrivals_until(const Traffic& traffic, Duration until,
                                         const StreamSpace& streams = kStreams) {
    return arrivals_until(Arrivals(traffic, streams, Time{}), until);
}

double count_between(const std::vector<std::int64_t>& at, Duration from, Duration to) {
    return static_cast<double>(std::lower_bound(at.begin(), at.end(), to.count()) -
                               std::lower_bound(at.begin(), at.end(), from.count()));
}

TEST(Arrivals, ComeAtTheGivenRate) {
    const auto at = arrivals_until({.rate = 1000}, 1000s);
    EXPECT_NEAR(static_cast<double>(at.size()), 1e6, 4.5e3);
    EXPECT_NEAR(count_between(at, 100s, 200s), 1e5, 4.5 * std::sqrt(1e5));
}

TEST(Arrivals, OfACopyGoOnTheSame) {
    const Traffic traffic{.rate = 100, .shape = {{0s, 1}, {60s, 3}}, .bursts = Bursts{.factor = 5}};
    Arrivals arrivals(traffic, kStreams, Time{});
    const auto block = std::make_unique<ArrivalBlock>();
    for (int i = 0; i < 10; ++i) arrivals.fill(*block);
    Arrivals copy = arrivals;
    for (int i = 0; i < 10; ++i) {
        arrivals.fill(*block);
        const auto other = std::make_unique<ArrivalBlock>();
        copy.fill(*other);
        EXPECT_EQ(block->at, other->at);
        EXPECT_EQ(block->first, other->first);
    }
}

TEST(Arrivals, WithOtherLuckKeepThePastAndTheOrdinals) {
    const Traffic traffic{.rate = 100, .shape = {{0s, 1}, {60s, 3}}, .bursts = Bursts{.factor = 5}};
    Arrivals arrivals(traffic, kStreams, Time{});
    const auto before = std::make_unique<ArrivalBlock>(), after = std::make_unique<ArrivalBlock>();
    for (int i = 0; i < 10; ++i) arrivals.fill(*before);
    *after = *before;
    constexpr std::uint32_t kNext = 100;
    arrivals.rekey(kStreams.rekeyed(1), *after, kNext);
    EXPECT_EQ(after->first, before->first);
    EXPECT_TRUE(std::equal(before->at.begin(), before->at.begin() + kNext, after->at.begin()));
    EXPECT_TRUE(std::is_sorted(after->at.begin(), after->at.end()));
    EXPECT_NE(before->at[kNext], after->at[kNext]);
}

}  // namespace
}  // namespace rollcast
