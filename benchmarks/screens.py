"""Claims: from the start of the program to a first full screen of a run that goes on in at most 3 times the start of an empty
Textual application; a frame of the overview in under 5 ms of the processor.

    python -m benchmarks.screens [--rounds 11]

The peer stands in the same rounds: an empty application of the same library, which ends when it has drawn itself. Ours ends when
it has drawn the state of the run with all 400 events told over a real socket; the files of its cell, for the map, are read behind
that. Either is gone in that moment: how long a process takes to end is not in it. Both by the clock, and by the processor that
their processes had. A frame is what one event more costs: the panels of the
overview at 120 x 36 with the cell's map, and the lines of the screen that have changed, as the terminal is given them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measured import ROOT, as_installed, interleaved, machine, ratios, say, table

if TYPE_CHECKING:
    from tui.operate.app import Operate

EVENTS = 400
FRAMES = 200
SIZE = (120, 36)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--child", choices=("empty", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child is not None:
        _child(asked.child, asked.folder)
        return
    say(machine())
    as_installed()
    _starts(asked.rounds)
    _frames()


def _starts(rounds: int) -> None:
    from tests.tui.operate.at_a_controller import controlled
    from tests.tui.operate.on_record import TENDING

    with tempfile.TemporaryDirectory() as folder, controlled(TENDING, Path(folder)) as run:
        run.tell(EVENTS)

        used: dict[str, list[float]] = {"ours": [], "empty": []}

        def child(*words: str) -> None:
            before = _of_children()
            subprocess.run(
                [sys.executable, "-m", "benchmarks.screens", "--child", *words], cwd=ROOT, check=True, capture_output=True
            )
            used[words[0]].append(_of_children() - before)

        candidates = {"ours": lambda: child("ours", str(run.folder.path)), "empty": lambda: child("empty")}
        interleaved(candidates, 1)  # the first of each finds nothing in the memory of the machine
        times = interleaved(candidates, rounds)
    say(table(times))
    say(ratios(times, "empty", "ours") + "  (asked: 3)")
    used = {name: values[1:] for name, values in used.items()}
    say(table(used, "s of the processor"))
    say(ratios(used, "empty", "ours"))


def _of_children() -> float:
    """s that the processes had the processor for that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _child(which: str, folder: Path | None) -> None:
    if which == "empty":
        from textual.app import App

        App[None]().run(headless=True, size=SIZE, auto_pilot=_ends)
        return
    assert folder is not None
    from cellwright.sparing import loading, spare

    spare()  # as for every command
    with loading():
        from controller.journal.folder import RunFolder
        from tui.operate.shown import opened

        app, _ = opened(RunFolder(folder), True, "view", {}, "grey")
    app.run(headless=True, size=SIZE, auto_pilot=_sees_all)


async def _ends(pilot: Any) -> None:
    os._exit(0)


async def _sees_all(pilot: Any) -> None:
    while pilot.app.view.scene.seq < EVENTS:
        assert pilot.app.view.link != "lost", pilot.app.view.note
        await asyncio.sleep(0.002)
    drawn = asyncio.Event()
    pilot.app.call_after_refresh(drawn.set)
    await drawn.wait()
    assert "EXECUTE" in "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
    os._exit(0)


def _frames() -> None:
    used = list(asyncio.run(_drawn()))
    middle, high = statistics.median(used), statistics.quantiles(used, n=20)[18]
    size = f"{SIZE[0]} x {SIZE[1]}"
    say(f"a frame of the overview, {size}: {1e3 * middle:.2f} ms, p95 {1e3 * high:.2f} ms of the processor  (asked: 5 ms)")


async def _drawn() -> Iterator[float]:
    from dataclasses import replace

    from tests.tui.operate.on_record import TENDING, record_of
    from tests.tui.operate.test_hostile import Still
    from tests.tui.operate.test_map import ground
    from tui.operate.app import Operate
    from tui.operate.view import View

    record, found = record_of(TENDING), ground()
    source = Still(View(record.after(EVENTS), "live", role="operate", ground=found))
    app, used = Operate(source), []
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for number in range(EVENTS, EVENTS + FRAMES):
            source.view = replace(source.view, scene=record.behind(source.view.scene, number))
            began = time.process_time()
            app.look()
            _draw(app)
            used.append(time.process_time() - began)
    return iter(used)


def _draw(app: Operate) -> None:
    """As the library does when it has nothing else to do: the regions that have changed, as text for the terminal."""
    from textual._compositor import CompositorUpdate

    from tui.operate.panel import Panel

    changed = {panel for panel in app.screen.query(Panel) if panel._repaint_required}
    for panel in changed:
        panel._repaint_required = False
    app.screen._compositor.update_widgets(changed)
    update = app.screen._compositor.render_update()
    if isinstance(update, CompositorUpdate):
        update.render_segments(app.console)


if __name__ == "__main__":
    main()
