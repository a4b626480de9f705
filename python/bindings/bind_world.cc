#include "bind.h"
#include "rollcast/world/backoff.h"
#include "rollcast/world/lifecycle.h"
#include "rollcast/world/probe.h"

namespace rollcast::bindings {

void bind_world(py::module_& module) {
    py::module_ rules = module.def_submodule("lifecycle", "Kubernetes' rules of a pod's life, one by one.");
    rules.def("is_available", &is_available, py::arg("ready"), py::arg("ready_for"), py::arg("min_ready"));
    rules.def("term_to_kill", &term_to_kill, py::arg("grace"), py::arg("pre_stop"), "Seconds from TERM to KILL.");

    bind_enum<PodPhase>(
        rules, "PodPhase", "As far as it matters for deletion.",
        {{"pending", PodPhase::kPending}, {"unknown", PodPhase::kUnknown}, {"running", PodPhase::kRunning}});
    bind_struct(rules, "DeletionRank", "What decides which pod of a ReplicaSet goes first.",
                field("assigned", &DeletionRank::assigned), field("phase", &DeletionRank::phase),
                field("ready", &DeletionRank::ready), field("deletion_cost", &DeletionRank::deletion_cost),
                field("colocated", &DeletionRank::colocated), field("ready_for", &DeletionRank::ready_for),
                field("restarts", &DeletionRank::restarts), field("age", &DeletionRank::age));
    rules.def("deleted_before", &deleted_before, py::arg("a"), py::arg("b"));

    rules.attr("probe_timeout") = kProbeTimeout;
    bind_enum<ProbeKind>(
        rules, "ProbeKind", "What the kubelet asks.",
        {{"readiness", ProbeKind::kReadiness}, {"liveness", ProbeKind::kLiveness}, {"startup", ProbeKind::kStartup}});
    bind_enum<ProbeState>(
        rules, "ProbeState", "As published.",
        {{"unknown", ProbeState::kUnknown}, {"success", ProbeState::kSuccess}, {"failure", ProbeState::kFailure}});
    py::class_<Prober>(rules, "Prober", "One probe of one container.")
        .def(py::init<ProbeKind>(), py::arg("kind"))
        .def("observe", &Prober::observe, py::arg("probe"), py::arg("running_for"), py::arg("success"))
        .def_property_readonly("state", &Prober::state)
        .def_property_readonly("run", &Prober::run)
        .def_property_readonly("on_hold", &Prober::on_hold);
    py::class_<RestartBackoff>(rules, "RestartBackoff", "The wait before a process that keeps dying starts again.")
        .def(py::init<>())
        .def("wait", &RestartBackoff::wait, py::arg("limits"), py::arg("finished"))
        .def("next", &RestartBackoff::next, py::arg("limits"), py::arg("finished"), py::arg("now"))
        .def_property_readonly("updated", &RestartBackoff::updated);
}

}  // namespace rollcast::bindings
