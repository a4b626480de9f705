#pragma once
// An operation of AWS CloudFormation StackSets: each location is a stack instance, one account in one Region, and the
// strategy inside is the update of its stack, which rolls itself back. Semantics: AWS CloudFormation User Guide
// (StackSets operation options, concurrency mode); the rules are in cloudformation_rules.h.
//
// Where it deviates: accounts are taken in the order in which they are given (AWS does not say in which); an account
// begins as soon as one of its Region is free; an operation that succeeded although some stacks failed, within the
// tolerance, is Promoted; one that failed leaves what is done as it is, and is Stuck until somebody deals with it.

#include <memory>
#include <string>
#include <vector>

#include "rollcast/base/amount.h"
#include "rollcast/strategies/waves.h"

namespace rollcast::strategies {

/// The defaults are StackSets'.
struct StackSetParams {
    std::vector<Wave> regions{};  // the accounts of each, in RegionOrder
    cloudformation::RegionConcurrency region_concurrency = cloudformation::RegionConcurrency::kSequential;
    Amount max_concurrent = count(1);     // accounts of a Region at a time
    Amount failure_tolerance = count(0);  // of a Region
    cloudformation::ConcurrencyMode mode = cloudformation::ConcurrencyMode::kStrictFailureTolerance;
};

class StackSet final : public Strategy {
   public:
    /// As Waves.
    StackSet(std::vector<std::shared_ptr<const Strategy>> inner, StackSetParams params);
    std::string describe() const override;
    std::unique_ptr<Controller> start(const Launch& launch) const override { return waves_.start(launch); }
    bool knows_locations() const override { return true; }
    const std::vector<std::shared_ptr<const Strategy>>& inner() const { return waves_.inner(); }
    const StackSetParams& params() const { return params_; }

   private:
    StackSetParams params_;
    Waves waves_;
};

}  // namespace rollcast::strategies
