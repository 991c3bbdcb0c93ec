"""Where views come from: a run that goes on, or one on record. What the application knows of either."""

from __future__ import annotations

from typing import Literal, Protocol

from cell.events import Asked
from cell.jog import Jog
from tui.operate.view import View

Stride = Literal["event", "state"]


class Source(Protocol):
    """Nothing here waits."""

    def newest(self) -> View:
        """The same value again as long as nothing is new."""

    def drawn(self, view: View) -> None:
        """That view has been on the screen: what takes long and can wait may be read from now on."""

    def ask(self, what: Asked) -> None: ...

    def answer(self, question: str, answer: str) -> None: ...

    def confirm(self, look: int) -> None:
        """A run that another controller has left may go on from what that look has shown."""

    def look_again(self) -> None: ...

    def acknowledge(self, key: str) -> None: ...

    def shelve(self, key: str, seconds: float, reason: str) -> None: ...

    def unshelve(self, key: str) -> None: ...

    def hold_key(self, jog: Jog, is_held: bool) -> None:
        """For a moment more; or only to see where it would go."""

    def let_go(self) -> None: ...

    def move(self, stride: Stride, by: int) -> None:
        """Through a record, by events or by changes of the run's state."""

    def play(self) -> None:
        """A record goes on by itself, or stands again."""

    def hasten(self, by: int) -> None:
        """Plays it faster, or more slowly, by so many steps."""

    def reattach(self) -> None: ...

    def take_over(self) -> Source:
        """Of a run that nobody controls: another controller begins to look at its devices. Gives what is shown from then on."""

    def close(self) -> str:
        """What is to be said afterwards in the terminal; "" for nothing."""
