#include "rollcast/world/answering.h"

#include <algorithm>
#include <cmath>

namespace rollcast {
namespace {

constexpr double kWords = 4294967296.0;  // 2^32

}  // namespace

std::uint64_t words_below(double probability) {
    return static_cast<std::uint64_t>(std::llround(std::clamp(probability, 0.0, 1.0) * kWords));
}

double decay(double x) {
    constexpr std::size_t kBins = 1024;
    static const std::array<double, kBins + 1> table = [] {
        std::array<double, kBins + 1> values;
        for (std::size_t i = 0; i <= kBins; ++i) values[i] = std::exp(-kDecayed * static_cast<double>(i) / kBins);
        return values;
    }();
    if (x >= kDecayed) return 0;
    const double position = x * kBins / kDecayed;
    const auto bin = static_cast<std::size_t>(position);
    return table[bin] + (table[bin + 1] - table[bin]) * (position - static_cast<double>(bin));
}

Impairment impairment_of(const std::vector<BrownOut>& brown_outs, Time now) {
    Impairment all;
    double through = 1;
    for (const BrownOut& brown : brown_outs) {
        const Time begins = Time{} + brown.at;
        if (now < begins || now >= begins + brown.lasts) continue;
        all.slowness *= brown.slowness;
        through *= 1 - brown.error_rate;
    }
    all.error_rate = 1 - through;
    return all;
}

Cause blame_for_waits(const Defect& defect, bool hit) {
    const bool slows = hit && defect.kind == DefectKind::kLatency && defect.severity > 1;
    return slows || defect.kind == DefectKind::kCapacity ? Cause::kDefect : Cause::kCapacity;
}

Answering::Answering(const Scenario& scenario, std::span<const Defect> defects)
    : timeout_(static_cast<double>(scenario.service.timeout.count())),
      cold_slowness_(scenario.service.cold_slowness),
      cold_decay_(static_cast<double>(scenario.service.cold_decay.count())) {
    const Service& service = scenario.service;
    const std::vector<RequestClass> one{RequestClass{}};
    const std::vector<RequestClass>& classes = scenario.traffic.classes.empty() ? one : scenario.traffic.classes;
    double share = 0;
    for (const RequestClass& each : classes) {
        share += each.share;
        class_below_.push_back(words_below(share));
        tables_.emplace_back(each.service_time.value_or(service.service_time));
    }
    classes_ = classes.size();
    class_below_.back() = words_below(1);

    for (const Defect& defect : defects) {
        Version& version = versions_.emplace_back();
        version.slots = static_cast<std::uint32_t>(service.slots);
        if (defect.kind == DefectKind::kCapacity) {
            const double rest = service.slots * (1 - defect.severity);
            version.slots = static_cast<std::uint32_t>(std::max(1.0, std::round(rest)));
            version.full = Cause::kDefect;
        }
        if (defect.kind == DefectKind::kMemoryLeak || defect.kind == DefectKind::kDescriptorLeak) {
            version.leak = static_cast<std::uint32_t>(std::clamp(defect.severity, 1.0, 4e9));
            version.leak_is_fatal = defect.kind == DefectKind::kMemoryLeak;
            can_crash_ |= version.leak_is_fatal;
        }
        for (std::size_t i = 0; i < classes.size(); ++i) {
            const double background = classes[i].error_rate.value_or(service.error_rate);
            const bool hit = defect.request_class < 0 || static_cast<std::size_t>(defect.request_class) == i;
            Rule& rule = rules_.emplace_back();
            rule.background_below = rule.defect_below = words_below(background);
            rule.crashes_from = rule.slowed_from = words_below(1);
            rule.blame = blame_for_waits(defect, hit);
            if (!hit) continue;
            rule.silent = defect.kind == DefectKind::kWrongAnswers;
            if (defect.kind == DefectKind::kErrorRate || rule.silent) {
                rule.defect_below = words_below(background + defect.severity);
            }
            if (defect.kind == DefectKind::kCrashOnRequest) rule.crashes_from = words_below(1 - defect.severity);
            can_crash_ |= rule.crashes_from < words_below(1);
            if (defect.kind == DefectKind::kLatency) {
                rule.slow_factor = defect.severity;
                rule.slowed_from = words_below(1 - defect.share);
            }
        }
    }
    if (const std::size_t newer = index_of(kNewVersion); newer < versions_.size())
        flagged_leak_ = versions_[newer].leak;
}

Answering::Lane Answering::lane(std::size_t version, std::size_t request_class, const Trouble& trouble) const {
    const Rule& rule = rules_[version * classes_ + request_class];
    const std::uint64_t fine_from = rule.defect_below + all_errors_below_ + trouble.errors_below;
    const bool none = versions_[version].leak != 0 || fine_from >= rule.crashes_from || rule.slowed_from == 0;
    return {.opens = none ? kNoInstant : trouble.cold_until,
            .slowness = slowness_of(trouble),
            .fine_from = static_cast<std::uint32_t>(fine_from),
            .fine_span = static_cast<std::uint32_t>(rule.crashes_from - 1 - fine_from),
            .most_plain = static_cast<std::uint32_t>(rule.slowed_from - 1),
            .version = static_cast<std::uint16_t>(version)};
}

void Answering::impair_all(Impairment impairment) {
    all_slowness_ = static_cast<float>(impairment.slowness);
    all_errors_below_ = words_below(impairment.error_rate);
}

Trouble Answering::fresh(std::size_t version, Instant now, const Trouble& before) const {
    Trouble trouble{.slowness = before.slowness, .errors_below = before.errors_below};
    if (cold_slowness_ > 0) trouble.cold_until = now + static_cast<Instant>(kDecayed * cold_decay_);
    // Flagged requests leak as the new version's do, at whatever instance.
    trouble.left = versions_[version].leak != 0 ? versions_[version].leak : flagged_leak_;
    return trouble;
}

void Answering::impair(Trouble& trouble, Impairment impairment) {
    trouble.slowness = static_cast<float>(impairment.slowness);
    trouble.errors_below = static_cast<std::uint32_t>(std::min(words_below(impairment.error_rate), words_below(1) - 1));
}

double Answering::coldness(const Trouble& trouble, Instant now) const {
    const double age = kDecayed * cold_decay_ - static_cast<double>(trouble.cold_until - now);
    return 1 + cold_slowness_ * decay(age / cold_decay_);
}

void Answering::take(const Version& version, Trouble& trouble, Fate& fate) {
    if (version.leak_is_fatal) {
        fate.crashes = --trouble.left == 0;
    } else if (trouble.left > 0) {
        --trouble.left;
    } else if (fate.told == Code::k200) {
        fate.told = Code::k500;
        fate.cause = Cause::kDefect;
    }
}

}  // namespace rollcast
