#pragma once
// Small scenarios and strategies that many tests start from.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "rollcast/control/strategy.h"
#include "rollcast/model/scenario.h"

namespace rollcast::testing {

/// Six instances at moderate load, quick starts, no failures of its own.
inline Scenario small_scenario() {
    Scenario scenario;
    scenario.name = "small";
    scenario.fleet.replicas = 6;
    scenario.fleet.zones = 3;
    scenario.fleet.readiness.period = std::chrono::seconds(1);
    scenario.fleet.pre_stop = std::chrono::seconds(5);
    scenario.service.slots = 4;
    scenario.service.queue = 16;
    scenario.traffic.rate = 300;
    scenario.window = {.lead_in = std::chrono::minutes(1), .horizon = std::chrono::minutes(5)};
    return scenario;
}

inline Release certain(DefectKind kind, double severity) {
    return {.truths = {TruthKind{.name = "certain", .probability = 1, .kind = kind, .severity = Constant{severity}}}};
}

/// Decides by what it sees alone: its controllers remember nothing.
class Reflex final : public Strategy {
   public:
    using Decide = std::function<Directive(const Observation&)>;
    explicit Reflex(Decide decide) : decide_(std::move(decide)) {}
    std::string describe() const override { return "reflex"; }
    std::unique_ptr<Controller> start(const Launch&) const override { return std::make_unique<Flight>(decide_); }

   private:
    class Flight final : public Controller {
       public:
        explicit Flight(Decide decide) : decide_(std::move(decide)) {}
        Directive decide(const Observation& seen) override { return decide_(seen); }
        std::unique_ptr<Controller> clone() const override { return std::make_unique<Flight>(*this); }

       private:
        Decide decide_;
    };
    Decide decide_;
};

/// Starts the whole new fleet at once and retires the old one when it is there.
class AllAtOnce final : public Strategy {
   public:
    std::string describe() const override { return "all at once"; }
    std::unique_ptr<Controller> start(const Launch& launch) const override {
        return std::make_unique<Flight>(launch.replicas);
    }

   private:
    class Flight final : public Controller {
       public:
        explicit Flight(int replicas) : replicas_(replicas) {}
        Directive decide(const Observation& seen) override {
            Directive want(seen.cohorts.size());
            done_ = done_ || seen.cohorts.back().available == replicas_;
            want.targets.front().desired = done_ ? 0 : replicas_;
            want.targets.back().desired = replicas_;
            want.phase = done_ ? Phase::kPromoted : Phase::kMoving;
            want.reason = done_ ? "the new fleet is there" : "the new fleet starts";
            return want;
        }
        std::unique_ptr<Controller> clone() const override { return std::make_unique<Flight>(*this); }

       private:
        int replicas_;
        bool done_ = false;
    };
};

}  // namespace rollcast::testing
