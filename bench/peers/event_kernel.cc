// M/M/1 as events of Rollcast's general kernel: every arrival and every departure is one, in the kernel's total order.
//
//     event_kernel mm1 REQUESTS SEED

#include <cstdlib>
#include <string_view>

#include "models.h"
#include "rollcast/base/time.h"
#include "rollcast/des/event_queue.h"
#include "single_server.h"

namespace {

using namespace rollcast;

void run(const peers::Queue& model, std::int64_t requests, std::uint64_t seed) {
    SingleServer<EventQueue, BlockWaits> server(from_seconds(1 / model.arrival_rate), from_seconds(1), seed);
    const peers::Stopwatch watch;
    const double mean = server.run(requests);
    peers::report(requests, watch.seconds(), {{"mean_in_system", mean}, {"mean_wait", mean - 1}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fputs("event_kernel mm1 REQUESTS SEED\n", stderr), 2;
    if (argv[1] != std::string_view("mm1")) return peers::report_cannot("the kernel is measured with M/M/1 only"), 0;
    run(peers::kSingleServer, std::atoll(argv[2]), static_cast<std::uint64_t>(std::atoll(argv[3])));
}
