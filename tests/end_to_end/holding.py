"""A terminal at a run in service that holds a key: it presses again and again, as a keyboard does that repeats."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from cell.events import JogEnded, ModeChanged, WayFound
from cell.jog import Jog
from cellwright.service import Run, attach_to
from controller.journal.folder import RunFolder
from tests.doubles.waiting import until

Kind = TypeVar("Kind")
REPEAT = 0.04  # s between two repeats of a key
LOOKS = 0.5  # s between two looks for a way
PRESSES = 150  # that a key is held for until its way is looked at anew
PATIENCE = 60.0  # s, for a machine on which much else is done
STARVED = ("there is no link to", "gives no fresh samples", "did not come within")
"""What is said of a robot whose driver is not let run in time: it is waited until it is."""


def all_of(folder: RunFolder, kind: type[Kind]) -> list[Kind]:
    return [event for event in folder.events() if isinstance(event, kind)]


def in_manual_mode(folder: RunFolder) -> Run:
    """Attached to a run that is held, or about to be; set to manual mode."""
    run = attach_to(folder, "operate")
    until(lambda: run.asked("manual", PATIENCE) is None, "a run that is held", PATIENCE)
    until(lambda: bool(all_of(folder, ModeChanged)), "manual mode", PATIENCE)
    return run


def hold(run: Run, jog: Jog, claim: Callable[[], bool]) -> None:
    """Holds the key until `claim` holds. The way is looked at first: so a press moves the robot at once, and a machine that is
    too busy to repeat a key for as long as a proof takes has it moved all the same."""
    until(lambda: _looked(run, jog) and _pressed(run, jog, claim), f"{jog.text}", 4 * PATIENCE)


def _looked(run: Run, jog: Jog) -> bool:
    """Whether a way for it is there that was not gone yet."""

    def is_shown() -> bool:
        _sent(run, jog, False, LOOKS)
        told = [event for event in run.folder.events() if isinstance(event, WayFound | JogEnded)]
        return bool(told) and isinstance(told[-1], WayFound) and told[-1].jog == jog

    until(is_shown, f"a way for {jog.text}", PATIENCE)
    return True


def _pressed(run: Run, jog: Jog, claim: Callable[[], bool]) -> bool:
    for _ in range(PRESSES):
        _sent(run, jog, True)
        if claim():
            return True
    return False


def _sent(run: Run, jog: Jog, is_held: bool, pause: float = REPEAT) -> None:
    run.hold_key(jog, is_held)
    refused = run.accepted(PATIENCE)
    assert refused is None or any(text in refused.reason for text in STARVED), refused.reason
    time.sleep(pause)  # a keyboard's own


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
