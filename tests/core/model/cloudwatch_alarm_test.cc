#include "rollcast/model/cloudwatch_alarm.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(CloudWatchAlarm, LooksAtTwoPointsMoreThanItEvaluates) {
    CloudWatchAlarm alarm{.evaluation_periods = 3};
    EXPECT_EQ(evaluation_range(alarm), 5);  // the tables of the documentation
    EXPECT_EQ(datapoints_to_alarm(alarm), 3);
    alarm.evaluation_range = 8;
    alarm.datapoints_to_alarm = 2;
    EXPECT_EQ(evaluation_range(alarm), 8);
    EXPECT_EQ(datapoints_to_alarm(alarm), 2);
}

TEST(CloudWatchAlarm, MayCoverADayOrAWeek) {
    EXPECT_TRUE(span_valid(30min, 48));
    EXPECT_FALSE(span_valid(30min, 49));
    EXPECT_TRUE(span_valid(1h, 168));
    EXPECT_FALSE(span_valid(1h, 169));
    EXPECT_FALSE(period_valid(0s));
    EXPECT_FALSE(period_valid(-60s));
    EXPECT_FALSE(period_valid(90s));
}

TEST(CloudWatchAlarmComplaint, NamesWhatIsRefused) {
    EXPECT_EQ(complaint(CloudWatchAlarm{}), std::nullopt);
    EXPECT_EQ(complaint(CloudWatchAlarm{.period = 45s}),
              "must have a period of 10, 20, 30 or a multiple of 60 seconds");
    EXPECT_EQ(complaint(CloudWatchAlarm{.evaluation_periods = 0}), "must have at least one evaluation period");
    EXPECT_EQ(complaint(CloudWatchAlarm{.evaluation_periods = 1441}),
              "must not look back on more than a day, or a week where periods are of an hour or more");
    const std::string needed = "must have from 1 to evaluation_periods datapoints to alarm";
    EXPECT_EQ(complaint(CloudWatchAlarm{.evaluation_periods = 3, .datapoints_to_alarm = 4}), needed);
    EXPECT_EQ(complaint(CloudWatchAlarm{.evaluation_periods = 3, .datapoints_to_alarm = 0}), needed);
    EXPECT_EQ(complaint(CloudWatchAlarm{.evaluation_periods = 3, .evaluation_range = 2}),
              "must have an evaluation range of at least evaluation_periods");
    EXPECT_EQ(complaint(CloudWatchAlarm{.percentile = 1}), "must have a percentile above 0 and below 1");
}

}  // namespace
}  // namespace rollcast
