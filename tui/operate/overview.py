"""The page with a little of everything, which is the first to be seen."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.operate.page import Page
from tui.operate.panel import Draw, ListPanel, Panel
from tui.operate.panels import cell_map, joints, logged, plan_board, why


class Overview(Page):
    first = "why"

    def compose(self) -> ComposeResult:
        with Horizontal(classes="upper"):
            with Vertical(id="maps"):
                yield _map(cell_map.top, "from above", "top")
                yield _map(cell_map.side, "from the side", "side")
            with Vertical(id="middle"):
                yield Panel(why.why_lines, "why", why.ABOUT, can_focus=True, id="why")
                yield Panel(joints.joint_lines, "joints", joints.ABOUT, can_focus=True, id="joints")
            with Vertical(id="more"):
                yield Panel(why.parts_lines, "parts", why.PARTS, can_focus=True, id="parts")
                yield ListPanel(logged.log_rows, "last", logged.ABOUT, id="last")
        yield Panel(plan_board.strip, "plan", plan_board.ABOUT, can_focus=True, id="strip")


def _map(draw: Draw, title: str, plane: cell_map.Plane) -> Panel:
    scale = partial(cell_map.scale_of, plane=plane)
    return Panel(draw, title, cell_map.ABOUT, can_focus=True, id=f"{plane}_map", beside=scale)
