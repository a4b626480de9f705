#pragma once
// The contract of strategies, played through on a toy fleet: releases that are good, bad, slow, crashing or dead, and
// people who abort. What every strategy promises:
//
//   - its directives are sound: see breach(), and it never wants more instances than its quota;
//   - shown the same, it wants the same: the same controller, a copy of it, and one of another rollout;
//   - a good release ends promoted, with nothing but the new version (on Terms::keeps_old, the old one may stay);
//   - a release that never comes up, or whose analyses fail, is not promoted: the rollout ends with exactly the old
//     fleet, or says that it is stuck;
//   - aborted, it ends with exactly the old fleet, unless it was over;
//   - what is over stays over, and nothing sleeps for ever without saying so;
//   - resized by somebody from outside, on its way or after it, it ends with that size (on Terms::resized).

#include <memory>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/base/under_way.h"
#include "rollcast/control/strategy.h"

namespace rollcast {

struct Terms {
    int replicas = 10;       // in each location
    int quota = 20;          // the most instances that it may want at a time; grows with the workload's size
    bool baseline = false;   // it may have one, but not beside what was under way
    UnderWay under_way{};    // in each location
    bool resized = false;    // it follows Observation::replicas
    bool keeps_old = false;  // a promotion leaves old instances as they are, without traffic
    int locations = 1;
    std::vector<std::string> names{};  // of several locations; none: "location 0" and so on
};

/// Where a strategy broke the contract.
struct Breach {
    std::string scene;  // "a good release"
    Time at{};
    std::string what;
    std::string decision{};  // the last one; empty: none
};

/// One line.
std::string describe(const Breach& breach);

/// Plays all scenes. One entry for each way in which the contract was broken, with the scene where it was first seen.
/// What a strategy throws is a breach, too.
std::vector<Breach> rehearse(const Strategy& strategy, const Terms& terms);

/// The most instances that it wants at a time on the way of a good release. `baseline`: it may have one.
int most_wanted(const Strategy& strategy, int replicas, bool baseline = false, const UnderWay& under_way = {});

/// A strategy that decides as `strategy` does and throws StrategyError as soon as a decision breaks the contract, for
/// runs of the engine.
std::shared_ptr<const Strategy> watched(std::shared_ptr<const Strategy> strategy, int quota);

}  // namespace rollcast
