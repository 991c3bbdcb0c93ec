"""Controllers in processes of their own that SIGKILL ends: `python -m tests.crash.processes --points 50 [--jobs 2] FOLDER`.

Each point is a run of its own on the gantry, its simulated world in a process beside, at four times real time. The controller
kills itself at one write of its journal: before the commands go out, or at the next look at anything behind them. Another process
goes on with what is on disk and with the world, which lives on. Judged by the world's own record and by the journal.

This process opens no driver: it only forks, so that a start costs little. Of five points one is another one: it goes through the
installed program, and is killed twice (installed.py).
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.events import HoldRaised, RunResumed, StateChanged
from cell.released_plan import ReleasedPlan
from cell.run import RunSummary
from cell.scenario import Scenario
from cell.state import PlanningRequest
from cell.world_record import Violation
from cell_drivers.simulated.record_file import executions, read_record
from cellwright.in_service import FASTEST, drivers_again, drivers_in_service
from cellwright.running import run_spec
from controller.journal.folder import RunFolder, new_run
from controller.journal.left_off import left_off
from controller.journal.replay import verified
from controller.runner import Resumption
from controller.service import Texts, post, read_message, serve
from controller.time_shift import Moment, shift_to
from planner.proof.release import release
from tests.cell_drivers.hosted.hosting import BOUNDS
from tests.crash import installed
from tests.crash.dying import armed
from tests.crash.installed import Twice
from tests.planner.proof.gantry import VERSIONS, planned, request

TEXT = 'use "gantry.cell"\nmove shaft to outfeed\n'
WRITES = 16
"""of the undisturbed run that are surely met, whatever a busy machine makes of the order of its events."""


@dataclass(frozen=True, slots=True)
class Point:
    """Killed at the write of that number, from 1; `goes_out`: what it calls for has been sent."""

    write: int
    goes_out: bool


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a point. `ready` s from the start of the other controller to its hold."""

    point: Point
    faults: tuple[str, ...]
    ready: float


class Again:
    """Plans as the first time, from what is observed."""

    def __init__(self, asked: PlanningRequest) -> None:
        self._asked = asked

    def replan(self, wanted: RequestPlan) -> Outcome[ReleasedPlan]:
        return Outcome(proved(replace(self._asked, state=wanted.state)))


class Operator(queue.SimpleQueue[str]):
    """Reads what a controller says, and asks it to go on whenever it holds, also where it was held when it was killed; asked too
    early it stays as it is."""

    def __init__(self, inbox: Texts) -> None:
        super().__init__()
        self._inbox = inbox
        self.first_hold = 0.0

    def put(self, item: str, block: bool = True, timeout: float | None = None) -> None:
        message = read_message(item)
        if isinstance(message, HoldRaised) or (isinstance(message, StateChanged) and message.after == "Held"):
            self.first_hold = self.first_hold or time.monotonic()
            post(self._inbox, "resume")


def proved(asked: PlanningRequest) -> ReleasedPlan:
    return release(planned(asked).plan, asked, versions=VERSIONS).expect()


# --- the controller that is killed -------------------------------------------------------------------------------------


def victim(asked: PlanningRequest, plan: ReleasedPlan, folder: RunFolder, worlds: Path, point: Point) -> None:
    """Does not come back where the point is reached."""
    made = drivers_in_service(asked, Scenario(), FASTEST, worlds, BOUNDS).expect()
    (folder.path / "world").write_text(f"{made.reached}\n{made.record}", "utf-8")
    armed(f"{'sent' if point.goes_out else 'behind'} {point.write}")
    inbox: Texts = queue.SimpleQueue()
    serve(run_spec(folder.id, asked), plan, made.drivers, Again(asked), folder, inbox, Operator(inbox), clock=made.clock)


# --- the one that goes on ----------------------------------------------------------------------------------------------


def heir(asked: PlanningRequest, plan: ReleasedPlan, folder: RunFolder) -> float:
    """s until it held."""
    began = time.monotonic()
    at, record = (folder.path / "world").read_text("utf-8").split("\n")
    made = drivers_again(asked, Path(at), FASTEST, Path(record), BOUNDS).expect()
    journal = folder.journal()
    off = left_off(journal)
    journal.close()
    assert off.times is not None
    assert made.clock is not None
    assert off.state.progress.plan is not None
    clock = made.clock
    shift = shift_to(off.times, Moment(clock.now(), clock.utc(), clock.boot(), clock.kind))
    in_hand = plan if plan.motion_plan.plan_id == off.state.progress.plan.plan.plan_id else None
    assert in_hand is not None, "the plan of a second request is not kept here"
    before = Resumption(off.state, in_hand, off.plans, shift, off.times.opened + shift)
    inbox: Texts = queue.SimpleQueue()
    operator = Operator(inbox)
    spec = run_spec(folder.id, asked)
    serve(spec, plan, made.drivers, Again(asked), folder, inbox, operator, clock=clock, before=before)
    return operator.first_hold - began


# --- one point, and all ------------------------------------------------------------------------------------------------


def came(folder: RunFolder, point: Point, ready: float, how: int) -> Came:
    return Came(point, tuple(_faults(folder, how)), ready)


def _faults(folder: RunFolder, how: int) -> Iterator[str]:
    if how:
        yield f"the controller that goes on ends with {how}"
        return
    summary: RunSummary = folder.summary()
    if (summary.state, summary.goals_met) != ("Complete", summary.goals_total):
        yield f"it ends {summary.state} with {summary.goals_met} of {summary.goals_total} goals: {summary.held_because}"
    record = Path((folder.path / "world").read_text("utf-8").split("\n")[1])
    twice = sorted(command for command, times in executions(read_record(record)).items() if times > 1)
    if twice:
        yield f"carried out twice: {', '.join(twice)}"
    yield from (f"the world saw: {one.text}" for one in read_record(record) if isinstance(one, Violation))
    where = {part.id: part.where for part in summary.parts}
    if sorted(where.values()).count("outfeed[1]") != 1 or "" in where.values():
        yield f"parts are at {where}"
    events = folder.events()
    if sum(isinstance(event, RunResumed) for event in events) != 1:
        yield "nobody has gone on with it"
    if verified(events) != folder.state():
        yield "the journal does not give the state again"


def points(many: int, writes: int) -> list[Point]:
    return [Point(1 + k * writes // many, k % 2 == 1) for k in range(many)]


def killed(base: Path, wanted: Sequence[Point], jobs: int) -> Iterator[Came]:
    """Forks `jobs` at a time."""
    asked = request(TEXT)
    plan = proved(asked)
    worlds = base / "worlds"
    worlds.mkdir(parents=True)
    under_way: dict[int, tuple[RunFolder, Point]] = {}
    left = list(enumerate(wanted))
    while left or under_way:
        while left and len(under_way) < jobs:
            number, point = left.pop(0)
            folder = new_run(base, f"p{number}")
            under_way[_forked(lambda f=folder, p=point: _both(asked, plan, f, worlds, p))] = (folder, point)
        child, status = os.waitpid(-1, 0)
        folder, point = under_way.pop(child)
        ready = folder.path / "ready"
        yield came(folder, point, float(ready.read_text()) if ready.is_file() else 0.0, os.waitstatus_to_exitcode(status))


def _both(asked: PlanningRequest, plan: ReleasedPlan, folder: RunFolder, worlds: Path, point: Point) -> None:
    child = _forked(lambda: victim(asked, plan, folder, worlds, point))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "it came to its end before it was killed"
    (folder.path / "ready").write_text(repr(heir(asked, plan, folder)))


def _forked(act) -> int:  # type: ignore[no-untyped-def]
    """The child's number. It ends with 1 where `act` fails."""
    child = os.fork()
    if child:
        return child
    try:
        act()
    except BaseException as defect:
        sys.stderr.write(f"{type(defect).__name__}: {defect}\n")
        os._exit(1)
    os._exit(0)


def killed_twice(base: Path, wanted: Sequence[Twice], jobs: int) -> Iterator[tuple[Twice, tuple[str, ...]]]:
    """Through the installed program, `jobs` at a time."""
    plan = installed.plan_file(base)
    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(lambda k: tuple(installed.gone_through(base / f"t{k}", plan, wanted[k])), range(len(wanted)))
        yield from zip(wanted, found, strict=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.processes", description="Kills controllers with SIGKILL.")
    parser.add_argument("folder", type=Path, help="a new folder for runs and worlds")
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--installed", type=int, help="how many of them go through the installed program, by default a fifth")
    parser.add_argument("--writes", type=int, default=WRITES, help="the last write that is met")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    many = arguments.points // 5 if arguments.installed is None else arguments.installed
    faulty = 0
    for one in killed(arguments.folder, points(arguments.points - many, arguments.writes), arguments.jobs):
        faulty += bool(one.faults)
        _say({"write": one.point.write, "goes_out": one.point.goes_out, "ready": round(one.ready, 3), "faults": one.faults})
    for point, faults in killed_twice(arguments.folder, installed.points(many), arguments.jobs) if many else ():
        faulty += bool(faults)
        _say({"first": point.first, "second": point.second, "faults": faults})
    return 1 if faulty else 0


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
