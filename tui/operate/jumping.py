"""Letters over the regions of a page: one key, and the region has the focus.

Law: as under every dialog the three lines stay in sight and STOP stays one key away; its key is no region's letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.widgets import Static

from tui.operate.dialogs import Dialog
from tui.operate.top_panel import TopPanel

LETTERS: Final = "asdfghjklqwertyuiopcvbnmzx"
WIDTH: Final = 3
"""Columns of a letter in its brackets."""


def letters(number: int, taken: str) -> str:
    """One for each of so many regions, as far as there are letters. `taken` means something else."""
    return "".join(letter for letter in LETTERS if letter != taken)[:number]


class Jump(Dialog):
    """Gives the number of the region that was chosen. Ends by itself where nothing is any more where the letters are."""

    KEYS = (("a letter", "goes there"), ("esc", "back"))

    def __init__(self, regions: Sequence[Region], size: Size, taken: str) -> None:
        super().__init__()
        self._letters, self._regions, self._for = letters(len(regions), taken), tuple(regions), size

    def compose(self) -> ComposeResult:
        yield TopPanel()
        yield self.footer()
        for letter, region in zip(self._letters, self._regions, strict=False):
            mark = Static(Content(f"[{letter}]"), classes="jump")
            mark.styles.offset = (max(region.x, region.right - WIDTH - 1), region.y)
            yield mark

    def on_key(self, event: events.Key) -> None:
        number = self._letters.find(event.character) if event.character else -1
        if number >= 0:
            event.stop()
            self.dismiss(str(number))

    def on_resize(self, event: events.Resize) -> None:
        if event.size != self._for and self.is_current:
            self.dismiss(None)
