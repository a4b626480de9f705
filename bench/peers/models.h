#pragma once
// The models of this folder for its C++ programs; models.py says the same to the Python ones and explains them.

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <utility>

namespace peers {

/// M/M/c with service rate 1.
struct Queue {
    double arrival_rate;
    int servers;
};
inline constexpr Queue kSingleServer{.9, 1};
inline constexpr Queue kManyServers{90, 100};

/// Lognormal service times in seconds; half of the servers run each of two versions.
struct Fleet {
    int servers;
    double rate;  // requests a second
    int slots = 8;
    double mean = .02;
    double sigma = .5;
    double timeout = 1;
    double median() const { return mean * std::exp(-sigma * sigma / 2); }
};
inline constexpr Fleet kWebFleet{200, 50e3};
inline constexpr Fleet kLargeFleet{20'000, 5e6};

/// Fleets start empty; what ends in their first seconds is not in the answers.
inline constexpr double kWarmUp = .1;

/// Seconds; a last bucket up to infinity follows.
inline constexpr std::array kBuckets{.005, .01, .025, .05, .1, .25, .5, 1.0};
inline constexpr std::size_t kBucketsTo25Milliseconds = 3;

class Stopwatch {
   public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

   private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

inline void report(std::int64_t requests, double seconds,
                   std::initializer_list<std::pair<const char*, double>> answers) {
    std::printf(R"({"requests": %lld, "seconds": %.9g, "answers": {)", static_cast<long long>(requests), seconds);
    const char* comma = "";
    for (const auto& [name, value] : answers) {
        std::printf("%s\"%s\": %.9g", comma, name, value);
        comma = ", ";
    }
    std::puts("}}");
}

/// A model that the program cannot express.
inline void report_cannot(const std::string& why) { std::printf("{\"cannot\": \"%s\"}\n", why.c_str()); }

}  // namespace peers
