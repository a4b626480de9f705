#include "rollcast/strategies/stack_operation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

namespace rollcast::strategies {
namespace {

using namespace std::chrono_literals;

constexpr AnalysisId kAlarms{2};

bool triggered(const StackOperation& stack, Time now, AnalysisPhase phase) {
    Directive want(2);
    stack.watch(want);
    if (want.analyses.empty()) return stack.is_triggered({.now = now, .cohorts = {}, .analyses = {}});
    const std::vector<AnalysisStatus> statuses{{want.analyses[0].run, phase}};
    return stack.is_triggered({.now = now, .cohorts = {}, .analyses = statuses});
}

TEST(StackOperation, IsTakenBackByAnAlarmUntilItsMonitoringTimeIsOver) {
    StackOperation stack({.triggers = kAlarms, .monitoring = 30min}, Time{5min});
    EXPECT_FALSE(triggered(stack, Time{15min}, AnalysisPhase::kRunning));
    EXPECT_TRUE(triggered(stack, Time{15min}, AnalysisPhase::kFailed));
    EXPECT_TRUE(triggered(stack, Time{15min}, AnalysisPhase::kError)) << "an alarm that does not exist";
    EXPECT_EQ(stack.ends_at(), kNever);
    stack.done(Time{25min});
    stack.done(Time{27min});
    EXPECT_EQ(stack.ends_at(), Time{55min}) << "from the first time that all was done";
    EXPECT_TRUE(triggered(stack, Time{55min}, AnalysisPhase::kFailed));
    EXPECT_FALSE(triggered(stack, Time{56min}, AnalysisPhase::kFailed));
}

TEST(StackOperation, WithoutTriggersSimplyWaits) {
    StackOperation stack({.monitoring = 10min}, Time{});
    EXPECT_FALSE(triggered(stack, Time{1min}, AnalysisPhase::kFailed));
    stack.done(Time{2min});
    EXPECT_EQ(stack.ends_at(), Time{12min});
}

TEST(StackOperation, IsMonitoredForThreeHoursAtMost) {
    EXPECT_NO_THROW(require_valid({.monitoring = 180min}));
    EXPECT_THROW(require_valid({.monitoring = 181min}), std::invalid_argument);
    EXPECT_THROW(require_valid({.monitoring = -1s}), std::invalid_argument);
}

TEST(StackOperation, SaysOnlyWhatIsNotAsByDefault) {
    EXPECT_EQ(describe(StackOptions{}), "");
    EXPECT_EQ(describe(StackOptions{.triggers = kAlarms, .monitoring = 5min, .rollback = false}),
              ", triggers=analysis 2, monitoring=5m, no rollback");
}

}  // namespace
}  // namespace rollcast::strategies
