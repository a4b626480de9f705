#include "bind.h"
#include "rollcast/model/scenario.h"

namespace rollcast::bindings {
namespace {

void bind_metrics(py::module_& module) {
    bind_enum<Vantage>(
        module, "Vantage", "Who counts the requests.",
        {{"application", Vantage::kApplication}, {"proxy", Vantage::kProxy}, {"client", Vantage::kClient}});
    bind_enum<Scope>(module, "Scope", "Whose requests are counted.",
                     {{"new", Scope::kNew}, {"old", Scope::kOld}, {"service", Scope::kService}});
    using What = Selector::What;
    bind_enum<What>(
        module, "SelectorWhat", "Which counter.",
        {{"requests", What::kRequests}, {"within_bucket", What::kWithinBucket}, {"latency_sum", What::kLatencySum}});
    bind_struct(module, "Selector",
                "A set of series: which counter, of whom, over which window. Bit i of `codes`: Code(i).",
                field("what", &Selector::what), field("vantage", &Selector::vantage), field("scope", &Selector::scope),
                field("codes", &Selector::codes), field("bucket", &Selector::bucket),
                field("window", &Selector::window), field("offset", &Selector::offset));

    using Query = QueryStep::Op;
    bind_enum<Query>(module, "QueryOp", "What a step of a query does.",
                     {{"number", Query::kNumber},
                      {"rate", Query::kRate},
                      {"increase", Query::kIncrease},
                      {"quantile", Query::kQuantile},
                      {"add", Query::kAdd},
                      {"subtract", Query::kSubtract},
                      {"multiply", Query::kMultiply},
                      {"divide", Query::kDivide},
                      {"or_", Query::kOr},
                      {"negate", Query::kNegate},
                      {"clamp_min", Query::kClampMin},
                      {"clamp_max", Query::kClampMax},
                      {"greater", Query::kGreater},
                      {"less", Query::kLess},
                      {"greater_equal", Query::kGreaterEqual},
                      {"less_equal", Query::kLessEqual},
                      {"equal", Query::kEqual},
                      {"not_equal", Query::kNotEqual}});
    bind_struct(module, "QueryStep", "One step of a query in postfix order.", field("op", &QueryStep::op),
                field("number", &QueryStep::number), field("selector", &QueryStep::selector));

    using Op = ConditionStep::Op;
    bind_enum<Op>(module, "ConditionOp", "What a step of a condition does.",
                  {{"number", Op::kNumber},
                   {"truth", Op::kTruth},
                   {"result", Op::kResult},
                   {"nil", Op::kNil},
                   {"index", Op::kIndex},
                   {"length", Op::kLength},
                   {"is_nan", Op::kIsNaN},
                   {"is_inf", Op::kIsInf},
                   {"is_nil", Op::kIsNil},
                   {"default", Op::kDefault},
                   {"negate", Op::kNegate},
                   {"add", Op::kAdd},
                   {"subtract", Op::kSubtract},
                   {"multiply", Op::kMultiply},
                   {"divide", Op::kDivide},
                   {"modulo", Op::kModulo},
                   {"power", Op::kPower},
                   {"equal", Op::kEqual},
                   {"not_equal", Op::kNotEqual},
                   {"less", Op::kLess},
                   {"less_equal", Op::kLessEqual},
                   {"greater", Op::kGreater},
                   {"greater_equal", Op::kGreaterEqual},
                   {"not_", Op::kNot},
                   {"and_", Op::kAnd},
                   {"or_", Op::kOr},
                   {"to_int", Op::kToInt},
                   {"to_float", Op::kToFloat},
                   {"abs", Op::kAbs},
                   {"floor", Op::kFloor},
                   {"ceil", Op::kCeil},
                   {"round", Op::kRound},
                   {"min", Op::kMin},
                   {"max", Op::kMax}});
    bind_struct(module, "ConditionStep", "One step of a condition in postfix order.", field("op", &ConditionStep::op),
                field("number", &ConditionStep::number), field("skip", &ConditionStep::skip));

    bind_struct(module, "Metric", "One metric of an analysis, with Argo's limits.", field("name", &Metric::name),
                field("query", &Metric::query), field("success", &Metric::success), field("failure", &Metric::failure),
                field("interval", &Metric::interval), field("initial_delay", &Metric::initial_delay),
                field("count", &Metric::count), field("failure_limit", &Metric::failure_limit),
                field("inconclusive_limit", &Metric::inconclusive_limit),
                field("consecutive_error_limit", &Metric::consecutive_error_limit),
                field("consecutive_success_limit", &Metric::consecutive_success_limit),
                field("dry_run", &Metric::dry_run), field("line", &Metric::line));
    bind_struct(module, "Analysis", "The metrics that one AnalysisRun takes together.", field("name", &Analysis::name),
                field("metrics", &Analysis::metrics));
}

void bind_release(py::module_& module) {
    bind_enum<DefectKind>(module, "DefectKind", "What is wrong with a release.",
                          {{"none", DefectKind::kNone},
                           {"error_rate", DefectKind::kErrorRate},
                           {"latency", DefectKind::kLatency},
                           {"crash_on_start", DefectKind::kCrashOnStart},
                           {"crash_hazard", DefectKind::kCrashHazard}});
    bind_struct(module, "TruthKind", "One thing that the truth about the release may be.",
                field("name", &TruthKind::name), field("probability", &TruthKind::probability),
                field("kind", &TruthKind::kind), field("severity", &TruthKind::severity),
                field("share", &TruthKind::share));
    bind_struct(module, "Release", "A prior over kinds of truth; probabilities add up to 1.",
                field("truths", &Release::truths));
}

}  // namespace

void bind_model(py::module_& module) {
    bind_metrics(module);
    bind_release(module);

    bind_struct(module, "Probe", "Kubernetes' readiness probe.", field("initial_delay", &Probe::initial_delay),
                field("period", &Probe::period), field("success_threshold", &Probe::success_threshold),
                field("failure_threshold", &Probe::failure_threshold));
    bind_struct(module, "Backoff", "Waits between restarts of a process that keeps dying.",
                field("initial", &Backoff::initial), field("most", &Backoff::most),
                field("reset_after", &Backoff::reset_after));
    bind_struct(
        module, "Fleet", "The instances of the service and what becomes of each.", field("replicas", &Fleet::replicas),
        field("zones", &Fleet::zones), field("capacity", &Fleet::capacity), field("schedule", &Fleet::schedule),
        field("image_bytes", &Fleet::image_bytes), field("pull_bytes_per_second", &Fleet::pull_bytes_per_second),
        field("image_cached", &Fleet::image_cached), field("start", &Fleet::start), field("warm_up", &Fleet::warm_up),
        field("readiness", &Fleet::readiness), field("min_ready", &Fleet::min_ready),
        field("pre_stop", &Fleet::pre_stop), field("grace", &Fleet::grace), field("crash_notice", &Fleet::crash_notice),
        field("backoff", &Fleet::backoff));
    bind_struct(module, "Service", "One instance's way of answering.", field("slots", &Service::slots),
                field("queue", &Service::queue), field("service_time", &Service::service_time),
                field("timeout", &Service::timeout), field("error_rate", &Service::error_rate),
                field("slow", &Service::slow));
    bind_struct(module, "Traffic", "Requests per second.", field("rate", &Traffic::rate));
    bind_enum<Policy>(module, "Policy", "How a router picks an instance of a version.",
                      {{"random", Policy::kRandom},
                       {"round_robin", Policy::kRoundRobin},
                       {"least_outstanding", Policy::kLeastOutstanding}});
    bind_struct(module, "Balancing", "How requests find an instance.", field("policy", &Balancing::policy),
                field("propagation", &Balancing::propagation),
                field("weight_propagation", &Balancing::weight_propagation));
    bind_struct(module, "Observability", "What operators' telemetry sees and how late.",
                field("scrape_interval", &Observability::scrape_interval), field("delay", &Observability::delay),
                field("scrape_loss", &Observability::scrape_loss),
                field("latency_buckets", &Observability::latency_buckets));
    bind_struct(module, "Slo", "The objective that the error budget comes from.", field("objective", &Slo::objective),
                field("period", &Slo::period));
    bind_struct(module, "Window", "Every plan is scored on [0, horizon], after a lead-in.",
                field("lead_in", &Window::lead_in), field("horizon", &Window::horizon));
    bind_struct(module, "Scenario", "All that a run needs but the strategy.", field("name", &Scenario::name),
                field("fleet", &Scenario::fleet), field("service", &Scenario::service),
                field("traffic", &Scenario::traffic), field("balancing", &Scenario::balancing),
                field("observability", &Scenario::observability), field("release", &Scenario::release),
                field("slo", &Scenario::slo), field("window", &Scenario::window),
                field("analyses", &Scenario::analyses), field("approval", &Scenario::approval));

    bind_struct(module, "Complaint", "\"traffic.rate\" and \"must be above 0, is -3\".",
                field("path", &Complaint::path), field("message", &Complaint::message));
    module.def("validate", &validate, py::arg("scenario"), "Every complaint at once; empty if it can be run.");
    module.def("instances_needed", py::overload_cast<const Scenario&>(&instances_needed), py::arg("scenario"),
               "Instances that the highest load expected in the window keeps busy.");
}

}  // namespace rollcast::bindings
