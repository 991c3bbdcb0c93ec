"""Forks a controller's process for each run of a story: what takes long (imports, the plan and its proof) is done once.

    python -m tests.tui.operate.shift.zygote INTENT

Law: what is forked is the controller as it is, `cellwright.controller_process`, but for one thing: simulated drivers stay within
it at any speed, so that it begins in no time. It waits for a start from any terminal. A line of stdin asks for a run,
`{"state": folder, "scenario": text or null, "speed": times real time}`; the answer is its
controller's process and the run's folder.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tomllib
from pathlib import Path
from typing import Any

from cell.scenario_file import scenario_from_mapping
from cell.steps import Move, Touch
from cellwright import controller_process, in_service
from cellwright.folders import cache_folder, private
from cellwright.start_file import start_of, write_start
from controller.journal.folder import RunFolder, new_run
from tests.end_to_end.line import Planned, planned


def main(intent: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    plan = planned(intent, cache_folder())
    in_service.FASTEST = 0.0
    print(f"ready {half_out(plan)!r}", flush=True)  # noqa: T201  it is read by a program
    for number, line in enumerate(sys.stdin, 1):
        folder = _begun(plan, json.loads(line), number)
        pid = os.fork()
        if pid == 0:
            os._exit(_controlled(folder))
        print(pid, folder.path, flush=True)  # noqa: T201


def half_out(plan: Planned) -> float:
    for step in plan.released.motion_plan.tasks.steps:
        touch = step.action.need.touch if isinstance(step.action, Move) else None
        if isinstance(touch, Touch) and (touch.pair, touch.end) == ("part and place", "start"):
            return float(step.start) + 0.3
    raise AssertionError("it leaves no place with a part")


def _begun(plan: Planned, asked: dict[str, Any], number: int) -> RunFolder:
    """The folder of a run that is about to begin."""
    folder = new_run(private(Path(asked["state"])), f"shift-{number}")
    folder.path.chmod(0o700)
    text = asked["scenario"]
    scenario = None if text is None else scenario_from_mapping(tomllib.loads(text), "story.toml").expect()
    start = start_of(plan.reading, plan.request, plan.released.motion_plan.plan_id, scenario, asked["speed"], 1)
    write_start(folder, start, plan.released)
    return folder


def _controlled(folder: RunFolder) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(folder.path / "controller.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)
    return controller_process.main([str(folder.path)])


if __name__ == "__main__":
    main(sys.argv[1])
