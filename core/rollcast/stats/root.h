#pragma once
// Zeros of functions of one variable.

#include <cmath>
#include <limits>

namespace rollcast {

/// A zero of `f` between `a` and `b`, by the method of Brent (1973) as in netlib's zeroin and R: from two ends of
/// opposite sign, good to `tolerance`. Written out, and not taken from a library, because the answer for a step
/// function depends on every step taken, and Kayenta's answers are those of this path. `fa`, `fb`: the values at the
/// ends.
template <typename Function>
double brent_root(Function f, double a, double b, double fa, double fb, double tolerance, int most_steps = 1000) {
    if (fa == 0) return a;
    if (fb == 0) return b;
    // b is the best guess so far, a the one before, and the zero lies between b and c.
    double c = a, fc = fa;
    for (int step = 0; step <= most_steps; ++step) {
        const double last_move = b - a;
        if (std::abs(fc) < std::abs(fb)) {
            a = b, fa = fb;
            b = c, fb = fc;
            c = a, fc = fa;
        }
        const double enough = 2 * std::numeric_limits<double>::epsilon() * std::abs(b) + tolerance / 2;
        double move = (c - b) / 2;
        if (std::abs(move) <= enough || fb == 0) return b;
        if (std::abs(last_move) >= enough && std::abs(fa) > std::abs(fb)) {
            const double gap = c - b, ratio = fb / fa;
            double p, q;
            if (a == c) {  // a straight line through two points
                p = gap * ratio;
                q = 1 - ratio;
            } else {  // an inverse parabola through three
                const double from_a = fa / fc, from_b = fb / fc;
                p = ratio * (gap * from_a * (from_a - from_b) - (b - a) * (from_b - 1));
                q = (from_a - 1) * (from_b - 1) * (ratio - 1);
            }
            if (p > 0) {
                q = -q;
            } else {
                p = -p;
            }
            if (p < .75 * gap * q - std::abs(enough * q) / 2 && p < std::abs(last_move * q / 2)) move = p / q;
        }
        if (std::abs(move) < enough) move = move > 0 ? enough : -enough;
        a = b, fa = fb;
        b += move;
        fb = f(b);
        if ((fb > 0 && fc > 0) || (fb < 0 && fc < 0)) c = a, fc = fa;
    }
    return b;
}

}  // namespace rollcast
