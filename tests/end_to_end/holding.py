"""A terminal at a run in service that holds a key: it presses again and again, as a keyboard does that repeats."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cell.events import ModeChanged
from cell.jog import Jog
from cellwright.service import Run, attach_to
from controller.journal.folder import RunFolder
from tests.doubles.waiting import until

REPEAT = 0.04  # s between two repeats of a key
PATIENCE = 60.0  # s, for a machine on which much else is done
STARVED = ("there is no link to", "gives no fresh samples", "did not come within")
"""What is said of a robot whose driver is not let run in time: it is waited until it is."""


def all_of(folder: RunFolder, kind: type) -> list:  # type: ignore[type-arg]
    return [event for event in folder.events() if isinstance(event, kind)]


def in_manual_mode(folder: RunFolder) -> Run:
    """Attached to a run that is held, or about to be; set to manual mode."""
    run = attach_to(folder, "operate")
    until(lambda: run.asked("manual", PATIENCE) is None, "a run that is held", PATIENCE)
    until(lambda: bool(all_of(folder, ModeChanged)), "manual mode", PATIENCE)
    return run


def hold(run: Run, jog: Jog, claim: Callable[[], bool]) -> None:
    """Holds the key until `claim` holds."""

    def pressed() -> bool:
        run.hold_key(jog, True)
        refused = run.accepted(PATIENCE)
        assert refused is None or any(text in refused.reason for text in STARVED), refused.reason
        time.sleep(REPEAT)  # a keyboard's own pause
        return claim()

    until(pressed, f"{jog.text}", PATIENCE)


def drivers_of(controller: int) -> list[int]:
    """The processes that a controller has begun, and theirs."""
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
    found, more = [], [controller]
    while more:
        more = [child for child, parent in parents.items() if parent in more]
        found += more
    return found


def killed(*processes: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
