#include "rollcast/control/rehearsal.h"

#include <algorithm>
#include <utility>

#include "rollcast/base/clone_ptr.h"
#include "rollcast/base/words.h"
#include "rollcast/control/contract.h"
#include "rollcast/control/toy_fleet.h"

namespace rollcast {
namespace {

using namespace std::chrono_literals;

constexpr int kManySteps = 200;       // far more than any sane plan has
constexpr int kStepsToAbort = 25;     // after each of so many first steps somebody aborts
constexpr int kStepsAfterTheEnd = 5;  // once all is as it should be

bool same(const Directive& a, const Directive& b) {
    return a.targets == b.targets && a.analyses == b.analyses && a.phase == b.phase &&
           a.asks_approval == b.asks_approval && a.wake_at == b.wake_at && a.reason == b.reason;
}

/// Holds each decision of a controller to the contract.
class Watched final : public Controller {
   public:
    Watched(const Strategy& strategy, const Launch& launch, int quota)
        : controller_(strategy.start(launch)),
          twin_(strategy.start(launch)),
          quota_(quota),
          replicas_(std::max(1, launch.replicas)),
          most_replicas_(replicas_) {}

    Directive decide(const Observation& seen) override {
        ClonePtr<Controller> copy = controller_;
        Directive want = controller_->decide(seen);
        const auto hold = [&](const std::string& wrong) {
            if (!wrong.empty()) throw StrategyError(wrong + "; its decision: " + describe(want));
        };
        const auto hold_same = [&](const Directive& other, const std::string& wrong) {
            if (!same(other, want)) hold(wrong + ": " + describe(other));
        };
        hold(breach(want, seen, phase_));
        int wanted = 0;
        for (const Target& target : want.targets) wanted += target.desired;
        most_replicas_ = std::max(most_replicas_, seen.replicas.value_or(0));
        const int quota = (quota_ * most_replicas_ + replicas_ - 1) / replicas_;
        if (wanted > quota) {
            hold("it wants " + std::to_string(wanted) + " instances, over the quota of " + std::to_string(quota));
        }
        if (want.reason.empty()) hold("it gives no reason");
        hold_same(controller_->decide(seen), "shown the same again, it wants something else");
        hold_same(twin_->decide(seen), "shown the same, another rollout goes another way");
        hold_same(copy->decide(seen), "shown the same, a copy of it wants something else");
        Observation other = seen;
        other.aborted = !seen.aborted;
        copy->decide(other);
        hold_same(controller_->decide(seen), "what a copy of it is shown changes what it wants");
        phase_ = want.phase;
        return want;
    }

    std::unique_ptr<Controller> clone() const override { return std::make_unique<Watched>(*this); }

   private:
    ClonePtr<Controller> controller_;
    ClonePtr<Controller> twin_;  // of another rollout that goes the same way
    int quota_;                  // for so many replicas:
    int replicas_;               // as it began
    int most_replicas_;          // it ever had
    Phase phase_ = Phase::kMoving;
};

class WatchedStrategy final : public Strategy {
   public:
    WatchedStrategy(std::shared_ptr<const Strategy> strategy, int quota)
        : strategy_(std::move(strategy)), quota_(quota) {}
    std::string describe() const override { return strategy_->describe(); }
    std::unique_ptr<Controller> start(const Launch& launch) const override {
        return std::make_unique<Watched>(*strategy_, launch, quota_);
    }
    bool knows_locations() const override { return strategy_->knows_locations(); }

   private:
    std::shared_ptr<const Strategy> strategy_;
    int quota_;
};

std::size_t versions(bool baseline, const UnderWay& under_way) { return baseline || any(under_way) ? 3 : 2; }

/// How a scene must end.
enum class Must {
    kPromote,
    kHold,  // rolled back, or stuck
    kEnd,   // one way or another, or stuck
};

class Rehearsal {
   public:
    Rehearsal(const Strategy& strategy, const Terms& terms) : strategy_(strategy), terms_(terms) {}

    /// From the start to the end, if it has one.
    void play(const std::string& scene, Must must, ToyFleet fleet) {
        watch(scene, fleet, [&](Controller& controller) {
            const Phase phase = run(fleet, controller).phase;
            const bool comes_up = fleet.new_version_comes_up || fleet.flagged();
            const bool told = !fleet.look().analyses.empty() && fleet.verdict != AnalysisPhase::kSuccessful;
            if (must == Must::kHold && comes_up && !told)
                must = Must::kPromote;  // nothing says that the release is bad
            if (must == Must::kPromote && phase != Phase::kPromoted) return "it is not promoted in the end";
            if (must == Must::kHold && phase == Phase::kPromoted) return "it is promoted in the end";
            if (!is_final(phase) && phase != Phase::kStuck) {
                return "it does not end and does not say that it is stuck";
            }
            for (std::size_t i = 0; i < fleet.locations() && !comes_up; ++i) {
                const Cohort& old = fleet.old_version(i);
                if (old.routed && old.weight < 1) return "traffic goes to a version that never came up";
            }
            return wrong_end(fleet, phase);
        });
    }

    /// Somebody aborts after so many steps; false: it was over by then.
    bool play_abort(const std::string& scene, ToyFleet fleet, int steps) {
        bool over = false;
        watch(scene + ", aborted", fleet, [&](Controller& controller) {
            Phase before = fleet.run(controller, steps).phase;
            over = is_final(before);
            // While it makes up its mind, it may still end as it would have.
            before = fleet.step(controller).phase;
            fleet.person_aborts = true;
            const Phase phase = run(fleet, controller).phase;
            if (is_final(before)) return "";
            return phase == Phase::kRolledBack ? wrong_end(fleet, phase) : "it does not go back";
        });
        return !over;
    }

    /// Somebody from outside asks for another size after so many steps; false: it was over by then.
    bool play_resize(const std::string& scene, ToyFleet fleet, int replicas, int steps) {
        bool over = false;
        watch(scene + ", resized to " + std::to_string(replicas), fleet, [&](Controller& controller) {
            over = is_final(fleet.run(controller, steps).phase);
            fleet.resized_to = replicas;
            const Phase phase = run(fleet, controller).phase;
            if (fleet.new_version_comes_up && phase != Phase::kPromoted) return "it is not promoted in the end";
            if (!is_final(phase) && phase != Phase::kStuck) return "it does not end and does not say that it is stuck";
            return wrong_end(fleet, phase);
        });
        return !over;
    }

    /// Nobody ever approves: then it must wait for something, or say that it is stuck.
    void play_alone(const std::string& scene, ToyFleet fleet) {
        fleet.person_approves = false;
        watch(scene + ", nobody to approve", fleet, [&](Controller& controller) {
            const Directive want = run(fleet, controller);
            const bool waits = want.wake_at != kNever || want.asks_approval;
            return waits || is_final(want.phase) || want.phase == Phase::kStuck
                       ? ""
                       : "it sleeps for ever and does not say that it is stuck";
        });
    }

    std::vector<Breach> breaches() { return std::move(breaches_); }

   private:
    template <typename Scene>
    void watch(const std::string& scene, ToyFleet& fleet, Scene&& play) {
        Breach found;
        found.scene = scene;
        try {
            Watched controller(strategy_, launch(fleet.now()), terms_.quota);
            last_.clear();
            found.what = play(controller);
            found.decision = last_;
        } catch (const std::exception& error) {
            found.what = error.what();
        }
        found.at = fleet.now();
        const auto rule = [](const std::string& what) { return what.substr(0, what.find_first_of(";:")); };
        const bool known = std::any_of(breaches_.begin(), breaches_.end(),
                                       [&](const Breach& breach) { return rule(breach.what) == rule(found.what); });
        if (!found.what.empty() && !known) breaches_.push_back(std::move(found));
    }

    Directive run(ToyFleet& fleet, Controller& controller) {
        Directive want;
        for (int i = 0, over = 0; i < kManySteps && over < kStepsAfterTheEnd; ++i) {
            want = fleet.step(controller);
            last_ = describe(want);
            over += is_final(want.phase) && *wrong_end(fleet, want.phase) == '\0';
        }
        return want;
    }

    Launch launch(Time now) const {
        Launch launch{.at = now,
                      .replicas = terms_.replicas * terms_.locations,
                      .under_way = terms_.under_way.instances * terms_.locations};
        for (int i = 0; terms_.locations > 1 && i < terms_.locations; ++i) {
            const bool named = !terms_.names.empty();
            const std::string name =
                named ? terms_.names.at(static_cast<std::size_t>(i)) : "location " + std::to_string(i);
            launch.locations.push_back({name, terms_.replicas});
        }
        return launch;
    }

    const char* wrong_end(const ToyFleet& fleet, Phase phase) const {
        const char* wrong = "";
        int of_both = 0;
        for (std::size_t i = 0; i < fleet.locations() && *wrong == '\0'; ++i) {
            wrong = wrong_end(fleet, fleet.old_version(i), fleet.new_version(i), phase);
            of_both += fleet.old_version(i).desired + fleet.new_version(i).desired;
        }
        if (*wrong == '\0' && is_final(phase) && fleet.desired() > of_both) {
            return terms_.baseline ? "it is over and keeps its baseline"
                                   : "it is over and keeps instances of the intermediate revision";
        }
        return wrong;
    }

    const char* wrong_end(const ToyFleet& fleet, const Cohort& old, const Cohort& fresh, Phase phase) const {
        const int replicas = fleet.resized_to.value_or(terms_.replicas);
        if (fleet.flagged() && old.desired != replicas) return "it is behind a flag and changes instances";
        if (phase == Phase::kPromoted) {
            if (old.desired > 0 && !fleet.flagged() && !terms_.keeps_old) {
                return "it is promoted and keeps old instances";
            }
            if (fresh.desired != (fleet.flagged() ? 0 : replicas))
                return "it is promoted with another number of instances";
            if (fresh.routed && fresh.weight < 1) return "it is promoted without all the traffic";
        } else if (phase == Phase::kRolledBack) {
            if (fresh.desired > 0) return "it is rolled back and keeps new instances";
            if (old.desired != replicas) return "it is rolled back to another number of instances";
            if (old.routed && old.weight < 1) return "it is rolled back without all the traffic";
        }
        return "";
    }

    const Strategy& strategy_;
    Terms terms_;
    std::string last_;  // decision
    std::vector<Breach> breaches_;
};

}  // namespace

std::string describe(const Breach& breach) {
    std::string text = breach.scene + ", " + spell(breach.at) + " into the rollout: " + breach.what;
    if (!breach.decision.empty()) text += "; its decision: " + breach.decision;
    return text;
}

std::vector<Breach> rehearse(const Strategy& strategy, const Terms& terms) {
    Rehearsal rehearsal(strategy, terms);
    const ToyFleet good(terms.replicas, versions(terms.baseline, terms.under_way),
                        static_cast<std::size_t>(terms.locations), terms.under_way);
    ToyFleet dead = good, slow = good, crashing = good, bad = good;
    dead.new_version_comes_up = false;
    slow.start = 20s;
    crashing.start = 1s;
    crashing.life = 45s;
    crashing.crashes = 3;
    bad.verdict = AnalysisPhase::kFailed;

    rehearsal.play("a good release", Must::kPromote, good);
    rehearsal.play("a slow release", Must::kEnd, slow);
    rehearsal.play("a release whose analyses fail", Must::kHold, bad);
    rehearsal.play("a release that crashes now and then", Must::kEnd, crashing);
    rehearsal.play("a release that never comes up", Must::kHold, dead);
    rehearsal.play_alone("a good release", good);
    rehearsal.play_alone("a release that never comes up", dead);
    for (int steps = 1; steps < kStepsToAbort && rehearsal.play_abort("a good release", good, steps);) ++steps;
    for (int steps = 1; steps < kStepsToAbort && rehearsal.play_abort("a release that never comes up", dead, steps);)
        ++steps;
    if (terms.resized) {
        for (const int replicas : {2 * terms.replicas, std::max(1, terms.replicas / 2)}) {
            for (const auto& [scene, fleet] :
                 {std::pair("a good release", good), std::pair("a release that never comes up", dead)}) {
                int steps = 1;
                while (steps < kStepsToAbort && rehearsal.play_resize(scene, fleet, replicas, steps)) ++steps;
            }
        }
    }
    return rehearsal.breaches();
}

int most_wanted(const Strategy& strategy, int replicas, bool baseline, const UnderWay& under_way) {
    ToyFleet fleet(replicas, versions(baseline, under_way), 1, under_way);
    const auto controller = strategy.start({.at = fleet.now(), .replicas = replicas, .under_way = under_way.instances});
    int most = fleet.desired();
    Phase phase = Phase::kMoving;
    for (int i = 0; i < kManySteps && !is_final(phase); ++i) {
        phase = fleet.step(*controller, [&](const Directive&) { most = std::max(most, fleet.desired()); }).phase;
    }
    return most;
}

std::shared_ptr<const Strategy> watched(std::shared_ptr<const Strategy> strategy, int quota) {
    return std::make_shared<WatchedStrategy>(std::move(strategy), quota);
}

}  // namespace rollcast
