"""Ciw: a node for each server, before them a node that takes no time and routes. The histograms are made of
its records."""

from __future__ import annotations

import random

import ciw

from models import WARM_UP, Answers, Fleet, FleetAnswers, Queue, clock, main


def run_queue(model: Queue, requests: int, seed: int) -> tuple[int, float, Answers]:
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=model.arrival_rate)],
        service_distributions=[ciw.dists.Exponential(rate=1)],
        number_of_servers=[model.servers],
    )
    simulation = ciw.Simulation(network)
    start = clock()
    simulation.simulate_until_max_customers(requests, method="Finish")
    records = simulation.get_all_records(only=["service"])
    waits = [each.waiting_time for each in records]
    services = [each.service_time for each in records]
    seconds = clock() - start
    served = len(records)
    answers = {
        "mean_in_system": (sum(waits) + sum(services)) / served,
        "mean_wait": sum(waits) / served,
        "wait_probability": sum(wait > 0 for wait in waits) / served,
    }
    return served, seconds, answers


class Balancer(ciw.routing.NodeRouting):  # type: ignore[misc]
    """Nodes 2 to 1 + servers are the servers."""

    def __init__(self, model: Fleet) -> None:
        self.model = model

    def next_node(self, ind: ciw.Individual) -> ciw.Node:
        nodes = self.simulation.nodes
        one = nodes[random.randrange(self.model.servers) + 2]
        if self.model.policy == "random":
            return one
        other = nodes[random.randrange(self.model.servers) + 2]
        return other if other.number_of_individuals < one.number_of_individuals else one


def run_fleet(model: Fleet, requests: int, seed: int) -> tuple[int, float, Answers]:
    ciw.seed(seed)
    servers = model.servers
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=model.rate), *[None] * servers],
        service_distributions=[
            ciw.dists.Deterministic(0.0),
            *[ciw.dists.Lognormal(mean=model.mu, sd=model.sigma)] * servers,
        ],
        number_of_servers=[float("inf"), *[model.slots] * servers],
        routing=ciw.routing.NetworkRouting(routers=[Balancer(model), *[ciw.routing.Leave()] * servers]),
        reneging_time_distributions=[None, *[ciw.dists.Deterministic(model.timeout)] * servers],
    )
    simulation = ciw.Simulation(network)
    answers = FleetAnswers()
    start = clock()
    simulation.simulate_until_max_customers(requests, method="Finish")
    for each in simulation.get_all_records(only=["service", "renege"]):
        if each.node > 1 and each.exit_date >= WARM_UP:
            latency = each.exit_date - each.arrival_date
            answers.add(each.node % 2, min(latency, model.timeout), latency >= model.timeout)
    return requests, clock() - start, answers.summary()


if __name__ == "__main__":
    main(run_queue, run_fleet)
