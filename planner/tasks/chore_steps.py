"""The steps of chores, written into an order of acts: at a boundary between two acts at which nothing lies in their station.

What is done once is done at the first such boundary at which its line is due. What is kept fresh is done at the boundaries that
it is given (freshness.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cell.reasons import servicing
from cell.steps import Service
from planner.tasks.draft import fact
from planner.tasks.floor import Act, Kind
from planner.tasks.methods import is_heap
from planner.tasks.road import Numbers
from planner.tasks.robot_chain import Task
from planner.tasks.route import Chore
from planner.tasks.shop import Shop

if TYPE_CHECKING:
    from planner.tasks.write_steps import Writer

Rounds = Mapping[int, tuple[int, ...]]
"""By chore, the boundaries at which it is done: k is before act k."""


class ChoreSteps:
    """Mutable. `could_start` has by (chore, boundary) when it would begin if it were done there, s; `done` by chore the step of
    each time; `latest` is what it was done for last."""

    def __init__(self, writer: Writer, acts: Sequence[Act], rounds: Rounds) -> None:
        self._writer, self._acts, self._rounds = writer, acts, rounds
        self._empty = {chore.thing: _empty_before(writer.shop, acts, chore.thing) for chore in writer.shop.routes.chores}
        self.could_start: dict[tuple[int, int], float] = {}
        self.done: dict[int, list[int]] = {}
        self.latest: Task | None = None

    def before(self, boundary: int) -> None:
        for number, chore in enumerate(self._writer.shop.routes.chores):
            if not self._empty[chore.thing][boundary]:
                continue
            if chore.fresh is None:
                if number not in self.done and self._is_due(chore):
                    self._write(number, chore, None)
                continue
            before = self._before(chore, boundary)
            steps = self._writer.draft.steps
            self.could_start[number, boundary] = max((steps[k].start + steps[k].duration for k in before), default=0.0)
            if boundary in self._rounds.get(number, ()):
                self._write(number, chore, boundary)

    def ended(self, chores: Sequence[int]) -> dict[str, Numbers]:
        """The last step of each, for what waits for it; of none that could not be done by then."""
        return {f"chore {k}": (self.done[k][-1],) for k in chores if k in self.done}

    def _is_due(self, chore: Chore) -> bool:
        barriers = [self._writer.shop.routes.barriers[k] for k in chore.clauses.after]
        ends = self._writer.ends
        return all(m in ends for b in barriers for m in b.members) and all(c in self.done for b in barriers for c in b.chores)

    def _before(self, chore: Chore, boundary: int | None) -> Numbers:
        """What the station was at last, who emptied it, and the act before the boundary: there it is to be done, not sooner."""
        w = self._writer
        changed = (w.changed[place] for place in _places(w.shop, chore.thing) if place in w.changed)
        found = [*w.devices[chore.thing].last, *(k for _, steps in changed for k in steps)]
        if boundary:
            robot = w.shop.workers[self._acts[boundary - 1].worker].robot
            found += w.robots[robot].last
        return tuple(dict.fromkeys(found))

    def _write(self, number: int, chore: Chore, boundary: int | None) -> None:
        w, thing, goal = self._writer, chore.thing, chore.goal
        times = self.done.setdefault(number, [])
        own = () if chore.fresh is None else ((chore.fresh.id, str(len(times) + 1)),)
        operation = w.draft.operation(
            goal.id, goal.verb, thing, (*chore.clauses.serves, *own), None, None, None, w.because(goal), None,
            chore.clauses.deadlines,
        )  # fmt: skip
        if gate := w.gate(chore.clauses):
            w.draft.gates[operation.number] = gate
        self.latest = task = Task(operation, chore.clauses)
        for robot in w.robots.values():
            if robot.contact_hub() == thing:
                robot.leave_contact(task)
        needs = (fact("idle", thing), *(fact("free", place) for place in _places(w.shop, thing)))
        step = w.draft.step(
            operation, Service(thing, goal.verb), chore.duration, self._before(chore, boundary), servicing(thing, goal.verb),
            claims=(thing,), needs=needs, adds=(fact("reached", goal.id, thing),), uses=(thing,),
        )  # fmt: skip
        w.devices[thing].last = (step,)
        times.append(step)


def _places(shop: Shop, thing: str) -> tuple[str, ...]:
    return tuple(p.name for p in shop.cell.equipment[thing].places if p.of is None and not is_heap(p))


def _empty_before(shop: Shop, acts: Sequence[Act], thing: str) -> tuple[bool, ...]:
    """Whether nothing lies in it before each act, and behind the last one, whichever ways are taken."""
    own = set(_places(shop, thing))
    full = {job.place for job in shop.jobs if job.place is not None and job.arrival is None} | set(shop.foreign)
    found = [full.isdisjoint(own)]
    for act in acts:
        filled, freed = _moved(act)
        full = (full - freed) | filled
        found.append(full.isdisjoint(own))
    return tuple(found)


def _moved(act: Act) -> tuple[set[str], set[str]]:
    """The places that are surely or perhaps filled by the act, and those that are surely emptied."""
    match act.kind:
        case Kind.PICK:
            return set(), {act.place}
        case Kind.PLACE:
            return {act.place}, set()
        case Kind.CHOOSE:
            ends = {targets[-1] if targets else act.place for targets in act.targets}
            return ends, {act.place} - ends
        case Kind.CARRY:
            return {act.targets[0][0]}, {act.place}
        case Kind.RUN | Kind.ALONG | Kind.PARK | Kind.GO:
            return set(), set()
