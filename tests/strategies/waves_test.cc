#include "rollcast/strategies/waves.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "rollcast/control/rehearsal.h"
#include "rollcast/strategies/baseline.h"
#include "rollcast/strategies/blue_green.h"
#include "rollcast/strategies/canary.h"
#include "rollcast/strategies/feature_flag.h"
#include "rollcast/strategies/guarded.h"
#include "rollcast/strategies/rolling.h"
#include "rollcast/strategies/shadow.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::ToyFleet;

constexpr AnalysisId kCheck{0};
constexpr AnalysisId kWatch{1};

/// Locations from `first` on.
Wave wave(std::uint16_t first, std::uint16_t count) {
    Wave all;
    for (std::uint16_t i = 0; i < count; ++i) all.push_back(LocationId(first + i));
    return all;
}

std::shared_ptr<const Strategy> rolling() { return std::make_shared<Rolling>(RollingParams{.replicas = 4}); }
std::shared_ptr<const Strategy> routed_canary() {
    return std::make_shared<Canary>(CanaryParams{
        .replicas = 4, .steps = {SetWeight{25}, Pause{}, RunAnalysis{kCheck}, SetWeight{50}, Pause{}}, .routed = true});
}

struct Rollout {
    Rollout(std::size_t locations, WavesParams params, std::shared_ptr<const Strategy> inner = rolling())
        : fleet(4, 2, locations) {
        Launch launch{.replicas = 4 * static_cast<int>(locations)};
        for (std::size_t i = 0; i < locations; ++i) launch.locations.push_back({"l" + std::to_string(i), 4});
        controller = Waves({std::move(inner)}, std::move(params)).start(launch);
    }
    /// How many locations have instances of the new version.
    int reached() const {
        int count = 0;
        for (std::size_t i = 0; i < fleet.locations(); ++i) count += fleet.new_version(i).desired > 0;
        return count;
    }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

// One location, then two, then the other three, each watched for 10 minutes: by hand, with instances that come at once.
TEST(Waves, TakeOneAfterTheOtherAndBake) {
    Rollout rollout(6, {.waves = {wave(0, 1), wave(1, 2), wave(3, 3)}, .bake = 10min});
    const int reached[] = {1, 3, 6};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(rollout.run_to(Phase::kBaking).phase, Phase::kBaking);
        EXPECT_EQ(rollout.fleet.now(), Time{} + i * 10min);
        EXPECT_EQ(rollout.reached(), reached[i]);
        rollout.run_to(Phase::kMoving);
    }
    const Directive done = rollout.run_to(Phase::kPromoted);
    EXPECT_EQ(done.phase, Phase::kPromoted);
    EXPECT_EQ(done.reason, "wave 3/3: 6/6 locations promoted");
    EXPECT_EQ(rollout.fleet.now(), Time{} + 30min);
}

TEST(Waves, HaveOnlySoManyLocationsOnTheirWay) {
    Rollout rollout(5, {.waves = {wave(0, 5)}, .max_concurrent = percent(50)});
    rollout.fleet.start = 10s;  // one instance after the other
    int most = 0;
    Phase phase = Phase::kMoving;
    while (!is_final(phase)) {
        phase = rollout.fleet.step(*rollout.controller).phase;
        int on_their_way = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            const int fresh = rollout.fleet.new_version(i).available;
            on_their_way += rollout.fleet.new_version(i).desired > 0 && fresh < 4;
        }
        most = std::max(most, on_their_way);
    }
    EXPECT_EQ(phase, Phase::kPromoted);
    EXPECT_EQ(most, 2);
}

TEST(Waves, TakeBackEverythingWhenAWaveFailsItsAnalysis) {
    Rollout rollout(4, {.waves = {wave(0, 1), wave(1, 3)}, .bake = 10min, .analysis = kWatch});
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kRunning;
    rollout.run_to(Phase::kBaking);
    rollout.fleet.end_analysis(kWatch, AnalysisPhase::kFailed);
    const Directive end = rollout.run_to(Phase::kRolledBack);
    EXPECT_EQ(end.phase, Phase::kRolledBack);
    EXPECT_EQ(end.reason, "wave 1/2: the analysis did not succeed; 0/4 locations promoted, 1 go back");
    EXPECT_EQ(rollout.reached(), 0);
    EXPECT_EQ(rollout.fleet.old_version().desired, 4);
}

TEST(Waves, WithoutATimeWaitForTheAnalysis) {
    Rollout rollout(2, {.waves = {wave(0, 1), wave(1, 1)}, .analysis = kWatch});
    rollout.fleet.verdicts[kWatch] = AnalysisPhase::kRunning;
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 50).phase, Phase::kBaking);
    EXPECT_EQ(rollout.reached(), 1);
    rollout.fleet.end_analysis(kWatch, AnalysisPhase::kSuccessful);
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(Waves, LeaveWhatIsDoneWhereTheyAreToStop) {
    WavesParams params{.waves = {wave(0, 2), wave(2, 2)}, .on_failure = OnWaveFailure::kStop};
    Rollout rollout(4, params, routed_canary());
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kSuccessful;
    while (rollout.reached() < 3) rollout.fleet.step(*rollout.controller);
    rollout.fleet.verdicts[kCheck] = AnalysisPhase::kFailed;
    const Directive end = rollout.run_to(Phase::kStuck);
    EXPECT_EQ(end.phase, Phase::kStuck);
    EXPECT_EQ(end.reason, "wave 2/2: 2/2 locations failed; 2/4 locations promoted, 2 failed and went back");
    EXPECT_EQ(rollout.fleet.new_version(0).weight, 1);
    EXPECT_EQ(rollout.fleet.new_version(2).weight, 0);
}

TEST(Waves, AskForEachApprovalAnew) {
    Rollout rollout(2, {.waves = {wave(0, 2)}, .max_concurrent = count(1)}, routed_canary());
    rollout.fleet.person_approves = false;
    EXPECT_EQ(rollout.fleet.run(*rollout.controller, 50).phase, Phase::kPaused);
    EXPECT_EQ(rollout.reached(), 1);
    rollout.fleet.person_approves = true;
    EXPECT_EQ(rollout.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

TEST(Waves, MustCoverTheLocations) {
    EXPECT_THROW(Waves({rolling()}, {}), std::invalid_argument);
    EXPECT_THROW(Waves({rolling()}, {.waves = {{}}}), std::invalid_argument);
    EXPECT_THROW(Waves({rolling()}, {.waves = {wave(0, 2), wave(1, 1)}}), std::invalid_argument);
    EXPECT_THROW(Waves({rolling()}, {.waves = {wave(0, 1)}, .max_concurrent = count(0)}), std::invalid_argument);
    EXPECT_THROW(Waves({}, {.waves = {wave(0, 1)}}), std::invalid_argument);
    EXPECT_THROW(Rollout(3, {.waves = {wave(0, 2)}}), std::invalid_argument);
    EXPECT_THROW(Rollout(3, {.waves = {wave(0, 4)}}), std::invalid_argument);
}

TEST(Waves, SayWhatTheyAre) {
    const Waves waves({rolling()}, {.waves = {wave(0, 1), {LocationId{3}, LocationId{1}, LocationId{2}}}, .bake = 1h});
    EXPECT_EQ(waves.describe(),
              "waves(" + rolling()->describe() +
                  ", waves=[0, 3+1-2], max_concurrent=100%, failure_tolerance=0, roll back, bake=1h)");
}

TEST(Waves, KeepTheContractAroundBaselinesFlagsAndShadows) {
    const std::vector<Wave> waves{wave(0, 1), wave(1, 2)};
    const auto guarded = [](std::shared_ptr<const Strategy> inner) {
        return std::make_shared<Guarded>(std::move(inner), GuardParams{.analysis = kWatch, .bake = 1min});
    };
    const std::shared_ptr<const Strategy> inner[] = {
        std::make_shared<Baseline>(guarded(routed_canary()), BaselineParams{}),
        std::make_shared<Baseline>(rolling(), BaselineParams{}),
        guarded(std::make_shared<FeatureFlag>(routed_canary())),
        std::make_shared<Shadow>(routed_canary(), ShadowParams{.replicas = 4, .instances = count(2)})};
    for (const auto& each : inner) {
        for (const WavesParams& params : {WavesParams{.waves = waves, .bake = 5min, .analysis = kCheck},
                                          WavesParams{.waves = waves, .on_failure = OnWaveFailure::kStop}}) {
            const bool baseline = dynamic_cast<const Baseline*>(each.get()) != nullptr;
            const Waves strategy({each}, params);
            for (const Breach& breach :
                 rehearse(strategy, {.replicas = 4, .quota = 36, .baseline = baseline, .locations = 3})) {
                ADD_FAILURE() << strategy.describe() << ": " << describe(breach);
            }
        }
    }
}

TEST(Waves, KeepTheContract) {
    const std::vector<Wave> waves{wave(0, 1), wave(1, 2)};
    const std::shared_ptr<const Strategy> inner[] = {
        rolling(), routed_canary(),
        std::make_shared<BlueGreen>(BlueGreenParams{.replicas = 4, .auto_promotion_enabled = false})};
    for (const auto& each : inner) {
        for (const WavesParams& params :
             {WavesParams{.waves = waves}, WavesParams{.waves = waves, .parallel = true},
              WavesParams{.waves = waves, .failure_tolerance = count(1), .bake = 5min, .analysis = kWatch},
              WavesParams{.waves = waves, .on_failure = OnWaveFailure::kStop, .analysis = kWatch}}) {
            const Waves strategy({each}, params);
            for (const Breach& breach :
                 rehearse(strategy, {.replicas = 4, .quota = 24, .resized = true, .locations = 3})) {
                ADD_FAILURE() << strategy.describe() << ": " << describe(breach);
            }
        }
    }
}

}  // namespace
}  // namespace rollcast::strategies
