#include "rollcast/world/probe.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

TEST(Prober, StartsWithWhatItsKindAssumes) {
    EXPECT_EQ(Prober(ProbeKind::kReadiness).state(), ProbeState::kFailure);
    EXPECT_EQ(Prober(ProbeKind::kLiveness).state(), ProbeState::kSuccess);
    EXPECT_EQ(Prober(ProbeKind::kStartup).state(), ProbeState::kUnknown);
}

TEST(Prober, ChangesItsMindOnlyAfterAsManyEqualResultsAsTheThresholdSays) {
    const Probe probe{.success_threshold = 2, .failure_threshold = 3};
    Prober prober(ProbeKind::kReadiness);
    prober.observe(probe, 1s, true);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
    prober.observe(probe, 2s, true);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
    prober.observe(probe, 3s, false);
    prober.observe(probe, 4s, false);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
    prober.observe(probe, 5s, false);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
}

TEST(Prober, CountsNothingDuringTheInitialDelay) {
    const Probe probe{.initial_delay = 10s};
    Prober prober(ProbeKind::kReadiness);
    prober.observe(probe, 9s, true);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
    prober.observe(probe, 10s, true);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
}

TEST(Prober, StopsProbingOnceLivenessHasFailed) {
    const Probe probe{.failure_threshold = 1};
    Prober prober(ProbeKind::kLiveness);
    prober.observe(probe, 1s, false);
    EXPECT_TRUE(prober.on_hold());
    prober.observe(probe, 2s, true);
    EXPECT_EQ(prober.state(), ProbeState::kFailure);
    EXPECT_EQ(prober.run(), 0);
}

TEST(Prober, StopsProbingOnceAStartupProbeHasSucceeded) {
    const Probe probe{.failure_threshold = 1};
    Prober prober(ProbeKind::kStartup);
    prober.observe(probe, 1s, true);
    prober.observe(probe, 2s, false);
    EXPECT_EQ(prober.state(), ProbeState::kSuccess);
    EXPECT_FALSE(prober.on_hold());
}

}  // namespace
}  // namespace rollcast
