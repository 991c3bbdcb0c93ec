"""The text of an intent in an editor, with what is wrong with it underlined.

Law: what a text holds is shown as text: a character that could move the cursor or turn the direction is drawn as a mark in its
place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from cell.diagnostic import Diagnostic

MARK: Final = "\ufffd"


class IntentText(TextArea):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+home", "first_place", show=False),
        Binding("ctrl+end", "last_place", show=False),
    ]
    title, help_page = "intent", ""

    def __init__(self, about: str) -> None:
        super().__init__(
            "", id="intent_text", theme="css", soft_wrap=True, show_line_numbers=True, read_only=True, tab_behavior="focus"
        )
        self.help_page = about
        self._wrong: dict[int, list[tuple[int, int | None]]] = {}

    @property
    def is_typed_in(self) -> bool:
        """Letters are text here, and mean nothing else."""
        return self.has_focus and not self.read_only

    def action_first_place(self) -> None:
        self.move_cursor((0, 0))

    def action_last_place(self) -> None:
        self.move_cursor(self.document.end)

    def mark(self, found: Iterable[Diagnostic], name: str) -> None:
        """Underlines where the findings in the file of that name are."""
        wrong: dict[int, list[tuple[int, int | None]]] = {}
        for at in (one.spans[0] for one in found if one.spans and one.spans[0].file == name):
            for row in range(at.start.line - 1, at.end.line):
                first = at.start.column - 1 if row == at.start.line - 1 else 0
                last = at.end.column - 1 if row == at.end.line - 1 else None
                wrong.setdefault(row, []).append((first, None if last is None else max(last, first + 1)))
        if wrong != self._wrong:
            self._wrong = wrong
            self.notify_style_update()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        found = super().get_line(line_index)
        shown = "".join(c if c.isprintable() or c == "\t" else MARK for c in found.plain)
        line = Text(shown, end="", no_wrap=True)
        for first, last in self._wrong.get(line_index, ()):
            line.stylize("bold underline", first, last)
        return line

    async def _on_paste(self, event: events.Paste) -> None:
        """What a terminal hands over may hold anything."""
        event.text = "".join(c for c in event.text if c.isprintable() or c in "\n\t")
        await super()._on_paste(event)
