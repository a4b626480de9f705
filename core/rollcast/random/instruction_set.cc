#include "rollcast/random/instruction_set.h"

namespace rollcast {

InstructionSet best_instruction_set() {
#ifdef __x86_64__
    // Every processor with AVX2 has the others; a virtual machine may hide them.
    const bool has_avx2 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
    if (has_avx2 && __builtin_cpu_supports("avx512f")) return InstructionSet::kAvx512;
    if (has_avx2) return InstructionSet::kAvx2;
#endif
    return InstructionSet::kBaseline;
}

}  // namespace rollcast
