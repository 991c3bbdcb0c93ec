"""A wired cell: the whole line from files to a finished run, top to bottom.

    read         files             -> program and cell, checked        (cellwright/reading.py)
    request_for  program, state    -> all that planning takes in
    make_plan    request           -> a plan with its motions, unproved
    release_plan plan, request     -> a released plan, or why not
    rehearse, start_run            -> a run                             (cellwright/running.py)

Nothing here decides anything: each line hands one stage's outcome to the next.
"""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from cell.dataclass import dataclass
from cell.declared_state import declared_state
from cell.diagnostic import Diagnostic, Outcome, error
from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cell.orders import Order
from cell.plan_file import LARGEST_TEXT, read_plan
from cell.released_plan import ReleasedPlan
from cell.robot import RobotModel
from cell.state import CellState, PlanningRequest
from cellwright.beyond_model import beyond_model
from cellwright.file_bytes import read_regular
from cellwright.reading import Reading, read
from cellwright.robot_models import load_robot_model
from cellwright.workshop import Workshop
from planner.motion.margins import PLANNER_VERSION
from planner.proof.release import release

_HERE = Path()
VERSIONS = (("cellwright", version("cellwright")), ("motion search", PLANNER_VERSION))


def request_for(
    reading: Reading,
    workshop: Workshop,
    seed: int = 0,
    state: CellState | None = None,
    without: frozenset[str] = frozenset(),
    orders: tuple[Order, ...] = (),
    is_continuous: bool = False,
) -> Outcome[PlanningRequest]:
    """Planning for what was read, from `state`, or from what the cell declares and the `orders` given. Loads the robots' models.
    `without` are robots that may not be used; where the run `is_continuous` more orders may come."""
    if reading.program is None or reading.cell is None or not reading.is_ok:
        return Outcome(None, reading.diagnostics)
    robots = load_robots(reading.cell, workshop, reading.folder)
    if robots.value is None:
        return Outcome(None, (*reading.diagnostics, *robots.diagnostics))
    start = replace(declared_state(reading.cell), orders=orders) if state is None else state
    request = PlanningRequest(
        reading.program, reading.cell, robots.value, start, seed, without=without, is_continuous=is_continuous
    )
    return Outcome(request, (*reading.diagnostics, *robots.diagnostics))


def load_robots(cell: CellModel, workshop: Workshop, seen_from: Path = _HERE) -> Outcome[dict[str, RobotModel]]:
    """The model of every robot of the cell, whose file has its name as `seen_from` there. A diagnostic points at the robot's
    `model`."""
    folder = (seen_from / cell.file).parent
    models: dict[str, RobotModel] = {}
    found: list[Diagnostic] = []
    for unit in cell.robots.values():
        loaded = load_robot_model(unit.model, folder, workshop.robots)
        at = unit.attribute_spans.get("model", unit.span)
        found += [Diagnostic(d.code, d.severity, d.message, (at, *d.spans), d.help, d.fix) for d in loaded.diagnostics]
        if loaded.value is not None:
            models[unit.name] = loaded.value
            found += beyond_model(cell, unit, loaded.value)
    return Outcome(models if len(models) == len(cell.robots) else None, tuple(found))


def make_plan(request: PlanningRequest, workshop: Workshop, compares: bool = True) -> Outcome[MotionPlan]:
    """`compares`: where robots are left out, beside a plan with all of them."""
    from planner.plan import Means, plan  # only who plans pays for it: a controller proves and does not plan

    with workshop.mapping() as mapped:
        means = Means(workshop.motions, mapped, workshop.progress, workshop.is_thorough, compares)
        return plan(request, means, VERSIONS)


def make_retreats(request: PlanningRequest, workshop: Workshop) -> tuple[Outcome[MotionPlan], ...]:
    """Of each robot that was stopped on its way: the way back out, as a plan of its own, unproved, or why there is none."""
    from planner.plan import Means
    from planner.retreat import plan_retreats

    with workshop.mapping() as mapped:
        return tuple(plan_retreats(request, Means(workshop.motions, mapped, workshop.progress), VERSIONS))


def make_jog(request: PlanningRequest) -> Outcome[MotionPlan]:
    """The way of the jog that is asked for, as a plan of its own, unproved; or why there is none."""
    from planner.jog import plan_jog

    return plan_jog(request, VERSIONS)


def release_plan(motion_plan: MotionPlan, request: PlanningRequest, workshop: Workshop) -> Outcome[ReleasedPlan]:
    with workshop.mapping() as mapped:
        return release(motion_plan, request, workshop.certificates, mapped, workshop.progress, VERSIONS)


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan file with what it was made from, read again: the plan itself is not trusted, and `reading` may have errors."""

    plan: MotionPlan
    reading: Reading


def load_plan(path: str, cell: str | None = None) -> Outcome[LoadedPlan]:
    """Raises OSError where the plan or a source that it names cannot be read."""
    text = read_regular(path, LARGEST_TEXT).content.decode("utf-8", "replace")
    loaded = read_plan(text, path)
    if loaded.value is None:
        return Outcome(None, loaded.diagnostics)
    intents = [name for name, _ in loaded.value.sources if name.endswith(".intent")]
    if not intents:
        return Outcome(None, (error("E673", f"{path} names no intent", help="Plan again from the intent."),))
    reading = _read_again(loaded.value, intents[0], Path(path).parent, cell)
    return Outcome(LoadedPlan(loaded.value, reading), loaded.diagnostics)


def sources_now(plan: MotionPlan) -> Reading | None:
    """What `plan` was made from, as it is now, seen from the working folder: of one that asks for nothing, the cell. None where
    it names neither. Raises OSError."""
    intents = [name for name, _ in plan.sources if name.endswith(".intent")]
    if intents:
        return _read_again(plan, intents[0], Path(), None)
    cells = [name for name, _ in plan.sources if name.endswith(".cell")]
    return read(cells[0], dict(plan.params)) if cells else None


def _read_again(plan: MotionPlan, intent: str, beside: Path, cell: str | None) -> Reading:
    """What the plan was made from, as it is now. A plan names its sources as seen from its own folder; from the working folder
    where there are none, for it may have been moved. A cell that took the place of the intent's own takes it again."""
    folder = beside if (beside / intent).is_file() else Path()
    params = dict(plan.params)
    is_as_named = cell is None or folder == Path() or Path(cell).is_absolute()
    reading = read(intent, params, cell if is_as_named else os.path.relpath(str(cell), folder), folder=folder)
    cells = [name for name, _ in plan.sources if name.endswith(".cell")]
    is_another = reading.program is None or not {*cells} & dict(reading.program.sources).keys()
    if cell is None and cells and is_another and (folder / cells[0]).is_file():
        return read(intent, params, cells[0], folder=folder)
    return reading
