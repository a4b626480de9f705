#include "bind.h"
#include "rollcast/random/distribution.h"

namespace rollcast::bindings {

void bind_random(py::module_& module) {
    bind_struct(module, "Constant", "Always `value`.", field("value", &Constant::value));
    bind_struct(module, "Exponential", "Exponential with a mean above 0.", field("mean", &Exponential::mean));
    bind_struct(module, "LogNormal", "`sigma` is the standard deviation of the logarithm.",
                field("median", &LogNormal::median), field("sigma", &LogNormal::sigma));
    bind_struct(module, "Uniform", "Uniform in [low, high].", field("low", &Uniform::low),
                field("high", &Uniform::high));
    bind_struct(module, "LogUniform", "The logarithm is uniform in [log(low), log(high)].",
                field("low", &LogUniform::low), field("high", &LogUniform::high));
    bind_struct(module, "HyperExponential",
                "A mixture of two exponentials: the first with probability `p`, otherwise the second.",
                field("p", &HyperExponential::p), field("first_mean", &HyperExponential::first_mean),
                field("second_mean", &HyperExponential::second_mean));
    bind_struct(module, "Erlang", "The sum of `shape` exponentials of the same mean; `mean` is that of the sum.",
                field("shape", &Erlang::shape), field("mean", &Erlang::mean));
    bind_struct(module, "Weibull", "P(X > x) = exp(-(x / scale)^shape).", field("scale", &Weibull::scale),
                field("shape", &Weibull::shape));
    bind_struct(module, "Empirical", "values[i] is the quantile at i / (n - 1), straight between.",
                field("values", &Empirical::values));
    module.def("mean", &mean, py::arg("distribution"));
    module.def("squared_cv", &squared_cv, py::arg("distribution"),
               "The squared coefficient of variation: variance / mean^2. Zero where nothing varies.");
    module.def("quantile", &quantile, py::arg("distribution"), py::arg("p"),
               "The value below which a share `p` in (0, 1) of all draws lies.");
}

}  // namespace rollcast::bindings
