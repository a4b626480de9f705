#pragma once
// What every directive promises in itself, and how a strategy that does not keep it is told.

#include <stdexcept>
#include <string>

#include "rollcast/control/strategy.h"

namespace rollcast {

/// A strategy did what none may, or failed by itself: it is wrong, not the engine.
class StrategyError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

/// What no directive may be: of another size than the cohorts, with negative counts, weights that do not add up to 1
/// (but for rounding), mirrors without weights or after the end, a wake-up in the past, or in another phase than the
/// final one `before`. Empty: nothing is wrong.
std::string breach(const Directive& want, const Observation& seen, Phase before);

/// "moving", "rolling back".
const char* name(Phase phase);

/// One line for a log: "moving: old 10 at 80%, new 3 at 20% (canary)"; "moving: 40 instances in 4 locations (...)".
std::string describe(const Directive& want, std::size_t locations = 1);

}  // namespace rollcast
