"""The figures of a run that goes on, kept up beside the screens: read off its journal bit by bit, in a thread of its own.

A terminal that attaches late has seen none of what came before, and figures are of the whole run (decision 0148).
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from controller.journal.folder import RunFolder
from controller.journal.journal import JournalError

if TYPE_CHECKING:
    from controller.figures.figures import Figures
    from controller.tally import Tally

PERIOD: Final = 2.0  # s between two looks at the journal


class Tallying:
    """`tell` is given what there is of figures, and "" or why there are none; from the thread."""

    def __init__(self, folder: RunFolder, tell: Callable[[Figures | None, str], None]) -> None:
        self._folder, self._tell = folder, tell
        self._tally: Tally | None = None
        self._seq = 0
        self._is_over, self._is_begun = Event(), False

    def start(self) -> None:
        """Once, however often it is asked for."""
        if not self._is_begun:
            self._is_begun = True
            Thread(target=self._go_on, name="figures", daemon=True).start()

    def end(self) -> None:
        self._is_over.set()

    def look(self) -> Figures | None:
        """With all that is in the journal by now. None where nothing is yet."""
        from controller.tally import Tally

        tally = self._tally = self._tally or Tally()
        try:
            journal = self._folder.journal()
        except JournalError:
            return None
        try:
            for event in journal.events(after=self._seq):
                tally.take(event)
                self._seq += 1
        finally:
            journal.close()
        return tally.told() if self._seq else None

    def _go_on(self) -> None:
        from tui.defects import in_short

        before = -1
        while not self._is_over.is_set():
            try:
                found = self.look()
            except JournalError as cause:
                self._tell(None, str(cause))
                return
            except Exception as defect:
                self._tell(None, in_short(defect))
                return
            if self._seq != before:
                before = self._seq
                self._tell(found, "")
            self._is_over.wait(PERIOD)
