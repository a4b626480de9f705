#include "outcome_columns.h"

#include <array>

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

}  // namespace

Columns outcome_columns(const std::vector<Outcome>& outcomes) {
    Columns columns;
    std::apply([&](auto... fields) { (add(columns, outcomes, fields), ...); }, kOutcomeFields);
    columns["attributable"] = column(outcomes, [](const Outcome& outcome) { return outcome.attributable(); });
    return columns;
}

}  // namespace rollcast::bindings
