#include "rollcast/model/source.h"

namespace rollcast {
namespace {

std::optional<std::string> complaint(const QueryCheck& check, std::size_t latency_buckets) {
    if (const auto wrong = complaint(check.query, latency_buckets)) return "has a query that " + *wrong;
    if (const auto wrong = complaint(check.success)) return "has a success condition that " + *wrong;
    if (const auto wrong = complaint(check.failure)) return "has a failure condition that " + *wrong;
    return std::nullopt;
}

}  // namespace

std::optional<std::string> complaint(const Source& source, std::size_t latency_buckets) {
    return std::visit(
        [&](const auto& alternative) {
            if constexpr (requires { complaint(alternative, latency_buckets); }) {
                return complaint(alternative, latency_buckets);
            } else {
                return complaint(alternative);
            }
        },
        source);
}

}  // namespace rollcast
