"""What the planner is asked, one thing at a time: the next plan of the run, and in manual mode the way of a jog.

Law: an answer that nobody waits for any more is dropped; a plan counts as found when it is kept, so that no event names one that
a crash would lose. Nothing here waits.
"""

from __future__ import annotations

from typing import Protocol

from cell.commands import RequestPlan, Subject
from cell.dataclass import dataclass
from cell.diagnostic import Outcome
from cell.events import NoWay, WayFound
from cell.jog import Jog, ends_because, jog_of
from cell.motion_plan import Motion
from cell.released_plan import ReleasedPlan
from controller.journal.journal import Journal

AT_END = 1e-9


class PlannerLink(Protocol):
    """How the loop reaches the planner: it asks, and looks later whether there is an answer."""

    def ask(self, request: RequestPlan) -> None: ...

    def answer(self) -> tuple[RequestPlan, Outcome[ReleasedPlan]] | None: ...


@dataclass(slots=True)
class Asking:
    """`wanted` is the plan that is asked for, `found` its answer once there is one."""

    planner: PlannerLink
    journal: Journal
    wanted: RequestPlan | None = None
    found: Outcome[ReleasedPlan] | None = None
    _jog: RequestPlan | None = None
    _way: Outcome[ReleasedPlan] | None = None
    _asked: RequestPlan | None = None

    def want(self, request: RequestPlan) -> None:
        self.wanted, self.found = request, None
        self._ask_next()

    def want_way(self, request: RequestPlan) -> None:
        self._jog, self._way = request, None
        self._ask_next()

    def hear(self) -> None:
        while self._asked is not None and (heard := self.planner.answer()) is not None:
            (request, outcome), self._asked = heard, None
            if self._jog is not None and request.id == self._jog.id:
                self._way = outcome
                self._keep(outcome)
            elif request.jog is None and self.wanted is not None and request.number == self.wanted.number:
                self.found = outcome
                self._keep(outcome)
            self._ask_next()

    def is_kept(self, found: Outcome[ReleasedPlan]) -> bool:
        return found.value is None or self.journal.holds(found.value.motion_plan.plan_id)

    def take(self) -> tuple[RequestPlan, Outcome[ReleasedPlan]] | None:
        """The plan that was wanted, or why there is none, once it is kept."""
        if self.wanted is None or self.found is None or not self.is_kept(self.found):
            return None
        taken, self.wanted, self.found = (self.wanted, self.found), None, None
        return taken

    def take_way(self) -> tuple[RequestPlan, Outcome[ReleasedPlan]] | None:
        self.hear()
        if self._jog is None or self._way is None or not self.is_kept(self._way):
            return None
        taken, self._jog, self._way = (self._jog, self._way), None, None
        return taken

    def _keep(self, outcome: Outcome[ReleasedPlan]) -> None:
        if outcome.value is not None:
            self.journal.keep_plan(outcome.value.motion_plan)

    def _ask_next(self) -> None:
        """Whoever holds a key waits for less than a plan takes."""
        if self._asked is not None:
            return
        if self._jog is not None and self._way is None:
            self._ask(self._jog)
        elif self.wanted is not None and self.found is None:
            self._ask(self.wanted)

    def _ask(self, request: RequestPlan) -> None:
        self._asked = request
        self.planner.ask(request)


def way_told(now: int, request: RequestPlan, outcome: Outcome[ReleasedPlan]) -> WayFound | NoWay:
    """What came of a way that was asked for."""
    assert request.jog is not None
    jog, released = request.jog.jog, outcome.value
    if released is None or jog_of(released.motion_plan) is None:
        return NoWay(now, request.of, request.id, jog, outcome.diagnostics)
    plan = released.motion_plan
    ((key, motion),) = plan.motions.items()
    of = Subject(request.of.run, plan.plan_id, motion=key)
    margins = {obligation.id: obligation.margin for obligation in released.proof.obligations}
    return _found(now, of, request.id, jog, motion, margins.get("reach") or 0.0, margins.get("room"), ends_because(plan))


def _found(
    now: int, of: Subject, request: str, jog: Jog, motion: Motion, reach: float, room: float | None, because: str
) -> WayFound:
    start, end = motion.segments[0].control[0], motion.segments[-1].control[-1]
    length = sum(segment.length for segment in motion.segments)
    zones = tuple(dict.fromkeys(visit.zone for visit in motion.visits))
    ends_in = tuple(dict.fromkeys(visit.zone for visit in motion.visits if visit.last >= length - AT_END))
    first, last = (tuple(float(x) for x in q) for q in (start, end))
    return WayFound(now, of, request, jog, first, last, reach, motion.duration, room, zones, ends_in, because)
