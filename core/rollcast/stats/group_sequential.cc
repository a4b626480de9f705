#include "rollcast/stats/group_sequential.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/gauss.hpp>

#include "rollcast/base/check.h"
#include "rollcast/stats/interval.h"
#include "rollcast/stats/root.h"

namespace rollcast {
namespace {

constexpr double kFarOut = 9;  // standard deviations; what lies beyond is below 1e-18
constexpr double kPanel = 2;   // width of a panel of the quadrature in standard deviations of the narrowest step

double above(double score) { return cdf(complement(boost::math::normal(), score)); }
double density(double score) { return pdf(boost::math::normal(), score); }

/// Nodes and weights on [low, high]: so many panels of Gauss and Legendre's rule with 15 points.
struct Quadrature {
    std::vector<double> nodes, weights;

    Quadrature(double low, double high, int panels) {
        using Rule = boost::math::quadrature::gauss<double, 15>;
        const double half = (high - low) / (2 * panels);
        for (int panel = 0; panel < panels; ++panel) {
            const double centre = low + (2 * panel + 1) * half;
            for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
                const double offset = half * Rule::abscissa()[i], weight = half * Rule::weights()[i];
                add(centre + offset, weight);
                if (offset > 0) add(centre - offset, weight);
            }
        }
    }

   private:
    void add(double node, double weight) {
        nodes.push_back(node);
        weights.push_back(weight);
    }
};

/// Where B is on the paths that have not crossed yet (Armitage, McPherson, Rowe 1969).
class Paths {
   public:
    Paths(bool two_sided, double drift) : two_sided_(two_sided), drift_(drift) {}

    /// Goes on to the next look.
    void move_to(double fraction) {
        require(fraction > now_ && fraction <= 1, "information fractions must rise within (0, 1]");
        const double step = fraction - now_;
        if (now_ > 0) spread_over(std::min(step_, step));
        step_ = step;
        now_ = fraction;
    }

    /// Chance to be beyond the bound now.
    double beyond(double bound) const {
        const double limit = bound * std::sqrt(now_), deviation = std::sqrt(step_);
        double sum = 0;
        for (std::size_t i = 0; i < at_.size(); ++i) {
            const double mean = at_[i] + drift_ * step_;
            sum += mass_[i] * above((limit - mean) / deviation);
            if (two_sided_) sum += mass_[i] * above((limit + mean) / deviation);
        }
        return sum;
    }

    /// Ends the paths beyond the bound.
    void stop_at(double bound) { bound_ = bound; }

   private:
    /// Moves the mass from the look before to the present one; the next step is known only now, and the nodes have to
    /// be dense enough for it.
    void spread_over(double narrowest) {
        const double deviation = std::sqrt(step_);
        const double far = kFarOut * std::sqrt(now_), centre = drift_ * now_;
        const double high = std::min(bound_ * std::sqrt(now_), centre + far);
        const double low = two_sided_ ? std::max(-bound_ * std::sqrt(now_), centre - far) : centre - far;
        if (low >= high) {
            at_.clear();
            mass_.clear();
            return;
        }
        const int panels = static_cast<int>(std::ceil((high - low) / (kPanel * std::sqrt(narrowest))));
        Quadrature grid(low, high, panels);
        std::vector<double> mass(grid.nodes.size(), 0);
        for (std::size_t j = 0; j < mass.size(); ++j) {
            for (std::size_t i = 0; i < at_.size(); ++i) {
                mass[j] += mass_[i] * density((grid.nodes[j] - at_[i] - drift_ * step_) / deviation);
            }
            mass[j] *= grid.weights[j] / deviation;
        }
        at_ = std::move(grid.nodes);
        mass_ = std::move(mass);
    }

    bool two_sided_;
    double drift_;
    double now_ = 0, step_ = 0, bound_ = 0;
    std::vector<double> at_{0}, mass_{1};  // at the look before the present one
};

}  // namespace

double spent(Spending spending, double alpha, double fraction) {
    require(alpha > 0 && alpha < 1, "alpha must be between 0 and 1");
    require(fraction >= 0 && fraction <= 1, "an information fraction must be between 0 and 1");
    if (fraction == 0) return 0;
    if (spending == Spending::kPocock) return alpha * std::log1p(std::expm1(1) * fraction);
    return 2 * above(-normal_quantile(alpha / 2) / std::sqrt(fraction));
}

std::vector<double> crossing_probabilities(std::span<const double> fractions, std::span<const double> bounds,
                                           bool two_sided, double drift) {
    require(fractions.size() == bounds.size(), "there must be a bound for each look");
    Paths paths(two_sided, drift);
    std::vector<double> crossed;
    for (std::size_t look = 0; look < fractions.size(); ++look) {
        paths.move_to(fractions[look]);
        crossed.push_back(paths.beyond(bounds[look]));
        paths.stop_at(bounds[look]);
    }
    return crossed;
}

std::vector<double> spending_bounds(std::span<const double> fractions, double alpha, Spending spending,
                                    bool two_sided) {
    Paths paths(two_sided, 0);
    std::vector<double> bounds;
    const int sides = two_sided ? 2 : 1;
    double before = 0;
    for (const double fraction : fractions) {
        paths.move_to(fraction);
        const double so_far = sides * spent(spending, alpha / sides, fraction);
        const auto excess = [&, now = so_far - before](double bound) { return paths.beyond(bound) - now; };
        const double low = two_sided ? 0 : -kFarOut;
        bounds.push_back(brent_root(excess, low, kFarOut, excess(low), excess(kFarOut), 1e-10));
        paths.stop_at(bounds.back());
        before = so_far;
    }
    return bounds;
}

GroupSequential::GroupSequential(GroupSequentialParams params) : params_(std::move(params)) {
    require(!params_.bounds.empty(), "a test needs at least one look");
}

Finding GroupSequential::update(const Counts& canary, const Counts& baseline) {
    if (finding_ != Finding::kUndecided) return finding_;
    canary_ += canary;
    baseline_ += baseline;
    const double against = params_.two_sided ? std::abs(score()) : score();
    if (against >= params_.bounds[looks_++]) return finding_ = Finding::kWorse;
    if (looks_ == params_.bounds.size()) finding_ = Finding::kNotWorse;
    return finding_;
}

}  // namespace rollcast
