#include "rollcast/stats/sample.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using Values = std::vector<double>;
using Indices = std::vector<std::size_t>;

TEST(Sample, IsSummarised) {
    const SampleSummary summary = summarise(Values{1, 1, 1, 10, 10, 10});
    EXPECT_EQ(summary.min, 1);
    EXPECT_EQ(summary.max, 10);
    EXPECT_EQ(summary.mean, 5.5);
    EXPECT_DOUBLE_EQ(summary.deviation, std::sqrt(24.3));  // 6 * 4.5^2 / 5
    EXPECT_EQ(summary.count, 6);
    EXPECT_EQ(summarise(Values{4}).deviation, 0);
    EXPECT_EQ(summarise(Values{}).count, 0);
    EXPECT_TRUE(std::isnan(sample_mean(Values{})));
}

TEST(Sample, KeepsItsMeanFarFromZero) {
    const Values values{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    EXPECT_EQ(sample_mean(values), 1e9 + 10);
    EXPECT_DOUBLE_EQ(summarise(values).deviation, std::sqrt(30));
}

// The data of NIST's handbook, 7.2.6.2, whose type 7 value is 95.19568.
TEST(Percentile, IsThatOfType7) {
    const Values values{95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.0610,
                        95.1591, 95.1195, 95.1772, 95.0925, 95.1990, 95.1682};
    EXPECT_NEAR(percentile(values, 90), 95.19568, 1e-9);
    EXPECT_EQ(percentile(values, 0), 95.0610);
    EXPECT_EQ(percentile(values, 100), 95.1990);
    EXPECT_EQ(percentile(Values{3}, 17), 3);
    EXPECT_TRUE(std::isnan(percentile(Values{}, 50)));
    EXPECT_THROW(percentile(values, 101), std::invalid_argument);
    EXPECT_THROW(percentile(values, -1), std::invalid_argument);
}

TEST(Outliers, AreBeyondTukeysFences) {
    const Values values{21, 23, 24, 25, 50, 29, 23, 21};  // quartiles 22.5 and 26: fences 17.25 and 31.25
    EXPECT_EQ(quartile_fences(values, 1.5, false), Fences(17.25, 31.25));
    EXPECT_EQ(quartile_outliers(values, 1.5, false), Indices{4});
    EXPECT_EQ(quartile_outliers(values, 10, false), Indices{});
    EXPECT_EQ(quartile_outliers(Values{}, 1.5, false), Indices{});
    EXPECT_THROW(quartile_outliers(values, 0, false), std::invalid_argument);
}

TEST(Outliers, AreFewerWithTheOutermostPercentiles) {
    Values values(200, 1);
    values[0] = values[1] = values[2] = 9;  // the quartiles are alike, so that any other value is beyond their fences
    EXPECT_EQ(quartile_outliers(values, 3, false).size(), 3);
    EXPECT_EQ(quartile_outliers(values, 3, true).size(), 0);  // the 99th percentile is 9
}

TEST(Outliers, AreFarFromTheMeanInStandardDeviations) {
    const Values values{1, 1, 1, 1, 1, 20, 1, 1, 1, 1, 1};
    EXPECT_EQ(deviation_outliers(values, 3), Indices{5});
    EXPECT_EQ(deviation_outliers(values, 4), Indices{});
    EXPECT_EQ(deviation_outliers(Values{}, 3), Indices{});
    EXPECT_THROW(deviation_outliers(values, 0), std::invalid_argument);
}

TEST(MeanRatio, IsUnknownAroundZero) {
    EXPECT_DOUBLE_EQ(mean_ratio(Values{1, 3}, Values{5}), 2.5);
    EXPECT_TRUE(std::isnan(mean_ratio(Values{0}, Values{5})));
    EXPECT_TRUE(std::isnan(mean_ratio(Values{5}, Values{1, -1})));
    EXPECT_TRUE(std::isnan(mean_ratio(Values{}, Values{5})));
}

TEST(CohensD, IsTheDistanceInPooledDeviations) {
    // Means 2 and 5, both variances 1: three pooled deviations.
    EXPECT_DOUBLE_EQ(cohens_d(Values{1, 2, 3}, Values{4, 5, 6}), 3);
    EXPECT_DOUBLE_EQ(cohens_d(Values{4, 5, 6}, Values{1, 2, 3}), 3);
    EXPECT_TRUE(std::isnan(cohens_d(Values{}, Values{1})));
}

}  // namespace
}  // namespace rollcast
