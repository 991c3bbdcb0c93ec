"""What somebody is asked before a run: what its plan has otherwise than the one that was run last in this cell, and why; what it
will move; and the word by which they agree to that.

Law: where real devices were run last by another plan, or by none, it takes the cell's name, typed. A `y` by habit moves no robot
along ways that nobody has looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.asking import asked
from tui.speech import loud, printable, say, wants_colour

if TYPE_CHECKING:
    from cell.model import CellModel
    from cellwright.last_plan import LastPlan
    from cellwright.starting_again import Ready
    from controller.attached.messages import Prepared

MOST: Final = 24
"""Lines of a difference that are looked at on a screen of 36; `cellwright diff` has all."""


def agreed_to_run(ready: Ready, prepared: Prepared) -> bool:
    """Shown, and asked."""
    from cellwright.cell_lock import keys_of
    from cellwright.folders import state_folder
    from cellwright.last_plan import last_plan

    cell = ready.request.cell
    last = last_plan(state_folder(), keys_of(ready.reading, cell)[0], prepared.is_simulated)
    for line in difference_lines(last, ready, prepared.is_simulated):
        say(line)
    announce_target(cell, prepared.is_simulated)
    is_known = last is not None and last.plan.plan_id == ready.released.motion_plan.plan_id
    return is_agreed(Path(cell.file).stem, is_known or prepared.is_simulated)


def difference_lines(last: LastPlan | None, ready: Ready, is_simulated: bool) -> Sequence[str]:
    """To the last plan, with the cause of each change."""
    where = "on simulated devices" if is_simulated else "on its real devices"
    if last is None:
        return [f"no plan was run in this cell before, {where}"]
    plan = ready.released.motion_plan
    if plan.plan_id == last.plan.plan_id:
        return [f"the same plan as in run {last.run_id}, {where}"]
    from cellwright.plan_difference import difference
    from cellwright.plan_inputs_difference import Sources
    from tui import difference_text

    found = difference(last.plan, plan, last.sources, Sources(ready.reading.texts, ready.request.cell))
    lines = [f"against the plan of run {last.run_id}, {where}:", *difference_text.difference_lines(found)]
    more = len(lines) - MOST
    return [*lines, ""] if more <= 0 else [*lines[:MOST], f"and {more} more lines: `cellwright diff` has all", ""]


def announce_target(cell: CellModel, is_simulated: bool) -> None:
    devices = "simulated" if is_simulated else loud("REAL DEVICES", wants_colour(sys.stderr))
    say(f"target: {_driven(cell)}, {devices}")


def _driven(cell: CellModel) -> str:
    """Each driver with the devices that are its own; where there is one only, with the robots."""
    from cell.devices import devices_of
    from cellwright.assignment import assigned

    parts = assigned(cell).value or ()
    shown = tuple(cell.robots) if len(parts) == 1 else devices_of(cell)
    own = ((part.driver, [device for device in shown if device in part.devices]) for part in parts)
    return ", ".join(f"{printable(' and '.join(devices))} (driver {printable(driver)})" for driver, devices in own)


def is_agreed(name: str, is_known: bool) -> bool:
    """`name` is the cell's, which is asked for where another plan was the last one at its devices, or none."""
    if is_known:
        return asked("Run it? [y/N] ", lambda: False) in ("y", "yes")
    question = f"These devices were not run by this plan last. To run it, type the name of the cell, {printable(name)}: "
    return asked(question, lambda: False) == name.strip().lower()
