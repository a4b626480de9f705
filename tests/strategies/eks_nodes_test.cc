#include "rollcast/strategies/eks_nodes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;
using testing::Point;
using testing::ToyFleet;

struct Update {
    explicit Update(const EksNodesParams& params)
        : fleet(params.replicas), controller(EksNodes(params).start({.replicas = params.replicas})) {}
    Directive step() { return fleet.step(*controller); }
    Directive run_to(Phase phase) { return fleet.run_to(*controller, phase); }
    std::vector<Point> points() { return testing::trajectory(fleet, *controller, 60); }

    ToyFleet fleet;
    std::unique_ptr<Controller> controller;
};

// The User Guide: over two zones and with one node unavailable the group grows by four; each old node is drained, waits
// for a minute after it was cordoned, and is replaced; in the end the group shrinks by one at a time.
TEST(EksNodes, GrowsDrainsOneNodeAfterTheOtherAndShrinks) {
    EXPECT_EQ(Update({.replicas = 3, .zones = 2}).points(), (std::vector<Point>{{0, 3, 4, 0},
                                                                                {0, 2, 4, 0},
                                                                                {1, 1, 5, 0},
                                                                                {2, 0, 6, 0},
                                                                                {3, 0, 7, 0},
                                                                                {3, 0, 6, 0},
                                                                                {3, 0, 5, 0},
                                                                                {3, 0, 4, 0},
                                                                                {3, 0, 3, 0}}));
}

TEST(EksNodes, MinimalTerminatesBeforeItLaunches) {
    EXPECT_EQ(Update({.replicas = 3, .max_unavailable = 2, .strategy = eks::UpdateStrategy::kMinimal}).points(),
              (std::vector<Point>{{0, 1, 0, 0}, {1, 1, 2, 0}, {1, 0, 2, 0}, {2, 0, 3, 0}}));
}

TEST(EksNodes, WaitsForANewNodeInEveryZone) {
    Update update({.replicas = 3, .zones = 2});
    update.fleet.start = 60s;
    while (update.fleet.old_version().desired == 3) update.step();
    EXPECT_EQ(update.fleet.now(), Time{2min}) << "two are there";
}

TEST(EksNodes, FailsWhereADrainTakesTooLong) {
    for (const bool force : {false, true}) {
        Update update({.replicas = 3, .force = force});
        while (update.fleet.old_version().desired == 3) update.step();
        update.fleet.cohort(0).draining = 1;
        Observation seen = update.fleet.look();
        const Time begun = seen.now;
        seen.now = begun + 15min;
        EXPECT_NE(update.controller->decide(seen).phase, Phase::kStuck);
        seen.now = begun + 16min;
        EXPECT_EQ(update.controller->decide(seen).phase, force ? Phase::kMoving : Phase::kStuck);
    }
}

TEST(EksNodes, NodesThatDoNotJoinFailIt) {
    Update update({.replicas = 3});
    update.fleet.new_version_comes_up = false;
    EXPECT_EQ(update.run_to(Phase::kStuck).reason,
              "nodes did not join within 15m (NodeCreationFailure): left as it is: 0 new nodes, 3 old ones left");
    EXPECT_EQ(update.fleet.now(), Time{15min});
}

TEST(EksNodes, RefusesWhatEksDoes) {
    EXPECT_THROW(EksNodes({.replicas = 0}), std::invalid_argument);
    EXPECT_THROW(EksNodes({.max_unavailable = 0}), std::invalid_argument);
    EXPECT_THROW(EksNodes({.max_unavailable = 101}), std::invalid_argument);
    EXPECT_THROW(EksNodes({.zones = 0}), std::invalid_argument);
    EXPECT_THROW(EksNodes({.unhealthy_after = 0s}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast::strategies
