// Rounding and bounds as pkg/controller/disruption has them, and as kubernetes.io tells of them.

#include "rollcast/base/disruption.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(DisruptionBudget, PercentagesRoundUpBothWays) {
    EXPECT_EQ(desired_healthy({.min_available = percent(50)}, 7), 4);
    EXPECT_EQ(desired_healthy({.max_unavailable = percent(50)}, 7), 3);
}
TEST(DisruptionBudget, CountsStandForThemselves) {
    EXPECT_EQ(desired_healthy({.min_available = count(2)}, 7), 2);
    EXPECT_EQ(desired_healthy({.max_unavailable = count(2)}, 7), 5);
    EXPECT_EQ(desired_healthy({.max_unavailable = count(9)}, 7), 0);
}
TEST(DisruptionBudget, LetsGoWhatIsReadyBeyondIt) {
    EXPECT_EQ(disruptions_allowed({.min_available = count(5)}, 7, 7), 2);
    EXPECT_EQ(disruptions_allowed({.min_available = count(5)}, 7, 4), 0);
    EXPECT_EQ(disruptions_allowed({.max_unavailable = count(1)}, 10, 12), 3) << "a surge may be evicted";
    EXPECT_EQ(disruptions_allowed({.min_available = count(0)}, 0, 3), 0) << "nothing is expected";
}

}  // namespace
}  // namespace rollcast
