// What requests and instances cost in memory: of the bytes that a copy takes, so that what vectors hold in reserve is
// left out.

#include <malloc.h>

#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "rollcast/world/world.h"

namespace rollcast {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCounts = false;  // they bring a heap of their own
#else
constexpr bool kCounts = true;
#endif

double bytes_in_use() {
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

template <typename T>
double bytes_of_a_copy(const T& original) {
    const double before = bytes_in_use();
    const auto copy = std::make_unique<T>(original);
    return bytes_in_use() - before;
}

/// What each request that a server holds takes, all of them at once.
double bytes_per_request(const Service& service) {
    const auto bytes_with = [&](std::size_t requests) {
        Scenario scenario;
        scenario.service = service;
        scenario.traffic = {.rate = 0, .replay = std::make_shared<const std::vector<std::int64_t>>(requests, 0)};
        DataPlane plane(scenario, std::array<Defect, 1>{}, StreamSpace(1, 1), Time{});
        plane.listen(plane.add_server(kOldVersion), Time{});
        plane.set_routes({{.servers = {0}}});
        plane.advance(Time{} + 1s);
        EXPECT_EQ(plane.count_in_flight(Time{} + 1s), requests);
        return bytes_of_a_copy(plane);
    };
    constexpr std::size_t kRequests = 100'000;
    return (bytes_with(kRequests) - bytes_with(0)) / kRequests;
}

TEST(Memory, ARequestThatWaitsTakesLessThan64Bytes) {
    if (!kCounts) GTEST_SKIP();
    const Service service{.slots = 1, .queue = 1'000'000, .service_time = Constant{100}, .timeout = 1h};
    const double bytes = bytes_per_request(service);
    EXPECT_LT(bytes, 64);
    EXPECT_GT(bytes, 16) << "or it is not measured";
}

/// What each instance takes with all that the world knows of it.
double bytes_per_instance(int slots) {
    const auto bytes_with = [&](int replicas) {
        Scenario scenario;
        scenario.fleet.replicas = replicas;
        scenario.service.slots = slots;
        EventQueue queue;
        const World world(scenario, {}, StreamSpace(1, 1), Time{}, queue);
        return bytes_of_a_copy(world);
    };
    constexpr int kInstances = 10'000;
    return (bytes_with(2 * kInstances) - bytes_with(kInstances)) / kInstances;
}

TEST(Memory, AnInstanceTakesLessThan256BytesBeyondItsSlots) {
    if (!kCounts) GTEST_SKIP();
    const double per_slot = (bytes_per_instance(16) - bytes_per_instance(8)) / 8;
    const double beyond = bytes_per_instance(8) - 8 * per_slot;
    RecordProperty("bytes_per_slot", std::to_string(per_slot));
    RecordProperty("bytes_beyond_slots", std::to_string(beyond));
    EXPECT_LT(per_slot, 64) << "a request in service";
    EXPECT_LT(beyond, 256);
    EXPECT_GT(beyond, 100) << "or it is not measured";
}

}  // namespace
}  // namespace rollcast
