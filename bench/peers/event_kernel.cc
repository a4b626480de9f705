// M/M/1 as events of Rollcast's general kernel: every arrival and every departure is one, in the kernel's total order.
//
//     event_kernel mm1 REQUESTS SEED

#include <array>
#include <cstdlib>
#include <queue>
#include <string_view>

#include "models.h"
#include "rollcast/des/event_queue.h"
#include "rollcast/random/quantile_table.h"
#include "rollcast/random/request_words.h"

namespace {

using namespace rollcast;

/// Exponential waits, drawn a block at a time.
class Waits {
   public:
    Waits(double arrival_rate, std::uint64_t seed) : mean_gap_(1e9 / arrival_rate), streams_(seed, 0) {}

    Duration gap() {
        if (next_ == kRequestBlock) refill();
        return Duration(static_cast<Duration::rep>(gaps_[next_]));
    }
    /// Of the customer whose gap was drawn last.
    Duration service() { return Duration(static_cast<Duration::rep>(services_[next_++])); }

   private:
    void refill() {
        request_words(streams_, ordinal_, words_);
        quantiles(unit_, words_.gap.data(), static_cast<float>(mean_gap_), gaps_.data(), kRequestBlock);
        quantiles(unit_, words_.service.data(), 1e9f, services_.data(), kRequestBlock);
        ordinal_ += kRequestBlock;
        next_ = 0;
    }

    double mean_gap_;  // nanoseconds
    StreamSpace streams_;
    QuantileTable unit_{Exponential{1}};
    RequestWords words_;
    std::array<float, kRequestBlock> gaps_, services_;
    std::uint64_t ordinal_ = 0;
    std::size_t next_ = kRequestBlock;
};

void run(const peers::Queue& model, std::int64_t requests, std::uint64_t seed) {
    enum Kind : std::uint32_t { kArrival, kDeparture };
    struct Customer {
        Time arrived;
        Duration service;
    };
    Waits waits(model.arrival_rate, seed);
    EventQueue events;
    std::queue<Customer> in_system;  // the first is being served
    std::int64_t served = 0;
    Duration total{};

    const peers::Stopwatch watch;
    events.schedule(Time{} + waits.gap(), {kArrival});
    while (served < requests) {
        const EventQueue::Entry entry = events.pop();
        if (entry.event.kind == kArrival) {
            in_system.push({entry.at, waits.service()});
            events.schedule(entry.at + waits.gap(), {kArrival});
            if (in_system.size() > 1) continue;
        } else {
            total += entry.at - in_system.front().arrived;
            ++served;
            in_system.pop();
            if (in_system.empty()) continue;
        }
        events.schedule(entry.at + in_system.front().service, {kDeparture});
    }
    const double mean = to_seconds(total) / static_cast<double>(served);
    peers::report(served, watch.seconds(), {{"mean_in_system", mean}, {"mean_wait", mean - 1}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fputs("event_kernel mm1 REQUESTS SEED\n", stderr), 2;
    if (argv[1] != std::string_view("mm1")) return peers::report_cannot("the kernel is measured with M/M/1 only"), 0;
    run(peers::kSingleServer, std::atoll(argv[2]), static_cast<std::uint64_t>(std::atoll(argv[3])));
}
