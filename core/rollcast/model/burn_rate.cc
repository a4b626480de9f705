#include "rollcast/model/burn_rate.h"

#include <algorithm>
#include <cmath>

namespace rollcast {

using namespace std::chrono_literals;

std::vector<BurnRateRule> recommended_rules(bool with_a_day) {
    std::vector<BurnRateRule> rules{
        {.long_window = 1h, .short_window = short_window(1h), .burn_rate = 14.4, .severity = Severity::kPage},
        {.long_window = 6h, .short_window = short_window(6h), .burn_rate = 6, .severity = Severity::kPage},
        {.long_window = 72h, .short_window = short_window(72h), .burn_rate = 1, .severity = Severity::kTicket}};
    if (with_a_day) {
        const Duration day = 24h;
        rules.insert(
            rules.end() - 1,
            {.long_window = day, .short_window = short_window(day), .burn_rate = 3, .severity = Severity::kTicket});
    }
    return rules;
}

std::optional<std::string> complaint(const BurnRateAlert& alert) {
    if (!(alert.objective > 0 && alert.objective < 1)) return "must have an objective above 0 and below 1";
    if (alert.rules.empty()) return "must have at least one rule";
    if (alert.recording_interval < 0s) return "must not have a negative recording interval";
    for (const BurnRateRule& rule : alert.rules) {
        if (rule.short_window <= 0s) return "must have windows above 0 s";
        if (rule.short_window >= rule.long_window) return "must have short windows that are shorter than the long ones";
        if (rule.long_window > 24h * 366) return "must have windows of at most a year";
        if (!(rule.burn_rate > 0 && std::isfinite(rule.burn_rate))) return "must have burn rates above 0";
        if (rule.hold < 0s) return "must not have a negative duration clause";
    }
    if (alert.fails_on == Severity::kNone) return "must fail on tickets or on pages";
    const auto fails = [&](const BurnRateRule& rule) { return rule.severity >= alert.fails_on; };
    if (std::none_of(alert.rules.begin(), alert.rules.end(), fails)) return "has no rule of the severity it fails on";
    return std::nullopt;
}

}  // namespace rollcast
