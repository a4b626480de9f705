"""happysim: its Source, LoadBalancer and Server. Its Client takes the end of a LoadBalancer's own event for
the answer (0.2.5), so clients are written here: those who give up while they wait are dropped by a
DeadlineQueue."""

from __future__ import annotations

import random
from collections.abc import Generator

import numpy as np
from happysimulator import Entity, Event, Instant, Server, Simulation, Sink, Source
from happysimulator.components.load_balancer import LoadBalancer, PowerOfTwoChoices, Random
from happysimulator.components.queue_policies import DeadlineQueue
from happysimulator.core.temporal import Duration
from happysimulator.distributions import ExponentialLatency, LatencyDistribution

from models import WARM_UP, Answers, Fleet, FleetAnswers, Queue, clock, main


class WatchedServer(Server):
    """Notes how long each customer waited."""

    def __init__(self, servers: int, downstream: Entity) -> None:
        super().__init__(
            "server", concurrency=servers, service_time=ExponentialLatency(1.0), downstream=downstream
        )
        self.waited = 0.0
        self.waits = self.started = 0

    def handle_queued_event(self, event: Event) -> Generator[float, None, list[Event] | Event | None]:
        wait = (self.now - event.context["created_at"]).to_seconds()
        self.waited += wait
        self.waits += wait > 0
        self.started += 1
        return super().handle_queued_event(event)


def run_queue(model: Queue, requests: int, seed: int) -> tuple[int, float, Answers]:
    random.seed(seed)
    np.random.seed(seed)
    sink = Sink()
    server = WatchedServer(model.servers, sink)
    simulation = Simulation(
        sources=[Source.poisson(rate=model.arrival_rate, target=server)],
        entities=[server, sink],
        end_time=Instant.from_seconds(requests / model.arrival_rate),
    )
    start = clock()
    simulation.run()
    seconds = clock() - start
    answers = {
        "mean_in_system": sink.average_latency(),
        "mean_wait": server.waited / server.started,
        "wait_probability": server.waits / server.started,
    }
    return sink.events_received, seconds, answers


class LogNormal(LatencyDistribution):
    """As in Fleet."""

    def __init__(self, model: Fleet) -> None:
        super().__init__(model.mean)
        self.mu, self.sigma = model.mu, model.sigma

    def get_latency(self, current_time: Instant) -> Duration:
        return Duration.from_seconds(random.lognormvariate(self.mu, self.sigma))


class FleetServer(Server):
    """Shows balancers what waits, too; drops from its queue those whose client has given up."""

    def __init__(self, name: str, model: Fleet, downstream: Entity) -> None:
        queue: DeadlineQueue[Event] = DeadlineQueue(
            get_deadline=lambda event: event.time + model.timeout, clock_func=lambda: self.now
        )
        super().__init__(
            name,
            concurrency=model.slots,
            service_time=LogNormal(model),
            queue_policy=queue,
            downstream=downstream,
        )
        self.deadlines = queue

    @property
    def active_connections(self) -> int:
        return self.active_requests + self.depth


class Clients(Entity):
    """Those of one version."""

    def __init__(self, version: int, timeout: float, answers: FleetAnswers) -> None:
        super().__init__(f"clients-{version}")
        self.version, self.timeout, self.answers = version, timeout, answers
        self.answered = 0

    def handle_event(self, event: Event) -> None:
        self.answered += 1
        if event.time.to_seconds() >= WARM_UP:
            latency = (event.time - event.context["created_at"]).to_seconds()
            self.answers.add(self.version, min(latency, self.timeout), latency >= self.timeout)


def run_fleet(model: Fleet, requests: int, seed: int) -> tuple[int, float, Answers]:
    random.seed(seed)
    np.random.seed(seed)
    answers = FleetAnswers()
    clients = [Clients(version, model.timeout, answers) for version in range(2)]
    servers = [FleetServer(f"server-{i}", model, clients[i % 2]) for i in range(model.servers)]
    strategy = Random() if model.policy == "random" else PowerOfTwoChoices()
    balancer = LoadBalancer("balancer", backends=servers, strategy=strategy)
    simulation = Simulation(
        sources=[Source.poisson(rate=model.rate, target=balancer)],
        entities=[balancer, *servers, *clients],
        end_time=Instant.from_seconds(requests / model.rate),
    )
    start = clock()
    simulation.run()
    seconds = clock() - start
    for i, server in enumerate(servers):
        for _ in range(server.deadlines.stats.expired):
            answers.add(i % 2, model.timeout, timed_out=True)
    return sum(each.answered for each in clients), seconds, answers.summary()


if __name__ == "__main__":
    main(run_queue, run_fleet)
