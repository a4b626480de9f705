#pragma once
// What to want of a location that is to be left alone.

#include <vector>

#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// What was wanted there last. Where one version is alone, it follows Observation::replicas_in().
std::vector<Target> as_it_is(const Observation& seen, LocationId location);

}  // namespace rollcast::strategies
