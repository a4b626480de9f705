#include "rollcast/base/amount.h"

#include <charconv>
#include <cstdint>

namespace rollcast {

int resolve(Amount amount, int total, Rounding rounding) {
    if (!amount.percent) return amount.value;
    const std::int64_t hundredths = std::int64_t{amount.value} * total;
    const std::int64_t rest = ((hundredths % 100) + 100) % 100;
    const std::int64_t floor = (hundredths - rest) / 100;
    return static_cast<int>(rounding == Rounding::kUp && rest > 0 ? floor + 1 : floor);
}

std::optional<Amount> parse_amount(std::string_view text, bool bare_is_percent) {
    const bool has_sign = text.ends_with('%');
    if (!has_sign && !bare_is_percent) return std::nullopt;
    if (has_sign) text.remove_suffix(1);
    if (text.empty() || text.front() == '-') return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return percent(value);
}

std::string to_string(Amount amount) { return std::to_string(amount.value) + (amount.percent ? "%" : ""); }

}  // namespace rollcast
