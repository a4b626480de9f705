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
    module.def("mean", &mean, py::arg("distribution"));
    module.def("quantile", &quantile, py::arg("distribution"), py::arg("p"),
               "The value below which a share `p` in (0, 1) of all draws lies.");
}

}  // namespace rollcast::bindings
