#pragma once
// What the request data plane says of one balancer and its instances in a steady state, with nothing around them.

#include <array>

#include "rollcast/model/scenario.h"
#include "rollcast/world/answer_law.h"

namespace rollcast {

/// What becomes of Poisson requests at `scenario.traffic.rate`: at so many instances of one version, all slower than
/// usual by a factor. `work`: mean seconds of service. `calm`: what would if nobody waited, exactly; only what waiting
/// adds to it is measured, with the same requests at instances that have room for all, so that chance in service times
/// cancels out. Runs until failures are known to half a percent (or to 1e-5 of the requests), for so many at least, and
/// for ten times as many at most.
AnswerLaw measure_law(const Scenario& scenario, const Defect& defect, int instances, double slowness,
                      const AnswerLaw& calm, double work, double requests);

/// Likewise with clients who try again, by the scenario's retries: they are part of what is measured, for who has
/// waited in vain comes again with the same work while the queue still is long. Only the share of those that take too
/// long by themselves is taken from `calm`.
AnswerLaw measure_law_with_clients(const Scenario& scenario, const Defect& defect, int instances, double slowness,
                                   const AnswerLaw& calm, double requests);
/// Likewise of a mix whose new version has the defect. `instances`, `calm`, `work`: of the old version and the new one.
/// What waiting adds is measured of the very requests that get to a version.
Mix measure_mix(const Scenario& scenario, const Defect& defect, std::array<int, 2> instances, double slowness,
                const std::array<AnswerLaw, 2>& calm, const std::array<double, 2>& work, double requests);

/// The share of the requests that get to an instance that answers, where some refuse all they are sent: a balancer that
/// looks for the one with the least to do takes them for idle.
double measure_reach(const Scenario& scenario, const Defect& defect, int answering, int refusing, double slowness);

/// Likewise over the first `seconds` of instances that begin to refuse: while they still work they do not look idle.
/// `work`: mean seconds of service.
double measure_reach_while_stopping(const Scenario& scenario, const Defect& defect, int answering, int refusing,
                                    double slowness, double work, double seconds);

/// When one more instance dies: how many more requests it refuses in the first `seconds` than if it had been dead for
/// long. At first all others are busy. `work`: mean seconds of service.
double measure_refused_at_first(const Scenario& scenario, const Defect& defect, int answering, double slowness,
                                double work, double seconds);

}  // namespace rollcast
