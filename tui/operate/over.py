"""A record that is shown over the run which the screens are attached to.

Law: that run stays attached, and STOP means it and no other; of all else nothing is asked of it before it is shown again.
"""

from __future__ import annotations

from dataclasses import replace

from cell.events import Asked
from cell.jog import Jog
from tui.operate.source import Source, Stride
from tui.operate.view import View


class RecordOver:
    """`live` is shown again once this source is left for it."""

    def __init__(self, live: Source, record: Source) -> None:
        self.live, self._record = live, record
        self._of = live.newest(), record.newest()
        self._shown = _over(*self._of)

    def newest(self) -> View:
        live, record = self.live.newest(), self._record.newest()
        if live is not self._of[0] or record is not self._of[1]:
            self._of, self._shown = (live, record), _over(live, record)
        return self._shown

    def drawn(self, view: View) -> None:
        """Of the run below nothing new has been on the screen but its line."""

    def ask(self, what: Asked) -> None:
        if what == "quick stop":
            self.live.ask(what)

    def move(self, stride: Stride, by: int) -> None:
        self._record.move(stride, by)

    def play(self) -> None:
        self._record.play()

    def hasten(self, by: int) -> None:
        self._record.hasten(by)

    def close(self) -> str:
        self._record.close()
        return self.live.close()

    def answer(self, question: str, answer: str) -> None:
        """Nothing is answered, moved or confirmed from here."""

    def hold_key(self, jog: Jog, is_held: bool) -> None: ...

    def let_go(self) -> None: ...

    def confirm(self, look: int) -> None: ...

    def look_again(self) -> None: ...

    def acknowledge(self, key: str) -> None: ...

    def shelve(self, key: str, seconds: float, reason: str) -> None: ...

    def unshelve(self, key: str) -> None: ...

    def reattach(self) -> None: ...

    def take_over(self) -> Source:
        return self


def _over(live: View, record: View) -> View:
    """What became of a request is that of the run below, in the lines that are always in sight; a run that was left is taken over
    where it is attached to."""
    asked = live.last_asked or record.note
    return replace(record, behind=live, is_left=False, last_asked=asked, unheard=live.unheard)
