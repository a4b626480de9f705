#include "bind.h"
#include "rollcast/stats/group_sequential.h"
#include "rollcast/stats/power.h"
#include "rollcast/stats/sequential.h"

namespace rollcast::bindings {
namespace {

using Values = std::vector<double>;

void bind_params(py::module_& tests) {
    bind_struct(tests, "Counts", "Requests, and how many of them failed.", field("failures", &Counts::failures),
                field("requests", &Counts::requests));
    bind_enum<Finding>(
        tests, "Finding", "Undecided may become one of the others; these stay.",
        {{"undecided", Finding::kUndecided}, {"not_worse", Finding::kNotWorse}, {"worse", Finding::kWorse}});
    bind_struct(tests, "SprtParams", "Wald's sequential probability ratio test of one failure rate.",
                field("good", &SprtParams::good), field("bad", &SprtParams::bad), field("alpha", &SprtParams::alpha),
                field("beta", &SprtParams::beta));
    bind_struct(tests, "MixtureSprtParams", "The mixture test of the difference of two failure rates.",
                field("alpha", &MixtureSprtParams::alpha), field("spread", &MixtureSprtParams::spread),
                field("least_failures", &MixtureSprtParams::least_failures),
                field("two_sided", &MixtureSprtParams::two_sided));
    bind_struct(tests, "CountTestParams", "The any-time-valid test of two numbers of failures.",
                field("alpha", &CountTestParams::alpha), field("a", &CountTestParams::a),
                field("b", &CountTestParams::b), field("two_sided", &CountTestParams::two_sided));
    bind_struct(tests, "GroupSequentialParams", "Bounds for a planned number of looks.",
                field("bounds", &GroupSequentialParams::bounds), field("two_sided", &GroupSequentialParams::two_sided));
}

void bind_tests(py::module_& tests) {
    tests.def("rate_score", &rate_score, py::arg("canary"), py::arg("baseline"),
              "Standard score of the difference of two failure rates.");
    py::class_<Sprt>(tests, "Sprt", "Fed with counts since the last update.")
        .def(py::init<const SprtParams&>(), py::arg("params"))
        .def("update", &Sprt::update, py::arg("more"))
        .def_property_readonly("finding", &Sprt::finding)
        .def_property_readonly("log_ratio", [](const Sprt& test) { return test.log_ratio(); });
    py::class_<MixtureSprt>(tests, "MixtureSprt", "Fed with counts since the last update.")
        .def(py::init<const MixtureSprtParams&>(), py::arg("params"))
        .def("update", &MixtureSprt::update, py::arg("canary"), py::arg("baseline"))
        .def_property_readonly("finding", &MixtureSprt::finding)
        .def_property_readonly("p_value", &MixtureSprt::p_value);
    py::class_<CountTest>(tests, "CountTest", "Fed with failures since the last update.")
        .def(py::init<const CountTestParams&>(), py::arg("params"))
        .def("update", &CountTest::update, py::arg("canary"), py::arg("baseline"), py::arg("share"))
        .def("log_evidence", &CountTest::log_evidence, py::arg("share"))
        .def_property_readonly("finding", &CountTest::finding)
        .def_property_readonly("p_value", &CountTest::p_value);
    py::class_<GroupSequential>(tests, "GroupSequential", "Each update is a look.")
        .def(py::init<GroupSequentialParams>(), py::arg("params"))
        .def("update", &GroupSequential::update, py::arg("canary"), py::arg("baseline"))
        .def_property_readonly("finding", &GroupSequential::finding)
        .def_property_readonly("score", &GroupSequential::score);
}

void bind_spending(py::module_& tests) {
    bind_enum<Spending>(tests, "Spending", "How alpha is spent.",
                        {{"obrien_fleming", Spending::kObrienFleming}, {"pocock", Spending::kPocock}});
    tests.def("spent", &spent, py::arg("spending"), py::arg("alpha"), py::arg("fraction"));
    tests.def(
        "crossing_probabilities",
        [](const Values& fractions, const Values& bounds, bool two_sided, double drift) {
            return crossing_probabilities(fractions, bounds, two_sided, drift);
        },
        py::arg("fractions"), py::arg("bounds"), py::arg("two_sided"), py::arg("drift") = 0.,
        "Chance to cross first at each look.");
    tests.def(
        "spending_bounds",
        [](const Values& fractions, double alpha, Spending spending, bool two_sided) {
            return spending_bounds(fractions, alpha, spending, two_sided);
        },
        py::arg("fractions"), py::arg("alpha"), py::arg("spending"), py::arg("two_sided"), "Standard scores.");
}

void bind_power(py::module_& power) {
    bind_struct(power, "RateComparison", "Two failure rates compared once.", field("before", &RateComparison::before),
                field("after", &RateComparison::after), field("alpha", &RateComparison::alpha),
                field("two_sided", &RateComparison::two_sided));
    power.def("requests_needed", &requests_needed, py::arg("rates"), py::arg("power"), py::arg("share") = .5,
              "Of both sides together.");
    power.def("comparison_power", &comparison_power, py::arg("rates"), py::arg("canary_requests"),
              py::arg("baseline_requests"));
    power.def("effective_requests", &effective_requests, py::arg("requests"), py::arg("instances"),
              py::arg("correlation"), "As many independent requests as tell as much.");
    power.def("exceeds", &exceeds, py::arg("rate"), py::arg("requests"), py::arg("threshold"),
              py::arg("or_equal") = false, "P(failures / requests > threshold).");
    power.def("exceeds_in_traffic", &exceeds_in_traffic, py::arg("rate"), py::arg("mean_requests"),
              py::arg("threshold"), py::arg("or_equal") = false, "The same where requests are a Poisson process.");
    power.def(
        "tripped_by", [](const Values& fails, int failure_limit) { return tripped_by(fails, failure_limit); },
        py::arg("fails"), py::arg("failure_limit"));
    bind_struct(power, "SprtOutlook", "What the sequential probability ratio test does at a failure rate.",
                field("worse", &SprtOutlook::worse), field("not_worse", &SprtOutlook::not_worse),
                field("mean_requests", &SprtOutlook::mean_requests));
    power.def("sprt_outlook", &sprt_outlook, py::arg("params"), py::arg("rate"), py::arg("most_requests") = 10'000'000);
    bind_struct(power, "SprtLook", "What the test counts between two looks, expected; failures scrape by scrape.",
                field("succeeded", &SprtLook::succeeded), field("failed", &SprtLook::failed));
    power.def(
        "sprt_worse_by",
        [](const SprtParams& params, const std::vector<SprtLook>& looks, double unseen) {
            return sprt_worse_by(params, looks, unseen);
        },
        py::arg("params"), py::arg("looks"), py::arg("unseen") = 0.,
        "Probability that the test has found \"worse\" by each look. unseen: that no scrape has seen a failure "
        "before.");
}

}  // namespace

void bind_sequential(py::module_& module) {
    py::module_ tests = module.def_submodule("sequential", "Tests that may be looked at again and again.");
    bind_params(tests);
    bind_tests(tests);
    bind_spending(tests);
    py::module_ power = module.def_submodule("power", "How likely a check is to find a failure rate.");
    bind_power(power);
}

}  // namespace rollcast::bindings
