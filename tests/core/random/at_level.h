#pragma once
// Tests that run once at every level of instructions, skipping what this machine lacks.

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "rollcast/random/instruction_set.h"

namespace rollcast {

class AtLevel : public testing::TestWithParam<InstructionSet> {
   protected:
    void SetUp() override {
        if (GetParam() > best_instruction_set()) GTEST_SKIP() << "this machine lacks the instructions";
    }
};

inline const auto kAllLevels =
    testing::Values(InstructionSet::kBaseline, InstructionSet::kAvx2, InstructionSet::kAvx512);

inline std::string name_of(const testing::TestParamInfo<InstructionSet>& level) {
    return std::array{"Baseline", "Avx2", "Avx512"}.at(static_cast<std::size_t>(level.param));
}

}  // namespace rollcast
