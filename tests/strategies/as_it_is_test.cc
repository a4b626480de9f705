#include "rollcast/strategies/as_it_is.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace rollcast::strategies {
namespace {

Cohort cohort(int desired, double weight, bool routed) {
    return {.exists = true, .desired = desired, .weight = weight, .routed = routed};
}

TEST(AsItIs, RepeatsWhatWasWantedThere) {
    const std::vector<Cohort> cohorts{cohort(9, 0, false), cohort(0, 0, false), cohort(4, .8, true),
                                      cohort(1, .2, true)};
    const Observation seen{.cohorts = cohorts, .analyses = {}, .locations = 2};
    EXPECT_EQ(as_it_is(seen, LocationId{0}), (std::vector<Target>{{9, {}}, {}}));
    EXPECT_EQ(as_it_is(seen, LocationId{1}), (std::vector<Target>{{4, .8}, {1, .2}}));
}

TEST(AsItIs, FollowsAnAutoscalerWhereOneVersionIsAlone) {
    const std::vector<Cohort> cohorts{cohort(4, 0, false), cohort(0, 0, false), cohort(0, 0, false),
                                      cohort(4, 0, false), cohort(4, 0, false), cohort(1, 0, false)};
    const std::vector<std::optional<int>> sizes{7, 8, 9};
    const Observation seen{.cohorts = cohorts, .analyses = {}, .locations = 3, .sizes = sizes};
    EXPECT_EQ(as_it_is(seen, LocationId{0})[0].desired, 7);
    EXPECT_EQ(as_it_is(seen, LocationId{1})[1].desired, 8);
    EXPECT_EQ(as_it_is(seen, LocationId{2})[0].desired, 4) << "a rollout is on its way: that is for whoever leads it";
}

}  // namespace
}  // namespace rollcast::strategies
