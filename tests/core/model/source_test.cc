#include "rollcast/model/source.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(SourceComplaint, IsThatOfTheAlternative) {
    constexpr std::size_t kBuckets = 3;
    QueryCheck check{.query = {{QueryStep::Op::kNumber, 1}}};
    EXPECT_EQ(complaint(Source(check), kBuckets), std::nullopt);
    check.failure = {{ConditionStep::Op::kNot}};
    EXPECT_EQ(complaint(Source(check), kBuckets), "has a failure condition that step 1 needs 1 value and finds 0");
    EXPECT_EQ(complaint(Source(QueryCheck{}), kBuckets), "has a query that leaves 0 values, must leave 1");
    EXPECT_EQ(complaint(Source(CloudWatchAlarm{}), kBuckets), std::nullopt);
    EXPECT_NE(complaint(Source(CloudWatchAlarm{.period = 1s}), kBuckets), std::nullopt);
    EXPECT_NE(complaint(Source(CompositeAlarm{}), kBuckets), std::nullopt);
    EXPECT_NE(complaint(Source(BurnRateAlert{.objective = 0}), kBuckets), std::nullopt);
    EXPECT_NE(complaint(Source(kayenta::Judge{}), kBuckets), std::nullopt);
    EXPECT_EQ(complaint(Source(SequentialCheck{}), kBuckets), std::nullopt);
    EXPECT_NE(complaint(Source(SequentialCheck{.vantage = Vantage::kClient}), kBuckets), std::nullopt);
}

TEST(SourceSelects, WhatItsAlternativeLooksAt) {
    const CloudWatchAlarm application{.vantage = Vantage::kApplication};
    EXPECT_TRUE(selects(Source(application), Vantage::kApplication));
    EXPECT_FALSE(selects(Source(CloudWatchAlarm{}), Vantage::kApplication));
    EXPECT_TRUE(selects(Source(CompositeAlarm{.alarms = {{.name = "a"}, {"b", application}}}), Vantage::kApplication));
    EXPECT_FALSE(selects(Source(BurnRateAlert{}), Vantage::kApplication));
    EXPECT_TRUE(selects(Source(SequentialCheck{.vantage = Vantage::kApplication}), Vantage::kApplication));
    EXPECT_FALSE(selects(Source(SequentialCheck{}), Vantage::kApplication));
    const Selector selector{.vantage = Vantage::kApplication, .window = 60s};
    EXPECT_TRUE(selects(Source(kayenta::Judge{.series = {{.baseline = {{QueryStep::Op::kRate, 0, selector}}}}}),
                        Vantage::kApplication));
    EXPECT_FALSE(selects(Source(kayenta::Judge{}), Vantage::kApplication));
    EXPECT_TRUE(selects(Source(QueryCheck{.query = {{QueryStep::Op::kRate, 0, selector}}}), Vantage::kApplication));
}

TEST(SourceSelects, WhoseRequestsItsAlternativeLooksAt) {
    const Selector of_baseline{.scope = Scope::kBaseline, .window = 60s};
    const Query query{{QueryStep::Op::kRate, 0, of_baseline}};
    const Source looking[] = {QueryCheck{.query = query},
                              CloudWatchAlarm{.scope = Scope::kBaseline},
                              CompositeAlarm{.alarms = {{"a", {.scope = Scope::kBaseline}}}},
                              BurnRateAlert{.scope = Scope::kBaseline},
                              kayenta::Judge{.series = {{.baseline = query}}},
                              SequentialCheck{.baseline = Scope::kBaseline},
                              OwnCheck{.baseline = Scope::kBaseline}};
    for (const Source& source : looking) {
        EXPECT_TRUE(selects(source, Scope::kBaseline)) << source.index();
        EXPECT_FALSE(selects(source, Scope::kOld)) << source.index();
    }
    EXPECT_FALSE(selects(Source(SequentialCheck{}), Scope::kBaseline));
    EXPECT_FALSE(selects(Source(OwnCheck{}), Scope::kBaseline));
}

}  // namespace
}  // namespace rollcast
