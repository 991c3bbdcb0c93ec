"""The planner in a process of its own, and what proves its plans in another one: both stay at hand, may crash, and come back.

Law: a plan that the planner answers with is unreleased. Where time is real it is proved in a process beside, from the same
sources, so that a proof never keeps the controller from looking (decision 0156); else by a proof in this process. A process that
has ended is started again, once for each request; if it ends again there is no plan, and the run holds.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cell.commands import RequestPlan
from cell.diagnostic import Outcome, error
from cell.motion_plan import MotionPlan
from cell.plan_file import read_plan, write_plan
from cell.plan_inputs import plan_inputs
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cellwright.at_hand import AtHand, unpickled
from cellwright.getting_on import told_to
from cellwright.plan_pieces import Verdict, as_piece, put_together
from cellwright.running import going_on
from cellwright.session import release_plan
from cellwright.workshop import Workshop
from controller.acceptance import inputs_differ
from planner.proof.release import proved_beside

COMMAND = ("-m", "cellwright.planner_process")
CHECKER = ("-m", "cellwright.checker_process")
PATIENCE = 1800.0  # s for one plan

T = TypeVar("T")


class PlannerProcess:
    """Answers the controller's requests, one at a time, from a thread of the controller's."""

    def __init__(
        self,
        folder: Path,
        workshop: Workshop,
        request: PlanningRequest,
        patience: float = PATIENCE,
        *,
        proves_beside: bool = False,
    ) -> None:
        """`folder` is the run's; `request` what the run began with. The workshop's `progress` is told of what both are at."""
        self._workshop, self._request = workshop, request
        self._planner = AtHand(COMMAND, folder, patience)
        self._checker = AtHand(CHECKER, folder, patience) if proves_beside else None

    @property
    def pid(self) -> int | None:
        return self._planner.pid

    @property
    def checker_pid(self) -> int | None:
        return None if self._checker is None else self._checker.pid

    def warm(self) -> None:
        """Has them read everything before the first request. Does not wait."""
        self._planner.warm()
        if self._checker is not None:
            self._checker.warm()

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        try:
            return self._replanned(request)
        finally:
            self._workshop.progress("", 0, 0)

    def _replanned(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        asked = pickle.dumps(request)
        found = _twice(self._planner, "the planner's process", lambda: self._asked(asked))
        if found.value is None:
            return Outcome(None, found.diagnostics)
        if self._checker is None:
            return self._released(found.value, request)
        answer = found.value
        verdict = _twice(self._checker, "the process that proves", lambda: self._proved(asked, answer))
        return verdict.value or Outcome(None, verdict.diagnostics)

    def close(self) -> None:
        """Never raises."""
        self._planner.close()
        if self._checker is not None:
            self._checker.close()

    def _asked(self, request: bytes) -> bytes:
        self._planner.tell(request)
        return self._planner.heard(told_to(self._workshop.progress))

    # --- proved here ---

    def _released(self, answer: bytes, request: RequestPlan) -> Outcome[ReleasedPlan]:
        found = unpickled(answer, Outcome)
        assert isinstance(found, Outcome)
        if found.value is None:
            return Outcome(None, found.diagnostics, found.why)
        unreleased: Outcome[MotionPlan] = read_plan(write_plan(found.value), "the planner's answer")
        if unreleased.value is None:
            return Outcome(None, unreleased.diagnostics)
        return release_plan(unreleased.value, going_on(self._request, request), self._workshop)

    # --- proved beside ---

    def _proved(self, request: bytes, answer: bytes) -> Outcome[ReleasedPlan]:
        """Raises OSError or EOFError where the process has gone, or goes."""
        checker = self._checker
        assert checker is not None
        checker.tell(request, answer)
        verdict = unpickled(checker.heard(told_to(self._workshop.progress)), Verdict)
        assert isinstance(verdict, Verdict)
        if verdict.proof is None:
            return Outcome(None, verdict.diagnostics, verdict.why)
        bare = unpickled(checker.heard(), MotionPlan)
        assert isinstance(bare, MotionPlan)
        pieces = (as_piece(unpickled(checker.heard(), tuple)) for _ in range(verdict.pieces - 1))
        plan = put_together(bare, pieces)
        # It has read the sources later than we have; what was edited since is another text.
        if other := inputs_differ(plan, plan_inputs(self._request)):
            text = f"{', '.join(other)}: changed since the run was begun"
            return Outcome(None, (error("R719", text, help="put it back, or begin anew: `cellwright run`"),))
        return Outcome(proved_beside(plan, verdict.proof), verdict.diagnostics)


def _twice(process: AtHand, name: str, ask: Callable[[], T]) -> Outcome[T]:
    """What it says, or that it has ended over this, and over the same again."""
    why = ""
    for _ in range(2):
        try:
            return Outcome(ask())
        except (OSError, EOFError) as cause:
            why = process.ended(str(cause) or type(cause).__name__)
    text = f"{name} has ended twice over this plan: {why}"
    return Outcome(None, (error("R758", text, help="Resume to have it tried again; what it printed is in the run's log."),))
