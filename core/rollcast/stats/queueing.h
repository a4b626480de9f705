#pragma once
// Closed forms and small exact chains: the truths that the tests hold the engine to. Rates are per unit of time.

#include <span>
#include <vector>

#include <Eigen/Dense>

namespace rollcast {

/// M/M/c: Poisson arrivals at `arrival_rate`, `servers` servers of rate `service_rate`. Needs arrival < servers *
/// service.
struct MMc {
    double wait_probability = 0;  // Erlang C
    double mean_wait = 0;
    double mean_in_system = 0;
};
MMc mmc(double arrival_rate, double service_rate, int servers);

/// Mean wait of M/G/1 (Pollaczek-Khinchine); `squared_cv` is the service time's squared coefficient of variation.
double mg1_mean_wait(double arrival_rate, double mean_service, double squared_cv);

/// Mean of the squared wait of M/G/1, first come first served, from the first three moments of the service time
/// (Takacs 1962). Last come first served without pre-emption has this over 1 - load, and the same mean wait.
double mg1_mean_square_wait(double arrival_rate, double mean_service, double mean_square, double mean_cube);

/// Mean wait of E_k/M/1: each arrival is every `shape`-th of a Poisson process, as one of so many servers sees when
/// they take turns.
double ekm1_mean_wait(double arrival_rate, int shape, double service_rate);

/// M/M/c/K: at most `capacity` in the system. Any load.
struct MMcK {
    double blocking = 0;
    double mean_in_system = 0;
};
MMcK mmck(double arrival_rate, double service_rate, int servers, int capacity);

/// Clients who leave the queue when their patience ends. Any load.
struct Impatience {
    double wait_probability = 0;  // no server is free at an arrival
    double abandoned = 0;         // share that leaves the queue unserved
    double late = 0;              // share that is not answered within its patience, served in part or not at all
    double mean_wait = 0;         // of all, until service or until they leave
};

/// M/M/c+M, Erlang A: patience is exponential with mean 1 / `impatience_rate` (Palm; Garnett, Mandelbaum and Reiman
/// 2002). Patience goes on in service for `late` only.
Impatience erlang_a(double arrival_rate, double service_rate, int servers, double impatience_rate);

/// M/M/c+D: every client has the same patience (Barrer 1957; Baccelli and Hebuterne 1981).
Impatience fixed_patience(double arrival_rate, double service_rate, int servers, double patience);

/// M/M/R//N: `users` who each ask again at `request_rate` once they are answered; also machines that break down and
/// crews that repair them.
struct ClosedStation {
    double mean_in_station = 0;
    double throughput = 0;
};
ClosedStation closed_station(int users, double request_rate, int servers, double service_rate);

/// A closed network of stations with one server each, by exact mean value analysis (Reiser and Lavenberg 1980).
/// `demands`: mean time that a request needs of each station, over all its visits.
struct ClosedNetwork {
    double throughput = 0;
    Eigen::VectorXd mean_at;  // index: station
};
ClosedNetwork mean_value_analysis(std::span<const double> demands, double think_time, int users);

/// One-slot servers of rate 1, each request to the least loaded of `choices` servers drawn with replacement: the mean
/// time in system for n servers is limit + correction / n + O(1/n^2). The limit is Vvedenskaya's (1996) and
/// Mitzenmacher's (2001), the correction Gast's and Van Houdt's (2017).
struct MeanField {
    double limit = 0;
    double correction = 0;
};
MeanField power_of_choices(double load, int choices);

/// Probability that a two-state component that is up at time 0 is up at time t.
double two_state_availability(double failure_rate, double repair_rate, double t);

/// Stationary distribution of a birth-death chain on 0 .. up.size(): from k to k + 1 at up[k], back at down[k].
Eigen::VectorXd birth_death(std::span<const double> up, std::span<const double> down);

/// Stationary distribution of a continuous-time chain; `generator` is square and its rows add up to 0.
Eigen::VectorXd stationary(const Eigen::MatrixXd& generator);

/// Distribution at time t from `start` (Jensen's uniformisation, truncation error below `epsilon`).
Eigen::VectorXd transient(const Eigen::MatrixXd& generator, const Eigen::VectorXd& start, double t,
                          double epsilon = 1e-12);

/// Mean of the largest of n exponentials of that mean: mean * (1 + 1/2 + ... + 1/n).
double expected_maximum_exponential(double mean, int n);

/// Mean time until all of n exponential start-ups are done with at most `window` under way at a time.
double sliding_window_duration(double mean, int n, int window);

}  // namespace rollcast
