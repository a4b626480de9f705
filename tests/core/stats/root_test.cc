#include "rollcast/stats/root.h"

#include <cmath>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

template <typename Function>
double root(Function f, double a, double b, double tolerance) {
    return brent_root(f, a, b, f(a), f(b), tolerance);
}

TEST(BrentRoot, FindsAZeroToTheTolerance) {
    const auto cubic = [](double x) { return (x + 3) * (x - 1) * (x - 1); };
    EXPECT_NEAR(root(cubic, -4, 4. / 3, 1e-12), -3, 1e-12);
    EXPECT_NEAR(root([](double x) { return std::cos(x) - x; }, 0, 1, 1e-12), .7390851332151607, 1e-12);
}

TEST(BrentRoot, TakesAnEndThatIsAZero) {
    const auto line = [](double x) { return x; };
    EXPECT_EQ(root(line, 0, 5, 1e-4), 0);
    EXPECT_EQ(root(line, -5, 0, 1e-4), 0);
}

TEST(BrentRoot, FindsTheEdgeOfAStep) {
    const auto step = [](double x) { return x < .3 ? -1. : 2.; };
    EXPECT_NEAR(root(step, 0, 10, 1e-4), .3, 1e-4);
}

TEST(BrentRoot, EndsWhereThereIsNoNumber) {
    const auto nothing = [](double) { return std::nan(""); };
    EXPECT_TRUE(std::isfinite(root(nothing, 0, 1, 1e-4)));
}

TEST(BrentRoot, StopsAfterTheStepsItIsGiven) {
    int calls = 0;
    const auto counted = [&calls](double x) { return ++calls, std::exp(x) - 5; };
    brent_root(counted, 0, 10, -4, std::exp(10) - 5, 1e-15, 3);
    EXPECT_LE(calls, 4);
}

}  // namespace
}  // namespace rollcast
