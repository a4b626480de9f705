#include "rollcast/model/people.h"

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

std::string complaint_about(const People& people) {
    Scenario scenario = testing::small_scenario();
    scenario.people = people;
    const std::vector<Complaint> found = validate(scenario);
    return found.empty() ? "" : found.front().path + " " + found.front().message;
}

TEST(People, AreRefusedWithThePlaceOfWhatIsWrong) {
    EXPECT_EQ(complaint_about({}), "");
    EXPECT_EQ(complaint_about({.pages = {AnalysisId{0}}}), "people.pages[0] must be one of the analyses");
    EXPECT_EQ(complaint_about({.reports = {.share = 1.5}}), "people.reports.share must be from 0 to 1, is 1.5");
    EXPECT_EQ(complaint_about({.reports = {.enough = 0}}), "people.reports.enough must be at least 1, is 0");
    EXPECT_EQ(complaint_about({.approval_limit = 0s}), "people.approval_limit must be above 0 s, is 0 s");
    EXPECT_NE(complaint_about({.on_call = {.act = Exponential{-1}}}), "");
    EXPECT_EQ(complaint_about({.hours = WorkingHours{.opens = 9h, .closes = 9h}}),
              "people.hours.closes must be later than the opening, and at most 24 h");
    EXPECT_EQ(complaint_about({.hours = WorkingHours{.days = 0}}), "people.hours.days must name a day");
    EXPECT_NE(complaint_about({.off_hours = {.act = Exponential{-1}}}), "");
}

constexpr Duration kDay = 24h;

/// The rollout starts on a Friday at 16:00; people work from 9 to 17 from Monday to Friday.
const WorkingHours kFriday{.start = 4 * kDay + 16h};

TEST(WorkingHours, BeginAndEndWithTheDay) {
    EXPECT_TRUE(at_work(kFriday, Time{}));
    EXPECT_TRUE(at_work(kFriday, Time{1h - 1ns}));
    EXPECT_FALSE(at_work(kFriday, Time{1h}));
    EXPECT_FALSE(at_work(kFriday, Time{kDay})) << "Saturday";
    EXPECT_FALSE(at_work(kFriday, Time{65h - 1ns})) << "Monday before nine";
    EXPECT_TRUE(at_work(kFriday, Time{65h}));
    EXPECT_FALSE(at_work(kFriday, Time{-7h - 1ns})) << "before the rollout";
    EXPECT_TRUE(at_work(kFriday, Time{-7h}));
    EXPECT_TRUE(at_work(kFriday, Time{-7 * kDay})) << "every week";
}

TEST(WorkingHours, RunOnlyWithin) {
    EXPECT_EQ(worked(kFriday, Time{}, 20min), Time{20min});
    EXPECT_EQ(worked(kFriday, Time{}, 1h), Time{1h}) << "done as the day ends";
    EXPECT_EQ(worked(kFriday, Time{}, 1h + 1s), Time{65h + 1s}) << "and on Monday";
    EXPECT_EQ(worked(kFriday, Time{2h}, 20min), Time{65h + 20min}) << "begun on Friday night";
    EXPECT_EQ(worked(kFriday, Time{2h}, 0s), Time{65h});
    EXPECT_EQ(worked(kFriday, Time{}, 1h + 8h + 30min), Time{89h + 30min}) << "a whole Monday between";
    EXPECT_EQ(worked(kFriday, Time{}, Duration::max()), kNever);
}

TEST(WorkingHours, MayBeAllDayAndAllWeek) {
    const WorkingHours always{.opens = 0h, .closes = 24h, .days = 0b1111111};
    for (const Duration t : {0h, 5h, 30h, 167h}) EXPECT_TRUE(at_work(always, Time{t}));
    EXPECT_EQ(worked(always, Time{5h}, 100h), Time{105h});
    const WorkingHours sundays{.start = 0h, .days = 0b1000000};
    EXPECT_EQ(worked(sundays, Time{}, 1h), Time{6 * kDay + 10h});
}

}  // namespace
}  // namespace rollcast
