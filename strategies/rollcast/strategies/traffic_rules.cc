#include "rollcast/strategies/traffic_rules.h"

#include <algorithm>

#include "rollcast/base/check.h"

namespace rollcast::strategies::traffic {

std::vector<Shift> linear_shifts(int step_permille, Duration interval) {
    require(step_permille > 0, "a step of the traffic must be above 0");
    std::vector<Shift> shifts{{Duration::zero(), std::min(step_permille, 1000)}};
    while (shifts.back().permille < 1000) {
        shifts.push_back({shifts.back().at + interval, std::min(shifts.back().permille + step_permille, 1000)});
    }
    return shifts;
}

std::vector<Shift> canary_shifts(int permille, Duration interval) {
    if (permille >= 1000) return {{Duration::zero(), 1000}};
    return {{Duration::zero(), permille}, {interval, 1000}};
}

const Shift& shift_at(const std::vector<Shift>& shifts, Duration since_first) {
    const auto later = std::find_if(shifts.begin() + 1, shifts.end(),
                                    [since_first](const Shift& shift) { return shift.at > since_first; });
    return *(later - 1);
}

}  // namespace rollcast::strategies::traffic
