#include "rollcast/model/people.h"

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace rollcast {
namespace {

std::string complaint_about(const People& people) {
    Scenario scenario = testing::small_scenario();
    scenario.people = people;
    const std::vector<Complaint> found = validate(scenario);
    return found.empty() ? "" : found.front().path + " " + found.front().message;
}

TEST(People, AreRefusedWithThePlaceOfWhatIsWrong) {
    using namespace std::chrono_literals;
    EXPECT_EQ(complaint_about({}), "");
    EXPECT_EQ(complaint_about({.pages = {AnalysisId{0}}}), "people.pages[0] must be one of the analyses");
    EXPECT_EQ(complaint_about({.reports = {.share = 1.5}}), "people.reports.share must be from 0 to 1, is 1.5");
    EXPECT_EQ(complaint_about({.reports = {.enough = 0}}), "people.reports.enough must be at least 1, is 0");
    EXPECT_EQ(complaint_about({.approval_limit = 0s}), "people.approval_limit must be above 0 s, is 0 s");
    EXPECT_NE(complaint_about({.on_call = {.act = Exponential{-1}}}), "");
}

}  // namespace
}  // namespace rollcast
