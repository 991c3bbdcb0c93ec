"""Progress on stderr: a bar on a terminal, elsewhere one line when a stage is done. Said as (stage, done, of)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.speech import say

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

Progress = Callable[[str, int, int], None]


@contextmanager
def shown(quiet: bool = False) -> Iterator[Progress]:
    """The means to tell of progress, for as long as the block lasts."""
    import os

    if quiet:
        yield _nothing
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bars() as bars:
            yield _OnTerminal(bars)
    else:
        yield _InLines()


def _nothing(stage: str, done: int, of: int) -> None:
    pass


class _InLines:
    """One line a stage, when it is done, so that a log stays a log."""

    def __init__(self) -> None:
        self._told: set[tuple[str, int]] = set()

    def __call__(self, stage: str, done: int, of: int) -> None:
        if done >= of > 0 and (stage, of) not in self._told:
            self._told.add((stage, of))
            say(f"{stage}: {of} done")


class _OnTerminal:
    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._rows: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, of: int) -> None:
        if stage not in self._rows:
            self._rows[stage] = self._bars.add_task(stage, total=of)
        self._bars.update(self._rows[stage], completed=done, total=of)


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
