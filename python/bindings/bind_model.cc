#include <pybind11/numpy.h>

#include "bind.h"
#include "rollcast/model/fidelity.h"
#include "rollcast/model/scenario.h"

namespace pybind11::detail {

/// Arrivals to replay: a numpy array of whole numbers in, a read-only view of the shared column out.
template <>
struct type_caster<std::shared_ptr<const std::vector<std::int64_t>>> {
    using Column = std::vector<std::int64_t>;
    PYBIND11_TYPE_CASTER(std::shared_ptr<const Column>,
                         io_name("typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None",
                                 "numpy.typing.NDArray[numpy.int64] | None"));
    bool load(handle source, bool) {
        if (source.is_none()) return true;
        const array any = array::ensure(source);
        if (!any || any.ndim() != 1 || any.dtype().kind() != 'i') return false;
        const auto numbers = array_t<std::int64_t, array::c_style | array::forcecast>::ensure(any);
        if (!numbers) return false;
        value = std::make_shared<const Column>(numbers.data(), numbers.data() + numbers.size());
        return true;
    }
    static handle cast(const std::shared_ptr<const Column>& source, return_value_policy, handle) {
        if (!source) return none().release();
        const capsule owner(new std::shared_ptr<const Column>(source),
                            [](void* held) { delete static_cast<std::shared_ptr<const Column>*>(held); });
        array_t<std::int64_t> view(static_cast<ssize_t>(source->size()), source->data(), owner);
        view.attr("flags").attr("writeable") = false;
        return view.release();
    }
};

}  // namespace pybind11::detail

namespace rollcast::bindings {
namespace {

void bind_metrics(py::module_& module) {
    bind_enum<Vantage>(
        module, "Vantage", "Who counts the requests.",
        {{"application", Vantage::kApplication}, {"proxy", Vantage::kProxy}, {"client", Vantage::kClient}});
    bind_enum<Scope>(
        module, "Scope", "Whose requests are counted.",
        {{"new", Scope::kNew}, {"old", Scope::kOld}, {"service", Scope::kService}, {"baseline", Scope::kBaseline}});
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

    bind_sources(module);
    bind_enum<Flake>(module, "Flake", "What a judge answers when it goes wrong.",
                     {{"fails", Flake::kFails}, {"errors", Flake::kErrors}});
    bind_struct(
        module, "Metric", "One metric of an analysis: what it measures, how often, and Argo's limits.",
        field("name", &Metric::name), field("source", &Metric::source), field("interval", &Metric::interval),
        field("initial_delay", &Metric::initial_delay), field("count", &Metric::count),
        field("failure_limit", &Metric::failure_limit), field("inconclusive_limit", &Metric::inconclusive_limit),
        field("consecutive_error_limit", &Metric::consecutive_error_limit),
        field("consecutive_success_limit", &Metric::consecutive_success_limit), field("dry_run", &Metric::dry_run),
        field("flaky", &Metric::flaky), field("flaky_as", &Metric::flaky_as), field("line", &Metric::line));
    bind_struct(module, "Analysis", "The metrics that one AnalysisRun takes together.", field("name", &Analysis::name),
                field("metrics", &Analysis::metrics));
}

void bind_release(py::module_& module) {
    bind_enum<DefectKind>(module, "DefectKind", "What is wrong with a release.",
                          {{"none", DefectKind::kNone},
                           {"error_rate", DefectKind::kErrorRate},
                           {"latency", DefectKind::kLatency},
                           {"crash_on_start", DefectKind::kCrashOnStart},
                           {"crash_hazard", DefectKind::kCrashHazard},
                           {"crash_on_request", DefectKind::kCrashOnRequest},
                           {"memory_leak", DefectKind::kMemoryLeak},
                           {"slow_leak", DefectKind::kSlowLeak},
                           {"descriptor_leak", DefectKind::kDescriptorLeak},
                           {"capacity", DefectKind::kCapacity},
                           {"wrong_answers", DefectKind::kWrongAnswers}});
    bind_struct(module, "Defect", "What is wrong with a release; see outcomes.COLUMNS for the severity's unit.",
                field("kind", &Defect::kind), field("severity", &Defect::severity), field("share", &Defect::share),
                field("request_class", &Defect::request_class));
    bind_struct(module, "TruthKind", "One thing that the truth about the release may be.",
                field("name", &TruthKind::name), field("probability", &TruthKind::probability),
                field("kind", &TruthKind::kind), field("severity", &TruthKind::severity),
                field("share", &TruthKind::share), field("request_class", &TruthKind::request_class));
    bind_struct(module, "Release", "A prior over kinds of truth; probabilities add up to 1.",
                field("truths", &Release::truths));
}

void bind_service(py::module_& module) {
    bind_enum<QueueOrder>(module, "QueueOrder", "The order in which an instance takes up what waits.",
                          {{"fifo", QueueOrder::kFifo}, {"lifo", QueueOrder::kLifo}});
    bind_struct(module, "Service", "One instance's way of answering.", field("slots", &Service::slots),
                field("queue", &Service::queue), field("order", &Service::order),
                field("most_wait", &Service::most_wait), field("cores", &Service::cores),
                field("service_time", &Service::service_time), field("cold_slowness", &Service::cold_slowness),
                field("cold_decay", &Service::cold_decay), field("timeout", &Service::timeout),
                field("error_rate", &Service::error_rate), field("slow", &Service::slow));
}

void bind_traffic(py::module_& module) {
    bind_struct(module, "RatePoint", "A point of the shape of a rate; straight lines join the points.",
                field("at", &RatePoint::at), field("factor", &RatePoint::factor));
    bind_struct(module, "Bursts", "Times of high rate that begin and end at random (MMPP).",
                field("factor", &Bursts::factor), field("mean_quiet", &Bursts::mean_quiet),
                field("mean_burst", &Bursts::mean_burst));
    bind_struct(module, "RequestClass", "Requests of one kind; None: the service's own.",
                field("name", &RequestClass::name), field("share", &RequestClass::share),
                field("service_time", &RequestClass::service_time), field("error_rate", &RequestClass::error_rate));
    bind_struct(module, "Users", "Users who wait for each answer and think before they ask again: a closed loop.",
                field("count", &Users::count), field("think", &Users::think));
    bind_enum<Stickiness>(
        module, "Stickiness", "What a user stays with.",
        {{"none", Stickiness::kNone}, {"version", Stickiness::kVersion}, {"instance", Stickiness::kInstance}});
    bind_struct(module, "Sessions", "How many users send the open requests, and what they stay with.",
                field("sticky", &Sessions::sticky), field("users", &Sessions::users));
    bind_enum<Jitter>(module, "Jitter", "How much of a wait is random.",
                      {{"none", Jitter::kNone}, {"equal", Jitter::kEqual}, {"full", Jitter::kFull}});
    bind_struct(module, "Retries", "What clients do about an attempt that failed.",
                field("attempts", &Retries::attempts), field("base", &Retries::base), field("factor", &Retries::factor),
                field("most", &Retries::most), field("jitter", &Retries::jitter), field("errors", &Retries::errors),
                field("timeouts", &Retries::timeouts), field("budget", &Retries::budget),
                field("reserve", &Retries::reserve));
    bind_struct(module, "Traffic",
                "Who sends requests, when, and what they do when one fails. `replay`: nanoseconds since the start of "
                "the rollout, not falling.",
                field("rate", &Traffic::rate), field("shape", &Traffic::shape), field("bursts", &Traffic::bursts),
                field("replay", &Traffic::replay), field("classes", &Traffic::classes), field("users", &Traffic::users),
                field("sessions", &Traffic::sessions), field("retries", &Traffic::retries));
    module.def("mean_rate", &mean_rate, py::arg("traffic"), py::arg("start"), py::arg("end"),
               "Open arrivals per second that are expected between two times; bursts are averaged in.");
    module.def("peak_rate", &peak_rate, py::arg("traffic"), py::arg("start"), py::arg("end"),
               "The largest expected rate between two times; bursts are averaged in.");
}

void bind_balancing(py::module_& module) {
    bind_enum<Policy>(module, "Policy", "How a router picks an instance of a version.",
                      {{"random", Policy::kRandom},
                       {"round_robin", Policy::kRoundRobin},
                       {"least_outstanding", Policy::kLeastOutstanding},
                       {"power_of_two", Policy::kPowerOfTwo},
                       {"weighted_least_request", Policy::kWeightedLeastRequest},
                       {"peak_ewma", Policy::kPeakEwma}});
    bind_struct(module, "OutlierDetection", "Envoy's outlier detection.",
                field("consecutive_errors", &OutlierDetection::consecutive_errors),
                field("interval", &OutlierDetection::interval),
                field("base_ejection", &OutlierDetection::base_ejection),
                field("most_ejection", &OutlierDetection::most_ejection),
                field("most_ejected", &OutlierDetection::most_ejected));
    bind_struct(module, "Locality", "Balancers of a zone prefer its instances, as in Envoy's zone-aware routing.",
                field("overprovisioning", &Locality::overprovisioning));
    bind_struct(module, "Balancing", "How requests find an instance.", field("policy", &Balancing::policy),
                field("balancers", &Balancing::balancers), field("slow_start", &Balancing::slow_start),
                field("ewma_decay", &Balancing::ewma_decay), field("max_outstanding", &Balancing::max_outstanding),
                field("outlier", &Balancing::outlier), field("locality", &Balancing::locality),
                field("propagation", &Balancing::propagation),
                field("weight_propagation", &Balancing::weight_propagation));
}

void bind_faults(py::module_& module) {
    bind_struct(module, "HostFailures", "Hosts fail, alone or in bursts, and come back.",
                field("hosts", &HostFailures::hosts), field("mttf", &HostFailures::mttf),
                field("shape", &HostFailures::shape), field("burst", &HostFailures::burst),
                field("burst_within", &HostFailures::burst_within), field("repair", &HostFailures::repair),
                field("notice", &HostFailures::notice), field("evict", &HostFailures::evict));
    bind_struct(module, "ZoneLoss", "A zone is lost, with all its instances, for a while.", field("at", &ZoneLoss::at),
                field("lasts", &ZoneLoss::lasts), field("zone", &ZoneLoss::zone));
    bind_struct(module, "BrownOut", "Something that the service depends on answers late or badly.",
                field("at", &BrownOut::at), field("lasts", &BrownOut::lasts), field("slowness", &BrownOut::slowness),
                field("error_rate", &BrownOut::error_rate));
    bind_struct(module, "BlackOut", "Operators' telemetry shows nothing for a while.", field("at", &BlackOut::at),
                field("lasts", &BlackOut::lasts));
    bind_struct(module, "Drain", "Hosts are drained for maintenance, one after the other.", field("at", &Drain::at),
                field("hosts", &Drain::hosts), field("retry", &Drain::retry), field("away", &Drain::away),
                field("timeout", &Drain::timeout), field("force", &Drain::force));
    bind_struct(module, "InstanceEffects", "Instances are not alike: drawn for each process when it starts.",
                field("noise", &InstanceEffects::noise), field("gray", &InstanceEffects::gray),
                field("gray_slowness", &InstanceEffects::gray_slowness),
                field("gray_errors", &InstanceEffects::gray_errors));
    bind_struct(module, "Faults", "What goes wrong without the release's doing.",
                field("host_failures", &Faults::host_failures), field("zone_losses", &Faults::zone_losses),
                field("brown_outs", &Faults::brown_outs), field("black_outs", &Faults::black_outs),
                field("drains", &Faults::drains), field("instances", &Faults::instances));
}

void bind_autoscaling(py::module_& module) {
    bind_enum<LoadMetric>(module, "LoadMetric", "What an autoscaler reads, as a mean over instances.",
                          {{"utilization", LoadMetric::kUtilization}, {"requests", LoadMetric::kRequests}});
    bind_enum<SelectPolicy>(
        module, "SelectPolicy", "Which of several policies holds.",
        {{"max", SelectPolicy::kMax}, {"min", SelectPolicy::kMin}, {"disabled", SelectPolicy::kDisabled}});
    bind_struct(module, "LoadTarget", "What a metric should be.", field("metric", &LoadTarget::metric),
                field("value", &LoadTarget::value));
    bind_struct(module, "ScalingPolicy", "A limit on how fast it scales: so many pods, or percent, a period.",
                field("percent", &ScalingPolicy::percent), field("value", &ScalingPolicy::value),
                field("period", &ScalingPolicy::period));
    bind_struct(module, "ScalingRules", "How it scales one way.", field("stabilization", &ScalingRules::stabilization),
                field("select", &ScalingRules::select), field("policies", &ScalingRules::policies));
    using Pods = HorizontalPodAutoscaler;
    bind_struct(module, "HorizontalPodAutoscaler", "Kubernetes' own.", field("targets", &Pods::targets),
                field("up", &Pods::up), field("down", &Pods::down), field("tolerance", &Pods::tolerance),
                field("sync", &Pods::sync), field("resolution", &Pods::resolution),
                field("cpu_initialization", &Pods::cpu_initialization),
                field("initial_readiness", &Pods::initial_readiness));
    bind_struct(module, "TargetTracking", "A policy of Application Auto Scaling on an Amazon ECS service.",
                field("target", &TargetTracking::target),
                field("scale_out_cooldown", &TargetTracking::scale_out_cooldown),
                field("scale_in_cooldown", &TargetTracking::scale_in_cooldown),
                field("disable_scale_in", &TargetTracking::disable_scale_in));
    bind_struct(module, "Autoscaling", "Who changes the number of instances by how busy they are.",
                field("least", &Autoscaling::least), field("most", &Autoscaling::most),
                field("request", &Autoscaling::request), field("by", &Autoscaling::by));
}

void bind_disruption(py::module_& module) {
    bind_struct(module, "DisruptionBudget", "What evictions must leave, or may take: \"3\" or \"25%\".",
                field("min_available", &DisruptionBudget::min_available),
                field("max_unavailable", &DisruptionBudget::max_unavailable));
    module.def("desired_healthy", &desired_healthy, py::arg("budget"), py::arg("expected"),
               "Instances that have to be ready, of those expected.");
}

}  // namespace

void bind_model(py::module_& module) {
    bind_metrics(module);
    bind_release(module);
    bind_autoscaling(module);
    bind_disruption(module);

    bind_struct(module, "Probe", "Kubernetes' readiness probe.", field("initial_delay", &Probe::initial_delay),
                field("period", &Probe::period), field("success_threshold", &Probe::success_threshold),
                field("failure_threshold", &Probe::failure_threshold));
    bind_struct(module, "UnderWay", "How far an earlier rollout had got when this one begins.",
                field("instances", &UnderWay::instances), field("on_top", &UnderWay::on_top));
    bind_struct(module, "Backoff", "Waits between restarts of a process that keeps dying.",
                field("initial", &Backoff::initial), field("most", &Backoff::most),
                field("reset_after", &Backoff::reset_after));
    bind_struct(
        module, "Fleet", "The instances of the service and what becomes of each.", field("replicas", &Fleet::replicas),
        field("under_way", &Fleet::under_way), field("zones", &Fleet::zones), field("autoscaling", &Fleet::autoscaling),
        field("quota", &Fleet::quota), field("disruption_budget", &Fleet::disruption_budget),
        field("capacity", &Fleet::capacity), field("schedule", &Fleet::schedule),
        field("image_bytes", &Fleet::image_bytes), field("pull_bytes_per_second", &Fleet::pull_bytes_per_second),
        field("image_cached", &Fleet::image_cached), field("start", &Fleet::start), field("warm_up", &Fleet::warm_up),
        field("readiness", &Fleet::readiness), field("min_ready", &Fleet::min_ready),
        field("pre_stop", &Fleet::pre_stop), field("grace", &Fleet::grace), field("crash_notice", &Fleet::crash_notice),
        field("backoff", &Fleet::backoff), field("creation", &Fleet::creation));
    bind_service(module);
    bind_traffic(module);
    bind_balancing(module);
    bind_faults(module);
    bind_struct(module, "Observability", "What operators' telemetry sees and how late.",
                field("scrape_interval", &Observability::scrape_interval), field("delay", &Observability::delay),
                field("scrape_loss", &Observability::scrape_loss),
                field("latency_buckets", &Observability::latency_buckets));
    bind_struct(module, "Slo", "The objective that the error budget comes from.", field("objective", &Slo::objective),
                field("period", &Slo::period));
    bind_struct(module, "Window", "Every plan is scored on [0, horizon], after a lead-in.",
                field("lead_in", &Window::lead_in), field("horizon", &Window::horizon));
    bind_struct(module, "OnCall", "How long the person on call takes. Distributions of seconds.",
                field("acknowledge", &OnCall::acknowledge), field("diagnose", &OnCall::diagnose),
                field("act", &OnCall::act));
    bind_struct(module, "WorkingHours", "When people are at work, by a clock on which the rollout starts at `start`.",
                field("start", &WorkingHours::start), field("opens", &WorkingHours::opens),
                field("closes", &WorkingHours::closes), field("days", &WorkingHours::days));
    module.def("at_work", &at_work, py::arg("hours"), py::arg("now"));
    module.def("worked", &worked, py::arg("hours"), py::arg("start"), py::arg("work"),
               "When somebody who began then, or at the next opening, has worked for so long.");
    bind_struct(module, "UserReports", "Users notice what no monitor sees, and say so late.",
                field("share", &UserReports::share), field("delay", &UserReports::delay),
                field("enough", &UserReports::enough));
    bind_struct(module, "People", "Who is woken when something goes wrong, and how long they take.",
                field("on_call", &People::on_call), field("hours", &People::hours),
                field("off_hours", &People::off_hours), field("pages", &People::pages),
                field("reports", &People::reports), field("approval", &People::approval),
                field("approval_limit", &People::approval_limit));
    bind_enum<Fidelity>(module, "Fidelity", "How requests are simulated: each by itself, or in numbers.",
                        {{"request", Fidelity::kRequest},
                         {"flow", Fidelity::kFlow},
                         {"hybrid", Fidelity::kHybrid},
                         {"auto", Fidelity::kAuto}});
    bind_struct(module, "Location", "One of several places where the service runs, with a fleet of its own.",
                field("name", &Location::name), field("share", &Location::share), field("fleet", &Location::fleet),
                field("faults", &Location::faults), field("shape", &Location::shape));
    bind_struct(module, "Scenario", "All that a run needs but the strategy.", field("name", &Scenario::name),
                field("fleet", &Scenario::fleet), field("service", &Scenario::service),
                field("traffic", &Scenario::traffic), field("balancing", &Scenario::balancing),
                field("faults", &Scenario::faults), field("observability", &Scenario::observability),
                field("release", &Scenario::release), field("slo", &Scenario::slo), field("window", &Scenario::window),
                field("baseline", &Scenario::baseline), field("analyses", &Scenario::analyses),
                field("people", &Scenario::people), field("locations", &Scenario::locations),
                field("fidelity", &Scenario::fidelity));

    bind_struct(module, "Complaint", "\"traffic.rate\" and \"must be above 0, is -3\".",
                field("path", &Complaint::path), field("message", &Complaint::message));
    module.def("in_location", &in_location, py::arg("scenario"), py::arg("location"),
               "What the service is in one of its locations.");
    module.def("why_not_flow", &why_not_flow, py::arg("scenario"), py::arg("truth"),
               "Why requests cannot be drawn where the release is of that kind; None where they can.");
    module.def("draws_requests", &draws_requests, py::arg("scenario"), py::arg("truth"), "Whether they are.");
    module.def("autoscales", &autoscales, py::arg("scenario"), "Whether anybody changes the number of instances.");
    module.def("validate", &validate, py::arg("scenario"), "Every complaint at once; empty if it can be run.");
    module.def("instances_needed", py::overload_cast<const Scenario&>(&instances_needed), py::arg("scenario"),
               "Instances that the highest load expected in the window keeps busy.");
}

}  // namespace rollcast::bindings
