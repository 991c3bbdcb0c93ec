"""What a robot that did not act could take, kept for the next moment: most acts of others leave it as it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from planner.tasks.contacts import Contact
from planner.tasks.floor import Candidate, Floor, Stand
from planner.tasks.right_of_way import Spots
from planner.tasks.traffic import Passage

Moment = tuple[object, ...]
"""What the start of a pick depends on beside where its robot stands and who is in its way."""


class _Pick(NamedTuple):
    """`stands` is what the robot had when it was made; `recorded` how many trails there were; `spots` what it passes."""

    moment: Moment
    stands: tuple[Stand, ...]
    recorded: int
    spots: Spots
    candidate: Candidate


class Remembered:
    """Of one order. A robot's hands and tool change only with where it stands, and that is entered anew with each of its acts."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._picks: dict[tuple[int, int, int], _Pick] = {}

    def moment(self, job: int, hub: str, opened: float, ahead: float) -> Moment:
        device = self._floor.devices[hub]
        return self._floor.at[job], self._floor.ready[job], opened, ahead, device.idle, device.is_open, device.is_clamped

    def pick(self, job: int, worker: int, hand: int, moment: Moment) -> Candidate | None:
        """The one that was kept; None where it may be another one by now."""
        known, floor = self._picks.get((job, worker, hand)), self._floor
        if known is None or known.stands is not floor.robots[worker] or known.moment != moment:
            return None
        return known.candidate if floor.traffic.is_as_it_was(known.spots, known.recorded) else None

    def keep(self, candidate: Candidate, moment: Moment, way: Iterable[Passage[float]], taking: Contact) -> None:
        act, floor = candidate.act, self._floor
        spots = [*taking.way, *taking.rest]
        for passage in way:
            spots += (*passage.way, *passage.rest)
        kept = _Pick(moment, floor.robots[act.worker], floor.traffic.recorded, tuple(spots), candidate)
        self._picks[act.job, act.worker, act.hand] = kept
