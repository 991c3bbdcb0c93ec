"""The screens of a shift, folded and drawn beside it by their own functions: what they hold is counted with the rest."""

from __future__ import annotations

from collections.abc import Sequence

from cell.events import Event, StepStarted
from controller.run_state import RunState
from tests.rolling.newest import NewestJournal
from tui.operate.panels import alarm_rows, joints, logged, plan_board, why
from tui.operate.scene import Scene, taken
from tui.operate.top_lines import top_lines
from tui.operate.view import View

WIDTH, HEIGHT = 60, 12


class Shown(NewestJournal):
    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.scene = Scene()

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        super().append(events, state, is_durable=is_durable)
        for event in events:
            self.scene = taken(self.scene, self.scene.seq + 1, event)
            if isinstance(event, StepStarted):
                _draw(View(self.scene, "live"))


def _draw(view: View) -> None:
    top_lines(view, WIDTH, "x")
    logged.log_rows(view, WIDTH)
    alarm_rows.alarm_rows(view, WIDTH)
    plan_board.board(view, WIDTH)
    for draw in (why.why_lines, why.parts_lines, joints.joint_lines, plan_board.strip):
        draw(view, WIDTH, HEIGHT)
