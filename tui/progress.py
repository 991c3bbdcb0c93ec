"""Progress on stderr: bars on a terminal, lines elsewhere, so that a log stays a log."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from tui.speech import say

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Progress(Protocol):
    def __call__(self, stage: str, done: int, of: int) -> None:
        """`stage` has got so far."""

    def line(self, text: str) -> None:
        """Something that stays to be read, above the bars where there are any."""


@contextmanager
def shown() -> Iterator[Progress]:
    """The means to tell of progress, for as long as the block lasts."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bars() as bars:
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

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def __call__(self, stage: str, done: int, of: int) -> None:
        tenths = 10 if done >= of else 10 * done // of
        if of <= 0 or (tenths < 10 and of < self.LONG) or tenths <= self._told.get(stage, 0):
            return
        # A stage may begin again, with more to do than was known.
        self._told[stage] = 0 if tenths == 10 else tenths
        say(f"{stage}: {done} of {of}")

    def line(self, text: str) -> None:
        say(text)


class _OnTerminal:
    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._rows: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, of: int) -> None:
        if stage not in self._rows:
            self._rows[stage] = self._bars.add_task(stage, total=of)
        self._bars.update(self._rows[stage], completed=done, total=of)

    def line(self, text: str) -> None:
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
