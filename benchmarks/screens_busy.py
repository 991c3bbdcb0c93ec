"""Claim: 20 updates a second of four robots, with an event each time, cost the screens under 25 % of one core.

    python -m benchmarks.screens_busy [--seconds 15]

The screens run as a user has them: a process of their own in a real terminal (a pty of 120 x 36, read as fast as it is
written), attached to a controller's real server. It tells a recorded run of an assembly, an event each 50 ms, and where four arms
are that move at all joints. Measured is the processor that the process has, all its threads, from the first full screen on; only
then does the run go on, and it has an event left for each 50 ms or there is no figure.
Beside are the same screens of a run in which nothing happens.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import math
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from types import MappingProxyType

import numpy as np

from benchmarks.measured import ROOT, machine, say

RATE = 20.0  # Hz
COLUMNS, ROWS = 120, 36
BEGUN_AT = 60  # events that have been told before
CELL = ROOT / "examples" / "04_two_robot_assembly" / "assembly.cell"
SHEET = ROOT / "tui" / "operate" / "app.tcss"
ROBOTS = ("ra", "rb", "rc", "rd")
MORE = """
robot rc is ra {
  base (0 mm, 900 mm, 0 mm)
}
robot rd is ra {
  base (0 mm, -900 mm, 0 mm)
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--child", nargs=2, type=Path, metavar=("RUN", "RESULT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child is not None:
        _show(*asked.child, asked.seconds)
        return
    say(machine())
    for name, is_busy in (("four robots at 20 Hz", True), ("nothing happens", False)):
        used, drawn, written = _watched(asked.seconds, is_busy)
        limit = "  (asked: 25 %)" if is_busy else ""
        say(f"{name}: {100 * used / asked.seconds:.1f} % of one core, {drawn / asked.seconds:.1f} views a second, "
            f"{written / asked.seconds / 1000:.1f} kB a second to the terminal{limit}")  # fmt: skip


def _watched(seconds: float, is_busy: bool) -> tuple[float, int, int]:
    """s of the processor, views shown, and bytes written to the terminal."""
    from tests.tui.operate.at_a_controller import controlled
    from tests.tui.operate.on_record import ASSEMBLY

    with tempfile.TemporaryDirectory() as folder, controlled(ASSEMBLY, Path(folder)) as run:
        run.tell(BEGUN_AT)
        result = Path(folder, "result")
        process, written = in_a_terminal(
            "benchmarks.screens_busy", "--seconds", str(seconds), "--child", str(run.folder.path), str(result)
        )
        told, tick = BEGUN_AT, 0
        while process.poll() is None:
            time.sleep(1.0 / RATE)
            if is_busy and _begun(result).exists():
                tick, told = tick + 1, told + 1
                if told == len(run.events):
                    process.kill()
                    raise RuntimeError(f"the record ends after {tick / RATE:.0f} s: no event is left to tell")
                run.tell(told)
                run.server.see(_samples(tick))
        if process.returncode:
            raise RuntimeError(f"the screens ended with {process.returncode}")
        used, drawn = result.read_text().split()
        return float(used), int(drawn), written[0]


def _begun(result: Path) -> Path:
    """Is there as soon as what is measured has begun."""
    return result.with_name("begun")


def _samples(tick: int) -> Mapping[str, object]:
    from cell.device import ReadbackBlock

    one, none = np.ones(1), np.zeros((1, 6))
    moment = np.array([tick * round(1e9 / RATE)])
    angles = [np.array([[0.8 * math.sin(0.05 * tick + k + j) - 0.5 * j for j in range(6)]]) for k in range(len(ROBOTS))]
    return MappingProxyType(
        {name: ReadbackBlock(name, "c", "", tick, moment, q, none, q, one, one) for name, q in zip(ROBOTS, angles, strict=True)}
    )


def in_a_terminal(module: str, *words: str) -> tuple[subprocess.Popen[bytes], list[int]]:
    """The process, and how many bytes it has written to its terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )  # fmt: skip
    os.close(theirs)
    written = [0]
    Thread(target=_drain, args=(ours, written), daemon=True).start()
    return process, written


def _drain(terminal: int, written: list[int]) -> None:
    while True:
        try:
            written[0] += len(os.read(terminal, 65536))
        except OSError:
            return


def _show(folder: Path, result: Path, seconds: float) -> None:
    from cellwright.reading import read
    from cellwright.robot_models import load_robot_model
    from cellwright.sparing import SPARING
    from controller.journal.folder import RunFolder
    from tui.operate.app import Operate
    from tui.operate.ground import Ground
    from tui.operate.live import LiveRun

    gc.set_threshold(*SPARING)
    file = folder / "four.cell"
    file.write_text(CELL.read_text() + MORE)
    cell = read(str(file), {}).cell
    assert cell is not None
    models = {name: load_robot_model(unit.model, CELL.parent, None).value for name, unit in cell.robots.items()}
    live = LiveRun(RunFolder(folder), "view")
    live._has_looked = True  # the run is of two of the four: its own cell is not read

    class Measured(Operate):
        CSS_PATH = SHEET
        shown, began = 0, 0.0

        def look(self) -> None:
            before = self.view
            super().look()
            self.shown += self.view is not before
            if not self.began and self.view.scene.seq >= BEGUN_AT:
                live._write(ground=Ground(cell, {name: model for name, model in models.items() if model is not None}))
                self.began, self.shown = time.process_time(), 0
                _begun(result).touch()
                self.set_timer(seconds, self.exit)

    app = Measured(live)
    app.run()
    if not app.began:
        sys.exit("the screens have shown nothing")
    result.write_text(f"{time.process_time() - app.began} {app.shown}")


if __name__ == "__main__":
    main()
