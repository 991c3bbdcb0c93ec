"""The list of cells: of each the state, since when, how far its job is, and the top alarm."""

from __future__ import annotations

from collections.abc import Sequence

from controller.goals import goals
from tui.operate.cells import Cell
from tui.operate.lines import Line, Piece, line, padded, said
from tui.operate.state_words import PRIORITIES, SIGNS
from tui.operate.view import View
from tui.speech import moment

ABOUT = """Every run that goes on on this machine. The lines above are those of the cell under the cursor, and so is STOP, which
says its name: what is asked is asked of that one alone. Enter shows its screens; the key that led here leads back.
A run that begins comes by itself; one that is over stays as long as there is room. Times are since it was opened."""

Rows = tuple[Sequence[Line], Sequence[tuple[str, Line]]]
_LINKS = {"loading": "reading", "lost": "no controller", "over": "over"}


def cell_rows(cells: Sequence[Cell], width: int) -> Rows:
    room = 16 if width < 110 else 30
    head = line(said(f"  {'state':<14} {'cell':<{room}} {'since':>8} {'goals':>9}  top alarm", "dim"))
    return [head], [(cell.run_id, _row(cell, room)) for cell in cells]


def _row(cell: Cell, room: int) -> Line:
    scene = cell.view.scene
    met, total = goals(scene.run) if scene.run.context is not None else (0, 0)
    since = "not told" if scene.since is None else moment(scene.seconds(scene.since)).strip()
    return (
        _state(cell.view),
        said(f" {padded(cell.name, room)} ", "strong"),
        said(f"{since:>8} {f'{met}/{total}':>9}  "),
        *_alarm(cell.view),
    )


def _state(view: View) -> Piece:
    sign, look = SIGNS[view.scene.run.pack]
    word = view.scene.run.pack.upper()
    if view.link == "lost":
        return Piece(padded(f"? was {word}", 16), "bad")
    if view.link == "loading" or not view.scene.seq:
        return Piece(padded("? NOT KNOWN", 16), "warn")
    return Piece(padded(f"{sign} {word}", 16), look)


def _alarm(view: View) -> Line:
    top, others = view.scene.alarms.top, len(view.scene.alarms.listed) - 1
    if view.unheard:
        return line(said(f"! {view.unheard}", "bad"))
    if view.link in _LINKS:
        return line(said(f"{_LINKS[view.link]}{': ' + view.note if view.note and view.link == 'lost' else ''}", "dim"))
    if top is None:
        return line(said("no alarm", "dim"))
    sign, look = PRIORITIES[top.cause.priority]
    more = f" (+{others})" if others > 0 else ""
    return line(said(f"{sign} P{top.cause.priority} {top.cause.code} {top.cause.text}{more}".replace("  ", " "), look))
