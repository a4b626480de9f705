#pragma once
// Alerts on how fast an error budget burns: several windows, several burn rates.
// Semantics: The Site Reliability Workbook (Google, 2018), chapter 5, "Alerting on SLOs".

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rollcast/base/time.h"
#include "rollcast/model/query.h"

namespace rollcast {

enum class Severity : std::uint8_t { kNone, kTicket, kPage };

/// Fires while the burn rate is above `burn_rate` in both windows. The budget burns at rate 1 when it is used up just
/// at the end of the SLO's period.
struct BurnRateRule {
    Duration long_window{};
    Duration short_window{};  // shows that it still burns
    double burn_rate = 1;
    Severity severity = Severity::kPage;
    Duration hold{};  // it must have been so for this long ("for" in Prometheus)
};

/// The workbook's rules for a period of 30 days; `with_a_day`: also the one over 24 h that only its example expression
/// has.
std::vector<BurnRateRule> recommended_rules(bool with_a_day = false);

/// The workbook's short window: a twelfth of the long one.
constexpr Duration short_window(Duration long_window) { return long_window / 12; }

struct BurnRateAlert {
    double objective = .999;  // share of requests that have to succeed
    Vantage vantage = Vantage::kProxy;
    Scope scope = Scope::kService;
    std::vector<BurnRateRule> rules = recommended_rules();
    Severity fails_on = Severity::kPage;  // and on anything worse
    Duration recording_interval{};  // windows end at multiples of it, as recording rules make them; zero: anywhere
};

/// Why it could never mean anything; nothing when all is well.
std::optional<std::string> complaint(const BurnRateAlert& alert);

}  // namespace rollcast
