#pragma once
// What the binding files share: the casters of the core's value types, and bind_struct() and bind_enum().
//
// Durations and times are seconds in Python (float), with infinity for "never"; ids are int. Lists, optionals and
// variants are copied both ways: to change a list, assign a whole one. Nested structs are references into their owner.

#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "rollcast/base/ids.h"
#include "rollcast/base/time.h"

namespace pybind11::detail {

/// Not pybind11/chrono.h: that one rounds to microseconds.
template <>
struct type_caster<rollcast::Duration> {
    PYBIND11_TYPE_CASTER(rollcast::Duration, const_name("float"));
    bool load(handle source, bool) {
        const double seconds = PyFloat_AsDouble(source.ptr());
        if (PyErr_Occurred()) {
            PyErr_Clear();
            return false;
        }
        value = rollcast::from_seconds(seconds);
        return !std::isnan(seconds);
    }
    static handle cast(rollcast::Duration source, return_value_policy, handle) {
        if (source == rollcast::Duration::max()) return PyFloat_FromDouble(HUGE_VAL);
        if (source == rollcast::Duration::min()) return PyFloat_FromDouble(-HUGE_VAL);
        return PyFloat_FromDouble(rollcast::to_seconds(source));
    }
};

template <>
struct type_caster<rollcast::Time> {
    PYBIND11_TYPE_CASTER(rollcast::Time, const_name("float"));
    bool load(handle source, bool convert) {
        make_caster<rollcast::Duration> since_start;
        if (!since_start.load(source, convert)) return false;
        value = rollcast::Time(cast_op<rollcast::Duration>(since_start));
        // Not earlier than said: who asks to be woken then must see that it has come.
        if (value != rollcast::kNever && rollcast::to_seconds(value) < PyFloat_AsDouble(source.ptr())) {
            value += rollcast::Duration(1);
        }
        return true;
    }
    static handle cast(rollcast::Time source, return_value_policy policy, handle parent) {
        return make_caster<rollcast::Duration>::cast(source.time_since_epoch(), policy, parent);
    }
};

template <typename Id>
struct id_caster {
    PYBIND11_TYPE_CASTER(Id, const_name("int"));
    bool load(handle source, bool) {
        make_caster<std::underlying_type_t<Id>> number;
        if (!number.load(source, false)) return false;
        value = Id(cast_op<std::underlying_type_t<Id>>(number));
        return true;
    }
    static handle cast(Id source, return_value_policy, handle) { return PyLong_FromSize_t(rollcast::index_of(source)); }
};
template <>
struct type_caster<rollcast::VersionId> : id_caster<rollcast::VersionId> {};
template <>
struct type_caster<rollcast::AnalysisId> : id_caster<rollcast::AnalysisId> {};
template <>
struct type_caster<rollcast::LocationId> : id_caster<rollcast::LocationId> {};

}  // namespace pybind11::detail

namespace rollcast::bindings {

namespace py = pybind11;

/// One member of a struct under its Python name.
template <typename Struct, typename Member>
struct Field {
    const char* name;
    Member Struct::* member;
};
template <typename Struct, typename Member>
constexpr Field<Struct, Member> field(const char* name, Member Struct::* member) {
    return {name, member};
}

/// What all structs have: repr like "Probe(initial_delay=0.0, period=10.0)", ==, pickle.
void bind_fields(py::object bound, const std::vector<const char*>& names);
/// Where the object of a class of ours is. Throws py::type_error for any other.
std::byte* address_of(py::handle self, const std::type_info& type);

/// Is it a class of ours (and not a number, enum, list, optional or variant)?
template <typename T>
inline constexpr bool kIsBoundClass = std::is_base_of_v<py::detail::type_caster_generic, py::detail::make_caster<T>>;

/// Does Python write its values as a legal expression?
template <typename T>
inline constexpr bool kHasLiteral =
    std::is_arithmetic_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, Duration>;
template <typename T>
inline constexpr bool kHasLiteral<std::optional<T>> = kHasLiteral<T>;

/// A member that is copied both ways. Code for each type of member, not for each member: there are many.
template <typename Member>
void bind_value(py::handle bound, const char* name, const std::type_info& type, std::ptrdiff_t offset) {
    const auto member = [&type, offset](py::handle self) -> Member& {
        return *reinterpret_cast<Member*>(address_of(self, type) + offset);
    };
    const py::cpp_function get([member](py::handle self) { return Member(member(self)); });
    const py::cpp_function set([member](py::handle self, const Member& value) { member(self) = value; });
    const py::handle property(reinterpret_cast<PyObject*>(&PyProperty_Type));
    py::setattr(bound, name, property(get, set));
}

/// A plain struct as a Python class: a constructor with the struct's own defaults (by keyword, or also by position
/// where there are but one or two members), attributes, repr, ==, copy and pickle. What its members' defaults are made
/// of must have been bound before.
template <typename Struct, typename... Members>
py::class_<Struct> bind_struct(py::handle scope, const char* name, const char* doc, Field<Struct, Members>... fields) {
    py::class_<Struct> bound(scope, name, doc);
    const Struct defaults{};
    const auto make = [fields...](const Members&... values) {
        Struct made{};
        ((made.*fields.member = values), ...);
        return made;
    };
    const auto construct = [&](const auto&... how) {
        bound.def(py::init(make), how...,
                  py::arg_v(fields.name, Members(defaults.*fields.member), kHasLiteral<Members> ? nullptr : "...")...);
    };
    if constexpr (sizeof...(Members) <= 2) {
        construct();
    } else {
        construct(py::kw_only());
    }
    auto attribute = [&](auto f) {
        using Member = std::remove_reference_t<decltype(std::declval<Struct&>().*f.member)>;
        if constexpr (kIsBoundClass<Member>) {
            bound.def_readwrite(f.name, f.member);
        } else {
            const auto* from = reinterpret_cast<const std::byte*>(&defaults);
            const auto* to = reinterpret_cast<const std::byte*>(&(defaults.*f.member));
            bind_value<Member>(bound, f.name, typeid(Struct), to - from);
        }
    };
    (attribute(fields), ...);
    bind_fields(bound, {fields.name...});
    return bound;
}

/// An enum as a Python enum.Enum; members lose their k.
template <typename Enum>
void bind_enum(py::handle scope, const char* name, const char* doc,
               std::initializer_list<std::pair<const char*, Enum>> members) {
    py::native_enum<Enum> bound(scope, name, "enum.Enum", doc);
    for (const auto& [member, value] : members) bound.value(member, value);
    bound.finalize();
}

void bind_base(py::module_& module);
void bind_random(py::module_& module);
void bind_stats(py::module_& module);
void bind_samples(py::module_& module);
void bind_sequential(py::module_& module);
void bind_model(py::module_& module);
void bind_kayenta(py::module_& module);
void bind_sources(py::module_& module);  // what a metric may measure; needs vantages, queries and conditions
void bind_observe(py::module_& module);
void bind_guards(py::module_& module);
void bind_control(py::module_& module);
void bind_strategies(py::module_& module);
void bind_kubernetes(py::module_& module);
void bind_argo(py::module_& module);
void bind_flagger(py::module_& module);
void bind_python_guard(py::module_& module);
void bind_python_strategy(py::module_& module);
void bind_flagger_strategy(py::module_& module);  // after the rules, of which it is made
void bind_aws(py::module_& module);
void bind_world(py::module_& module);
void bind_run(py::module_& module);
void bind_study(py::module_& module);

}  // namespace rollcast::bindings
