#include <algorithm>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/study/forecast.h"

namespace rollcast {
namespace {

TruthKind kind(DefectKind defect, double probability) { return {.probability = probability, .kind = defect}; }

std::vector<int> count(const std::vector<std::uint32_t>& truths, std::size_t kinds) {
    std::vector<int> counts(kinds, 0);
    for (const std::uint32_t truth : truths) ++counts[truth];
    return counts;
}

const Release kPrior{{kind(DefectKind::kNone, .95), kind(DefectKind::kErrorRate, .03), kind(DefectKind::kLatency, .019),
                      kind(DefectKind::kCrashHazard, .001)}};

TEST(TruthAllocation, GivesAFixedTruthEveryReplication) {
    EXPECT_EQ(allocate_truths(Release{}, 3), (std::vector<std::uint32_t>{0, 0, 0}));
    EXPECT_TRUE(allocate_truths(Release{}, 0).empty());
}

TEST(TruthAllocation, GivesAGoodReleaseTwoSharesAndEachDefectOneWhateverItsProbability) {
    EXPECT_EQ(count(allocate_truths(kPrior, 500), 4), (std::vector<int>{200, 100, 100, 100}));
}

TEST(TruthAllocation, DealsInTurns) {
    EXPECT_EQ(allocate_truths(kPrior, 10), (std::vector<std::uint32_t>{0, 1, 2, 3, 0, 0, 1, 2, 3, 0}));
}

TEST(TruthAllocation, PassesOverWhatCannotBe) {
    const Release release{{kind(DefectKind::kNone, 0), kind(DefectKind::kErrorRate, .5), kind(DefectKind::kLatency, 0),
                           kind(DefectKind::kCrashHazard, .5)}};
    EXPECT_EQ(count(allocate_truths(release, 10), 4), (std::vector<int>{0, 5, 0, 5}));
    EXPECT_THROW(allocate_truths(Release{{kind(DefectKind::kNone, 0)}}, 1), std::invalid_argument);
    EXPECT_THROW(allocate_truths(Release{{}}, 1), std::invalid_argument);
}

TEST(TruthAllocation, IsEvenInEveryPrefix) {
    const std::vector<double> share{.4, .2, .2, .2};
    const std::vector<std::uint32_t> truths = allocate_truths(kPrior, 1'000);
    std::vector<int> counts(4, 0);
    for (std::size_t n = 1; n <= truths.size(); ++n) {
        ++counts[truths[n - 1]];
        for (std::size_t t = 0; t < 4; ++t) {
            ASSERT_LT(std::abs(counts[t] - share[t] * static_cast<double>(n)), 1) << "after " << n << ", kind " << t;
        }
    }
}

TEST(TruthAllocation, OfFewerReplicationsIsAPrefix) {
    const std::vector<std::uint32_t> many = allocate_truths(kPrior, 100);
    for (std::uint32_t n = 0; n < 100; ++n) {
        EXPECT_EQ(allocate_truths(kPrior, n), std::vector<std::uint32_t>(many.begin(), many.begin() + n));
    }
}

}  // namespace
}  // namespace rollcast
