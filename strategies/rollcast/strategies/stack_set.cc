#include "rollcast/strategies/stack_set.h"

#include <utility>

namespace rollcast::strategies {
namespace {

WavesParams as_waves(StackSetParams params) {
    return {.waves = std::move(params.regions),
            .parallel = params.region_concurrency == cloudformation::RegionConcurrency::kParallel,
            .max_concurrent = params.max_concurrent,
            .failure_tolerance = params.failure_tolerance,
            .mode = params.mode,
            .on_failure = OnWaveFailure::kStop};
}

}  // namespace

StackSet::StackSet(std::vector<std::shared_ptr<const Strategy>> inner, StackSetParams params)
    : params_(std::move(params)), waves_(std::move(inner), as_waves(params_)) {}

std::string StackSet::describe() const { return "stack_set: " + waves_.describe(); }

}  // namespace rollcast::strategies
