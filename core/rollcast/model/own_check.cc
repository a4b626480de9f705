#include "rollcast/model/own_check.h"

namespace rollcast {

std::optional<std::string> complaint(const OwnCheck& check) {
    if (!check.guard) return "has no function";
    if (check.vantage == Vantage::kClient) return "needs a vantage that can tell versions apart";
    if (check.window <= Duration::zero()) return "must look back more than 0 s";
    return std::nullopt;
}

}  // namespace rollcast
