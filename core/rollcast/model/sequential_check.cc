#include "rollcast/model/sequential_check.h"

#include <stdexcept>

namespace rollcast {
namespace {

template <typename Test, typename Params>
std::optional<std::string> complaint_of(const Params& params) {
    try {
        Test{params};
    } catch (const std::invalid_argument& wrong) {
        return std::string("has a test that is impossible: ") + wrong.what();
    }
    return std::nullopt;
}

std::optional<std::string> complaint(const SprtParams& params) { return complaint_of<Sprt>(params); }
std::optional<std::string> complaint(const MixtureSprtParams& params) { return complaint_of<MixtureSprt>(params); }
std::optional<std::string> complaint(const CountTestParams& params) { return complaint_of<CountTest>(params); }
std::optional<std::string> complaint(const GroupSequentialParams& params) {
    return complaint_of<GroupSequential>(params);
}

}  // namespace

std::optional<std::string> complaint(const SequentialCheck& check) {
    if (check.vantage == Vantage::kClient) return "needs a vantage that can tell versions apart";
    return std::visit([](const auto& params) { return complaint(params); }, check.test);
}

}  // namespace rollcast
