#include "rollcast/random/quantile_table.h"

#include <cmath>

namespace rollcast {

QuantileTable::QuantileTable(const Distribution& distribution) {
    const auto end_of_bin = [&](std::size_t upper, std::size_t bin) {
        // The bits that operator() takes apart, put together again.
        const double share = std::ldexp(std::bit_cast<double>((kFirstBin + bin) << kFractionBits), -32);
        return static_cast<float>(upper ? upper_quantile(distribution, share) : quantile(distribution, share));
    };
    for (std::size_t upper = 0; upper < 2; ++upper) {
        float value = end_of_bin(upper, 0);
        for (std::size_t bin = 0; bin < entries_[upper].size(); ++bin) {
            const float next = end_of_bin(upper, bin + 1);
            entries_[upper][bin] = {value, next - value};
            value = next;
        }
    }
}

}  // namespace rollcast
