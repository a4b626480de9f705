#include "rollcast/world/backlog.h"

#include <algorithm>

namespace rollcast {
namespace {

constexpr double kNone = 1e-9;  // requests

}  // namespace

double Backlog::instances() const {
    double sum = 0;
    for (std::size_t i = 0; i < used_; ++i) sum += levels_[i].instances;
    return sum;
}

double Backlog::mean() const {
    double sum = 0;
    for (std::size_t i = 0; i < used_; ++i) sum += levels_[i].instances * levels_[i].waiting;
    return sum > 0 ? sum / instances() : 0;
}

/// With the one below.
void Backlog::merge(std::size_t upper) {
    Level& lower = levels_[upper - 1];
    const Level& other = levels_[upper];
    const double all = lower.instances + other.instances;
    if (all > 0) lower.waiting = (lower.instances * lower.waiting + other.instances * other.waiting) / all;
    lower.instances = all;
    std::copy(levels_.begin() + static_cast<std::ptrdiff_t>(upper) + 1,
              levels_.begin() + static_cast<std::ptrdiff_t>(used_),
              levels_.begin() + static_cast<std::ptrdiff_t>(upper));
    --used_;
}

void Backlog::tidy(double most) {
    for (std::size_t i = 0; i < used_; ++i) {
        double& waiting = levels_[i].waiting;
        if (waiting < kNone) waiting = 0;
        if (waiting > most - kNone) waiting = most;
    }
    for (std::size_t i = used_; i-- > 1;) {
        if (levels_[i].waiting - levels_[i - 1].waiting <= kNone) merge(i);
    }
}

void Backlog::resize(int instances) {
    const double more = instances - this->instances();
    if (more > kNone) {
        if (levels_[0].waiting > 0 && levels_[0].instances > 0) {
            if (used_ > kMost) merge(used_ - 1);
            std::copy_backward(levels_.begin(), levels_.begin() + static_cast<std::ptrdiff_t>(used_),
                               levels_.begin() + static_cast<std::ptrdiff_t>(used_) + 1);
            levels_[0] = {};
            ++used_;
        }
        if (levels_[0].instances <= 0) levels_[0].waiting = 0;
        levels_[0].instances += more;
    }
    for (double fewer = -more; fewer > kNone;) {
        Level& last = levels_[used_ - 1];
        const double gone = std::min(fewer, last.instances);
        last.instances -= gone;
        fewer -= gone;
        if (used_ == 1) break;
        if (last.instances <= kNone) --used_;
    }
    if (instances == 0) levels_[0] = {};
}

std::vector<Backlog::Met> Backlog::now(double load, const Instances& of) const {
    std::vector<Met> met;
    const double all = instances();
    for (std::size_t i = 0; i < (of.pooled ? 1 : used_); ++i) {
        met.push_back({.share = of.pooled || all <= 0 ? 1 : levels_[i].instances / all,
                       .waiting = levels_[i].waiting,
                       .room = load <= 1 || levels_[i].waiting < of.most});
    }
    return met;
}

double Backlog::pass(double load, const Instances& of, double seconds, double step, std::vector<Met>& met) {
    const double all = instances(), rate = load * of.each;  // a second, of an instance
    double left = seconds;
    while (left > 0 && all > 0) {
        tidy(of.most);
        if (empty() && load <= 1) break;
        double taken = left;
        std::array<double, kMost + 1> grows{};  // a second
        for (std::size_t i = 0; i < used_; ++i) {
            const double its = !of.pooled ? rate : i == 0 ? rate * all / levels_[0].instances : 0;
            double& growth = grows[i] = its - of.each;
            const double waiting = levels_[i].waiting;
            if ((waiting <= 0 && growth < 0) || (waiting >= of.most && growth > 0)) growth = 0;
            if (growth < 0) taken = std::min(taken, std::min(step, waiting) / -growth);
            if (growth > 0) taken = std::min(taken, std::min(step, of.most - waiting) / growth);
        }
        if (of.pooled && used_ > 1 && grows[0] > grows[1]) {
            taken = std::min(taken, (levels_[1].waiting - levels_[0].waiting) / (grows[0] - grows[1]));
        }
        std::vector<Met> present = now(load, of);
        for (std::size_t i = 0; i < present.size(); ++i) {
            present[i].share *= taken / seconds;
            present[i].waiting += grows[i] * taken / 2;
        }
        met.insert(met.end(), present.begin(), present.end());
        for (std::size_t i = 0; i < used_; ++i) levels_[i].waiting += grows[i] * taken;
        left -= taken;
    }
    tidy(of.most);
    return left;
}

}  // namespace rollcast
