"""How a run began: all that a controller's process needs beside the sources, as a file in the run's folder.

Law: the plan that stands beside it is unreleased. Whoever reads it reads the sources and proves it again (starting_again.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cell.codec import CodecError, canonical, from_plain
from cell.dataclass import dataclass
from cell.diagnostic import Outcome, error
from cell.orders import Order
from cell.plan_file import write_plan
from cell.released_plan import ReleasedPlan
from cell.scenario import Scenario
from cell.state import PlanningRequest
from controller.journal.folder import RunFolder
from controller.journal.journal import plan_path

if TYPE_CHECKING:  # a terminal reads no source
    from cellwright.reading import Reading

FILE = "start.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Start:
    """`file` and `cell` as named from `folder`, which is as seen from the working folder `working`. `scenario` None: nothing is
    disturbed. `jobs`: processes for planning, None for all cores. `speed` times real time, None as fast as they can. `is_manual`:
    nothing is planned, robots are only moved by hand; `holds`: the kind of part in each hand that holds one. `orders_file` as
    seen from `working`: it is looked at while the run goes on."""

    version: int
    plan_id: str
    working: str
    folder: str
    file: str
    cell: str | None
    settings: Mapping[str, str]
    seed: int
    without: tuple[str, ...]
    is_continuous: bool
    orders: tuple[Order, ...]
    scenario: Scenario | None
    speed: float | None
    jobs: int | None
    is_manual: bool = False
    holds: tuple[tuple[str, str], ...] = ()
    orders_file: str | None = None


def start_of(
    reading: Reading,
    request: PlanningRequest,
    plan_id: str,
    scenario: Scenario | None = None,
    speed: float | None = None,
    jobs: int | None = None,
    is_manual: bool = False,
    holds: tuple[tuple[str, str], ...] = (),
) -> Start:
    return Start(
        version=VERSION,
        plan_id=plan_id,
        working=os.getcwd(),
        folder=str(reading.folder),
        file=reading.file,
        cell=reading.named_cell,
        settings=dict(reading.settings),
        seed=request.seed,
        without=tuple(sorted(request.without)),
        is_continuous=request.is_continuous,
        orders=request.state.orders,
        scenario=scenario,
        speed=speed,
        jobs=jobs,
        is_manual=is_manual,
        holds=holds,
    )


def write_start(folder: RunFolder, start: Start, plan: ReleasedPlan) -> None:
    """Raises OSError."""
    plan_path(folder.path, start.plan_id).write_text(write_plan(plan.motion_plan), encoding="utf-8")
    (folder.path / FILE).write_text(canonical(start), encoding="utf-8")


def read_start(folder: RunFolder) -> Outcome[Start]:
    path = folder.path / FILE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        of_before = {"is_manual": False, "holds": [], "orders_file": None}
        start: Start = from_plain(Start, {**of_before, **said} if isinstance(said, dict) else said)
    except (OSError, ValueError) as cause:
        return Outcome(None, (error("R724", f"{path}: {_in_words(cause)}", help="Run again from the intent."),))
    if start.version != VERSION:
        text = f"{path} has version {start.version}, this program reads {VERSION}"
        return Outcome(None, (error("R724", text, help="Use the version of Cellwright that began the run."),))
    return Outcome(start)


def _in_words(cause: OSError | ValueError) -> str:
    """About the file, and not as Python says it."""
    match cause:
        case CodecError():
            return f"{cause!s:.200}"
        case OSError():
            return (cause.strerror or "it cannot be read").lower()
        case _:
            return "what stands in it is no JSON"
