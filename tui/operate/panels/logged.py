"""What has happened, the newest below: a line an event that is worth one."""

from __future__ import annotations

from collections.abc import Sequence

from tui.operate.lines import Line, line, said
from tui.operate.view import View
from tui.speech import moment

ABOUT = """What has happened, a line an event, with the time since the run was opened. Events that belong to every step of every
run are left out; the journal has all, and `cellwright replay RUN --every` shows them."""


def log_rows(view: View, width: int) -> tuple[Sequence[Line], Sequence[tuple[str, Line]]]:
    scene = view.scene
    head = [
        line(said(f"before event {scene.from_seq + 1}: see it by `cellwright operate {view.run_id}` when the run is over", "dim"))
    ]
    rows = [
        (str(said_.seq), line(said(f"{moment(scene.seconds(said_.at))}  ", "dim"), said(said_.text)))
        for said_ in reversed(scene.log)
    ]
    return (head if scene.from_seq else []), rows
