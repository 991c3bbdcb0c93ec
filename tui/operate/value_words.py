"""What a run is worth, in few words for the line that is always in sight: its takt and its OEE, asked and actual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cell.device import ProtectiveState
from controller.run_state import DeviceBelief, RunState
from tui.operate.lines import Look, Piece, said
from tui.operate.view import View

if TYPE_CHECKING:
    from controller.figures.figures import Figures

CIRCUIT: Final[Sequence[tuple[ProtectiveState, str, Look]]] = (
    ("emergency stop", "e-stop circuit OPEN", "bad"),
    ("protective stop", "protective stop", "warn"),
)


def takt_word(view: View) -> str:
    """Actual against asked for where a loop has a pace and two of its iterations have ended; else what the plan means."""
    found = next((takt for takt in view.figures.takts), None) if view.figures is not None else None
    if found is not None:
        return f"takt {'?' if found.actual is None else f'{found.actual:.1f}'}/{found.target:g} s"
    plan = view.scene.run.progress.plan
    takt = None if plan is None else plan.plan.tasks.bounds.takt
    return "" if takt is None else f"takt ?/{takt:.1f} s"


def oee_word(figures: Figures | None, has_factors: bool = True) -> str:
    """With its three factors (ISO 22400-2:2014), where there is room; nothing while one of them is not known."""
    if figures is None or figures.oee is None:
        return ""
    factors = (("A", figures.availability), ("P", figures.effectiveness), ("Q", figures.quality))
    words = " ".join(f"{letter}{100.0 * (share or 0.0):.0f}" for letter, share in factors)
    return f"OEE {100.0 * figures.oee:.0f} %{f' ({words})' if has_factors else ''}"


def _says(seen: DeviceBelief, state: str) -> bool:
    return any(fault.code.replace("_", " ") == state for fault in seen.faults)


def circuit_piece(run: RunState) -> Piece:
    """What robots say of the circuit of the emergency stop. This program is not in it, and says no more than they do."""
    for state, words, look in CIRCUIT:
        who = [name for name, seen in sorted(run.belief.devices.items()) if _says(seen, state)]
        if who:
            return said(f"  {words}, says {', '.join(who)}", look)
    return Piece("  e-stop: none told", "dim")
