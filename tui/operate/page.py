"""One of the pages of the screens; the others are not drawn."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Vertical

from tui.operate.panel import Panel


class Page(Vertical):
    """`first` has the focus when it is opened; "": the first that can have it."""

    first: ClassVar[str] = ""

    def opened(self) -> None:
        """It is in sight from now on."""
        panels = list(self.query(Panel))
        for panel in panels:
            panel.update()
        first = next((panel for panel in panels if panel.id == self.first or (panel.can_focus and not self.first)), None)
        if first is not None:
            self.screen.set_focus(first)
