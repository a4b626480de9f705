#include "rollcast/strategies/wrapper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "rollcast/strategies/guarded.h"
#include "rollcast/strategies/rolling.h"
#include "rollcast/strategies/shadow.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

TEST(Wrapper, NeedsAStrategyInside) {
    EXPECT_THROW(Guarded(nullptr, {}), std::invalid_argument);
    EXPECT_THROW(Shadow(nullptr, {}), std::invalid_argument);
}

TEST(Wrapper, EachOfAStackHasARunOfItsOwn) {
    const auto rolling = std::make_shared<Rolling>(RollingParams{.replicas = 4});
    const auto shadow = std::make_shared<Shadow>(rolling, ShadowParams{.replicas = 4, .analysis = AnalysisId{1}});
    const auto inner = std::make_shared<Guarded>(shadow, GuardParams{.analysis = AnalysisId{2}});
    const Guarded outer(inner, {.analysis = AnalysisId{3}});
    testing::ToyFleet fleet{4};
    for (const AnalysisId each : {AnalysisId{1}, AnalysisId{2}, AnalysisId{3}}) {
        fleet.verdicts[each] = AnalysisPhase::kRunning;
    }
    const auto controller = outer.start({.replicas = 4});
    Directive want = fleet.step(*controller);
    while (want.analyses.size() < 3) want = fleet.step(*controller);
    std::vector<std::uint32_t> runs;
    for (const AnalysisWish& wish : want.analyses) runs.push_back(wish.run);
    std::sort(runs.begin(), runs.end());
    EXPECT_EQ(runs, (std::vector<std::uint32_t>{kLastRun - 2, kLastRun - 1, kLastRun}));
}

}  // namespace
}  // namespace rollcast::strategies
