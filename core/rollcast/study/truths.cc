#include "rollcast/base/check.h"
#include "rollcast/study/forecast.h"

namespace rollcast {

std::vector<std::uint32_t> allocate_truths(const Release& release, std::uint32_t replications) {
    const auto shares = [](const TruthKind& kind) {
        return kind.probability <= 0 ? 0U : kind.kind == DefectKind::kNone ? 2U : 1U;
    };
    bool any = false;
    for (const TruthKind& kind : release.truths) any = any || shares(kind) > 0;
    require(any, "release.truths: no kind of truth has a probability above 0");

    // Each goes to the kind with the highest shares / (2 * dealt + 1), the divisor method of Webster and Sainte-Lague:
    // any prefix is dealt as evenly as whole numbers allow. The earlier kind wins a tie.
    std::vector<std::uint32_t> truths;
    std::vector<std::uint64_t> dealt(release.truths.size(), 0);
    truths.reserve(replications);
    while (truths.size() < replications) {
        std::uint32_t best = 0;
        for (std::uint32_t t = 1; t < release.truths.size(); ++t) {
            if (shares(release.truths[t]) * (2 * dealt[best] + 1) > shares(release.truths[best]) * (2 * dealt[t] + 1))
                best = t;
        }
        ++dealt[best];
        truths.push_back(best);
    }
    return truths;
}

}  // namespace rollcast
