"""Problems to schedule: published ones read from where they lie beside the clone, and cells made up here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from planner.schedule.problem import Mode, Operation, Precedence, Problem, Resource, Use


@dataclass(frozen=True, slots=True)
class Published:
    """A problem with its proven optimum."""

    problem: Problem
    optimum: float


def job_shop(folder: Path, name: str) -> Published:
    row = json.loads((folder / "job_shop.json").read_text(encoding="utf-8"))[name]
    jobs = [list(zip(m, d, strict=True)) for m, d in zip(row["machines_matrix"], row["duration_matrix"], strict=True)]
    return Published(job_shop_of(jobs), row["metadata"]["optimum"])


def job_shop_of(jobs: list[list[tuple[int, int]]]) -> Problem:
    """Each job is a line of (machine, duration)."""
    machines = 1 + max(machine for job in jobs for machine, _ in job)
    operations: list[Operation] = []
    precedences: list[Precedence] = []
    for job in jobs:
        for k, (machine, duration) in enumerate(job):
            if k:
                precedences.append(Precedence(len(operations) - 1, len(operations)))
            operations.append(Operation((Mode(duration, (Use(machine),)),)))
    return Problem(tuple(Resource(f"machine {m}") for m in range(machines)), tuple(operations), tuple(precedences))


def transport_shop(folder: Path, name: str) -> Published:
    """Bilge and Ulusoy: every job is brought from the loading station to its machines by one of two vehicles. The makespan ends
    with the last machining; nothing is taken back."""
    read = json.loads((folder / "bilge_ulusoy.json").read_text(encoding="utf-8"))
    travel = tuple(tuple(row) for row in read["layout_1_travel_times"])
    resources = [Resource(f"machine {m}") for m in range(len(travel))]  # number 0, the loading station, is not used
    vehicles = (len(resources), len(resources) + 1)
    resources += [Resource(f"vehicle {v}", travel=travel) for v in (1, 2)]
    operations: list[Operation] = []
    precedences: list[Precedence] = []
    for job in read[name]["jobs"]:
        here = 0
        for machine, duration in job:
            n = len(operations)
            carry = [Mode(travel[here][machine], (Use(v, enters=here, leaves=machine),)) for v in vehicles]
            operations += [Operation(tuple(carry)), Operation((Mode(duration, (Use(machine),)),))]
            precedences += [Precedence(n, n + 1)] + ([Precedence(n - 1, n)] if here else [])
            here = machine
    return Published(Problem(tuple(resources), tuple(operations), tuple(precedences)), read[name]["optimum"])


INFEED, NEST, OUTFEED = 0, 1, 2
ROADS = ((0.0, 2.0, 4.0), (2.0, 0.0, 2.0), (4.0, 2.0, 0.0))
GRIP = 1.0
INSPECTIONS = (3.0, 6.0, 4.0)


def shared_nest(parts: int) -> Problem:
    """Robot A brings each part from the infeed to the one nest, which inspects it; A or B takes it to the outfeed. The nest is
    taken from when the part is put in until it is out, a robot from when it grips a part until it lets go of it. A stands at the
    infeed at the start, B at the outfeed."""
    resources = (Resource("a", travel=ROADS, start=INFEED), Resource("b", travel=ROADS, start=OUTFEED), Resource("nest"))
    operations: list[Operation] = []
    precedences: list[Precedence] = []
    for part in range(parts):
        fetch, put, inspect, get, drop = range(5 * part, 5 * part + 5)
        operations += [
            Operation((Mode(GRIP, (Use(0, enters=INFEED, leaves=NEST, until=put),)),)),
            Operation((Mode(GRIP, (Use(2, until=get),)),)),
            Operation((Mode(INSPECTIONS[part % len(INSPECTIONS)]),)),
            Operation(tuple(Mode(GRIP, (Use(robot, enters=NEST, leaves=OUTFEED, until=drop),)) for robot in (0, 1))),
            Operation((Mode(GRIP),)),
        ]
        precedences += [
            Precedence(fetch, put, ROADS[INFEED][NEST]),
            Precedence(put, inspect),
            Precedence(inspect, get),
            Precedence(get, drop, ROADS[NEST][OUTFEED]),
        ]
    return Problem(resources, tuple(operations), tuple(precedences))


def tending(parts: int, work: float = 12.0) -> Problem:
    """One robot with two hands, one machine. A part is picked at the infeed, placed in the machine, worked on, taken and dropped
    at the outfeed; the robot does one of these at a time, has a hand for each part that it carries, and may carry two."""
    resources = (Resource("robot", travel=ROADS, start=INFEED), Resource("hands", 2), Resource("machine"))
    operations: list[Operation] = []
    precedences: list[Precedence] = []
    for part in range(parts):
        pick, place, cut, take, drop = range(5 * part, 5 * part + 5)
        at = [Use(0, enters=spot, leaves=spot) for spot in (INFEED, NEST, NEST, OUTFEED)]
        operations += [
            Operation((Mode(GRIP, (at[0], Use(1, until=place))),)),
            Operation((Mode(GRIP, (at[1], Use(2, until=take))),)),
            Operation((Mode(work),)),
            Operation((Mode(GRIP, (at[2], Use(1, until=drop))),)),
            Operation((Mode(GRIP, (at[3],)),)),
        ]
        precedences += [Precedence(k, k + 1) for k in (pick, place, cut, take)]
    return Problem(resources, tuple(operations), tuple(precedences))
