#pragma once
// What holds for every update of a CloudFormation stack: its rollback triggers, and whether it is rolled back at all.
// The rules are in cloudformation_rules.h.

#include <optional>
#include <string>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"
#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

/// The defaults are CloudFormation's.
struct StackOptions {
    std::optional<AnalysisId> triggers{};  // fails when an alarm goes off: the operation is rolled back
    Duration monitoring{};  // goes on for so long when the resources are done, before old ones are removed
    bool rollback = true;   // else a failure leaves the stack as it is
};

/// Throws std::invalid_argument for a monitoring time that CloudFormation refuses.
void require_valid(const StackOptions& stack);
/// Begins with a comma, or is empty where all is as by default.
std::string describe(const StackOptions& stack);

/// An update under way, as its triggers see it.
class StackOperation {
   public:
    StackOperation(const StackOptions& stack, Time begun) : stack_(stack), begun_(begun) {}

    void done(Time now) {
        if (!done_) done_ = now;
    }
    bool is_done() const { return done_.has_value(); }
    /// Whether an alarm takes it back.
    bool is_triggered(const Observation& seen) const;
    /// When the monitoring time is over; never while resources are not done.
    Time ends_at() const;
    /// Asks for the triggers' analysis.
    void watch(Directive& want) const;
    bool rolls_back() const { return stack_.rollback; }

   private:
    StackOptions stack_;
    Time begun_;
    std::optional<Time> done_;  // the resources
};

}  // namespace rollcast::strategies
