"""The same shift as a controller's process has it: journal, snapshots and recording on a disk, in virtual time. What was made is
read back from the disk."""

from __future__ import annotations

from pathlib import Path

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell_drivers.simulated import SimulatedCell
from controller.callers import Replanner
from controller.journal.folder import new_run
from controller.rehearsal import RunRecord
from controller.service import Texts, post, serve
from controller.tally import figures_of
from tests.rolling.shift import Shift, Watched

HOUR = 3600e9


class UntilThen:
    """A planner that has the run finished at the first plan that is asked for behind so many hours, and looks around no more from
    then on: it may still be at work when everything is closed."""

    def __init__(self, planner: Watched, hours: float, inbox: Texts) -> None:
        self._planner, self._hours, self._inbox = planner, hours, inbox
        self._is_over = False

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        if not self._is_over and self._planner.now() >= self._hours * HOUR:
            self._is_over = True
            post(self._inbox, "finish")
        return (self._planner.planner if self._is_over else self._planner).replan(request)


def served(spec: RunSpec, plan: ReleasedPlan, world: SimulatedCell, planner: Replanner, hours: float, root: Path) -> Shift:
    watched, inbox, folder = Watched(planner, world.now, ()), Texts(), new_run(root, spec.run_id)
    summary = serve(spec, plan, world, UntilThen(watched, hours, inbox), folder, inbox, tell=lambda events, state: None)
    record, figures = RunRecord(spec, (), summary), figures_of(folder.each_event())
    return Shift(record, folder.state(), figures, world.record(), tuple(watched.moments))
