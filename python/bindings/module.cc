#include <pybind11/gil_safe_call_once.h>
#include <pybind11/numpy.h>

#include "bind.h"

namespace rollcast::bindings {

namespace {

const py::object& enum_class() {
    PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::object> found;
    return found.call_once_and_store_result([] { return py::module_::import("enum").attr("Enum"); }).get_stored();
}

std::string describe_fields(py::handle self, const std::vector<const char*>& names) {
    const py::object& enum_type = enum_class();
    std::string text = py::str(py::type::of(self).attr("__name__"));
    const char* separator = "(";
    for (const char* name : names) {
        const py::object value = self.attr(name);
        text.append(separator).append(name).append("=");
        text += std::string(py::isinstance(value, enum_type) ? py::str(value) : py::repr(value));
        separator = ", ";
    }
    return text + ")";
}

/// Of the same class, and all fields equal; NaN equals NaN, so that a copy is equal.
bool equal_fields(py::handle a, py::handle b, const std::vector<const char*>& names) {
    if (!py::type::of(a).is(py::type::of(b))) return false;
    const auto is_nan = [](const py::object& value) {
        return py::isinstance<py::float_>(value) && std::isnan(value.cast<double>());
    };
    for (const char* name : names) {
        const py::object left = a.attr(name), right = b.attr(name);
        if (py::isinstance<py::array>(left) || py::isinstance<py::array>(right)) {
            if (!py::module_::import("numpy").attr("array_equal")(left, right).cast<bool>()) return false;
            continue;
        }
        if (!left.equal(right) && !(is_nan(left) && is_nan(right))) return false;
    }
    return true;
}

/// By its constructor.
py::tuple reduce(py::handle self, const std::vector<const char*>& names) {
    py::dict values;
    for (const char* name : names) values[name] = self.attr(name);
    return py::make_tuple(py::module_::import("functools").attr("partial")(py::type::of(self), **values), py::tuple());
}

}  // namespace

void bind_fields(py::object bound, const std::vector<const char*>& names) {
    const auto method = [&](const char* name, auto function, const auto&... extra) {
        py::setattr(bound, name, py::cpp_function(function, py::name(name), py::is_method(bound), extra...));
    };
    method("__repr__", [names](py::handle self) { return describe_fields(self, names); });
    method(
        "__eq__", [names](py::handle self, py::handle other) { return equal_fields(self, other, names); },
        py::arg("other"));
    method("__reduce__", [names](py::handle self) { return reduce(self, names); });
    py::setattr(bound, "__hash__", py::none());
}

std::byte* address_of(py::handle self, const std::type_info& type) {
    py::detail::type_caster_generic caster(type);
    if (!caster.load(self, false)) throw py::type_error("an attribute of another class");
    return static_cast<std::byte*>(caster.value);
}

}  // namespace rollcast::bindings

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
    using namespace rollcast::bindings;
    module.doc() = "The simulator. Seconds, bytes, requests per second, fractions in [0, 1]; lists are copied.";
    bind_base(module);
    bind_random(module);
    bind_stats(module);
    bind_samples(module);
    bind_sequential(module);
    bind_model(module);
    bind_control(module);
    bind_observe(module);
    bind_guards(module);
    bind_python_strategy(module);
    bind_aws(module);  // structs of parameters in strategies hold some of its values
    bind_strategies(module);
    bind_kubernetes(module);
    bind_argo(module);
    bind_flagger(module);
    bind_flagger_strategy(module);
    bind_world(module);
    bind_run(module);
    bind_study(module);
}
