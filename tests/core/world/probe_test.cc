#include "rollcast/world/probe.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Prober, StartsWithWhatItsKindAssumes) {
    EXPECT_EQ(Prober(ProbeKind::kReadiness, {}).state(), ProbeState::kFailure);
    EXPECT_EQ(Prober(ProbeKind::kLiveness, {}).state(), ProbeState::kSuccess);
    EXPECT_EQ(Prober(ProbeKind::kStartup, {}).state(), ProbeState::kUnknown);
}

TEST(Prober, ChangesItsMindOnlyAfterAsManyEqualResultsAsTheThresholdSays) {
    Prober prober(ProbeKind::kReadiness, {.success_threshold = 2, .failure_threshold = 3});
    prober.observe(1s, true);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
    prober.observe(2s, true);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
    prober.observe(3s, false);
    prober.observe(4s, false);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
    prober.observe(5s, false);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
}

TEST(Prober, CountsNothingDuringTheInitialDelay) {
    Prober prober(ProbeKind::kReadiness, {.initial_delay = 10s});
    prober.observe(9s, true);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
    prober.observe(10s, true);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
}

TEST(Prober, StopsProbingOnceLivenessHasFailed) {
    Prober prober(ProbeKind::kLiveness, {.failure_threshold = 1});
    prober.observe(1s, false);
    EXPECT_TRUE(prober.on_hold());
    prober.observe(2s, true);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
    EXPECT_EQ(prober.run(), 0);
}

}  // namespace
}  // namespace rollcast
