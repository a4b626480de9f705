#include "bind.h"
#include "rollcast/strategies/kubernetes_rules.h"

namespace rollcast::bindings {
namespace {

using namespace strategies::kubernetes;
using ReplicaSets = std::vector<ReplicaSet>;

void bind_sizes(py::module_& rules) {
    rules.attr("revision_history_limit") = kRevisionHistoryLimit;
    bind_struct(rules, "ReplicaSet", "A ReplicaSet as the controller sees it.", field("spec", &ReplicaSet::spec),
                field("available", &ReplicaSet::available));
    bind_struct(rules, "Fenceposts", "How many pods above the wanted number, and how many of it may be missing.",
                field("surge", &Fenceposts::surge), field("unavailable", &Fenceposts::unavailable));
    rules.def("resolve_fenceposts", &resolve_fenceposts, py::arg("max_surge"), py::arg("max_unavailable"),
              py::arg("desired"));
    rules.def("limits", &limits, py::arg("type"), py::arg("replicas"), py::arg("max_surge"),
              py::arg("max_unavailable"));
    rules.def("new_rs_replicas", &new_rs_replicas, py::arg("type"), py::arg("replicas"), py::arg("surge"),
              py::arg("all_spec"), py::arg("new_spec"));
    rules.def("reconcile_new_replica_set", &reconcile_new_replica_set, py::arg("type"), py::arg("replicas"),
              py::arg("surge"), py::arg("all_spec"), py::arg("new_spec"));
    rules.def("max_scaled_down", &max_scaled_down, py::arg("replicas"), py::arg("unavailable"), py::arg("all_spec"),
              py::arg("new_unavailable"));
    rules.def(
        "cleanup_unhealthy",
        [](ReplicaSets old, int most) {
            const int taken = cleanup_unhealthy(old, most);
            return std::pair(taken, std::move(old));
        },
        py::arg("old"), py::arg("most"), "The number taken, and the ReplicaSets afterwards.");
    rules.def(
        "scale_down_old",
        [](int replicas, int unavailable, ReplicaSets old, ReplicaSet fresh) {
            const int taken = scale_down_old(replicas, unavailable, old, fresh);
            return std::pair(taken, std::move(old));
        },
        py::arg("replicas"), py::arg("unavailable"), py::arg("old"), py::arg("fresh"),
        "The number taken, and the ReplicaSets afterwards.");
    rules.def(
        "reconcile_old_replica_sets",
        [](int replicas, Fenceposts limits, ReplicaSets old, ReplicaSet fresh) {
            const int taken = reconcile_old_replica_sets(replicas, limits, old, fresh);
            return std::pair(taken, std::move(old));
        },
        py::arg("replicas"), py::arg("limits"), py::arg("old"), py::arg("fresh"),
        "The number taken, and the ReplicaSets afterwards.");
    rules.def(
        "reconcile_rolling_update",
        [](int replicas, Fenceposts limits, ReplicaSets old, ReplicaSet fresh, bool exists) {
            const bool scaled = reconcile_rolling_update(replicas, limits, old, fresh, exists);
            return std::tuple(scaled, std::move(old), fresh);
        },
        py::arg("replicas"), py::arg("limits"), py::arg("old"), py::arg("fresh"), py::arg("exists"),
        "Whether anything was scaled, and all ReplicaSets afterwards.");
    bind_struct(rules, "SizedReplicaSet", "A ReplicaSet, and what is noted on it of the Deployment that last sized it.",
                field("spec", &SizedReplicaSet::spec), field("available", &SizedReplicaSet::available),
                field("is_new", &SizedReplicaSet::is_new), field("desired", &SizedReplicaSet::desired),
                field("most", &SizedReplicaSet::most));
    rules.def(
        "scale",
        [](int replicas, int surge, const std::vector<SizedReplicaSet>& oldest_first) {
            return scale(replicas, surge, oldest_first);
        },
        py::arg("replicas"), py::arg("surge"), py::arg("oldest_first"), "The sizes afterwards.");
    bind_struct(rules, "OldReplicaSet", "An old ReplicaSet, kept for rollbacks.", field("spec", &OldReplicaSet::spec),
                field("status_replicas", &OldReplicaSet::status_replicas), field("revision", &OldReplicaSet::revision));
    rules.def(
        "expired_history",
        [](const std::vector<OldReplicaSet>& oldest_first, std::optional<int> limit) {
            return expired_history(oldest_first, limit);
        },
        py::arg("oldest_first"), py::arg("limit"), "Indexes of those that are deleted.");
    rules.def("old_pods_running", &old_pods_running, py::arg("status_replicas"), py::arg("unfinished_pods"));
}

void bind_progress(py::module_& rules) {
    bind_struct(rules, "Status", "The counters of a Deployment's status.", field("replicas", &Status::replicas),
                field("updated", &Status::updated), field("ready", &Status::ready),
                field("available", &Status::available));
    rules.def("deployment_complete", &deployment_complete, py::arg("replicas"), py::arg("status"));
    rules.def("deployment_progressing", &deployment_progressing, py::arg("before"), py::arg("after"));
    bind_enum<ProgressReason>(rules, "ProgressReason", "Of the condition Progressing.",
                              {{"new_replica_set_created", ProgressReason::kNewReplicaSetCreated},
                               {"found_new_replica_set", ProgressReason::kFoundNewReplicaSet},
                               {"replica_set_updated", ProgressReason::kReplicaSetUpdated},
                               {"new_replica_set_available", ProgressReason::kNewReplicaSetAvailable},
                               {"progress_deadline_exceeded", ProgressReason::kProgressDeadlineExceeded},
                               {"deployment_paused", ProgressReason::kDeploymentPaused},
                               {"deployment_resumed", ProgressReason::kDeploymentResumed}});
    bind_struct(rules, "ProgressCondition", "The condition Progressing.", field("reason", &ProgressCondition::reason),
                field("last_update", &ProgressCondition::last_update));
    rules.def("deployment_timed_out", &deployment_timed_out, py::arg("deadline"), py::arg("condition"), py::arg("now"));
    rules.def("requeue_stuck_after", &requeue_stuck_after, py::arg("deadline"), py::arg("complete"),
              py::arg("condition"), py::arg("now"));
    rules.def("sync_rollout_status", &sync_rollout_status, py::arg("deadline"), py::arg("replicas"), py::arg("before"),
              py::arg("after"), py::arg("condition"), py::arg("now"));
}

}  // namespace

void bind_kubernetes(py::module_& module) {
    py::module_ rules = module.def_submodule("kubernetes", "The Deployment controller, rule by rule.");
    bind_sizes(rules);
    bind_progress(rules);
}

}  // namespace rollcast::bindings
