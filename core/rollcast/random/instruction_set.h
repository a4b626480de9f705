#pragma once
// Which vector instructions the loops over columns may use, chosen when the program runs. Every level gives the same
// bits: only the time differs.

namespace rollcast {

/// Ordered: a machine that has one level has those before it. There is no level between: the baseline of x86-64 (SSE2)
/// already has the widening products that Philox is made of, and the newer 128-bit instructions bring these loops
/// nothing.
enum class InstructionSet {
    kBaseline,
    kAvx2,  // and BMI, POPCNT
    kAvx512,
};

/// The highest level that this machine and its operating system support. The baseline wherever it is not x86-64.
InstructionSet best_instruction_set();

}  // namespace rollcast
