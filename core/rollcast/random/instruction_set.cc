#include "rollcast/random/instruction_set.h"

namespace rollcast {

InstructionSet best_instruction_set() {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f")) return InstructionSet::kAvx512;
    if (__builtin_cpu_supports("avx2")) return InstructionSet::kAvx2;
#endif
    return InstructionSet::kBaseline;
}

}  // namespace rollcast
