"""The states of a run: the state machine of ANSI/ISA-TR88.00.02-2015 (PackML), as one table.

Held is the cell's own cause, Suspended is somebody else's (starved, blocked). "done" is the standard's *state complete*. Hold is
also taken in Starting, Unholding, Suspending, Suspended and Unsuspending, the five additions that OPC 30050 (OPC UA for PackML
1.01, 6.3.8) prepares: an operator's hold waits for nothing.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from cell.run import PackState

Trigger = Literal[
    "start", "hold", "unhold", "suspend", "unsuspend", "complete", "stop", "abort", "clear", "reset", "done"
]  # fmt: skip

STATES: Final[tuple[PackState, ...]] = get_args(PackState)
TRIGGERS: Final[tuple[Trigger, ...]] = get_args(Trigger)

_FLOW: dict[tuple[PackState, Trigger], PackState] = {
    ("Idle", "start"): "Starting",
    ("Starting", "done"): "Execute",
    ("Execute", "complete"): "Completing",
    ("Completing", "done"): "Complete",
    ("Complete", "reset"): "Resetting",
    ("Stopped", "reset"): "Resetting",
    ("Resetting", "done"): "Idle",
    ("Execute", "hold"): "Holding",
    ("Starting", "hold"): "Holding",
    ("Unholding", "hold"): "Holding",
    ("Suspending", "hold"): "Holding",
    ("Suspended", "hold"): "Holding",
    ("Unsuspending", "hold"): "Holding",
    ("Holding", "done"): "Held",
    ("Held", "unhold"): "Unholding",
    ("Unholding", "done"): "Execute",
    ("Execute", "suspend"): "Suspending",
    ("Suspending", "done"): "Suspended",
    ("Suspended", "unsuspend"): "Unsuspending",
    ("Unsuspending", "done"): "Execute",
    ("Stopping", "done"): "Stopped",
    ("Aborting", "done"): "Aborted",
    ("Aborted", "clear"): "Clearing",
    ("Clearing", "done"): "Stopped",
}
STOPPED_OR_ABOUT_TO: Final = frozenset({"Stopping", "Stopped", "Aborting", "Aborted"})
_NO_STOP: Final = STOPPED_OR_ABOUT_TO | {"Clearing"}
_NO_ABORT: Final = frozenset({"Aborting", "Aborted"})

TABLE: Final[dict[tuple[PackState, Trigger], PackState]] = {
    **_FLOW,
    **{(state, "stop"): "Stopping" for state in STATES if state not in _NO_STOP},
    **{(state, "abort"): "Aborting" for state in STATES if state not in _NO_ABORT},
}

ENDED: Final = frozenset({"Complete", "Stopped", "Aborted"})


def after(state: PackState, trigger: Trigger) -> PackState | None:
    """The state that follows, None when the trigger means nothing there."""
    return TABLE.get((state, trigger))
