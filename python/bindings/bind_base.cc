#include <pybind11/typing.h>

#include "bind.h"
#include "rollcast/base/amount.h"
#include "rollcast/base/check.h"
#include "rollcast/base/version.h"

namespace rollcast::bindings {

void bind_base(py::module_& module) {
    module.attr("version") = kVersion;
    module.attr("model_version") = kModelVersion;
    module.def(
        "build_config",
        [] {
            py::typing::Dict<py::str, py::object> config;
            config["version"] = kVersion;
            config["model_version"] = kModelVersion;
            config["compiler"] = kCompiler;
            config["build_type"] = kBuildType;
            return config;
        },
        "What this extension was built from and with: for bug reports.");

    py::register_exception<InvariantError>(module, "InvariantError", PyExc_RuntimeError).attr("__doc__") =
        "A bug in rollcast, not in its input.";

    bind_enum<Rounding>(module, "Rounding", "Of a percentage.", {{"up", Rounding::kUp}, {"down", Rounding::kDown}});
    bind_struct(module, "Amount", "A count of instances, or a percentage of a total.", field("value", &Amount::value),
                field("percent", &Amount::percent))
        .def("__str__", py::overload_cast<Amount>(&to_string));
    module.def("resolve", &resolve, py::arg("amount"), py::arg("total"), py::arg("rounding"),
               "The amount as a count of `total`.");
    module.def("parse_amount", &parse_amount, py::arg("text"), py::arg("bare_is_percent") = false,
               "Reads \"25%\", and \"25\" too if `bare_is_percent`; None for anything else.");
}

}  // namespace rollcast::bindings
