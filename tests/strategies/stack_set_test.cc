#include "rollcast/strategies/stack_set.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "rollcast/control/rehearsal.h"
#include "rollcast/strategies/rolling.h"
#include "support/toy_fleet.h"

namespace rollcast::strategies {
namespace {

using cloudformation::ConcurrencyMode;
using cloudformation::RegionConcurrency;
using testing::ToyFleet;

/// So many Regions of so many accounts; the location of account a in Region r is r * accounts + a.
std::vector<Wave> regions(int count, int accounts) {
    std::vector<Wave> all(static_cast<std::size_t>(count));
    for (int i = 0; i < count * accounts; ++i) {
        all[static_cast<std::size_t>(i / accounts)].push_back(static_cast<LocationId>(i));
    }
    return all;
}

/// A stack that takes until its location is told, and then succeeds or fails.
class Stacks final : public Strategy {
   public:
    struct Fate {
        std::set<int> done;    // accounts whose update has ended
        std::set<int> failed;  // of these: that went back
        int begun = 0;
    };
    explicit Stacks(std::shared_ptr<Fate> fate) : fate_(std::move(fate)) {}
    std::string describe() const override { return "stack"; }
    std::unique_ptr<Controller> start(const Launch&) const override {
        ++fate_->begun;
        return std::make_unique<Update>(fate_);
    }

   private:
    class Update final : public Controller {
       public:
        explicit Update(std::shared_ptr<Fate> fate) : fate_(std::move(fate)) {}
        Directive decide(const Observation& seen) override {
            const int here = static_cast<int>(seen.cohorts.front().location);
            const bool done = fate_->done.count(here) > 0, failed = fate_->failed.count(here) > 0;
            Directive want(2);
            want.targets[done && !failed].desired = 1;
            want.phase = !done ? Phase::kMoving : failed ? Phase::kRolledBack : Phase::kPromoted;
            want.reason = "stack";
            return want;
        }
        std::unique_ptr<Controller> clone() const override { return std::make_unique<Update>(*this); }

       private:
        std::shared_ptr<Fate> fate_;
    };
    std::shared_ptr<Fate> fate_;
};

struct Operation {
    explicit Operation(StackSetParams params) {
        std::size_t accounts = 0;
        for (const Wave& region : params.regions) accounts += region.size();
        fleet = ToyFleet(1, 2, accounts);
        Launch launch{.replicas = static_cast<int>(accounts)};
        for (std::size_t i = 0; i < accounts; ++i) launch.locations.push_back({std::to_string(i), 1});
        controller = StackSet({std::make_shared<Stacks>(fate)}, std::move(params)).start(launch);
    }
    Phase step() { return controller->decide(fleet.look()).phase; }
    void end(int account) { fate->done.insert(account); }
    void fail(int account) {
        fate->failed.insert(account);
        end(account);
    }

    std::shared_ptr<Stacks::Fate> fate = std::make_shared<Stacks::Fate>();
    ToyFleet fleet{1};
    std::unique_ptr<Controller> controller;
};

// User guide, "Maximum concurrent accounts": 50% of ten accounts in a Region are five at a time.
TEST(StackSet, WorksOnHalfOfTenAccountsAtATime) {
    Operation operation({.regions = regions(1, 10), .max_concurrent = percent(50), .failure_tolerance = count(10)});
    EXPECT_EQ(operation.step(), Phase::kMoving);
    EXPECT_EQ(operation.fate->begun, 5);
    operation.end(0);
    operation.step();
    EXPECT_EQ(operation.fate->begun, 6);
}

// User guide, "Failure tolerance": 20% of ten accounts tolerate two failures; the third fails the Region, and the
// operation stops.
TEST(StackSet, StopsWithTheThirdFailureOfTenAccountsAtTwentyPercent) {
    Operation operation({.regions = regions(2, 10), .max_concurrent = count(1), .failure_tolerance = percent(20)});
    for (const int account : {0, 1}) {
        operation.step();
        operation.fail(account);
    }
    EXPECT_EQ(operation.step(), Phase::kMoving);
    operation.end(2);
    operation.step();
    operation.fail(3);
    EXPECT_EQ(operation.step(), Phase::kStuck);
    EXPECT_EQ(operation.fate->begun, 4) << "nothing more began, in this Region or the next";
}

// Concurrency mode of the user guide: with a tolerance of 5 and at most 10 at a time, strict begins with 6, and each
// failure takes one away; soft stays with 10.
TEST(StackSet, BeginsOnlyWhatMayStillFailWhereItIsStrict) {
    StackSetParams params{.regions = regions(1, 20), .max_concurrent = count(10), .failure_tolerance = count(5)};
    Operation strict(params);
    strict.step();
    EXPECT_EQ(strict.fate->begun, 6);
    strict.fail(0);
    strict.step();
    EXPECT_EQ(strict.fate->begun, 6) << "5 at a time from now on, and 5 are on their way";
    strict.end(1);
    strict.step();
    EXPECT_EQ(strict.fate->begun, 7);

    params.mode = ConcurrencyMode::kSoftFailureTolerance;
    Operation soft(params);
    soft.step();
    EXPECT_EQ(soft.fate->begun, 10);
    soft.fail(0);
    soft.step();
    EXPECT_EQ(soft.fate->begun, 11);
}

TEST(StackSet, TakesRegionsInTheirOrder) {
    Operation operation({.regions = {{LocationId{2}, LocationId{3}}, {LocationId{0}, LocationId{1}}},
                         .max_concurrent = count(2),
                         .failure_tolerance = count(1)});
    operation.step();
    operation.end(2);
    operation.fail(3);
    EXPECT_EQ(operation.step(), Phase::kMoving) << "the second Region begins: one failure is tolerated";
    EXPECT_EQ(operation.fate->begun, 4);
    operation.end(0);
    operation.end(1);
    EXPECT_EQ(operation.step(), Phase::kPromoted) << "an operation within the tolerance has succeeded";
}

TEST(StackSet, InParallelARegionThatFailsDoesNotStopTheOthers) {
    Operation operation({.regions = regions(2, 2), .region_concurrency = RegionConcurrency::kParallel});
    operation.step();
    EXPECT_EQ(operation.fate->begun, 2) << "one account in each";
    operation.fail(0);
    operation.end(2);
    EXPECT_EQ(operation.step(), Phase::kMoving);
    EXPECT_EQ(operation.fate->begun, 3) << "only the Region that has not failed goes on";
    operation.end(3);
    EXPECT_EQ(operation.step(), Phase::kStuck);
}

TEST(StackSet, KeepsTheContract) {
    const auto rolling = std::make_shared<Rolling>(RollingParams{.replicas = 4});
    for (const RegionConcurrency concurrency : {RegionConcurrency::kSequential, RegionConcurrency::kParallel}) {
        const StackSet strategy({rolling}, {.regions = regions(2, 2), .region_concurrency = concurrency});
        for (const Breach& breach : rehearse(strategy, {.replicas = 4, .quota = 32, .locations = 4})) {
            ADD_FAILURE() << strategy.describe() << ": " << describe(breach);
        }
    }
}

}  // namespace
}  // namespace rollcast::strategies
