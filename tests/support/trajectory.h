#pragma once
// A rollout on a toy fleet as a table: what was asked for, whenever it changed.

#include <cmath>
#include <ostream>
#include <vector>

#include "support/toy_fleet.h"

namespace rollcast::testing {

struct Point {
    double minute = 0;
    int old_desired = 0;
    int new_desired = 0;
    int new_percent = 0;  // of the traffic; 0 where it follows instances
    friend bool operator==(const Point&, const Point&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Point& it) {
        return out << "{" << it.minute << ", " << it.old_desired << ", " << it.new_desired << ", " << it.new_percent
                   << "}";
    }
};

/// Every decision that changed something, for so many steps.
inline std::vector<Point> trajectory(ToyFleet& fleet, Controller& controller, int steps = 100) {
    std::vector<Point> points;
    for (int i = 0; i < steps; ++i) {
        fleet.step(controller, [&](const Directive& want) {
            const Target& fresh = want.targets.back();
            const Point point{to_seconds(fleet.now()) / 60, want.targets.front().desired, fresh.desired,
                              static_cast<int>(std::lround(100 * fresh.weight.value_or(0)))};
            const bool changed = points.empty() || point.old_desired != points.back().old_desired ||
                                 point.new_desired != points.back().new_desired ||
                                 point.new_percent != points.back().new_percent;
            if (changed) points.push_back(point);
        });
    }
    return points;
}

}  // namespace rollcast::testing
