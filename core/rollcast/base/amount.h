#pragma once
// "3" or "25%": an amount of instances as manifests say it.

#include <optional>
#include <string>
#include <string_view>

namespace rollcast {

enum class Rounding { kUp, kDown };

/// A count, or a percentage of a total that is known only when the amount is used.
struct Amount {
    int value = 0;
    bool percent = false;

    friend bool operator==(const Amount&, const Amount&) = default;
};

constexpr Amount count(int value) { return {value, false}; }
constexpr Amount percent(int value) { return {value, true}; }

/// The amount as a count of `total`. The place decides the rounding: surge rounds up, unavailable rounds down.
int resolve(Amount amount, int total, Rounding rounding);

/// Reads "25%" as a percentage. Kubernetes refuses a bare number in a string; Argo Rollouts reads "25" as 25 percent
/// (`bare_is_percent`). Empty when the text is neither.
std::optional<Amount> parse_amount(std::string_view text, bool bare_is_percent = false);

/// "3" or "25%".
std::string to_string(Amount amount);

}  // namespace rollcast
