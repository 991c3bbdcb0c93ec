"""A region of the screen that shows lines: drawn line by line, and only those that have changed since the last time.

Law: a panel decides nothing of what it shows. Its lines are a function of the view and of its size, in a file without Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.operate.lines import ELLIPSIS, Line, Piece, cut, fitted, line, padded, piece_at, said, text_of, window
from tui.operate.view import View

if TYPE_CHECKING:
    from tui.operate.app import Operate

Draw = Callable[[View, int, int], Sequence[Line]]
Beside = Callable[[View, int, int], str]


class Panel(Widget):
    """`title` stands in its frame. `about` is its page of help."""

    DEFAULT_CSS = """
    Panel { height: 1fr; width: 1fr; }
    """

    def __init__(
        self,
        draw: Draw,
        title: str = "",
        about: str = "",
        *,
        can_focus: bool = False,
        id: str | None = None,
        beside: Beside | None = None,
    ) -> None:
        """`beside` stands in the frame behind the title, where there is something to say."""
        super().__init__(id=id)
        self.can_focus = can_focus
        self.title, self.help_page, self._beside = title, about, beside
        self._draw = draw
        self._entitled = ""
        self._lines: tuple[Line, ...] = ()
        self._strips: dict[int, Strip] = {}
        self._drawn_for = Size(0, 0)

    @property
    def operate(self) -> Operate:
        from tui.operate.app import Operate

        assert isinstance(self.app, Operate)
        return self.app

    def update(self) -> None:
        """Draws what has changed. On a page that is out of sight a panel has no size: it is drawn when it comes back."""
        width, height = self.size.width, self.size.height
        if width < 1 or height < 1:
            self._drawn_for = Size(0, 0)
            return
        lines = self._cut_lines()
        changed = [
            y
            for y in range(max(len(lines), len(self._lines)))
            if y >= len(lines) or y >= len(self._lines) or lines[y] != self._lines[y]
        ]
        self._lines = lines
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self._entitle(self.size)
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _cut_lines(self) -> tuple[Line, ...]:
        width, height = self.size.width, self.size.height
        return tuple(cut(line, width) for line in _within(self.drawn(width, height), height)) if width > 0 < height else ()

    def drawn(self, width: int, height: int) -> Sequence[Line]:
        return self._draw(self.operate.view, width, height)

    def render_line(self, y: int) -> Strip:
        if self._drawn_for != self.size:  # it has been given its place, and is told so after the first paint
            self._draw_anew()
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._strip(y)
        return strip

    def _strip(self, y: int) -> Strip:
        looks, width = self.operate.looks, self.size.width
        base = self.visual_style.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        pieces = [Segment(piece.text, base + looks[piece.look]) for piece in self._lines[y] if piece.text]
        return Strip(pieces).adjust_cell_length(width, base + Style())

    def on_resize(self, event: events.Resize) -> None:
        if self._drawn_for != self.size:
            self._draw_anew()
            self.refresh()
        self._entitle(self.size)  # not the event's: that one has the frame in it, and a title may tell of what is within

    def _draw_anew(self) -> None:
        self._drawn_for = self.size
        self._strips.clear()
        self._lines = self._cut_lines()

    def on_mount(self) -> None:
        self._entitle(self.size)

    def on_click(self, event: events.Click) -> None:
        """A key that is shown can be touched. Under a dialog, as with keys, that is STOP alone."""
        at = event.get_content_offset(self)
        if at is None or not 0 <= at.y < len(self._lines):
            return
        piece = piece_at(self._lines[at.y], at.x)
        if piece is not None and piece.deed and (piece.deed == "stop" or not self.screen.is_modal):
            self.operate.action_deed(piece.deed)
        else:
            self.touched(at.y)

    def touched(self, y: int) -> None:
        """A line of it, that asks for nothing by itself."""

    def _entitle(self, size: Size) -> None:
        if not self.title:
            return
        beside = "" if self._beside is None else self._beside(self.operate.view, size.width, size.height)
        title = f"{self.title}, {beside}" if beside else self.title
        title = fitted(title, max(4, size.width - 4)) if size.width else title
        if title != self._entitled:  # the library draws all of a region anew whose title is set
            self._entitled = title
            self.border_title = Content(title)


def _within(lines: Sequence[Line], height: int) -> Sequence[Line]:
    """What there is no room for is counted."""
    if len(lines) <= height:
        return lines
    return [*lines[: height - 1], line(said(f"{ELLIPSIS} {len(lines) - height + 1} more lines", "dim"))]


class ListPanel(Panel):
    """One of its lines has the cursor. `draw` gives all lines; what is in sight is chosen here."""

    def __init__(self, draw: ListDraw, title: str = "", about: str = "", *, id: str | None = None) -> None:
        super().__init__(lambda view, width, height: (), title, about, can_focus=True, id=id)
        self._draw_list = draw
        self.cursor = 0
        self.keys: tuple[str, ...] = ()
        self._above = self._first = 0  # lines of its head, and the first of its rows that is in sight
        self._seen = 0  # rows, from the first one on, that have been in sight

    @property
    def chosen(self) -> str | None:
        """The name of the line under the cursor."""
        return self.keys[self.cursor] if 0 <= self.cursor < len(self.keys) else None

    @property
    def unseen(self) -> int:
        """How many of its rows are left from the first that was not in sight; at least one where it was never drawn."""
        return len(self.keys) - self._seen if self.keys else 1

    @property
    def is_beyond(self) -> bool:
        """It was gone to behind rows that have not been in sight."""
        return self._first > self._seen

    def begin_again(self) -> None:
        """From its first row, of what nobody has seen yet."""
        self.cursor = self._seen = 0

    def drawn(self, width: int, height: int) -> Sequence[Line]:
        head, rows = self._draw_list(self.operate.view, width)
        before, keys = self.chosen, tuple(key for key, _ in rows)
        if keys != self.keys:
            self.call_after_refresh(self.operate.show)  # what is told of the line under the cursor
        self.keys = keys
        if before in self.keys:
            self.cursor = self.keys.index(before)
        self.cursor = min(max(0, self.cursor), max(0, len(rows) - 1))
        return self._in_sight(head, [line for _, line in rows], width, height)

    def _in_sight(self, head: Sequence[Line], rows: Sequence[Line], width: int, height: int) -> Sequence[Line]:
        room = height - len(head)
        first, last = window(rows, room, self.cursor)
        self._above, self._first = len(head), first
        if first <= self._seen:
            self._seen = min(max(self._seen, last), len(rows))
        found = list(rows[first:last])
        if found and self.has_focus:
            y = self.cursor - first
            found[y] = (Piece(padded(text_of(found[y]), width), "cursor"),)
        return [*head, *found]

    def move(self, by: int) -> None:
        """What is told of the line under the cursor beside it changes with it."""
        self.cursor = min(max(0, self.cursor + by), max(0, len(self.keys) - 1))
        self.operate.show()

    def touched(self, y: int) -> None:
        row = self._first + y - self._above
        if y >= self._above and row < len(self.keys):
            self.move(row - self.cursor)

    def on_focus(self) -> None:
        self.update()

    def on_blur(self) -> None:
        self.update()

    def key_up(self) -> None:
        self.move(-1)

    def key_down(self) -> None:
        self.move(1)

    def key_pageup(self) -> None:
        self.move(-max(1, self.size.height - 2))

    def key_pagedown(self) -> None:
        self.move(max(1, self.size.height - 2))

    def key_home(self) -> None:
        self.move(-len(self.keys))

    def key_end(self) -> None:
        self.move(len(self.keys))


ListDraw = Callable[[View, int], tuple[Sequence[Line], Sequence[tuple[str, Line]]]]
