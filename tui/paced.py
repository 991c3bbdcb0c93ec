"""What happens in a rehearsal, told at a pace: so many times real time, where it goes no slower than that by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from cell.events import Event
from tui.event_text import event_line
from tui.speech import moment, say


class Paced:
    """`waited`: s in which nothing was done for the pace's sake. `now` and `sleep`: the time that the pace is held in, s."""

    def __init__(
        self, speed: float, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.waited = 0.0
        self._speed, self._now, self._sleep = speed, now, sleep
        self._zero: int | None = None
        self._began = 0.0

    def tell(self, event: Event) -> None:
        """The next one, when it is due."""
        if self._zero is None:
            self._zero, self._began = event.at, self._now()
        line = event_line(event)
        if line is None:
            return
        seconds = (event.at - self._zero) / 1e9
        wait = max(0.0, self._began + seconds / self._speed - self._now())
        self._sleep(wait)
        self.waited += wait
        say(f"{moment(seconds)}  {line}")
