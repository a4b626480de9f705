#include "rollcast/model/fidelity.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;
const TruthKind kGood{};

/// Many enough.
Scenario long_scenario() {
    Scenario scenario = testing::small_scenario();
    scenario.window.horizon = 30min;
    return scenario;
}

TEST(Fidelity, IsThatOfRequestsUnlessOneAsks) {
    Scenario scenario = long_scenario();
    EXPECT_FALSE(draws_requests(scenario, kGood));
    scenario.fidelity = Fidelity::kAuto;
    EXPECT_TRUE(draws_requests(scenario, kGood));
    EXPECT_EQ(why_not_flow(scenario, kGood), std::nullopt);
}

TEST(Fidelity, FewRequestsAreSimulated) {
    Scenario scenario = testing::small_scenario();
    scenario.fidelity = Fidelity::kAuto;
    scenario.fleet.replicas = 60;
    const Duration twice = scenario.window.lead_in + 2 * scenario.window.horizon;  // a replication and its twin
    scenario.traffic.rate = 1.001e6 / to_seconds(twice);
    EXPECT_TRUE(draws_requests(scenario, kGood));
    scenario.traffic.rate = .999e6 / to_seconds(twice);
    EXPECT_FALSE(draws_requests(scenario, kGood));
    EXPECT_NE(why_not_flow(scenario, kGood)->find("less than a million"), std::string::npos);
}

TEST(Fidelity, WhatTheFlowPlaneLacksIsRefusedByNameAndNotChosen) {
    const std::vector<std::function<void(Scenario&)>> lacking{
        [](Scenario& s) { s.traffic.users = {.count = 5}; },
        [](Scenario& s) { s.traffic.sessions.sticky = Stickiness::kInstance; },
        [](Scenario& s) { s.balancing.outlier = OutlierDetection{}; },
        [](Scenario& s) { s.balancing.max_outstanding = 10; },
        [](Scenario& s) { s.balancing.locality = Locality{}; },
        [](Scenario& s) { s.service.cold_slowness = 1; },
    };
    for (const auto& change : lacking) {
        Scenario scenario = testing::small_scenario();
        change(scenario);
        ASSERT_TRUE(why_not_flow(scenario, kGood));
        scenario.fidelity = Fidelity::kFlow;
        const std::vector<Complaint> complaints = validate(scenario);
        ASSERT_EQ(complaints.size(), 1U);
        EXPECT_EQ(complaints[0].path, "fidelity");
        EXPECT_EQ(complaints[0].message, "must be request or auto, for " + *refuses_flow(scenario));
        scenario.fidelity = Fidelity::kAuto;
        EXPECT_FALSE(draws_requests(scenario, kGood));
        EXPECT_TRUE(validate(scenario).empty());
    }
}

TEST(Fidelity, IsChosenForEachKindOfRelease) {
    Scenario scenario = long_scenario();  // a fourth of its slots is in use
    scenario.fidelity = Fidelity::kAuto;
    const auto capacity = [](double loss) {
        return TruthKind{.kind = DefectKind::kCapacity, .severity = Constant{loss}};
    };
    EXPECT_TRUE(draws_requests(scenario, capacity(.5)));
    EXPECT_FALSE(draws_requests(scenario, capacity(.9)));
    scenario.traffic.bursts = Bursts{.factor = 6};
    EXPECT_FALSE(draws_requests(scenario, capacity(.5))) << "in a burst";
    scenario.traffic.bursts.reset();
    scenario.balancing.policy = Policy::kLeastOutstanding;
    EXPECT_TRUE(draws_requests(scenario, capacity(.5)));
    EXPECT_TRUE(draws_requests(scenario, kGood));
    scenario.traffic.retries.attempts = 2;
    EXPECT_FALSE(draws_requests(scenario, kGood));
    scenario.traffic.retries.attempts = 1;
    scenario.traffic.rate *= 4;
    EXPECT_FALSE(draws_requests(scenario, kGood));
    scenario.fidelity = Fidelity::kFlow;
    EXPECT_TRUE(draws_requests(scenario, kGood)) << "who asks for it gets it";
}

}  // namespace
}  // namespace rollcast
