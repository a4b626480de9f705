#include "bind.h"
#include "rollcast/stats/mann_whitney.h"
#include "rollcast/stats/sample.h"

namespace rollcast::bindings {

using Values = std::vector<double>;

void bind_samples(py::module_& module) {
    py::module_ samples = module.def_submodule("samples", "Samples: summaries, outliers and differences.");
    bind_struct(samples, "SampleSummary", "All zero for no values.", field("min", &SampleSummary::min),
                field("max", &SampleSummary::max), field("mean", &SampleSummary::mean),
                field("deviation", &SampleSummary::deviation), field("count", &SampleSummary::count));
    samples.def("summarise", [](const Values& values) { return summarise(values); }, py::arg("values"));
    samples.def(
        "percentile", [](const Values& values, double percent) { return percentile(values, percent); },
        py::arg("values"), py::arg("percent"), "Type 7, the default of R and NumPy; NaN for no values.");
    samples.def("quartile_fences", py::overload_cast<double, double, double>(&quartile_fences),
                py::arg("first_quartile"), py::arg("third_quartile"), py::arg("factor"), "Tukey's fences.");
    samples.def(
        "quartile_outliers",
        [](const Values& values, double factor, bool reduced) { return quartile_outliers(values, factor, reduced); },
        py::arg("values"), py::arg("factor"), py::arg("reduced"), "Indices of what is outside Tukey's fences.");
    samples.def(
        "deviation_outliers", [](const Values& values, double factor) { return deviation_outliers(values, factor); },
        py::arg("values"), py::arg("factor"),
        "Indices of what is more than so many standard deviations from the mean.");
    samples.def(
        "mean_ratio", [](const Values& control, const Values& experiment) { return mean_ratio(control, experiment); },
        py::arg("control"), py::arg("experiment"), "NaN where a mean is 0 or there is none.");
    samples.def(
        "cohens_d", [](const Values& control, const Values& experiment) { return cohens_d(control, experiment); },
        py::arg("control"), py::arg("experiment"));

    py::class_<MannWhitney>(samples, "MannWhitney", "By how much x is above y: the Mann-Whitney test turned round.")
        .def(py::init([](const Values& x, const Values& y) { return MannWhitney(x, y); }), py::arg("x"), py::arg("y"))
        .def("score", &MannWhitney::score, py::arg("shift"), "Standard score of x - shift against y; NaN: all tied.")
        .def_property_readonly("least_shift", &MannWhitney::least_shift)
        .def_property_readonly("greatest_shift", &MannWhitney::greatest_shift)
        .def("shift", &MannWhitney::shift, py::arg("confidence"), "None where all values are tied.")
        .def_property_readonly("effect", &MannWhitney::effect, "Share of pairs in which x is above y.");
}

}  // namespace rollcast::bindings
