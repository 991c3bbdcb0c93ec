"""Progress on stderr: bars on a terminal, lines elsewhere, so that a log stays a log.

How long a stage still takes is an estimate from how fast it has gone; nothing is told of the stages behind it, whose size nobody
knows yet.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from tui.remaining import Remaining, left_in_words
from tui.speech import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


Clock = Callable[[], float]


class Progress(Protocol):
    def __call__(self, stage: str, done: int, of: int) -> None:
        """`stage` has got so far. `of` 0: it has begun, and nobody knows how much there is to do; the next stage ends it."""

    def line(self, text: str) -> None:
        """Something that stays to be read, above the bars where there are any."""


@contextmanager
def shown() -> Iterator[Progress]:
    """The means to tell of progress, for as long as the block lasts."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console

        with _bars(Console(stderr=True)) as bars:
            yield _OnTerminal(bars)
    else:
        yield _InLines()


@contextmanager
def unseen() -> Iterator[Progress]:
    """For when there is nobody left to tell."""
    yield _Unseen()


class _Unseen:
    def __call__(self, stage: str, done: int, of: int) -> None:
        pass

    def line(self, text: str) -> None:
        pass


class _InLines:
    """A line at each tenth of a long stage, and at the end of any."""

    LONG = 100

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._told: dict[str, int] = {}
        self._remaining = Remaining(clock)

    def __call__(self, stage: str, done: int, of: int) -> None:
        if of <= 0:
            return
        left = left_in_words(self._remaining.of(stage, done, of)) if done < of else ""
        tenths = 10 if done >= of else 10 * done // of
        if (tenths < 10 and of < self.LONG) or tenths <= self._told.get(stage, 0):
            return
        # A stage may begin again, with more to do than was known.
        self._told[stage] = 0 if tenths == 10 else tenths
        say(f"{stage}: {done} of {of}{', ' + left if left else ''}")

    def line(self, text: str) -> None:
        say(text)


class _OnTerminal:
    def __init__(self, bars: Bars, clock: Clock = time.monotonic) -> None:
        self._bars = bars
        self._rows: dict[str, TaskID] = {}
        self._remaining = Remaining(clock)
        self._open: str | None = None  # the stage under way of which nobody knows how much there is to do

    def __call__(self, stage: str, done: int, of: int) -> None:
        if self._open is not None and self._open != stage:
            self._bars.remove_task(self._rows.pop(self._open))
            self._open = None
        if of <= 0:
            self._open = stage
        if stage not in self._rows:
            self._rows[stage] = self._bars.add_task(stage, total=of or None, left="", amount="")
        if of <= 0:
            return
        left = left_in_words(self._remaining.of(stage, done, of)) if done < of else ""
        self._bars.update(self._rows[stage], completed=done, total=of, left=left, amount=f"{done}/{of}")

    def line(self, text: str) -> None:
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _bars(console: Console) -> Bars:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    told = (TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[amount]", "fields[left]"))
    stage, amount, left = told
    columns = (stage, BarColumn(bar_width=24), amount, TimeElapsedColumn(), left)
    return Progress(*columns, console=console, transient=True)
