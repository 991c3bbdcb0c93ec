"""Before robots move again: expected and observed, the questions, the way on the map, and a word that nobody gives by chance.

Law: the focus is on Cancel when it opens, and again whenever what is shown changes: somebody who has agreed to what was shown has
agreed to nothing else, and whoever was about to press when it changed is asked to look first. Enter alone, or a key that is held
down, does not go on. What has not been in sight is not agreed to: not the lines below the edge, nor those that were jumped over,
nor anything in a terminal that is too small.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from tui.operate.cells import cell_name
from tui.operate.deeds import shown_key
from tui.operate.dialogs import Dialog
from tui.operate.lines import fitted
from tui.operate.panel import ListPanel, Panel
from tui.operate.panels import agreeing, cell_map
from tui.operate.panels.footer import Keys
from tui.operate.too_small import HEIGHT, WIDTH, is_too_small
from tui.operate.view import View, open_questions
from tui.speech import count

TITLE: Final = "Robots will move. Is the cell as shown here, and nobody in it?"
LONGEST: Final = 24
"""Columns of the cell's name in the title."""
HELD: Final = "resume"
TOO_SMALL: Final = f"resume: it takes {WIDTH}x{HEIGHT} to see it all"
TALL: Final = 36  # rows of a terminal in which there is room for more
ROW: Final = 30
"""Columns of what is said below, before it is known how many there are."""


class Agreeing(Dialog):
    """Gives the number of the look that somebody agrees to, or HELD of a run that only holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("q", "app.deed('answer')", show=False, id="answer"),
        Binding("l", "app.look_again", show=False),
        Binding("down", "read(1)", show=False),
        Binding("up", "read(-1)", show=False),
        Binding("pagedown", "read(8)", show=False),
        Binding("pageup", "read(-8)", show=False),
    ]
    KEYS = (("↑ ↓", "read on"), ("← →", "button"), ("enter", "press it"), ("esc", "cancel"))

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self._is_other = self._is_read = False

    def asked(self) -> ComposeResult:
        name = self.operate.whose or cell_name(self.operate.view)
        yield Static(Content(f"{fitted(name, LONGEST)}: {TITLE}" if name else TITLE), classes="title")
        with Horizontal(classes="beside"):
            yield ListPanel(agreeing.agreeing_rows, about=agreeing.ABOUT, id="agreeing")
            yield Panel(cell_map.top, id="way")
        yield Static("", id="wrong")
        with Horizontal(classes="buttons"):
            yield Button("Cancel", id="cancel")
            yield Button("Look again (l)", id="look")
            yield Button("Go on", id="do")

    def keys(self) -> Keys:
        answer = (shown_key(self.operate.keys["answer"]), "answer")
        return (answer, *self.KEYS) if open_questions(self.operate.view) else self.KEYS

    def on_mount(self) -> None:
        view = self.operate.view
        self._shown = agreeing.shown(view)
        self.query_one("#look").display = view.looked is not None
        self.query_one("#way").display = view.ground is not None
        self.query_one("#cancel").focus()
        self._tell(view, "")
        self.call_after_refresh(self._tell, view, "")  # how much there is to read is known when it has been drawn

    def update(self, view: View) -> None:
        super().update(view)
        if self._shown is None:
            return
        if view.looked is None and view.scene.run.pack != "Held":
            if self.is_active:  # what lies on top ends first, for only the top one can be taken away
                self._shown = None
                self.dismiss(None)
            return
        now, way = agreeing.shown(view), self.query_one("#way")
        is_other = now != self._shown or way.display != (view.ground is not None)  # a cell is read beside, and may come later
        way.display = view.ground is not None
        if is_other:
            self._list.begin_again()
        for panel in self.query(Panel):
            panel.update()
        if is_other:
            self._shown, self._is_other, self._is_read = now, True, False
            self.query_one("#cancel").focus()
            self._tell(view, "what is shown has changed")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= TALL, "tall")
        if is_too_small(event.size.width, event.size.height) and self.is_active:
            self.dismiss(None)
            self.operate.tell(TOO_SMALL)

    def on_screen_resume(self) -> None:
        """What lay on top has gone; meanwhile the run may have gone on."""
        self.update(self.operate.view)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        view = self.operate.view
        if event.button.id == "cancel":
            self.dismiss(None)
        elif event.button.id == "look":
            self.operate.action_look_again()
        elif agreeing.not_yet(view) or self._unread():
            self._tell(view, "not yet")
        elif self._is_other:
            self._is_other = False
            self.query_one("#cancel").focus()
            self._tell(view, "what is shown has changed: look, and then again")
        else:
            self.dismiss(HELD if view.looked is None else str(view.looked.look))

    def action_read(self, by: int) -> None:
        self._list.move(by)
        self._tell(self.operate.view, "")

    @property
    def _list(self) -> ListPanel:
        return self.query_one("#agreeing", ListPanel)

    def _unread(self) -> str:
        """What of it has not been in sight since it was shown, and what to do about it; "" for nothing."""
        unseen = self._list.unseen
        self._is_read = self._is_read or not unseen
        where = "above: up" if self._list.is_beyond else "below: down"
        return "" if self._is_read else f"{count(unseen, 'more line')} {where}"

    def _tell(self, view: View, text: str) -> None:
        first = agreeing.not_yet(view)
        answers = f"{first}: {shown_key(self.operate.keys['answer'])} answers" if first else ""
        said = "; ".join(part for part in (text, answers, self._unread()) if part)
        line = self.query_one("#wrong", Static)
        line.update(Content(fitted(said, max(ROW, line.size.width))))
