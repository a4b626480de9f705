#include "rollcast/strategies/guarded.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rollcast/base/check.h"
#include "rollcast/base/clone_ptr.h"
#include "rollcast/strategies/way_back.h"
#include "rollcast/strategies/words.h"

namespace rollcast::strategies {

namespace {

class GuardedController final : public Controller {
   public:
    GuardedController(const Strategy& inner, const GuardParams& params, std::uint32_t run, const Launch& launch)
        : inner_(inner.start(launch)),
          params_(params),
          run_(run),
          replicas_(launch.replicas),
          under_way_(launch.under_way > 0) {}

    Directive decide(const Observation& seen) override {
        replicas_ = seen.replicas.value_or(replicas_);
        const AnalysisPhase guard = seen.analysis(run_);
        const bool failed = guard == AnalysisPhase::kFailed || guard == AnalysisPhase::kError;
        if (!final_ && !goes_back_ && (failed || seen.aborted)) {
            goes_back_ = failed ? "the guard failed" : "aborted from outside";
        }
        return goes_back_ ? go_back(seen) : watch(seen);
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<GuardedController>(*this); }

   private:
    Directive watch(const Observation& seen) {
        Directive want = inner_->decide(seen);
        if (want.phase == Phase::kPromoted && !final_) {
            if (!promoted_at_) promoted_at_ = seen.now;
            const Time ends = after(*promoted_at_, params_.bake);
            if (seen.now < ends) {
                want.phase = Phase::kBaking;
                want.wake_at = std::min(want.wake_at, ends);
                want.reason = "baking until " + spell(ends) + ": " + want.reason;
            }
        }
        if (is_final(want.phase)) final_ = want.phase;
        if (!final_) want.analyses.push_back({run_, params_.analysis});
        return want;
    }

    Directive go_back(const Observation& seen) {
        Directive want = way_back(seen, replicas_, goes_back_, under_way_);
        if (is_final(want.phase)) final_ = want.phase;
        want.phase = final_.value_or(want.phase);
        return want;
    }

    ClonePtr<Controller> inner_;
    GuardParams params_;
    std::uint32_t run_;  // of the guard
    int replicas_;
    bool under_way_;  // another rollout, when this one began
    std::optional<Time> promoted_at_;
    const char* goes_back_ = nullptr;  // and why
    std::optional<Phase> final_;
};

}  // namespace

Guarded::Guarded(std::shared_ptr<const Strategy> inner, GuardParams params)
    : Wrapper(std::move(inner)), params_(params) {
    require(params_.bake >= Duration::zero(), "bake must not be negative");
}

std::string Guarded::describe() const {
    std::string text = "guarded(" + inner()->describe() + ", analysis=" + std::to_string(index_of(params_.analysis));
    if (params_.bake > Duration::zero()) text += ", bake=" + spell(params_.bake);
    return text + ")";
}

std::unique_ptr<Controller> Guarded::start(const Launch& launch) const {
    return std::make_unique<GuardedController>(*inner(), params_, own_run(), launch);
}

}  // namespace rollcast::strategies
