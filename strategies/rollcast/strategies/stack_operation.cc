#include "rollcast/strategies/stack_operation.h"

#include "rollcast/base/check.h"
#include "rollcast/strategies/cloudformation_rules.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {
constexpr std::uint32_t kTriggerRun = 1;
}  // namespace

void require_valid(const StackOptions& stack) {
    require(stack.monitoring >= Duration::zero() && stack.monitoring <= cloudformation::kLongestMonitoring,
            "the monitoring time must be from 0 to 180 minutes");
}

std::string describe(const StackOptions& stack) {
    std::string text;
    if (stack.triggers) text += ", triggers=analysis " + std::to_string(index_of(*stack.triggers));
    if (stack.monitoring > Duration::zero()) text += ", monitoring=" + spell(stack.monitoring);
    if (!stack.rollback) text += ", no rollback";
    return text;
}

bool StackOperation::is_triggered(const Observation& seen) const {
    if (!stack_.triggers) return false;
    const AnalysisPhase phase = seen.analysis(kTriggerRun);
    // An alarm that does not exist rolls the operation back, too.
    if (phase != AnalysisPhase::kFailed && phase != AnalysisPhase::kError) return false;
    return cloudformation::watch_triggers(done_.value_or(seen.now) - begun_, stack_.monitoring, seen.now - begun_)
        .rolls_back;
}

Time StackOperation::ends_at() const {
    if (!done_) return kNever;
    return begun_ + cloudformation::watch_triggers(*done_ - begun_, stack_.monitoring, std::nullopt).at;
}

void StackOperation::watch(Directive& want) const {
    if (stack_.triggers) want.analyses.push_back({kTriggerRun, *stack_.triggers});
}

}  // namespace rollcast::strategies
