#include "rollcast/run/replication.h"

#include "rollcast/base/check.h"
#include "rollcast/model/fidelity.h"
#include "rollcast/random/distribution.h"
#include "rollcast/random/streams.h"
#include "rollcast/run/flow.h"
#include "rollcast/run/simulation.h"

namespace rollcast {
namespace {

Defect draw_defect(const TruthKind& truth, const StreamSpace& streams) {
    Stream stream = streams.stream(Purpose::kTruth, 0);
    return {.kind = truth.kind,
            .severity = draw(truth.severity, stream),
            .share = truth.share,
            .request_class = truth.request_class};
}

}  // namespace

Outcome replicate(const Scenario& scenario, const Strategy& strategy, std::uint64_t seed, std::uint32_t replication,
                  std::uint32_t truth, Timeline* timeline, std::shared_ptr<Profile> profile) {
    require(truth < scenario.release.truths.size(), "there is no such kind of truth");
    if (const std::vector<Complaint> wrong = validate(scenario); !wrong.empty()) {
        throw std::invalid_argument(wrong.front().path + ": " + wrong.front().message);
    }
    const StreamSpace streams(seed, replication);
    const Defect defect = draw_defect(scenario.release.truths[truth], streams);

    const bool draws = draws_requests(scenario, scenario.release.truths[truth]) && !serves_all(scenario, defect);
    Simulation rollout = draws ? Simulation(scenario, defect, streams,
                                            std::make_shared<const Flow>(scenario, defect, std::move(profile)))
                               : Simulation(scenario, defect, streams);
    rollout.run_until(Time{});
    rollout.settle();
    Simulation baseline = rollout;
    baseline.forget_latencies();
    const Tally before = total(baseline.sites());
    const Time horizon = Time{} + scenario.window.horizon;

    rollout.launch(strategy, timeline);
    rollout.run_until(horizon);
    rollout.settle();
    const bool scales = autoscales(scenario);
    if (scales) baseline.watch();
    baseline.run_until(horizon);
    baseline.settle();

    Outcome row = rollout.outcome();
    if (scales) row.extra_instance_seconds -= baseline.outcome().extra_instance_seconds;
    const Tally window = total(baseline.sites()) - before;
    row.replication = replication;
    row.truth = truth;
    row.defect = defect.kind;
    row.severity = defect.severity;
    row.baseline_failed = window.failed();
    row.baseline_slow = window.slow;
    return row;
}

}  // namespace rollcast
