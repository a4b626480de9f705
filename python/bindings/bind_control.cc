#include "bind.h"
#include "rollcast/control/strategy.h"

namespace rollcast::bindings {

void bind_control(py::module_& module) {
    bind_enum<AnalysisPhase>(module, "AnalysisPhase", "In Argo's order of badness.",
                             {{"successful", AnalysisPhase::kSuccessful},
                              {"running", AnalysisPhase::kRunning},
                              {"pending", AnalysisPhase::kPending},
                              {"inconclusive", AnalysisPhase::kInconclusive},
                              {"error", AnalysisPhase::kError},
                              {"failed", AnalysisPhase::kFailed}});
    py::class_<Strategy, std::shared_ptr<Strategy>>(module, "Strategy", "An immutable recipe for rollouts.")
        .def("describe", &Strategy::describe, "Identity, label and log line.")
        .def_property_readonly("knows_locations", &Strategy::knows_locations,
                               "Whether it can be shown more than one location.")
        .def("__repr__", &Strategy::describe);
}

}  // namespace rollcast::bindings
