#include "rollcast/model/burn_rate.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

using namespace std::chrono_literals;

TEST(RecommendedRules, AreTheWorkbooksTable) {
    const std::vector<BurnRateRule> rules = recommended_rules();
    ASSERT_EQ(rules.size(), 3u);
    EXPECT_EQ(rules[0].short_window, 5min);
    EXPECT_EQ(rules[1].short_window, 30min);
    EXPECT_EQ(rules[2].short_window, 6h);
    EXPECT_EQ(rules[2].severity, Severity::kTicket);
    EXPECT_EQ(recommended_rules(true).size(), 4u);
    EXPECT_EQ(complaint(BurnRateAlert{.rules = recommended_rules(true)}), std::nullopt);
}

BurnRateAlert one(BurnRateRule rule) { return {.rules = {rule}}; }

TEST(BurnRateComplaint, NamesWhatContradictsItself) {
    const BurnRateRule sound{.long_window = 1h, .short_window = 5min};
    EXPECT_EQ(complaint(one(sound)), std::nullopt);
    EXPECT_EQ(complaint(one({.long_window = 1h, .short_window = 1h})),
              "must have short windows that are shorter than the long ones");
    EXPECT_EQ(complaint(one({.long_window = 1h})), "must have windows above 0 s");
    EXPECT_EQ(complaint(one({.long_window = 9000h, .short_window = 1h})), "must have windows of at most a year");
    EXPECT_EQ(complaint(one({.long_window = 1h, .short_window = 1min, .burn_rate = 0})),
              "must have burn rates above 0");
    EXPECT_EQ(complaint(BurnRateAlert{.objective = 1}), "must have an objective above 0 and below 1");
    EXPECT_EQ(complaint(BurnRateAlert{.rules = {}}), "must have at least one rule");
    BurnRateAlert tickets = one(sound);
    tickets.rules[0].severity = Severity::kTicket;
    EXPECT_EQ(complaint(tickets), "has no rule of the severity it fails on");
    tickets.fails_on = Severity::kTicket;
    EXPECT_EQ(complaint(tickets), std::nullopt);
}

}  // namespace
}  // namespace rollcast
