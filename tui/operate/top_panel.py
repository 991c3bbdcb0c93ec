"""The three lines as a region: the same above the screens and above every dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widget import Widget

from tui.operate.deeds import EVERYWHERE, shown_key
from tui.operate.lines import Line
from tui.operate.panel import Panel
from tui.operate.top_lines import top_lines

if TYPE_CHECKING:
    from tui.operate.app import Operate


class TopPanel(Panel):
    DEFAULT_CSS = """
    TopPanel { height: 3; dock: top; }
    """

    def __init__(self) -> None:
        super().__init__(lambda view, width, height: (), id="top")

    def drawn(self, width: int, height: int) -> Sequence[Line]:
        key = stop_key(self.operate, self.screen)
        view = replace(self.operate.view, unheard=self.operate.unheard)
        return top_lines(view, width, shown_key(key), self.operate.whose)


def stop_key(app: Operate, screen: Screen[Any]) -> str:
    """The one that asks for a stop on that screen: where letters are typed it is none of them."""
    return EVERYWHERE if _takes_letters(screen.focused) else app.keys["stop"]


def _takes_letters(focused: Widget | None) -> bool:
    if focused is None or isinstance(focused, Panel):
        return False
    from textual.widgets import Input, TextArea  # an editor takes long to load

    return isinstance(focused, Input) or (isinstance(focused, TextArea) and not focused.read_only)
