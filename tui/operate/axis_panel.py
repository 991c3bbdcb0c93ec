"""The axes of one robot as a list with a cursor, and the keys that jog along the one under it.

Law: a press holds for a moment and no longer; every other key lets go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.operate.lines import Line
from tui.operate.panel import ListPanel
from tui.operate.panels import jog_rows
from tui.operate.panels.jog_rows import Choice
from tui.operate.view import View

HOLDING = ("left", "right")


class AxisPanel(ListPanel):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "jog(False, True)", show=False),
        Binding("right", "jog(True, True)", show=False),
        Binding("comma", "jog(False, False)", show=False),
        Binding("full_stop", "jog(True, False)", show=False),
        Binding("o", "choose('robot')", show=False),
        Binding("v", "choose('frame')", show=False),
        Binding("plus,equals_sign", "choose('faster')", show=False),
        Binding("minus", "choose('slower')", show=False),
    ]

    def __init__(self, id: str) -> None:
        super().__init__(self._axes, "jog", jog_rows.ABOUT, id=id)
        self.choice = Choice()
        self.is_holding = False

    def _axes(self, view: View, width: int) -> tuple[Sequence[Line], Sequence[tuple[str, Line]]]:
        return jog_rows.axis_rows(view, self.choice, width)

    def action_jog(self, is_forward: bool, is_held: bool) -> None:
        view = self.operate.view
        jog = jog_rows.jog_of(view, self.choice, self.chosen or "", is_forward)
        why = jog_rows.why_not(view)
        if why is not None or jog is None:
            self.operate.tell(f"jog: {why or 'there is no robot'}")
            return
        self.is_holding = is_held
        self.operate.source.hold_key(jog, is_held)

    def action_choose(self, what: str) -> None:
        match what:
            case "robot":
                self.choice = self.choice.next_robot(self.operate.view)
            case "frame":
                self.choice = self.choice.next_frame()
            case _:
                self.choice = self.choice.faster(1 if what == "faster" else -1)
        self.update()

    def on_key(self, event: events.Key) -> None:
        if event.key not in HOLDING:
            self.let_go()

    def on_blur(self) -> None:
        self.let_go()
        super().on_blur()

    def let_go(self) -> None:
        if self.is_holding:
            self.is_holding = False
            self.operate.source.let_go()
