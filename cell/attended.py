"""What operators do about the alarms of a run, as events of it: seen by every terminal, and on record (ANSI/ISA-18.2)."""

from __future__ import annotations

from typing import Final, Literal

from cell.commands import Subject
from cell.dataclass import dataclass

SHIFT: Final = 8 * 3600.0
"""s for which an operator shelves an alarm: whoever comes next decides anew."""
LONGEST_SHELVED: Final = 7 * 24 * 3600.0
"""s; a week, for an engineer. What is to be out of the way for longer is to be mended."""
LONGEST_REASON: Final = 200
"""characters"""


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """`who` has seen the alarm of that name. That does not mend what raised it."""

    at: int
    of: Subject
    alarm: str
    who: str


@dataclass(frozen=True, slots=True)
class AlarmShelved:
    """Out of the way until the moment `until` (ns of the run's clock), for a reason."""

    at: int
    of: Subject
    alarm: str
    until: int
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class AlarmUnshelved:
    """Back before its time."""

    at: int
    of: Subject
    alarm: str
    who: str


Attending = Literal["acknowledge", "shelve", "unshelve"]
Attended = AlarmAcknowledged | AlarmShelved | AlarmUnshelved
