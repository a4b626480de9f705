#include "bind.h"
#include "rollcast/base/check.h"
#include "rollcast/stats/counters.h"
#include "rollcast/stats/interval.h"
#include "rollcast/stats/moments.h"

namespace rollcast::bindings {

void bind_stats(py::module_& module) {
    bind_enum<Code>(module, "Code", "The statuses that the world answers with.",
                    {{"status_200", Code::k200},
                     {"status_500", Code::k500},
                     {"status_503", Code::k503},
                     {"status_504", Code::k504}});
    bind_struct(module, "Interval", "A point estimate and its confidence interval.", field("value", &Interval::value),
                field("low", &Interval::low), field("high", &Interval::high))
        .def_property_readonly("half_width", &Interval::half_width);
    module.def("wilson", &wilson, py::arg("successes"), py::arg("trials"), py::arg("confidence") = .95,
               "Wilson's interval of a probability; all of [0, 1] without trials.");
    module.def(
        "mean_interval",
        [](const std::vector<double>& values, double confidence) {
            Moments moments;
            for (const double value : values) moments.add(value);
            return t_interval(moments, confidence);
        },
        py::arg("values"), py::arg("confidence") = .95,
        "Student's interval of a mean; infinitely wide for fewer than two values.");
    module.def(
        "stratified_quantile",
        [](const std::vector<double>& weights, const std::vector<std::vector<double>>& values, double p,
           double confidence) {
            require(weights.size() == values.size(), "expected a weight for each sample");
            std::vector<SampleStratum> strata;
            for (std::size_t i = 0; i < values.size(); ++i) strata.push_back({weights[i], values[i]});
            return stratified_quantile(strata, p, confidence);
        },
        py::arg("weights"), py::arg("values"), py::arg("p"), py::arg("confidence") = .95,
        "Order-statistic interval of a mixture's quantile; an end that the sample cannot bound is the smallest or "
        "largest value seen.");
    module.def("normal_quantile", &normal_quantile, py::arg("p"), "Below it lies a share p of the standard normal.");
    module.def("student_quantile", &student_quantile, py::arg("p"), py::arg("degrees"),
               "Below it lies a share p of Student's distribution.");
}

}  // namespace rollcast::bindings
