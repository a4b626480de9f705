"""SimPy: a process for each request, a Resource for the servers of a queue. Giving up is SimPy's own idiom
for it: a request for the resource or a timeout, whichever comes first."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

from models import WARM_UP, Answers, Fleet, FleetAnswers, Queue, clock, main

Process = Generator[Any, Any, None]


def run_queue(model: Queue, requests: int, seed: int) -> tuple[int, float, Answers]:
    rng = random.Random(seed)
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=model.servers)
    enough = env.event()
    served = waits = 0
    waited = in_system = 0.0

    def customer() -> Process:
        nonlocal served, waits, waited, in_system
        arrived = env.now
        waits += servers.count == model.servers
        with servers.request() as turn:
            yield turn
            waited += env.now - arrived
            yield env.timeout(rng.expovariate(1))
        in_system += env.now - arrived
        served += 1
        if served == requests:
            enough.succeed()

    def arrivals() -> Process:
        while True:
            yield env.timeout(rng.expovariate(model.arrival_rate))
            env.process(customer())

    env.process(arrivals())
    start = clock()
    env.run(until=enough)
    seconds = clock() - start
    answers = {
        "mean_in_system": in_system / served,
        "mean_wait": waited / served,
        "wait_probability": waits / served,
    }
    return served, seconds, answers


def run_fleet(model: Fleet, requests: int, seed: int) -> tuple[int, float, Answers]:
    rng = random.Random(seed)
    env = simpy.Environment()
    servers = [simpy.Resource(env, capacity=model.slots) for _ in range(model.servers)]
    answers = FleetAnswers()
    enough = env.event()
    ended = 0

    def choose() -> int:
        one = rng.randrange(model.servers)
        if model.policy == "random":
            return one
        other = rng.randrange(model.servers)
        outstanding = [servers[each].count + len(servers[each].queue) for each in (one, other)]
        return other if outstanding[1] < outstanding[0] else one

    def end(server: int, latency: float) -> None:
        nonlocal ended
        if env.now >= WARM_UP:
            answers.add(server % 2, min(latency, model.timeout), latency >= model.timeout)
        ended += 1
        if ended == requests:
            enough.succeed()

    def request() -> Process:
        arrived = env.now
        chosen = choose()
        server = servers[chosen]
        with server.request() as turn:
            yield turn | env.timeout(model.timeout)
            if turn.triggered:
                yield env.timeout(rng.lognormvariate(model.mu, model.sigma))
        end(chosen, env.now - arrived)

    def arrivals() -> Process:
        while True:
            yield env.timeout(rng.expovariate(model.rate))
            env.process(request())

    env.process(arrivals())
    start = clock()
    env.run(until=enough)
    return ended, clock() - start, answers.summary()


if __name__ == "__main__":
    main(run_queue, run_fleet)
