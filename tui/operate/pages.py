"""Which regions each page but the overview has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from tui.operate.axis_panel import AxisPanel
from tui.operate.lines import Line
from tui.operate.page import Page
from tui.operate.panel import ListPanel, Panel
from tui.operate.panels import alarm_rows, cell_map, cell_rows, explained, jog_rows, logged, plan_board
from tui.operate.view import View


class Plan(Page):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.deed('explain')", show=False)]

    def compose(self) -> ComposeResult:
        board = ListPanel(plan_board.board, "plan", plan_board.ABOUT, id="board")
        yield board

        def page(view: View, width: int, height: int) -> Sequence[Line]:
            return plan_board.explained(view, plan_board.step_at_row(view.scene, board.chosen), width)

        yield Panel(page, "the step under the cursor, and why", plan_board.ABOUT, can_focus=True, id="step_page")


class Jogging(Page):
    def compose(self) -> ComposeResult:
        with Horizontal(classes="upper"):
            yield AxisPanel("axes")
            with Vertical():
                yield Panel(cell_map.top, "from above", cell_map.ABOUT, can_focus=True, id="jog_top")
                yield Panel(cell_map.side, "from the side", cell_map.ABOUT, can_focus=True, id="jog_side")
        yield Panel(jog_rows.way_lines, "where it goes, and why no further", jog_rows.ABOUT, can_focus=True, id="jog_way")


class Explained(Page):
    def compose(self) -> ComposeResult:
        def rows(view: View, width: int) -> explained.Rows:
            board = next(iter(self.screen.query("#board").results(ListPanel)), None)  # there is none before it was opened
            return explained.explained_rows(view, explained.chosen_step(view, None if board is None else board.chosen), width)

        yield ListPanel(rows, "explained", explained.ABOUT, id="explained")


class Alarms(Page):
    def compose(self) -> ComposeResult:
        found = ListPanel(alarm_rows.alarm_rows, "alarms", alarm_rows.ABOUT, id="alarm_list")
        yield found

        def page(view: View, width: int, height: int) -> Sequence[Line]:
            return alarm_rows.alarm_page(view, found.chosen, width)

        yield Panel(page, "what it is, and what to do", alarm_rows.ABOUT, can_focus=True, id="alarm_page")


class Log(Page):
    def compose(self) -> ComposeResult:
        yield ListPanel(logged.log_rows, "what has happened", logged.ABOUT, id="log_list")


class CellList(ListPanel):
    """The cell under its cursor is the one that is shown, so that STOP means what is looked at."""

    def __init__(self) -> None:
        super().__init__(lambda view, width: self._rows(width), "cells", cell_rows.ABOUT, id="cell_list")

    def _rows(self, width: int) -> cell_rows.Rows:
        cells = self.operate.cells_seen
        self.keys = tuple(cell.run_id for cell in cells)
        shown = self.operate.view.run_id
        self.cursor = self.keys.index(shown) if shown in self.keys else 0
        return cell_rows.cell_rows(cells, width)

    def move(self, by: int) -> None:
        if self.keys:
            self.operate.attach(self.keys[min(max(0, self.cursor + by), len(self.keys) - 1)])


class Cells(Page):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.deed('overview')", show=False)]

    def compose(self) -> ComposeResult:
        yield CellList()


BY_NAME: Final[Mapping[str, type[Page]]] = {
    "plan": Plan,
    "jog": Jogging,
    "alarms": Alarms,
    "explain": Explained,
    "log": Log,
    "cells": Cells,
}
