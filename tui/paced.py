"""What happens in a rehearsal, told at a pace: so many times real time, where it goes no slower than that by itself."""

from __future__ import annotations

import time

from cell.events import Event
from tui.event_text import event_line
from tui.speech import moment, say


class Paced:
    """`waited`: s in which nothing was done for the pace's sake."""

    def __init__(self, speed: float) -> None:
        self.waited = 0.0
        self._speed = speed
        self._zero: int | None = None
        self._began = 0.0

    def tell(self, event: Event) -> None:
        """The next one, when it is due."""
        if self._zero is None:
            self._zero, self._began = event.at, time.monotonic()
        line = event_line(event)
        if line is None:
            return
        seconds = (event.at - self._zero) / 1e9
        wait = max(0.0, self._began + seconds / self._speed - time.monotonic())
        time.sleep(wait)
        self.waited += wait
        say(f"{moment(seconds)}  {line}")
