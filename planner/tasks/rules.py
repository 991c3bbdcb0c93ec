"""Priority rules: which of the feasible acts comes next. Cheap, so that many orders can be tried.

What they have in common: the bottleneck is fed first. An act that would make the bottleneck wait longer than `patience` is not
chosen while the act that feeds or empties the bottleneck is at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from cell.steps import AtHub
from planner.tasks.dispatch import Select
from planner.tasks.floor import Candidate, Floor, Kind
from planner.tasks.route import Stage
from planner.tasks.shop import Shop

Sorting = Literal["soonest", "ending", "downstream", "upstream"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`patience` in s, None: the bottleneck has no priority. `fetches_early`: a part for the bottleneck is fetched before other
    work. `goes_ahead`: whoever has nothing to do goes to where it will be needed, if it
    is there before anything else begins."""

    sorting: Sorting
    patience: float | None
    fetches_early: bool
    goes_ahead: bool = True


RULES = (
    Rule("soonest", 0.0, True),
    Rule("downstream", 0.0, True),
    Rule("soonest", 0.0, False),
    Rule("ending", 5.0, True),
    Rule("upstream", 0.0, False),
    Rule("downstream", 5.0, False),
    Rule("soonest", None, False),
    Rule("downstream", None, False, goes_ahead=False),
    Rule("ending", None, False),
    Rule("upstream", None, False, goes_ahead=False),
)


def select_by(rule: Rule, shop: Shop, bottleneck: str | None) -> Select:
    """The selection that `rule` makes. `bottleneck` is an equipment, or None where the robot or nothing limits."""

    def select(found: Sequence[Candidate], floor: Floor, count: int) -> Candidate:
        allowed = [c for c in found if c.act.kind is not Kind.GO]
        soonest = min(c.start for c in allowed)
        ahead = next((c for c in found if c.act.kind is Kind.GO and c.end <= soonest), None)
        if ahead is not None and rule.goes_ahead:
            return ahead
        if bottleneck is not None and rule.patience is not None:
            urgent = _urgent(found, floor, shop, bottleneck, rule.fetches_early)
            if urgent is not None:
                allowed = [c for c in found if c is urgent or _is_back(c, urgent, shop, rule.patience)]
        return min(allowed, key=lambda c: _key(c, rule.sorting))

    return select


def _key(c: Candidate, sorting: Sorting) -> tuple[float, float, int]:
    progress = c.act.leg * 2 + (c.act.kind is Kind.PLACE)
    match sorting:
        case "soonest":
            return (c.start, -progress, c.act.job)
        case "ending":
            return (c.end, -progress, c.act.job)
        case "downstream":
            return (-progress, c.start, c.act.job)
        case "upstream":
            return (progress, c.start, c.act.job)
    assert_never(sorting)


def _is_back(c: Candidate, urgent: Candidate, shop: Shop, patience: float) -> bool:
    """Whether the robot of the urgent act can do `c` first and still be in time for it; another one takes no time of it."""
    if c.act.worker != urgent.act.worker:
        return True
    motions = shop.workers[c.act.worker].motions
    way = 0.0 if c.hub == urgent.hub else motions.travel(AtHub(c.hub), urgent.hub, (), None).seconds
    return c.end + way <= urgent.start + patience


def _urgent(found: Sequence[Candidate], floor: Floor, shop: Shop, bottleneck: str, fetches: bool) -> Candidate | None:
    """The act that the bottleneck waits for: load it; or, with a part for it at hand or none left, unload it; or fetch one."""
    fetch, unloads = list[Candidate](), list[Candidate]()
    for c in found:
        kind = c.act.kind
        if c.hub == bottleneck:
            if kind is Kind.PLACE:
                return c
            if kind is Kind.PICK or kind is Kind.CHOOSE:
                unloads.append(c)
        if kind is Kind.PICK and _next_equipment(floor, c.act.job) == bottleneck:
            fetch.append(c)
    at_hand = any(_next_equipment(floor, j) == bottleneck for j in floor.held())
    if unloads and (at_hand or not fetch):
        return unloads[0]
    return min(fetch, key=lambda c: c.start) if fetch and fetches and not at_hand else None


def _next_equipment(floor: Floor, job: int) -> str | None:
    leg = floor.leg(job)
    return leg.equipment if isinstance(leg, Stage) else None
