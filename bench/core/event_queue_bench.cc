#include <vector>

#include <benchmark/benchmark.h>

#include "rollcast/des/event_queue.h"
#include "rollcast/random/distribution.h"

namespace rollcast {
namespace {

/// The hold model: the earliest event is popped and comes again after an exponential wait, with so many pending.
void Hold(benchmark::State& state) {
    Stream stream = StreamSpace(1, 0).stream(Purpose::kStart, 0);
    std::vector<Duration> waits(1 << 16);  // drawn before, so that their price is not in it
    for (Duration& wait : waits) wait = from_seconds(draw(Exponential{1}, stream));

    EventQueue queue;
    std::size_t next = 0;
    const auto wait = [&] { return waits[next++ % waits.size()]; };
    for (std::int64_t i = 0; i < state.range(0); ++i) queue.schedule(Time{wait()}, {});
    for (auto _ : state) {
        const EventQueue::Entry entry = queue.pop();
        queue.schedule(entry.at + wait(), entry.event);
    }
}
BENCHMARK(Hold)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace rollcast
