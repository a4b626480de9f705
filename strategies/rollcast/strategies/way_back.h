#pragma once
// The way back that is open to any strategy: the old version grows to its former size, traffic follows as fast as it
// can bear it, and the new version goes.

#include <string>

#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// What to want now. `replicas`: of the old version, before the rollout; `why` begins the reason. The phase is
/// RolledBack where the old version is whole and alone; what has been rolled back may lose an instance and stays so,
/// which its controller has to remember. `under_way`: what is in between is an intermediate revision, as good as the
/// old version, and goes like the new one, but after it; else it is a baseline.
Directive way_back(const Observation& seen, int replicas, const std::string& why, bool under_way = false);

}  // namespace rollcast::strategies
