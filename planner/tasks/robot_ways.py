"""The ways that robots cannot do without: between the equipment at which something is taken or put they have to travel.

A visit lasts until the robot has something to do at another equipment. As it takes out at most so many parts more than it
puts in as it has hands, and the other way round, there have to be so many visits; and no more than there is something to do. What
one hand holds goes straight from where it was taken to where it is put, and the robot that decides a choice carries it out, so
those ways are known. The cheapest ways that lead out of visits and into others are a flow of least cost; each robot begins and
ends where it likes. That they make one tour is not asked for, so it is a lower bound.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from cell.steps import AtHub, MotionNeed, Move, Step
from planner.tasks.least_cost_flow import MANY, LeastCostFlow

MOST_HUBS = 20
"""With more than that nothing is said."""

Hubs = tuple[str, str]


def ways_between(
    quickest: Mapping[tuple[str, ...], float], steps: Sequence[Step], least: Callable[[MotionNeed], float] | None
) -> dict[Hubs, float]:
    """Seconds between the hubs that the plan visits: as quick as the plan has it, else the `least` that a robot needs which the
    plan has at both. Nothing where they are too many."""
    stood = _stood(steps)
    hubs = sorted({hub for at in stood.values() for hub in at})
    if len(hubs) > MOST_HUBS:
        return {}
    speeds = _speeds(steps)
    ways = {pair: quickest.get(("way", *pair), math.inf) for pair in product(hubs, hubs) if pair[0] != pair[1]}
    for pair in (pair for pair, seconds in ways.items() if seconds == math.inf):
        ways[pair] = min((_least(who, pair, speeds[who], least) for who, at in stood.items() if {*pair} <= at), default=0.0)
    return ways


Who = tuple[str, str | None]


def _stood(steps: Sequence[Step]) -> dict[Who, set[str]]:
    """At whose hubs each robot has stood, with each tool."""
    stood: dict[Who, set[str]] = {}
    for need in (step.action.need for step in steps if isinstance(step.action, Move)):
        at = {stance.equipment for stance in (need.start, need.end) if isinstance(stance, AtHub)}
        stood.setdefault((need.robot, need.tool), set()).update(at)
    return stood


def _speeds(steps: Sequence[Step]) -> dict[Who, float | None]:
    """The highest that any of its motions may have, m/s; None: one has no limit but the robot's."""
    speeds: dict[Who, float | None] = {}
    for need in (step.action.need for step in steps if isinstance(step.action, Move)):
        who = need.robot, need.tool
        known = speeds.get(who, 0.0)
        speeds[who] = None if known is None or need.speed_limit is None else max(known, need.speed_limit)
    return speeds


def _least(who: Who, pair: Hubs, speed: float | None, least: Callable[[MotionNeed], float] | None) -> float:
    if least is None:
        return 0.0
    return least(MotionNeed(who[0], AtHub(pair[0]), AtHub(pair[1]), (), None, speed, (), who[1]))


@dataclass(frozen=True, slots=True)
class Visits:
    """How often a robot has to come to a hub, and the most that it can have something to do there."""

    least: int
    most: int


def least_travel(visits: Mapping[str, Visits], brought: Counter[Hubs], ways: Mapping[Hubs, float], robots: int) -> float:
    """Seconds of travel besides the ways that are `brought`, by how many; each of those leads from a visit to a visit. 0 where
    `ways` are not known."""
    if not ways or len(visits) < 2:
        return 0.0
    comes, goes = Counter[str](), Counter[str]()
    for (a, b), count in brought.items():
        goes[a], comes[b] = goes[a] + count, comes[b] + count
    flow = LeastCostFlow()
    flow.supply["start"], flow.supply["end"] = robots, -robots
    flow.arc("start", "end", robots, 0.0)
    for hub in sorted(visits):
        least = max(visits[hub].least, comes[hub], goes[hub])
        flow.supply[f"out of {hub}"], flow.supply[f"into {hub}"] = least - goes[hub], comes[hub] - least
        flow.arc("start", f"into {hub}", robots, 0.0)
        flow.arc(f"out of {hub}", "end", robots, 0.0)
        flow.arc(f"into {hub}", f"out of {hub}", max(0, visits[hub].most - least), 0.0)
    for a, b in permutations(sorted(visits), 2):
        flow.arc(f"out of {a}", f"into {b}", MANY, ways.get((a, b), 0.0))
    cost = flow.least_cost()
    return cost if cost < math.inf else 0.0
