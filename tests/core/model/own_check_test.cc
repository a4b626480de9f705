#include "rollcast/model/own_check.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

struct Lenient final : OwnGuard {
    std::string describe() const override { return "lenient"; }
    OwnVerdict judge(const OwnView&) const override { return {.passes = true}; }
};

TEST(OwnCheck, NeedsAFunctionAWindowAndVersions) {
    OwnCheck check;
    EXPECT_EQ(complaint(check), "has no function");
    check.guard = std::make_shared<Lenient>();
    EXPECT_EQ(complaint(check), std::nullopt);
    check.window = {};
    EXPECT_EQ(complaint(check), "must look back more than 0 s");
    check.vantage = Vantage::kClient;
    EXPECT_EQ(complaint(check), "needs a vantage that can tell versions apart");
}

}  // namespace
}  // namespace rollcast
