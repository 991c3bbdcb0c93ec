"""Claim: the screens of a whole shift hold no more at its end than after its first half hour.

    python -m benchmarks.screens_shift [--hours 8]

A shift without end is rehearsed in virtual time (tests/rolling: one gantry, a part a minute, planned again every eighth) and told
over a controller's real server, as fast as the screens take it, to screens in a process of their own, in a real terminal that is
read. What that process holds is read each half hour of the shift, when it has shown all that was told.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measured import machine, memory_of, say
from benchmarks.screens_busy import SHEET, in_a_terminal

if TYPE_CHECKING:
    from controller.attached.server import Server
    from tests.rolling.newest import NewestJournal

HALF_HOUR = 1800.0
IN_MEMORY = 1_000_000_000  # bytes: all that was told, so that nothing is read from a disk meanwhile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--child", nargs=2, type=Path, metavar=("RUN", "RESULT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child is not None:
        _show(*asked.child)
        return
    say(machine())
    with tempfile.TemporaryDirectory() as folder:
        _told(Path(folder), asked.hours)


def _told(folder: Path, hours: float) -> None:
    from cellwright.service import ENDPOINT
    from controller.attached.chronicle import Chronicle
    from controller.attached.endpoint import listen_in
    from controller.attached.messages import Parting
    from controller.attached.reception import About
    from controller.attached.server import Server
    from controller.journal.folder import new_run
    from tests.rolling.gantry import rolled
    from tests.tui.operate.at_a_controller import Post

    run = new_run(folder, "shift")
    run.claim()
    listener, where = listen_in(run.path)
    (run.path / ENDPOINT).write_text(str(where))
    server = Server(About(run.id, "shift.intent"), Post(), Chronicle(lambda after, most: [], in_memory=IN_MEMORY), listener)
    server.start()
    result = folder / "result"
    process, _ = in_a_terminal("benchmarks.screens_shift", "--child", str(run.path), str(result))
    rolled(hours, ahead=8, remembers=60, journal=_journal(run.path, server))
    server.finish(Parting("over", "", "Complete", 0))
    process.wait()
    _say(result.read_text().splitlines())


def _say(rows: Sequence[str]) -> None:
    due, first = HALF_HOUR, None
    for row in rows:
        at, seq, memory, used = row.split()
        if float(at) < due and row is not rows[-1]:
            continue
        due += HALF_HOUR
        first = first or int(memory)
        say(f"{float(at) / 3600:5.2f} h  {int(seq):6d} events  {memory:>8} kB  {float(used):6.1f} s of the processor")
    say(f"memory {int(rows[-1].split()[2]) / (first or 1) - 1:+.2%} since the first half hour")


def _journal(run: Path, server: Server) -> NewestJournal:
    from cell.events import Event
    from cell.motion_plan import MotionPlan
    from cell.plan_file import write_plan
    from controller.journal.disk import keep_text
    from controller.run_state import RunState
    from tests.rolling.newest import NewestJournal

    class Telling(NewestJournal):
        def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
            super().append(events, state, is_durable=is_durable)
            server.tell(events, state)

        def keep_plan(self, plan: MotionPlan) -> None:
            keep_text(run, plan.plan_id, write_plan(plan))

    return Telling(100)


def _show(folder: Path, result: Path) -> None:
    from cellwright.sparing import SPARING
    from controller.journal.folder import RunFolder
    from tui.operate.app import Operate
    from tui.operate.live import LiveRun

    gc.set_threshold(*SPARING)
    rows: list[str] = []

    class Counted(Operate):
        CSS_PATH = SHEET
        due = HALF_HOUR

        def look(self) -> None:
            super().look()
            scene = self.view.scene
            at = scene.seconds(scene.now)
            if at < self.due and self.view.link != "over":
                return
            self.due = at - at % HALF_HOUR + HALF_HOUR
            gc.collect()
            rows.append(f"{at} {scene.seq} {memory_of(os.getpid()) // 1024} {time.process_time()}")
            if self.view.link == "over":
                self.exit()

    Counted(LiveRun(RunFolder(folder), "view")).run()
    result.write_text("\n".join(rows))


if __name__ == "__main__":
    main()
