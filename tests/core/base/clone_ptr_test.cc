#include "rollcast/base/clone_ptr.h"

#include <gtest/gtest.h>

namespace rollcast {
namespace {

struct Counter {
    virtual ~Counter() = default;
    virtual std::unique_ptr<Counter> clone() const = 0;
    virtual int next() = 0;
};

struct By final : Counter {
    explicit By(int by) : step(by) {}
    std::unique_ptr<Counter> clone() const override { return std::make_unique<By>(*this); }
    int next() override { return at += step; }
    int step;
    int at = 0;
};

TEST(ClonePtr, ACopyGoesOnByItselfFromWhereTheOriginalWas) {
    ClonePtr<Counter> one = std::unique_ptr<Counter>(new By(3));
    one->next();
    ClonePtr<Counter> two = one;
    EXPECT_EQ(one->next(), 6);
    EXPECT_EQ(one->next(), 9);
    EXPECT_EQ(two->next(), 6);
}

TEST(ClonePtr, AssignmentReplacesWhatItHeld) {
    ClonePtr<Counter> one = std::unique_ptr<Counter>(new By(3));
    const ClonePtr<Counter> two = std::unique_ptr<Counter>(new By(5));
    one = two;
    EXPECT_EQ(one->next(), 5);
    EXPECT_EQ(two->next(), 5);
}

TEST(ClonePtr, MayBeEmptyAndSoIsItsCopy) {
    const ClonePtr<Counter> none;
    const ClonePtr<Counter> copy = none;
    EXPECT_FALSE(none);
    EXPECT_FALSE(copy);
}

}  // namespace
}  // namespace rollcast
