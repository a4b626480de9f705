#include "rollcast/observe/condition.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "core/observe/support.h"

namespace rollcast {
namespace {

using observe_test::first;
using Op = ConditionStep::Op;
using Result = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Condition operator+(Condition left, const Condition& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Condition number(double value) { return {{Op::kNumber, value}}; }
Condition truth(bool value) { return {{Op::kTruth, value ? 1.0 : 0.0}}; }
Condition call(Op op, const Condition& a) { return a + Condition{{op}}; }
Condition call(Op op, const Condition& a, const Condition& b) { return a + b + Condition{{op}}; }
Condition either(Op op, const Condition& left, const Condition& right) {
    return left + Condition{{op, 0, static_cast<std::uint16_t>(right.size())}} + right;
}

const Condition kResult{{Op::kResult}};
const Condition kNil{{Op::kNil}};
const Condition kFirst = call(Op::kIndex, kResult, number(0));
const Condition kLength = call(Op::kLength, kResult);
const Condition kAsInteger = call(Op::kToInt, kFirst);

/// The condition's value says whether a calculation gives what is expected.
void expect_equal(const Condition& calculation, double expected, const Result& result = {}) {
    EXPECT_EQ(evaluate(call(Op::kEqual, calculation, number(expected)), result), true) << expected;
}
void expect_error(const Condition& condition, const Result& result = {}) {
    EXPECT_EQ(evaluate(condition, result), std::nullopt);
}

TEST(Condition, ComparesTheFirstElement) {
    const double values[] = {.94, .95, .96};
    const Op comparisons[] = {Op::kLess, Op::kLessEqual, Op::kEqual, Op::kNotEqual, Op::kGreaterEqual, Op::kGreater};
    const bool expected[3][6] = {{true, true, false, true, false, false},
                                 {false, true, true, false, true, false},
                                 {false, false, false, true, true, true}};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 6; ++j)
            EXPECT_EQ(evaluate(first(comparisons[j], .95), {&values[i], 1}), expected[i][j]);
    }
}

TEST(Condition, FindsEveryOrderOfNaNFalse) {
    for (const Op op : {Op::kLess, Op::kLessEqual, Op::kEqual, Op::kGreaterEqual, Op::kGreater}) {
        EXPECT_EQ(evaluate(first(op, .95), Result{kNaN}), false);
    }
    EXPECT_EQ(evaluate(first(Op::kNotEqual, .95), Result{kNaN}), true);
}

TEST(Condition, IsAnErrorWhenItIndexesAnEmptyVector) { expect_error(first(Op::kLess, .05)); }

TEST(Condition, CountsANegativeIndexFromTheEnd) {
    const Condition last = call(Op::kIndex, kResult, call(Op::kNegate, number(1)));
    expect_equal(last, 7, {5, 7});
    expect_error(call(Op::kEqual, last, number(7)), {});
}

TEST(Condition, MeasuresAndShortCircuits) {
    const Condition small = first(Op::kLess, .05);
    const Condition empty_or_small = either(Op::kOr, call(Op::kEqual, kLength, number(0)), small);
    EXPECT_EQ(evaluate(empty_or_small, {}), true);
    EXPECT_EQ(evaluate(empty_or_small, Result{.01}), true);
    EXPECT_EQ(evaluate(empty_or_small, Result{.1}), false);
    const Condition some_and_small = either(Op::kAnd, call(Op::kGreater, kLength, number(0)), small);
    EXPECT_EQ(evaluate(some_and_small, {}), false);
    EXPECT_EQ(evaluate(some_and_small, Result{.01}), true);
    // The other way round the error comes first.
    expect_error(either(Op::kOr, small, call(Op::kEqual, kLength, number(0))));
}

TEST(Condition, KnowsTheTruthTables) {
    for (const bool a : {false, true}) {
        for (const bool b : {false, true}) {
            EXPECT_EQ(evaluate(either(Op::kAnd, truth(a), truth(b)), {}), a && b);
            EXPECT_EQ(evaluate(either(Op::kOr, truth(a), truth(b)), {}), a || b);
            EXPECT_EQ(evaluate(call(Op::kEqual, truth(a), truth(b)), {}), a == b);
        }
        EXPECT_EQ(evaluate(call(Op::kNot, truth(a)), {}), !a);
    }
    const Condition nested = either(Op::kOr, truth(false), either(Op::kAnd, truth(true), call(Op::kNot, truth(false))));
    EXPECT_EQ(evaluate(nested, {}), true);
}

TEST(Condition, TellsNaNAndInfinity) {
    EXPECT_EQ(evaluate(call(Op::kIsNaN, kFirst), Result{kNaN}), true);
    EXPECT_EQ(evaluate(call(Op::kIsNaN, kFirst), Result{1}), false);
    EXPECT_EQ(evaluate(call(Op::kIsInf, kFirst), Result{-kInfinity}), true);
    EXPECT_EQ(evaluate(call(Op::kIsInf, kFirst), Result{kNaN}), false);
    expect_error(call(Op::kIsNaN, kResult), {kNaN});  // a list is not a number
}

TEST(Condition, NeverFindsAListNil) {
    EXPECT_EQ(evaluate(call(Op::kIsNil, kResult), {}), false);
    EXPECT_EQ(evaluate(call(Op::kIsNil, kNil), {}), false);  // Argo asks about the result whatever it is given
    EXPECT_EQ(evaluate(call(Op::kEqual, kResult, kNil), {}), false);
    EXPECT_EQ(evaluate(call(Op::kEqual, kNil, kNil), {}), true);
    expect_error(call(Op::kIsNil, kFirst));
}

TEST(Condition, GivesTheWholeResultForADefault) {
    const Condition with_default = call(Op::kDefault, kResult, number(0));
    expect_equal(call(Op::kLength, with_default), 1, {.3});
    expect_equal(call(Op::kIndex, with_default, number(0)), .3, {.3});
    expect_error(call(Op::kLess, with_default, number(1)), {.3});  // a list is not less than a number
    expect_error(call(Op::kLess, call(Op::kDefault, kFirst, number(0)), number(1)), {.3});
    // What it gives is typed only when it is evaluated, so here nothing goes wrong.
    const Condition passed_over = either(Op::kOr, truth(true), call(Op::kLess, with_default, number(1)));
    EXPECT_EQ(evaluate(passed_over, Result{.3}), true);
}

TEST(Condition, FindsWrongTypesEvenWhereTheyArePassedOver) {
    expect_error(either(Op::kOr, truth(true), call(Op::kGreater, kResult, number(1))), {2});
    expect_error(either(Op::kAnd, truth(false), number(1)));
    expect_error(call(Op::kEqual, kResult, number(1)), {1});
    expect_error(call(Op::kAdd, truth(true), number(1)));
    expect_error(call(Op::kNot, number(0)));
    expect_error(call(Op::kIndex, number(1), number(0)));
    expect_error(call(Op::kLess, call(Op::kIndex, kResult, number(.5)), number(1)), {0, 0});
}

TEST(Condition, MustEndInATruthValue) {
    expect_error(kFirst, {1});
    expect_error(kResult, {1});
}

TEST(Condition, Calculates) {
    expect_equal(call(Op::kAdd, number(2), number(3)), 5);
    expect_equal(call(Op::kSubtract, number(2), number(3)), -1);
    expect_equal(call(Op::kMultiply, number(2), number(3)), 6);
    expect_equal(call(Op::kDivide, number(1), number(2)), .5);  // of integers, too
    expect_equal(call(Op::kDivide, number(1), number(0)), kInfinity);
    expect_equal(call(Op::kPower, number(2), number(10)), 1024);
    expect_equal(call(Op::kAbs, number(-2.5)), 2.5);
    expect_equal(call(Op::kFloor, number(-2.5)), -3);
    expect_equal(call(Op::kCeil, number(-2.5)), -2);
    expect_equal(call(Op::kRound, number(-2.5)), -3);
    expect_equal(call(Op::kToFloat, number(3)), 3);
}

TEST(Condition, TakesModuloOfIntegersOnly) {
    expect_equal(call(Op::kModulo, number(-7), number(3)), -1);
    expect_equal(call(Op::kModulo, kAsInteger, number(3)), 2, {5.9});
    expect_error(call(Op::kEqual, call(Op::kModulo, kFirst, number(3)), number(2)), {5});
    expect_error(call(Op::kEqual, call(Op::kModulo, number(7), number(0)), number(0)));
}

TEST(Condition, ConvertsToIntegersAsGoDoes) {
    expect_equal(kAsInteger, 1, {1.99});
    expect_equal(kAsInteger, -1, {-1.99});
    expect_equal(kAsInteger, -9223372036854775808.0, {kNaN});
    expect_equal(kAsInteger, -9223372036854775808.0, {kInfinity});
    expect_error(call(Op::kEqual, call(Op::kToInt, kResult), number(1)), {1});
}

TEST(Condition, TakesExtremesOfNumbersAndLists) {
    expect_equal(call(Op::kMin, number(2), number(3)), 2);
    expect_equal(call(Op::kMax, number(2), number(3)), 3);
    expect_equal(call(Op::kMin, kResult, number(3)), 1, {4, 1});
    expect_equal(call(Op::kMax, kResult, number(3)), 4, {4, 1});
    expect_equal(call(Op::kMax, kResult, number(3)), 3);
    expect_error(call(Op::kEqual, call(Op::kMax, truth(true), number(3)), number(3)));
}

TEST(Condition, RefusesAProgramThatIsNotWellFormed) {
    EXPECT_THROW(evaluate({}, {}), std::invalid_argument);
    EXPECT_THROW(evaluate({{Op::kNot}}, {}), std::invalid_argument);
    EXPECT_THROW(evaluate({{Op::kTruth, 1}, {Op::kAnd, 0, 1}}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace rollcast
