#include "rollcast/strategies/registry.h"

#include <gtest/gtest.h>

#include "rollcast/control/rehearsal.h"
#include "rollcast/strategies/all_at_once.h"
#include "support/trajectory.h"

namespace rollcast::strategies {
namespace {

using testing::Point;

std::string refusal(const std::string& name, Order order = {}) {
    try {
        make_registered(name, std::move(order));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

Order order(std::map<std::string, double> args) {
    Order made;
    made.replicas = 3;
    made.args = std::move(args);
    return made;
}

TEST(Registry, MakesAStrategyThatWasLinkedInByItsName) {
    EXPECT_EQ(registered(), std::vector<std::string>{"one_by_one"});
    EXPECT_EQ(make_registered("one_by_one", order({}))->describe(), "one_by_one(replicas=3, pause=1m)");
    EXPECT_EQ(make_registered("one_by_one", order({{"pause", 90}}))->describe(), "one_by_one(replicas=3, pause=1m30s)");
}

TEST(Registry, RefusesWhatIsNotThereOrTwice) {
    EXPECT_EQ(refusal("two_by_two"), "there is no strategy of the name two_by_two");
    EXPECT_EQ(refusal("one_by_one", order({{"pauses", 30}})), "it has no argument pauses; it has pause");
    EXPECT_EQ(refusal("one_by_one", order({{"pause", -1}})), "pause must not be negative");
    EXPECT_THROW(Registered("one_by_one", [](Order&) { return std::make_shared<AllAtOnce>(AllAtOnceParams{}); }),
                 std::invalid_argument);
}

TEST(OneByOne, ReplacesOneAfterTheOther) {
    testing::ToyFleet fleet(3);
    const auto controller = make_registered("one_by_one", order({{"pause", 120}}))->start({.replicas = 3});
    EXPECT_EQ(testing::trajectory(fleet, *controller),
              (std::vector<Point>{{0, 3, 1, 0}, {0, 2, 1, 0}, {2, 2, 2, 0}, {2, 1, 2, 0}, {4, 1, 3, 0}, {4, 0, 3, 0}}));
}

TEST(OneByOne, KeepsTheContract) {
    const auto strategy = make_registered("one_by_one", order({}));
    for (const Breach& breach : rehearse(*strategy, {.replicas = 3, .quota = 6})) ADD_FAILURE() << describe(breach);
}

}  // namespace
}  // namespace rollcast::strategies
