"""Each state of a run as a sign and a word: no state is told by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cell.run import PackState
from controller.alarms import AlarmState, Priority
from tui.operate.lines import Look

SIGNS: Final[Mapping[PackState, tuple[str, Look]]] = {
    "Idle": ("○", "plain"),
    "Starting": ("▷", "plain"),
    "Execute": ("►", "good"),
    "Completing": ("▷", "plain"),
    "Complete": ("✓", "plain"),
    "Resetting": ("↺", "plain"),
    "Holding": ("‖", "warn"),
    "Held": ("‖", "warn"),
    "Unholding": ("▷", "plain"),
    "Suspending": ("◇", "note"),
    "Suspended": ("◇", "note"),
    "Unsuspending": ("▷", "plain"),
    "Stopping": ("■", "bad"),
    "Stopped": ("■", "bad"),
    "Aborting": ("✗", "bad"),
    "Aborted": ("✗", "bad"),
    "Clearing": ("↺", "plain"),
}
PRIORITIES: Final[Mapping[Priority, tuple[str, Look]]] = {1: ("▲", "bad"), 2: ("◆", "warn"), 3: ("●", "note")}
ALARM_STATES: Final[Mapping[AlarmState, tuple[str, str]]] = {
    "unacknowledged": ("!", "unack"),
    "acknowledged": ("✓", "acked"),
    "returned": ("↩", "returned"),
    "shelved": ("z", "shelved"),
}
