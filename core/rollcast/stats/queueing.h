#pragma once
// Closed forms and small exact chains: the truths that the tests hold the engine to. Rates are per unit of time.

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

/// M/M/c/K: at most `capacity` in the system. Any load.
struct MMcK {
    double blocking = 0;
    double mean_in_system = 0;
};
MMcK mmck(double arrival_rate, double service_rate, int servers, int capacity);

/// Probability that a two-state component that is up at time 0 is up at time t.
double two_state_availability(double failure_rate, double repair_rate, double t);

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
