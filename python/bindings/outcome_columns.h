#pragma once
// Outcomes as a table: one list of fields makes the class, and the columns that Python sees.

#include <pybind11/numpy.h>
#include <pybind11/typing.h>

#include <tuple>
#include <vector>

#include "bind.h"
#include "rollcast/run/outcome.h"

namespace rollcast::bindings {

inline constexpr auto kOutcomeFields = std::tuple{field("replication", &Outcome::replication),
                                                  field("truth", &Outcome::truth),
                                                  field("defect", &Outcome::defect),
                                                  field("severity", &Outcome::severity),
                                                  field("verdict", &Outcome::verdict),
                                                  field("duration", &Outcome::duration),
                                                  field("active", &Outcome::active),
                                                  field("paused", &Outcome::paused),
                                                  field("baking", &Outcome::baking),
                                                  field("detection", &Outcome::detection),
                                                  field("recovery", &Outcome::recovery),
                                                  field("requests", &Outcome::requests),
                                                  field("failed", &Outcome::failed),
                                                  field("slow", &Outcome::slow),
                                                  field("failed_by_cause", &Outcome::failed_by_cause),
                                                  field("baseline_failed", &Outcome::baseline_failed),
                                                  field("baseline_slow", &Outcome::baseline_slow),
                                                  field("exposure", &Outcome::exposure),
                                                  field("blast_radius", &Outcome::blast_radius),
                                                  field("locations_exposed", &Outcome::locations_exposed),
                                                  field("budget_spent", &Outcome::budget_spent),
                                                  field("min_headroom", &Outcome::min_headroom),
                                                  field("extra_instance_seconds", &Outcome::extra_instance_seconds),
                                                  field("alarms_true", &Outcome::alarms_true),
                                                  field("alarms_false", &Outcome::alarms_false),
                                                  field("restarts", &Outcome::restarts),
                                                  field("decisions", &Outcome::decisions)};

/// Name to numpy array. `failed_by_cause` becomes failed_background, failed_defect ...; `attributable` is added.
using Columns = py::typing::Dict<py::str, py::array>;
Columns outcome_columns(const std::vector<Outcome>& outcomes);
/// The reverse. Throws py::key_error and py::value_error for columns that are no such table.
std::vector<Outcome> outcomes_of(const Columns& columns);

}  // namespace rollcast::bindings
