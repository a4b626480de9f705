#include "rollcast/strategies/feature_flag.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "rollcast/base/check.h"
#include "rollcast/base/clone_ptr.h"

namespace rollcast::strategies {

namespace {

/// More than any sane strategy wants in a row.
constexpr int kMostMovesAtOnce = 1000;

class FeatureFlagController final : public Controller {
   public:
    FeatureFlagController(std::unique_ptr<Controller> exposure, int replicas)
        : exposure_(std::move(exposure)), replicas_(replicas) {}

    Directive decide(const Observation& seen) override {
        if (instances_.empty()) {
            instances_.resize(seen.cohorts.size(), 0);
            instances_.front() = replicas_;
        }
        replicas_ = seen.replicas.value_or(replicas_);
        Directive inner = ask(seen);
        for (int moves = 0; follow(inner); ++moves) {
            ensure(moves < kMostMovesAtOnce, "the exposure of a flag never settles");
            inner = ask(seen);
        }
        Directive want = inner;
        const double all = static_cast<double>(std::max(1, instances_.front() + instances_.back()));
        const double exposed = inner.targets.back().weight.value_or(instances_.back() / all);
        for (Target& target : want.targets) target = {.desired = 0, .weight = 0};
        want.targets.front() = {.desired = replicas_, .weight = 1 - exposed};
        want.targets.back() = {.desired = 0, .weight = exposed, .behind_flag = true};
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<FeatureFlagController>(*this); }

   private:
    /// Shows the strategy inside a fleet that has what it last asked for.
    Directive ask(const Observation& seen) {
        std::vector<Cohort> cohorts(seen.cohorts.begin(), seen.cohorts.end());
        for (std::size_t i = 0; i < cohorts.size(); ++i) {
            Cohort& cohort = cohorts[i];
            cohort.desired = cohort.instances = cohort.ready = cohort.available = instances_[i];
            cohort.pending = cohort.unschedulable = cohort.draining = cohort.restarts = 0;
            cohort.exists |= instances_[i] > 0;
        }
        Observation shown = seen;
        shown.cohorts = cohorts;
        return exposure_->decide(shown);
    }

    /// Whether it asks for other instances than it has.
    bool follow(const Directive& inner) {
        bool moved = false;
        for (std::size_t i = 0; i < instances_.size(); ++i) {
            moved |= std::exchange(instances_[i], inner.targets[i].desired) != inner.targets[i].desired;
        }
        return moved;
    }

    ClonePtr<Controller> exposure_;
    int replicas_;
    std::vector<int> instances_;  // that the strategy inside believes in; index: version
};

}  // namespace

std::string FeatureFlag::describe() const { return "feature_flag(exposure=" + inner()->describe() + ")"; }

std::unique_ptr<Controller> FeatureFlag::start(const Launch& launch) const {
    return std::make_unique<FeatureFlagController>(inner()->start(launch), launch.replicas);
}

}  // namespace rollcast::strategies
