#pragma once
// A guard of the user's own: code from outside that judges two windows of telemetry.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "rollcast/base/time.h"
#include "rollcast/model/query.h"
#include "rollcast/stats/counters.h"

namespace rollcast {

/// What it is shown. Both windows end with the latest scrapes that have all arrived.
struct OwnView {
    Time now{};
    Duration window{};
    std::optional<WindowCounts> canary{};  // the new version; empty: no scrape saw it
    std::optional<WindowCounts> baseline{};
};

struct OwnVerdict {
    std::optional<bool> passes{};   // empty: inconclusive
    std::optional<double> value{};  // for people to look at
};

/// Shared by every run and called on several threads at once: it remembers nothing, and the same view always gets the
/// same verdict. What it throws ends the run.
class OwnGuard {
   public:
    virtual ~OwnGuard() = default;
    /// Its name and whatever tells it apart from a guard that judges otherwise.
    virtual std::string describe() const = 0;
    virtual OwnVerdict judge(const OwnView& seen) const = 0;
};

struct OwnCheck {
    std::shared_ptr<const OwnGuard> guard{};
    Vantage vantage = Vantage::kProxy;  // not kClient, which cannot tell versions apart
    Duration window = std::chrono::minutes(5);
    Scope baseline = Scope::kOld;
};

/// Why it can never judge; nothing when it can.
std::optional<std::string> complaint(const OwnCheck& check);

}  // namespace rollcast
