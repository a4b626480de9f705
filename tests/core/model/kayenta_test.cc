#include "rollcast/model/kayenta.h"

#include <gtest/gtest.h>

namespace rollcast::kayenta {
namespace {

using namespace std::chrono_literals;

const Query kOne{{.op = QueryStep::Op::kNumber, .number = 1}};

Judge sound() { return {.series = {{.name = "errors", .canary = kOne, .baseline = kOne}}}; }

TEST(KayentaJudge, IsSound) { EXPECT_FALSE(complaint(sound(), 0)); }

TEST(KayentaJudge, RefusesNonsense) {
    Judge judge = sound();
    judge.series.clear();
    EXPECT_EQ(complaint(judge, 0), "must have a series to judge");
    judge = sound();
    judge.step = 0s;
    EXPECT_EQ(complaint(judge, 0), "must have a step above 0 s");
    judge = sound();
    judge.lookback = 59s;
    EXPECT_EQ(complaint(judge, 0), "must look back on at least one step");
    judge.step = 1us;
    EXPECT_EQ(complaint(judge, 0), "must not look back on more than 100,000 steps");
    judge = sound();
    judge.thresholds = {.pass = 75, .marginal = 95};
    EXPECT_EQ(complaint(judge, 0), "must not have a marginal score above the pass score");
    judge.thresholds = {.pass = 101, .marginal = 75};
    EXPECT_EQ(complaint(judge, 0), "must not have a pass score above 100, which no canary reaches");
    judge = sound();
    judge.series[0].baseline.clear();
    EXPECT_EQ(complaint(judge, 0), "has a query that leaves 0 values, must leave 1");
    judge = sound();
    judge.series[0].config.outlier_factor = 0;
    EXPECT_EQ(complaint(judge, 0), "must have an outlier factor above 0");
}

}  // namespace
}  // namespace rollcast::kayenta
