"""The page on which the text of the intent is read, changed, checked, tried and saved.

Law: nobody's text is lost without a question: what another has written, and what was typed here. Nothing here changes a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import TextArea

from cell.edits import applied
from tui.operate.deeds import BY_NAME
from tui.operate.dialogs import Confirm
from tui.operate.editing.line_ends import as_edited
from tui.operate.editing.text import IntentText
from tui.operate.lines import Line, fitted
from tui.operate.page import Page
from tui.operate.panel import ListPanel, Panel
from tui.operate.panels import told
from tui.operate.view import View

if TYPE_CHECKING:
    from tui.operate.app import Operate
    from tui.operate.editing.desk import Desk, Known
    from tui.operate.editing.on_disk import OnDisk

PAUSE: Final = 0.4  # s without a key after which a text is checked
BESIDE_A_RUN: Final = (
    "A run that was made from this file goes on, and is not changed by it. But where it has to be resumed after its controller"
    " has gone, it needs the text as it was, and is refused (R719) until that is put back."
)


class Told(ListPanel):
    """What is wrong with the text, or what it would change."""

    def __init__(self, page: IntentPage) -> None:
        super().__init__(lambda view, width: page.told_rows(width), "told", told.ABOUT, id="told")
        self._page = page

    def key_enter(self) -> None:
        self._page.go_to_finding()

    def touched(self, y: int) -> None:
        super().touched(y)
        self._page.go_to_finding()


class IntentPage(Page):
    first = "told"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "out", show=False),
        Binding("f1", "app.deed('help')", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="intent")
        self._text, self._told = IntentText(told.ABOUT), Told(self)
        self._desk: Desk | None = None
        self._known: Known | None = None
        self._number = self._loaded = 0
        self._disk: OnDisk | None = None  # what `_clean` goes by
        self._clean = ""
        self._drafts: dict[Desk, tuple[str, OnDisk | None, str, int]] = {}
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._text
        yield self._told

        def about(view: View, width: int, height: int) -> Sequence[Line]:
            return [] if self._known is None else told.finding_lines(self._known, self._told.chosen, width)

        yield Panel(about, "the finding under the cursor", told.ABOUT, can_focus=True, id="finding")

    @property
    def operate(self) -> Operate:
        from tui.operate.app import Operate

        assert isinstance(self.app, Operate)
        return self.app

    @property
    def is_changed(self) -> bool:
        return self._loaded > 0 and self._text.text != self._clean

    @property
    def is_unsaved(self) -> bool:
        """Here, or at another cell's text that was left as it was."""
        return self.is_changed or any(loaded and text != clean for text, _, clean, loaded in self._drafts.values())

    @property
    def is_typed_in(self) -> bool:
        return self._text.is_typed_in

    def told_rows(self, width: int) -> told.Rows:
        if self._known is None:
            return [], []
        checked = self._known.checked
        return told.told_rows(self._known, checked is None or checked.number != self._number, width)

    # --- what is known ---

    def opened(self) -> None:
        self.look()
        super().opened()

    def look(self) -> None:
        """Takes what is new, where the page is in sight."""
        desk = self.operate.desk() if self.display else None
        if desk is None:
            return
        if desk is not self._desk:
            self._sit_at(desk)
        known = desk.newest()
        if known is self._known:
            return
        self._known = known
        if known.loaded > self._loaded and known.disk is not None:
            self._loaded = known.loaded
            self._show(known.disk.text)
            self._disk, self._clean = known.disk, self._text.text
        elif known.disk is not self._disk and known.disk is not None:  # saved, or another's that is to be written over
            self._disk, self._clean = known.disk, as_edited(known.disk.text, self._text.document.newline)
        self._text.read_only = self.operate.view.role != "engineer" or known.disk is None
        if known.checked is not None and known.disk is not None and known.checked.number == self._number:
            self._text.mark(known.checked.diagnostics, known.disk.name)
        self._entitle()
        self.operate.show()

    def _sit_at(self, desk: Desk) -> None:
        """Another cell's text. What was typed at the one before is kept for when it is come back to."""
        if self._desk is not None:
            self._drafts[self._desk] = (self._text.text, self._disk, self._clean, self._loaded)
        text, self._disk, self._clean, self._loaded = self._drafts.pop(desk, ("", None, "", 0))
        self._desk, self._known = desk, None
        self._show(text)

    def _show(self, text: str) -> None:
        self._text.load_text(text)

    def _entitle(self) -> None:
        name = "" if self._known is None or self._known.disk is None else self._known.disk.name
        state = "changed, not saved" if self.is_changed else "only to be read" if self._text.read_only else "as in the file"
        self._text.border_title = Content(fitted(f"{name}, {state}" if name else "intent", max(4, self._text.size.width - 2)))

    # --- what is typed ---

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._number += 1
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._check)
        self._entitle()
        self._told.update()

    def _check(self) -> None:
        if self._desk is not None and self._loaded:
            self._desk.check(self._number, self._text.text)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.operate.show()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self.call_after_refresh(self.operate.show)

    def action_out(self) -> None:
        """From the text to what is told of it; from what it would change to what is wrong with it."""
        if self._text.has_focus:
            self.screen.set_focus(self._told)
        elif self._desk is not None:
            self._desk.end_plan()
            self.look()

    def go_to_finding(self) -> None:
        found = None if self._known is None else told.finding_at(self._known, self._told.chosen)
        at = found.spans[0] if found is not None and found.spans else None
        if at is not None and self._known is not None and self._known.disk is not None and at.file == self._known.disk.name:
            self._text.move_cursor((at.start.line - 1, at.start.column - 1), center=True)
        self.screen.set_focus(self._text)

    # --- what is done ---

    def do(self, name: str) -> None:
        desk, known = self._desk, self._known
        if not self.display or desk is None or known is None:
            self.operate.tell(f"{BY_NAME[name].short}: open the intent first")
        elif known.disk is None:
            self.operate.tell(f"{BY_NAME[name].short}: {known.note}")
        else:
            getattr(self, f"_do_{name}")(desk, known)

    def _do_save(self, desk: Desk, known: Known) -> None:
        if known.conflict:
            self.operate.tell("save: another has changed the file, see what; then keep yours, or load theirs")
        elif not self.is_changed:
            self.operate.tell("save: nothing has changed")
        elif self.operate.view.link == "live":
            self._asked("save", BESIDE_A_RUN, lambda: desk.save(self._text.text))
        else:
            desk.save(self._text.text)

    def _do_fix(self, desk: Desk, known: Known) -> None:
        found = told.finding_at(known, self._told.chosen)
        assert known.disk is not None
        if known.checked is None or known.checked.number != self._number:
            self.operate.tell("fix: the text is still being checked")
        elif found is None or found.fix is None or not found.fix.edits:
            self.operate.tell("fix: there is none for the finding under the cursor")
        elif any(edit.span.file != known.disk.name for edit in found.fix.edits):
            self.operate.tell("fix: it is one of another file")
        else:
            start = min(edit.span.start for edit in found.fix.edits)
            self._number += 1  # at once: of the changed text nothing has been found yet, whenever that is told
            self._text.replace(applied(self._text.text, found.fix.edits), (0, 0), self._text.document.end)
            self._text.move_cursor((start.line - 1, start.column - 1), center=True)

    def _do_changes(self, desk: Desk, known: Known) -> None:
        desk.plan(self._number, self._text.text)

    def _do_reload(self, desk: Desk, known: Known) -> None:
        if self.is_changed:
            self._asked("reload", "What was typed here is lost.", desk.load_again)
        else:
            desk.load_again()

    def _do_keep(self, desk: Desk, known: Known) -> None:
        if not known.conflict:
            self.operate.tell("keep: nobody else has changed the file")
        else:
            self._asked("keep", "The next time it is saved what the other has written is lost.", desk.keep_mine)

    def _asked(self, name: str, confirms: str, do: Callable[[], None]) -> None:
        deed = replace(BY_NAME[name], confirms=confirms)

        def answered(answer: str | None) -> None:
            if answer is not None:
                do()
                self.look()  # at once: the next key may go by it

        self.operate.push_screen(Confirm(deed), answered)
