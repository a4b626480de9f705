#include <pybind11/typing.h>

#include "bind.h"
#include "outcome_columns.h"
#include "rollcast/study/estimate.h"
#include "rollcast/study/forecast.h"
#include "rollcast/study/guard_trial.h"
#include "rollcast/study/rare.h"
#include "rollcast/world/answer_law.h"

namespace rollcast::bindings {
namespace {

using Callback = py::typing::Callable<py::object(std::uint32_t)>;

/// Ctrl-C, here or inside the callback, ends a study with the prefix that is finished; any other exception of the
/// callback ends it and is raised. To be called without the GIL.
Progress heard_by(const std::optional<Callback>& progress) {
    return [&progress](std::uint32_t finished) {
        const py::gil_scoped_acquire gil;
        try {
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
            return !progress || !(*progress)(finished).is(py::bool_(false));
        } catch (py::error_already_set& error) {
            if (!error.matches(PyExc_KeyboardInterrupt)) throw;
            return false;
        }
    };
}

Forecast forecast_from_python(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                              const std::optional<Callback>& progress) {
    const Scenario own = scenario;  // another Python thread may change its own meanwhile
    const ForecastOptions own_options = options;
    const Progress go_on = heard_by(progress);
    const py::gil_scoped_release released;
    return forecast(own, strategy, own_options, go_on);
}

py::dict run_piece_from_python(const Scenario& scenario, const Strategy& strategy, const ForecastOptions& options,
                               std::uint32_t first, const std::optional<Callback>& progress) {
    const Scenario own = scenario;
    const ForecastOptions own_options = options;
    const Progress go_on = heard_by(progress);
    std::vector<Outcome> rows;
    {
        const py::gil_scoped_release released;
        rows = run_piece(own, strategy, own_options, first, go_on);
    }
    return outcome_columns(rows);
}

std::pair<Timeline, Outcome> replay_from_python(const Scenario& scenario, const Strategy& strategy,
                                                const ForecastOptions& options, std::uint32_t replication) {
    const Scenario own = scenario;
    const ForecastOptions own_options = options;
    const py::gil_scoped_release released;
    Outcome outcome;
    Timeline timeline = replay(own, strategy, own_options, replication, &outcome);
    return {std::move(timeline), outcome};
}

py::dict try_guards_from_python(const Scenario& scenario, const Strategy& strategy,
                                const std::vector<GuardTrial>& trials, const GuardTrialOptions& options,
                                const std::optional<Callback>& progress) {
    const Scenario own = scenario;
    const Progress go_on = heard_by(progress);
    std::vector<Outcome> rows;
    {
        const py::gil_scoped_release released;
        rows = try_guards(own, strategy, trials, options, go_on);
    }
    return outcome_columns(rows);
}

PlannedTraffic planned_traffic_from_python(const Scenario& scenario, const Strategy& strategy,
                                           std::optional<double> share, std::uint64_t seed, std::uint32_t replication) {
    const Scenario own = scenario;
    const py::gil_scoped_release released;
    return planned_traffic(own, strategy, share, seed, replication);
}

RareResult rare_from_python(const Scenario& scenario, const Strategy& strategy, const std::vector<EventTerm>& event,
                            const RareOptions& options, const std::optional<Callback>& progress) {
    const Scenario own = scenario;
    const RareOptions own_options = options;
    const Progress go_on = heard_by(progress);
    const py::gil_scoped_release released;
    return rare(own, strategy, RareEvent(event, own), own_options, go_on);
}

Columns path_columns(const RareResult& result) {
    std::vector<Outcome> rows;
    std::vector<double> worst_minute, weight;
    std::vector<std::uint32_t> stratum, lineage;
    for (const RarePath& path : result.paths) {
        rows.push_back(path.row);
        worst_minute.push_back(path.worst_minute);
        weight.push_back(path.weight);
        stratum.push_back(path.stratum);
        lineage.push_back(path.lineage);
    }
    Columns columns = outcome_columns(rows);
    const auto add = [&](const char* name, const auto& values) {
        columns[name] = py::array(static_cast<py::ssize_t>(values.size()), values.data());
    };
    add("worst_minute", worst_minute);
    add("weight", weight);
    add("stratum", stratum);
    add("lineage", lineage);
    return columns;
}

void bind_rare(py::module_& module) {
    py::class_<Measure>(module, "Measure", "What a rare event may ask of a run.")
        .def_readonly("name", &Measure::name)
        .def_readonly("meaning", &Measure::meaning);
    module.def(
        "rare_measures", [] { return std::vector<Measure>(rare_measures().begin(), rare_measures().end()); },
        "In the order in which EventTerm counts them.");
    using Sign = EventTerm::Sign;
    bind_enum<Sign>(module, "EventSign", "How an EventTerm compares.",
                    {{"above", Sign::kAbove},
                     {"at_least", Sign::kAtLeast},
                     {"below", Sign::kBelow},
                     {"at_most", Sign::kAtMost},
                     {"equal", Sign::kEqual},
                     {"not_equal", Sign::kNotEqual}});
    bind_struct(
        module, "EventTerm", "measure: number in rare_measures(). Verdicts, defects and truths are numbers, too.",
        field("measure", &EventTerm::measure), field("sign", &EventTerm::sign), field("limit", &EventTerm::limit));
    bind_struct(module, "RareOptions",
                "effort: about how much may be simulated, in whole runs. paths: that are split together. least: "
                "probability below which nothing is followed any further.",
                field("effort", &RareOptions::effort), field("paths", &RareOptions::paths),
                field("seed", &RareOptions::seed), field("threads", &RareOptions::threads),
                field("confidence", &RareOptions::confidence), field("least", &RareOptions::least));
    bind_struct(module, "SeverityBand",
                "The severities between two quantiles: probabilities of the lower tail, or of the upper one.",
                field("begin", &SeverityBand::from), field("end", &SeverityBand::to),
                field("upper", &SeverityBand::upper));
    bind_struct(module, "Rung", "Of the paths that set out for a level, how many reached it.",
                field("level", &Rung::level), field("tries", &Rung::tries), field("reached", &Rung::reached));
    bind_struct(
        module, "RareStratum",
        "One kind of truth, one band of severities. probability: of the event, given these; error: its standard "
        "error. unseen: what it could add to the total, where the event was never seen. work: in whole runs.",
        field("truth", &RareStratum::truth), field("band", &RareStratum::band), field("weight", &RareStratum::weight),
        field("levels", &RareStratum::levels), field("rungs", &RareStratum::rungs),
        field("repetitions", &RareStratum::repetitions), field("probability", &RareStratum::probability),
        field("error", &RareStratum::error), field("unseen", &RareStratum::unseen), field("work", &RareStratum::work));
    py::class_<RareResult>(module, "RareResult", "What is known of a rare event; see study/rare.h.")
        .def_readonly("probability", &RareResult::probability)
        .def_readonly("lineages", &RareResult::lineages)
        .def_readonly("effective", &RareResult::effective)
        .def_readonly("unseen", &RareResult::unseen)
        .def_readonly("work", &RareResult::work)
        .def_readonly("plain", &RareResult::plain)
        .def_readonly("gain_strata", &RareResult::gain_strata)
        .def_readonly("gain_splitting", &RareResult::gain_splitting)
        .def_readonly("strata", &RareResult::strata)
        .def_readonly("ending", &RareResult::ending)
        .def_property_readonly(
            "paths", &path_columns,
            "Name to numpy array: see outcome_columns(); and worst_minute, weight, stratum, lineage.");
    module.attr("fewest_lineages") = kFewestLineages;
    module.def("rare", &rare_from_python, py::arg("scenario"), py::arg("strategy"), py::arg("event"),
               py::arg_v("options", RareOptions{}, "..."), py::arg("progress") = py::none(),
               "The probability that all terms of the event hold. `progress` is called with the work done, in whole "
               "runs.");
}

}  // namespace

void bind_study(py::module_& module) {
    py::class_<Profile, std::shared_ptr<Profile>>(
        module, "Profile", "What has been measured of a service, for all studies of it whose requests are drawn.")
        .def(py::init<const Scenario&>(), py::arg("scenario"))
        .def(
            "dump",
            [](const Profile& self) {
                const std::vector<double> rows = self.dump();
                py::array_t<double> array({rows.size() / Profile::kRow, Profile::kRow});
                std::copy(rows.begin(), rows.end(), array.mutable_data());
                return array;
            },
            "One row for each measurement.")
        .def(
            "restore",
            [](Profile& self, const py::array_t<double, py::array::c_style | py::array::forcecast>& rows) {
                self.restore({rows.data(), static_cast<std::size_t>(rows.size())});
            },
            py::arg("rows"), "What a profile of the same service and model has known.");
    bind_struct(module, "ForecastOptions", "How many replications, with which seed, on how many threads, until when.",
                field("replications", &ForecastOptions::replications), field("seed", &ForecastOptions::seed),
                field("threads", &ForecastOptions::threads), field("confidence", &ForecastOptions::confidence),
                field("stop_estimate", &ForecastOptions::stop_estimate),
                field("stop_half_width", &ForecastOptions::stop_half_width), field("batch", &ForecastOptions::batch))
        .def_readwrite("profile", &ForecastOptions::profile,
                       "Of the scenario's service; None: a new one. Not pickled.");
    bind_enum<Unit>(module, "Unit", "Of an estimate.",
                    {{"probability", Unit::kProbability},
                     {"seconds", Unit::kSeconds},
                     {"requests", Unit::kRequests},
                     {"fraction", Unit::kFraction},
                     {"count", Unit::kCount}});
    bind_struct(module, "Estimate", "One number with its confidence interval.", field("name", &Estimate::name),
                field("meaning", &Estimate::meaning), field("unit", &Estimate::unit),
                field("interval", &Estimate::interval))
        .def_property_readonly("value", [](const Estimate& estimate) { return estimate.interval.value; })
        .def_property_readonly("low", [](const Estimate& estimate) { return estimate.interval.low; })
        .def_property_readonly("high", [](const Estimate& estimate) { return estimate.interval.high; });
    bind_enum<Ending>(module, "Ending", "Why a study ended.",
                      {{"all", Ending::kAll}, {"precise", Ending::kPrecise}, {"interrupted", Ending::kInterrupted}});
    py::class_<Forecast>(module, "Forecast", "The finished prefix of a study and what it says.")
        .def("__len__", [](const Forecast& self) { return self.outcomes.size(); })
        .def("__getitem__",
             [](const Forecast& self, std::size_t replication) {
                 if (replication >= self.outcomes.size()) throw py::index_error();
                 return self.outcomes[replication];
             })
        .def_property_readonly(
            "outcomes", [](const Forecast& self) { return outcome_columns(self.outcomes); },
            "Name to numpy array; see outcome_columns().")
        .def_property_readonly("estimates", [](const Forecast& self) { return self.estimates; })
        .def_property_readonly("ending", [](const Forecast& self) { return self.ending; })
        .def(
            "estimate_truth",
            [](const Forecast& self, const Release& release, std::uint32_t truth, double confidence) {
                return estimate_truth(release, self.outcomes, truth, confidence);
            },
            py::arg("release"), py::arg("truth"), py::arg("confidence") = .95,
            "The estimates of one kind of truth alone.");

    module.def("allocate_truths", &allocate_truths, py::arg("release"), py::arg("replications"),
               "Which truth replication 0, 1, 2 ... has.");
    module.def("estimate", &estimate, py::arg("release"), py::arg("outcomes"), py::arg("confidence") = .95,
               "All estimates that the outcomes allow.");
    module.def("estimate_truth", &estimate_truth, py::arg("release"), py::arg("outcomes"), py::arg("truth"),
               py::arg("confidence") = .95, "The estimates of one kind of truth alone.");
    module.def("forecast", &forecast_from_python, py::arg("scenario"), py::arg("strategy"),
               py::arg_v("options", ForecastOptions{}, "..."), py::arg("progress") = py::none(),
               "Runs replications 0, 1, 2 ... `progress` is called a few times a second with the number of finished "
               "ones and stops the study by returning False.");
    module.def(
        "estimate",
        [](const Release& release, const Columns& columns, double confidence) {
            return estimate(release, outcomes_of(columns), confidence);
        },
        py::arg("release"), py::arg("columns"), py::arg("confidence") = .95,
        "The same of columns, as outcome_columns() gives them.");
    module.def(
        "estimate_one",
        [](const Release& release, const Columns& columns, const std::string& name, double confidence) {
            return estimate_one(release, outcomes_of(columns), name, confidence);
        },
        py::arg("release"), py::arg("columns"), py::arg("name"), py::arg("confidence") = .95,
        "The interval of one estimate alone.");
    module.def("run_piece", &run_piece_from_python, py::arg("scenario"), py::arg("strategy"), py::arg("options"),
               py::arg("first"), py::arg("progress") = py::none(),
               "Replications first, first + 1 ... of that study, as many as options.replications, as columns. Stops "
               "for no precision; shorter if `progress` returned False.");
    module.def("replay", &replay_from_python, py::arg("scenario"), py::arg("strategy"), py::arg("options"),
               py::arg("replication"), "One replication of that study again, alone, with its story.");

    bind_struct(module, "GuardTrial",
                "A release with this defect. share: of the traffic, to the new version while both versions have some, "
                "whatever the plan says.",
                field("defect", &GuardTrial::defect), field("share", &GuardTrial::share));
    bind_struct(module, "GuardTrialOptions",
                "How many replications of each trial, with which seed, on how many threads.",
                field("replications", &GuardTrialOptions::replications), field("seed", &GuardTrialOptions::seed),
                field("threads", &GuardTrialOptions::threads))
        .def_readwrite("profile", &GuardTrialOptions::profile,
                       "Of the scenario's service; None: a new one. Not pickled.");
    module.def("try_guards", &try_guards_from_python, py::arg("scenario"), py::arg("strategy"), py::arg("trials"),
               py::arg_v("options", GuardTrialOptions{}, "..."), py::arg("progress") = py::none(),
               "The rows of all trials, one after the other, as outcome_columns() gives them. Requests are not "
               "simulated: telemetry is drawn. `progress` is called with the number of finished rows.");
    module.attr("most_known_load") = AnswerBook::kMostLoad;
    bind_struct(module, "PlannedTraffic",
                "What a plan makes of the traffic when nothing fails. new_requests: expected at the new version since "
                "the scrape before, parallel to scrapes. exposure: of these, until the end.",
                field("timeline", &PlannedTraffic::timeline), field("scrapes", &PlannedTraffic::scrapes),
                field("new_requests", &PlannedTraffic::new_requests), field("exposure", &PlannedTraffic::exposure),
                field("first_exposed", &PlannedTraffic::first_exposed), field("end", &PlannedTraffic::end));
    module.def("planned_traffic", &planned_traffic_from_python, py::arg("scenario"), py::arg("strategy"),
               py::arg("share") = py::none(), py::arg("seed") = 1, py::arg("replication") = 0,
               "How the plan goes when nothing fails.");
    bind_rare(module);
}

}  // namespace rollcast::bindings
