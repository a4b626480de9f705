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

// kubernetes.io: a budget of minAvailable 90 % over ten pods lets one go at a time, however many nodes there are.
TEST(EksNodes, ADisruptionBudgetLetsPodsGoOneAfterTheOther) {
    Update update({.replicas = 10,
                   .max_unavailable = 3,
                   .zones = 2,
                   .disruption_budget = DisruptionBudget{.min_available = percent(90)}});
    EXPECT_EQ(testing::trajectory(update.fleet, *update.controller, 6),
              (std::vector<Point>{{0, 10, 4, 0}, {0, 9, 4, 0}, {0, 8, 4, 0}, {0, 7, 4, 0}, {1, 6, 7, 0}}));
    EXPECT_EQ(update.run_to(Phase::kPromoted).phase, Phase::kPromoted);
}

// The User Guide: pods that do not leave within 15 minutes fail the update (PodEvictionFailure), unless it is forced.
TEST(EksNodes, ABudgetThatLetsNoPodGoFailsItUnlessForced) {
    EksNodesParams params{.replicas = 3, .disruption_budget = DisruptionBudget{.max_unavailable = count(0)}};
    Update held(params);
    EXPECT_EQ(
        held.run_to(Phase::kStuck).reason,
        "a disruption budget held a drain for longer than 15m (PodEvictionFailure): left as it is: 6 new nodes, 3 "
        "old ones left, 1 held by a disruption budget");
    EXPECT_EQ(held.fleet.now(), Time(15min + 1s));
    params.force = true;
    Update forced(params);
    EXPECT_EQ(forced.run_to(Phase::kPromoted).phase, Phase::kPromoted);
    EXPECT_GT(forced.fleet.now(), Time(45min)) << "each of three pods was waited for";
}

TEST(EksNodes, FollowsAnAutoscaler) {
    Update update({.replicas = 3, .zones = 2});
    while (update.fleet.old_version().desired == 3) update.step();
    update.fleet.resized_to = 2;
    EXPECT_EQ(update.points(),
              (std::vector<Point>{
                  {0, 1, 4, 0}, {1, 0, 5, 0}, {2, 0, 6, 0}, {2, 0, 5, 0}, {2, 0, 4, 0}, {2, 0, 3, 0}, {2, 0, 2, 0}}));
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
