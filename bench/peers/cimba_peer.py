"""cimba, the Python front end of the Cimba engine: models compiled with Numba; compiling is not in the time.
A worker process for each slot, a Store for each queue. That a client has given up is seen when its turn
comes."""

from __future__ import annotations

import cimba as cb
from cimba import random

from models import BUCKETS, BUCKETS_TO_25_MS, WARM_UP, Answers, Fleet, Queue, clock, main


class QueueModel(cb.Model):
    arrival_rate: cb.Param[float]
    waiting: cb.Store[float]  # when each arrived
    served: int = 0
    waits: int = 0
    waited: float = 0.0
    in_system: float = 0.0
    customers: cb.Output[int]
    mean_in_system: cb.Output[float]
    mean_wait: cb.Output[float]
    wait_probability: cb.Output[float]

    @cb.process
    def arrivals(self):
        while True:
            cb.hold(random.exponential(1.0 / self.arrival_rate))
            self.waiting.put(cb.now())

    @cb.process
    def server(self):
        while True:
            arrived = self.waiting.get()
            wait = cb.now() - arrived
            self.waited += wait
            if wait > 0:
                self.waits += 1
            cb.hold(random.exponential(1.0))
            self.in_system += cb.now() - arrived
            self.served += 1

    @cb.on_end
    def measure(self):
        self.customers = self.served
        self.mean_in_system = self.in_system / self.served
        self.mean_wait = self.waited / self.served
        self.wait_probability = self.waits / self.served


class HundredServers(QueueModel):
    @cb.process(copies=100)
    def server(self):
        while True:
            arrived = self.waiting.get()
            wait = cb.now() - arrived
            self.waited += wait
            if wait > 0:
                self.waits += 1
            cb.hold(random.exponential(1.0))
            self.in_system += cb.now() - arrived
            self.served += 1


def timed_run(model: cb.Model, duration: float, seed: int) -> tuple[float, cb.Results]:
    """Compiled by a short run before."""
    cb.Experiment(model, window=cb.Window(duration=duration / 1000), seed=seed).run(workers=1)
    experiment = cb.Experiment(model, window=cb.Window(duration=duration), seed=seed)
    start = clock()
    results = experiment.run(workers=1, on_failure="raise")
    return clock() - start, results


def run_queue(model: Queue, requests: int, seed: int) -> tuple[int, float, Answers]:
    queue = {1: QueueModel, 100: HundredServers}[model.servers]()
    queue.arrival_rate = model.arrival_rate
    seconds, results = timed_run(queue, requests / model.arrival_rate, seed)
    answers = {
        name: float(getattr(results[queue], name)[0, 0])
        for name in ("mean_in_system", "mean_wait", "wait_probability")
    }
    return int(results[queue].customers[0, 0]), seconds, answers


class FleetServer(cb.Model):
    waiting: cb.Store[float]  # when each arrived
    fleet: cb.Ref[FleetModel]
    version: cb.Param[int]
    outstanding: int = 0

    @cb.process(copies=8)
    def slot(self):
        while True:
            arrived = self.waiting.get()
            if cb.now() - arrived < self.fleet.timeout:
                cb.hold(random.lognormal(self.fleet.mu, self.fleet.sigma))
            self.outstanding -= 1
            self.fleet.end(self.version, cb.now() - arrived)


class FleetModel(cb.Model):
    servers: list[FleetServer]
    two_choices: cb.Param[bool]
    rate: cb.Param[float]
    mu: cb.Param[float]
    sigma: cb.Param[float]
    timeout: cb.Param[float]
    warm_up: cb.Param[float]
    limits: cb.Array[float] = cb.Array(list(BUCKETS))
    old: cb.Array[int] = cb.Array(len(BUCKETS) + 1)
    new: cb.Array[int] = cb.Array(len(BUCKETS) + 1)
    latency_sum: float = 0.0
    late: int = 0
    total: int = 0
    ended: cb.Output[int]
    mean_latency: cb.Output[float]
    within_25ms: cb.Output[float]
    timed_out: cb.Output[float]

    @cb.process
    def arrivals(self):
        while True:
            cb.hold(random.exponential(1.0 / self.rate))
            chosen = self.servers[random.dice(0, len(self.servers) - 1)]
            if self.two_choices:
                other = self.servers[random.dice(0, len(self.servers) - 1)]
                if other.outstanding < chosen.outstanding:
                    chosen = other
            chosen.outstanding += 1
            chosen.waiting.put(cb.now())

    @cb.function
    def end(self, version: int, latency: float) -> None:
        self.total += 1
        if cb.now() < self.warm_up:
            return
        if latency >= self.timeout:
            latency = self.timeout
            self.late += 1
        self.latency_sum += latency
        bucket = 0
        while bucket < len(self.limits) and latency > self.limits[bucket]:
            bucket += 1
        if version == 0:
            self.old[bucket] += 1
        else:
            self.new[bucket] += 1

    @cb.on_end
    def measure(self):
        counted = 0
        quick = 0
        for bucket in range(len(self.old)):
            both = self.old[bucket] + self.new[bucket]
            counted += both
            if bucket < BUCKETS_TO_25_MS:
                quick += both
        self.ended = self.total
        counted = max(counted, 1)
        self.mean_latency = self.latency_sum / counted
        self.within_25ms = quick / counted
        self.timed_out = self.late / counted


def run_fleet(model: Fleet, requests: int, seed: int) -> tuple[int, float, Answers]:
    fleet = FleetModel()
    fleet.servers = [FleetServer() for _ in range(model.servers)]
    for i, server in enumerate(fleet.servers):
        server.fleet, server.version = fleet, i % 2
    fleet.two_choices = model.policy == "p2c"
    fleet.rate, fleet.mu, fleet.sigma = model.rate, model.mu, model.sigma
    fleet.timeout, fleet.warm_up = model.timeout, WARM_UP
    seconds, results = timed_run(fleet, requests / model.rate, seed)
    answers = {
        name: float(getattr(results[fleet], name)[0, 0])
        for name in ("mean_latency", "within_25ms", "timed_out")
    }
    return int(results[fleet].ended[0, 0]), seconds, answers


if __name__ == "__main__":
    main(run_queue, run_fleet)
