#include "bind.h"
#include "outcome_columns.h"
#include "rollcast/run/timeline.h"

namespace rollcast::bindings {

void bind_run(py::module_& module) {
    bind_enum<Verdict>(module, "Verdict", "How a rollout ended.",
                       {{"promoted", Verdict::kPromoted},
                        {"rolled_back", Verdict::kRolledBack},
                        {"stuck", Verdict::kStuck},
                        {"timed_out", Verdict::kTimedOut},
                        {"aborted", Verdict::kAborted}});
    bind_enum<Cause>(module, "Cause", "Why a request failed.",
                     {{"background", Cause::kBackground},
                      {"defect", Cause::kDefect},
                      {"hand_over", Cause::kHandOver},
                      {"capacity", Cause::kCapacity}});
    std::apply(
        [&](auto... fields) {
            bind_struct(module, "Outcome", "What one replication leaves behind. Seconds from the start of the rollout.",
                        fields...)
                .def_property_readonly("attributable", &Outcome::attributable);
        },
        kOutcomeFields);
    module.def("outcome_columns", &outcome_columns, py::arg("outcomes"),
               "One numpy array a column. The verdict, the defect's kind and the truth are numbers: the value of a "
               "Verdict and a DefectKind, an index into Release.truths.");

    using Kind = TimelineEntry::Kind;
    bind_enum<Kind>(module, "EntryKind", "What a line of a timeline tells of.",
                    {{"decision", Kind::kDecision},
                     {"measurement", Kind::kMeasurement},
                     {"verdict", Kind::kVerdict},
                     {"instance", Kind::kInstance},
                     {"truth", Kind::kTruth}});
    bind_struct(module, "TimelineEntry", "One line of a replication's log.", field("at", &TimelineEntry::at),
                field("kind", &TimelineEntry::kind), field("text", &TimelineEntry::text));
    bind_struct(module, "TimelineSample", "How things stood at one scrape; lists by version.",
                field("at", &TimelineSample::at), field("weight", &TimelineSample::weight),
                field("ready", &TimelineSample::ready), field("instances", &TimelineSample::instances),
                field("observed_error_rate", &TimelineSample::observed_error_rate),
                field("true_error_rate", &TimelineSample::true_error_rate),
                field("service_error_rate", &TimelineSample::service_error_rate),
                field("request_rate", &TimelineSample::request_rate), field("retry_rate", &TimelineSample::retry_rate),
                field("goodput", &TimelineSample::goodput), field("reach", &TimelineSample::reach));
    bind_struct(module, "Timeline", "One replication told as a story.", field("entries", &Timeline::entries),
                field("samples", &Timeline::samples));
}

}  // namespace rollcast::bindings
