"""To wait for what another thread takes in, by the time in which this process could have taken it in."""

from __future__ import annotations

from threading import Event

PIECES = 10
"""of the bound. A process that is put to sleep (SIGSTOP, a machine that sleeps) wakes with one of them over, and has the others
for what lies in its sockets by then."""


def is_set_within(done: Event, seconds: float) -> bool:
    """Whether `done` is set within `seconds`, those not counted in which nobody was awake."""
    return any(done.wait(seconds / PIECES) for _ in range(PIECES))
