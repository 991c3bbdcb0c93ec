"""The journal that cannot be written: the run is held until it can, and an operator resumes.

Law: no journal, no dispatch. What is under way ends; the hold and whatever follows is written into space that was set aside.
"""

from __future__ import annotations

from cell.events import JournalReported
from controller import recovery
from controller.draft import Draft
from controller.run_state import HoldReason

CODE = "R742"


def reported(d: Draft, event: JournalReported) -> None:
    d.mend(unwritten=event.why)
    if event.why:
        recovery.raise_hold(d, HoldReason(CODE, event.why, ()))


def holds_again(d: Draft) -> bool:
    """An operator has resumed: whether the disk still takes no more, so that it is held again."""
    if not d.trouble.unwritten:
        return False
    recovery.raise_hold(d, HoldReason(CODE, d.trouble.unwritten, ()))
    return True
