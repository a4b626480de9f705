#include "rollcast/model/query.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBuckets = 3;

std::optional<std::string> of_query(Query query) { return complaint(query, kBuckets); }
std::optional<std::string> of_condition(Condition condition) { return complaint(condition); }

QueryStep rate(Selector selector) { return {QueryStep::Op::kRate, 0, selector}; }

TEST(Selects, LooksAtEverySelectorAndAtNothingElse) {
    using Op = QueryStep::Op;
    const Selector proxy{.vantage = Vantage::kProxy};
    const Selector application{.vantage = Vantage::kApplication};
    EXPECT_TRUE(selects({rate(proxy), {Op::kQuantile, .9, application}, {Op::kDivide}}, Vantage::kApplication));
    EXPECT_FALSE(selects({rate(proxy), {Op::kNumber, 1, application}, {Op::kAdd}}, Vantage::kApplication));
    EXPECT_FALSE(selects({}, Vantage::kProxy));
}

TEST(QueryComplaint, IsNoneForAWellFormedProgram) {
    using Op = QueryStep::Op;
    const Selector errors{.codes = 0b1110, .window = 60s};
    const Selector all{.window = 60s, .offset = 300s};
    EXPECT_EQ(of_query({rate(errors), rate(all), {Op::kDivide}, {Op::kNumber, 0}, {Op::kOr}}), std::nullopt);
    EXPECT_EQ(of_query({{Op::kQuantile, .99, all}, {Op::kClampMax, 5}, {Op::kNegate}}), std::nullopt);
}

TEST(QueryComplaint, NamesTheStepThatLacksAValue) {
    using Op = QueryStep::Op;
    EXPECT_EQ(of_query({{Op::kNumber, 1}, {Op::kAdd}}), "step 2 needs 2 values and finds 1");
    EXPECT_EQ(of_query({{Op::kNegate}}), "step 1 needs 1 value and finds 0");
    EXPECT_EQ(of_query({}), "leaves 0 values, must leave 1");
    EXPECT_EQ(of_query({{Op::kNumber, 1}, {Op::kNumber, 2}}), "leaves 2 values, must leave 1");
}

TEST(QueryComplaint, NamesWhatIsWrongWithASelector) {
    using What = Selector::What;
    EXPECT_EQ(of_query({rate({})}), "step 1 must have a window above 0 s");
    EXPECT_EQ(of_query({rate({.window = Duration::max()})}), "step 1 must have a window of at most 100 years");
    EXPECT_EQ(of_query({rate({.window = 60s, .offset = -1s})}), "step 1 must not have a negative offset");
    EXPECT_EQ(of_query({rate({.window = 60s, .offset = Duration::max()})}),
              "step 1 must have an offset of at most 100 years");
    EXPECT_EQ(of_query({rate({.codes = 0, .window = 60s})}), "step 1 selects no status");
    EXPECT_EQ(of_query({rate({.what = What::kWithinBucket, .bucket = 3, .window = 60s})}), std::nullopt);
    EXPECT_EQ(of_query({rate({.what = What::kWithinBucket, .bucket = 4, .window = 60s})}),
              "step 1 selects latency bucket 4 of 3");
}

TEST(ConditionComplaint, IsNoneForAWellFormedProgram) {
    using Op = ConditionStep::Op;
    EXPECT_EQ(of_condition({}), std::nullopt);
    // len(result) == 0 or (not isNaN(result[0]) and result[0] < 0.05)
    EXPECT_EQ(of_condition({{Op::kResult},
                            {Op::kLength},
                            {Op::kNumber, 0},
                            {Op::kEqual},
                            {Op::kOr, 0, 11},
                            {Op::kResult},
                            {Op::kNumber, 0},
                            {Op::kIndex},
                            {Op::kIsNaN},
                            {Op::kNot},
                            {Op::kAnd, 0, 5},
                            {Op::kResult},
                            {Op::kNumber, 0},
                            {Op::kIndex},
                            {Op::kNumber, .05},
                            {Op::kLess}}),
              std::nullopt);
}

TEST(ConditionComplaint, IsNoneWhenMoreFollowsTheRightSide) {
    using Op = ConditionStep::Op;
    // true == (true and true)
    EXPECT_EQ(of_condition({{Op::kTruth, 1}, {Op::kTruth, 1}, {Op::kAnd, 0, 1}, {Op::kTruth, 1}, {Op::kEqual}}),
              std::nullopt);
}

TEST(ConditionComplaint, NamesTheStepThatLacksAValue) {
    using Op = ConditionStep::Op;
    EXPECT_EQ(of_condition({{Op::kResult}, {Op::kIndex}}), "step 2 needs 2 values and finds 1");
    EXPECT_EQ(of_condition({{Op::kOr, 0, 1}, {Op::kTruth, 1}}), "step 1 needs 1 value and finds 0");
    EXPECT_EQ(of_condition({{Op::kTruth, 1}, {Op::kTruth, 1}}), "leaves 2 values, must leave 1");
}

TEST(ConditionComplaint, NeedsARightSideThatStandsForItself) {
    using Op = ConditionStep::Op;
    EXPECT_EQ(of_condition({{Op::kTruth, 1}, {Op::kAnd, 0, 0}, {Op::kTruth, 1}}), "step 2 has no right side");
    EXPECT_EQ(of_condition({{Op::kTruth, 1}, {Op::kAnd, 0, 2}, {Op::kTruth, 1}}), "step 2 has no right side");
    // The right side may not reach for what stands before it.
    EXPECT_EQ(of_condition({{Op::kTruth, 1}, {Op::kTruth, 1}, {Op::kAnd, 0, 1}, {Op::kNot}}),
              "step 4 needs 1 value and finds 0");
    EXPECT_EQ(of_condition({{Op::kTruth, 1}, {Op::kAnd, 0, 2}, {Op::kTruth, 1}, {Op::kTruth, 1}}),
              "leaves 2 values, must leave 1");
}

TEST(Complaint, BoundsTheLengthOfAProgram) {
    EXPECT_EQ(of_query(Query(1001)), "has more than 1000 steps");
    EXPECT_EQ(of_condition(Condition(1001)), "has more than 1000 steps");
}

}  // namespace
}  // namespace rollcast
