#include "rollcast/strategies/wrapper.h"

#include <utility>

#include "rollcast/base/check.h"

namespace rollcast::strategies {

Wrapper::Wrapper(std::shared_ptr<const Strategy> inner) : inner_(std::move(inner)) {
    require(inner_ != nullptr, "expected a strategy inside");
}

std::uint32_t Wrapper::own_run() const {
    const auto* within = dynamic_cast<const Wrapper*>(inner_.get());
    return within == nullptr ? kLastRun : within->own_run() - 1;
}

}  // namespace rollcast::strategies
