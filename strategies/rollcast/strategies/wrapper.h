#pragma once
// What strategies have in common that have another one inside.

#include <cstdint>
#include <memory>

#include "rollcast/control/strategy.h"

namespace rollcast::strategies {

class Wrapper : public Strategy {
   public:
    const std::shared_ptr<const Strategy>& inner() const { return inner_; }

   protected:
    /// Throws std::invalid_argument without a strategy.
    explicit Wrapper(std::shared_ptr<const Strategy> inner);
    /// Names the analysis run of its own: none that a strategy inside uses.
    std::uint32_t own_run() const;

   private:
    std::shared_ptr<const Strategy> inner_;
};

}  // namespace rollcast::strategies
