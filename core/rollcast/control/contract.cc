#include "rollcast/control/contract.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>

#include "rollcast/base/words.h"

namespace rollcast {
namespace {

constexpr double kRounding = 1e-9;  // of a sum of a few fractions

/// Of the targets of one location.
std::string breach_of_weights(std::span<const Target> targets) {
    double sum = 0;
    std::size_t given = 0;
    for (const Target& target : targets) {
        if (!target.weight) continue;
        if (!(*target.weight >= 0 && *target.weight <= 1 + kRounding)) {
            std::ostringstream text;
            text << "it gives a weight of " << *target.weight << ", which is not between 0 and 1";
            return text.str();
        }
        sum += *target.weight;
        ++given;
    }
    if (given == 0) return {};
    if (given < targets.size()) return "it gives weights to some versions and not to all";
    if (std::abs(sum - 1) <= kRounding) return {};
    std::ostringstream text;
    text << "its weights add up to " << sum << ", not to 1";
    return text.str();
}

std::string breach_of_mirrors(const Directive& want) {
    for (const Target& target : want.targets) {
        if (target.mirrored == 0) continue;
        if (!(target.mirrored > 0 && target.mirrored <= 1)) {
            std::ostringstream text;
            text << "it mirrors a share of " << target.mirrored << ", which is not between 0 and 1";
            return text.str();
        }
        if (!target.weight) return "it mirrors requests and gives no weights";
        if (is_final(want.phase)) return "it goes on mirroring requests after its end";
    }
    return {};
}

/// Of the targets of one location.
std::string breach_of_flags(std::span<const Target> targets) {
    for (const Target& target : targets) {
        if (!target.behind_flag) continue;
        if (&target == &targets.front()) return "it puts the old version behind a flag";
        if (!target.weight) return "it puts a version behind a flag and gives no weights";
        if (target.desired > 0) {
            return "it wants " + std::to_string(target.desired) + " instances of a version that is behind a flag";
        }
        if (target.mirrored > 0) return "it mirrors requests to a version that is behind a flag";
    }
    return {};
}

void describe(std::span<const Target> targets, std::ostringstream& text) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
        text << (i == 0 ? ": old " : i + 1 == targets.size() ? ", new " : ", between ");
        if (targets[i].behind_flag) {
            text << "behind a flag";
        } else {
            text << targets[i].desired;
        }
        if (targets[i].weight) text << " at " << 100 * *targets[i].weight << "%";
        if (targets[i].mirrored > 0) text << " and " << 100 * targets[i].mirrored << "% mirrored";
    }
}

}  // namespace

std::string breach(const Directive& want, const Observation& seen, Phase before) {
    if (want.targets.size() != seen.cohorts.size()) {
        const std::string places = seen.locations == 1 ? "" : " in " + std::to_string(seen.locations) + " locations";
        return "it gives " + std::to_string(want.targets.size()) + " targets where there are " +
               std::to_string(seen.versions()) + " versions" + places;
    }
    const auto fewest = std::min_element(want.targets.begin(), want.targets.end(),
                                         [](const Target& a, const Target& b) { return a.desired < b.desired; });
    if (fewest != want.targets.end() && fewest->desired < 0) {
        return "it wants " + std::to_string(fewest->desired) + " instances";
    }
    for (std::size_t first = 0; first < want.targets.size(); first += seen.versions()) {
        const std::span<const Target> there = std::span(want.targets).subspan(first, seen.versions());
        if (std::string weights = breach_of_weights(there); !weights.empty()) return weights;
        if (std::string flags = breach_of_flags(there); !flags.empty()) return flags;
    }
    if (std::string mirrors = breach_of_mirrors(want); !mirrors.empty()) return mirrors;
    if (want.wake_at <= seen.now) return "it wants to be woken at " + spell(want.wake_at) + ", which is not to come";
    if (is_final(before) && want.phase != before) {
        return std::string("it goes on after its end: it was ") + name(before);
    }
    return {};
}

const char* name(Phase phase) {
    switch (phase) {
        case Phase::kMoving:
            return "moving";
        case Phase::kPaused:
            return "paused";
        case Phase::kBaking:
            return "baking";
        case Phase::kStuck:
            return "stuck";
        case Phase::kRollingBack:
            return "rolling back";
        case Phase::kPromoted:
            return "promoted";
        case Phase::kRolledBack:
            return "rolled back";
    }
    return "?";
}

std::string describe(const Directive& want, std::size_t locations) {
    std::ostringstream text;
    text << name(want.phase);
    if (locations > 1) {
        int instances = 0;
        for (const Target& target : want.targets) instances += target.desired;
        text << ": " << instances << " instances in " << locations << " locations";
    } else {
        describe(want.targets, text);
    }
    if (!want.reason.empty()) text << " (" << want.reason << ")";
    return text.str();
}

}  // namespace rollcast
