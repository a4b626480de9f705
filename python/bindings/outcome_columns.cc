#include "outcome_columns.h"

#include <array>
#include <string>

namespace rollcast::bindings {
namespace {

constexpr std::array<const char*, kCauses> kFailedColumns{"failed_background", "failed_defect", "failed_hand_over",
                                                          "failed_capacity"};

template <typename Get>
py::array column(const std::vector<Outcome>& outcomes, Get get) {
    using Value = decltype(get(outcomes.front()));
    py::array_t<Value> values(static_cast<py::ssize_t>(outcomes.size()));
    Value* out = values.mutable_data();
    for (const Outcome& outcome : outcomes) *out++ = get(outcome);
    return values;
}

void add(Columns& columns, const std::vector<Outcome>& outcomes,
         Field<Outcome, std::array<std::int64_t, kCauses>> by_cause) {
    for (std::size_t cause = 0; cause < kCauses; ++cause) {
        columns[kFailedColumns[cause]] =
            column(outcomes, [=](const Outcome& outcome) { return (outcome.*by_cause.member)[cause]; });
    }
}

template <typename Member>
void add(Columns& columns, const std::vector<Outcome>& outcomes, Field<Outcome, Member> f) {
    columns[f.name] = column(outcomes, [f](const Outcome& outcome) {
        if constexpr (std::is_enum_v<Member>) {
            return static_cast<std::underlying_type_t<Member>>(outcome.*f.member);
        } else {
            return outcome.*f.member;
        }
    });
}

template <typename Value, typename Set>
void read(const Columns& columns, const char* name, std::vector<Outcome>& outcomes, Set set) {
    if (!columns.contains(name)) throw py::key_error(name);
    const auto values = py::array_t<Value, py::array::forcecast>::ensure(columns[name]);
    if (!values || values.ndim() != 1 || static_cast<std::size_t>(values.size()) != outcomes.size()) {
        throw py::value_error(std::string("not a column of this table: ") + name);
    }
    const auto view = values.template unchecked<1>();
    for (std::size_t row = 0; row < outcomes.size(); ++row) set(outcomes[row], view(static_cast<py::ssize_t>(row)));
}

void take(const Columns& columns, std::vector<Outcome>& outcomes,
          Field<Outcome, std::array<std::int64_t, kCauses>> by_cause) {
    for (std::size_t cause = 0; cause < kCauses; ++cause) {
        read<std::int64_t>(columns, kFailedColumns[cause], outcomes,
                           [=](Outcome& outcome, std::int64_t value) { (outcome.*by_cause.member)[cause] = value; });
    }
}

template <typename Member>
void take(const Columns& columns, std::vector<Outcome>& outcomes, Field<Outcome, Member> f) {
    if constexpr (std::is_enum_v<Member>) {
        read<std::underlying_type_t<Member>>(columns, f.name, outcomes,
                                             [f](Outcome& outcome, auto value) { outcome.*f.member = Member(value); });
    } else {
        read<Member>(columns, f.name, outcomes, [f](Outcome& outcome, Member value) { outcome.*f.member = value; });
    }
}

}  // namespace

Columns outcome_columns(const std::vector<Outcome>& outcomes) {
    Columns columns;
    std::apply([&](auto... fields) { (add(columns, outcomes, fields), ...); }, kOutcomeFields);
    columns["attributable"] = column(outcomes, [](const Outcome& outcome) { return outcome.attributable(); });
    return columns;
}

std::vector<Outcome> outcomes_of(const Columns& columns) {
    if (!columns.contains("replication")) throw py::key_error("replication");
    std::vector<Outcome> outcomes(py::len(columns["replication"]));
    std::apply([&](auto... fields) { (take(columns, outcomes, fields), ...); }, kOutcomeFields);
    return outcomes;
}

}  // namespace rollcast::bindings
