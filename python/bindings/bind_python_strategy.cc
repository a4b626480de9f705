// Strategies written in Python: an object with decide(seen) for each rollout in flight. Nothing is inherited across the
// border; a controller here holds one there.

#include <algorithm>
#include <map>
#include <stdexcept>

#include "rollcast/control/contract.h"
#include "rollcast/control/rehearsal.h"
#include "rollcast/strategies/as_it_is.h"
#include "rollcast/strategies/way_back.h"
#include "user_code.h"

namespace rollcast::bindings {
namespace {

/// An Observation that may be kept: what it shows is copied.
struct Seen {
    Time now{};
    std::vector<Cohort> cohorts{};
    std::vector<AnalysisStatus> analyses{};
    bool routed = false;
    std::optional<int> replicas{};
    bool approved = false;
    bool aborted = false;
    std::size_t locations = 1;
    std::vector<std::optional<int>> sizes{};
    std::vector<std::string> names{};  // of the locations

    LocationId find(const std::string& name) const {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) throw std::invalid_argument("there is no location \"" + name + "\"");
        return static_cast<LocationId>(found - names.begin());
    }

    /// What a strategy in that location alone would be shown.
    Seen at(const std::string& name) const {
        const LocationId location = find(name);
        const Observation all = *this;
        Seen here = *this;
        here.cohorts = {all.in(location).begin(), all.in(location).end()};
        std::erase_if(here.analyses, [&](const AnalysisStatus& status) { return status.location != location; });
        for (AnalysisStatus& status : here.analyses) status.location = kEverywhere;
        here.routed = here.cohorts.front().routed;
        here.replicas = all.replicas_in(location);
        here.locations = 1;
        here.sizes = {here.replicas};
        here.names = {name};
        return here;
    }

    /// Of all cohorts: these in the locations that are named, and elsewhere what is.
    std::vector<Target> targets(const std::map<std::string, std::vector<Target>>& changes) const {
        const Observation all = *this;
        std::vector<std::vector<Target>> wanted;
        for (std::size_t i = 0; i < locations; ++i) {
            wanted.push_back(strategies::as_it_is(all, static_cast<LocationId>(i)));
        }
        for (const auto& [name, targets] : changes) wanted.at(index_of(find(name))) = targets;
        std::vector<Target> together;
        for (const std::vector<Target>& there : wanted) together.insert(together.end(), there.begin(), there.end());
        return together;
    }

    operator Observation() const {
        return {.now = now,
                .cohorts = cohorts,
                .analyses = analyses,
                .routed = routed,
                .replicas = replicas,
                .approved = approved,
                .aborted = aborted,
                .locations = locations,
                .sizes = sizes};
    }
};

class PythonController final : public Controller {
   public:
    PythonController(py::object self, std::vector<std::string> names)
        : self_(std::move(self)), names_(std::move(names)) {}

    Directive decide(const Observation& seen) override {
        const py::gil_scoped_acquire gil;
        const Seen copy{.now = seen.now,
                        .cohorts = {seen.cohorts.begin(), seen.cohorts.end()},
                        .analyses = {seen.analyses.begin(), seen.analyses.end()},
                        .routed = seen.routed,
                        .replicas = seen.replicas,
                        .approved = seen.approved,
                        .aborted = seen.aborted,
                        .locations = seen.locations,
                        .sizes = {seen.sizes.begin(), seen.sizes.end()},
                        .names = names_};
        try {
            const py::object want = (*self_).attr("decide")(copy);
            if (py::isinstance<Directive>(want)) return want.cast<Directive>();
            throw StrategyError("decide() gave " + std::string(py::repr(want)) + ", not a Directive");
        } catch (const py::error_already_set& error) {  // it must not leave the GIL
            throw StrategyError("decide() raised " + tell(error));
        }
    }

    std::unique_ptr<Controller> clone() const override {
        const py::gil_scoped_acquire gil;
        try {
            return std::make_unique<PythonController>(py::module_::import("copy").attr("deepcopy")(*self_), names_);
        } catch (const py::error_already_set& error) {
            throw StrategyError("it cannot be copied: " + tell(error));
        }
    }

   private:
    Handle self_;
    std::vector<std::string> names_;  // of the locations
};

class PythonStrategy final : public Strategy {
   public:
    PythonStrategy(py::object make, std::string identity, bool knows_locations)
        : make_(std::move(make)), identity_(std::move(identity)), knows_locations_(knows_locations) {}
    std::string describe() const override { return identity_; }
    bool knows_locations() const override { return knows_locations_; }
    std::unique_ptr<Controller> start(const Launch& launch) const override {
        const py::gil_scoped_acquire gil;
        std::vector<Place> places = launch.locations;
        if (places.empty()) places.push_back({.name = {}, .replicas = launch.replicas});
        std::vector<std::string> names;
        py::dict before;
        for (const Place& place : places) {
            names.push_back(place.name);
            before[py::str(place.name)] = place.replicas;
        }
        try {
            return std::make_unique<PythonController>((*make_)(before), std::move(names));
        } catch (const py::error_already_set& error) {
            throw StrategyError("it cannot be started: " + tell(error));
        }
    }

   private:
    Handle make_;
    std::string identity_;
    bool knows_locations_;
};

}  // namespace

void bind_python_strategy(py::module_& module) {
    py::register_exception<StrategyError>(module, "StrategyError", PyExc_RuntimeError).attr("__doc__") =
        "A strategy did what none may, or it or a guard raised an exception: which, when in the rollout, and what.";
    bind_enum<Phase>(module, "Phase", "Where a rollout stands.",
                     {{"moving", Phase::kMoving},
                      {"paused", Phase::kPaused},
                      {"baking", Phase::kBaking},
                      {"stuck", Phase::kStuck},
                      {"rolling_back", Phase::kRollingBack},
                      {"promoted", Phase::kPromoted},
                      {"rolled_back", Phase::kRolledBack}});
    bind_struct(module, "Cohort", "The instances of one version, as a control plane sees them.",
                field("version", &Cohort::version), field("location", &Cohort::location),
                field("exists", &Cohort::exists), field("desired", &Cohort::desired),
                field("instances", &Cohort::instances), field("pending", &Cohort::pending),
                field("unschedulable", &Cohort::unschedulable), field("ready", &Cohort::ready),
                field("available", &Cohort::available), field("draining", &Cohort::draining),
                field("restarts", &Cohort::restarts), field("weight", &Cohort::weight),
                field("mirrored", &Cohort::mirrored), field("routed", &Cohort::routed));
    module.attr("everywhere") = index_of(kEverywhere);
    bind_struct(module, "AnalysisStatus", "One analysis run that a directive asked for.",
                field("run", &AnalysisStatus::run), field("phase", &AnalysisStatus::phase),
                field("location", &AnalysisStatus::location));
    bind_struct(module, "Target", "What one cohort should become; weights for all cohorts or for none.",
                field("desired", &Target::desired), field("weight", &Target::weight),
                field("mirrored", &Target::mirrored), field("behind_flag", &Target::behind_flag),
                field("counted", &Target::counted));
    bind_struct(
        module, "Observation",
        "What a strategy is shown; the old version's cohort first, the new one's last; of several locations, one "
        "after the other.",
        field("now", &Seen::now), field("cohorts", &Seen::cohorts), field("analyses", &Seen::analyses),
        field("routed", &Seen::routed), field("approved", &Seen::approved), field("aborted", &Seen::aborted),
        field("replicas", &Seen::replicas), field("locations", &Seen::locations), field("sizes", &Seen::sizes),
        field("names", &Seen::names))
        .def("at", &Seen::at, py::arg("location"), "What a strategy in that location alone would be shown.")
        .def("targets", &Seen::targets, py::arg("changes"),
             "Of all cohorts: those given for the locations that are named, and elsewhere what was wanted last.");
    bind_struct(module, "AnalysisWish", "An analysis that should be running; a new run takes a new number.",
                field("run", &AnalysisWish::run), field("analysis", &AnalysisWish::analysis),
                field("location", &AnalysisWish::location));
    bind_struct(module, "Directive", "The whole state that a strategy wants; targets as the cohorts.",
                field("targets", &Directive::targets), field("analyses", &Directive::analyses),
                field("phase", &Directive::phase), field("asks_approval", &Directive::asks_approval),
                field("wake_at", &Directive::wake_at), field("reason", &Directive::reason));
    bind_struct(module, "Breach", "Where a strategy broke the contract.", field("scene", &Breach::scene),
                field("at", &Breach::at), field("what", &Breach::what), field("decision", &Breach::decision))
        .def("__str__", [](const Breach& self) { return describe(self); });
    module.def(
        "rehearse",
        [](const Strategy& strategy, int replicas, int quota, bool baseline, bool resized,
           const std::vector<std::string>& locations, const UnderWay& under_way, bool keeps_old) {
            return rehearse(strategy, {.replicas = replicas,
                                       .quota = quota,
                                       .baseline = baseline,
                                       .under_way = under_way,
                                       .resized = resized,
                                       .keeps_old = keeps_old,
                                       .locations = std::max(1, static_cast<int>(locations.size())),
                                       .names = locations});
        },
        py::arg("strategy"), py::arg("replicas"), py::arg("quota"), py::arg("baseline") = false,
        py::arg("resized") = false, py::arg("locations") = std::vector<std::string>{},
        py::arg("under_way") = UnderWay{}, py::arg("keeps_old") = false,
        "Plays a strategy through on a toy fleet: each way in which it broke the contract.");
    module.def("most_wanted", &most_wanted, py::arg("strategy"), py::arg("replicas"), py::arg("baseline") = false,
               py::arg("under_way") = UnderWay{},
               "The most instances that a strategy wants at a time on the way of a good release.");
    module.def(
        "watched",
        [](std::shared_ptr<Strategy> strategy, int quota) {
            return std::const_pointer_cast<Strategy>(watched(std::move(strategy), quota));
        },
        py::arg("strategy"), py::arg("quota"),
        "The same strategy, which raises StrategyError as soon as a decision breaks the contract.");
    module.def(
        "way_back",
        [](const Seen& seen, int replicas, const std::string& why) {
            return strategies::way_back(seen, replicas, why);
        },
        py::arg("seen"), py::arg("replicas"), py::arg("why"),
        "What to want on the way back to so many old replicas: they come, traffic follows, the new version goes.");
    py::class_<PythonStrategy, Strategy, std::shared_ptr<PythonStrategy>>(module, "PythonStrategy",
                                                                          "A strategy written in Python.")
        .def(py::init<py::object, std::string, bool>(), py::arg("make"), py::arg("identity"),
             py::arg("knows_locations") = false,
             "make: called at the start of each rollout with the numbers of old replicas by location (\"\" where there "
             "is but one), gives an object with decide(seen: Observation) -> Directive that copy.deepcopy() can copy; "
             "identity: what describe() says.");
}

}  // namespace rollcast::bindings
