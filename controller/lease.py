"""A key that is held, told by presses alone: a terminal sees no key go up, only that no more presses come.

Law: each press holds for a short time and no longer, by a clock that runs whatever the run's own does; one terminal at a time has
a key. So a terminal that dies, sleeps or loses its line lets go by that alone. Pure: the moment is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.dataclass import dataclass
from cell.jog import LEASE, Jog

SECOND = 1_000_000_000  # ns
LET_GO = "the key was let go"
SPENT = f"no press for {1e3 * LEASE:g} ms: the key was let go, or its terminal is gone"


@dataclass(frozen=True, slots=True)
class Press:
    """Of `who`, at the terminal of that number; it came at `at` ns. `is_held` False: they only want to see where it would go."""

    jog: Jog
    is_held: bool
    who: str
    terminal: int
    at: int


@dataclass(frozen=True, slots=True)
class LetGo:
    """At that terminal, or because it is not there any more."""

    terminal: int
    why: str = LET_GO


Key = Press | LetGo


@dataclass(slots=True)
class Lease:
    """`held` is the first press of the key that is down; `until` ns."""

    held: Press | None = None
    until: int = 0

    def hear(self, key: Key, now: int) -> Iterator[Key]:
        """What the run has to know of it: that a key is held, or is no more. Presses that only go on say nothing."""
        yield from self.pass_time(now)
        match key:
            case LetGo(terminal=terminal):
                if self.held is not None and self.held.terminal == terminal:
                    self.held = None
                    yield key
            case Press(is_held=False):
                if self.held is None:
                    yield key
            case Press(terminal=terminal, at=at):
                until = at + round(LEASE * SECOND)
                if until <= now or (self.held is not None and self.held.terminal != terminal):
                    return  # it has lain too long, or another one has a key
                is_new = self.held is None or self.held.jog != key.jog
                self.held, self.until = key, until
                if is_new:
                    yield key

    def pass_time(self, now: int) -> Iterator[LetGo]:
        if self.held is not None and now >= self.until:
            terminal, self.held = self.held.terminal, None
            yield LetGo(terminal, SPENT)
