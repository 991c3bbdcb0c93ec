"""What is asked of an operator on top of the screens.

Law: under every dialog the three lines stay in sight and STOP stays one key away; its last line has the keys that mean something
in it, not those of the page below. What moves robots or ends a run is asked with the focus on Cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from cell.attended import LONGEST_REASON
from tui.operate.deeds import DEEDS, Deed, shown_key
from tui.operate.lines import Line, clean, fitted, line, said
from tui.operate.panel import Panel
from tui.operate.panels.footer import Keys, dialog_line
from tui.operate.top_panel import TopPanel, stop_key
from tui.operate.view import View

if TYPE_CHECKING:
    from tui.operate.app import Operate

CHOOSE: Final = ("↑ ↓", "choose")
ROOM: Final = 280
"""Columns of a text from outside, four lines of a box: what is asked below it stays in sight. All of it stands on its page."""


class Dialog(ModalScreen[str | None]):
    """Gives what was answered; None where nothing was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "app.deed('stop')", show=False, id="stop"),
        Binding("escape", "dismiss", show=False),
    ]
    KEYS: ClassVar[Keys] = (CHOOSE, ("enter", "that one"), ("esc", "back"))

    @property
    def operate(self) -> Operate:
        from tui.operate.app import Operate

        assert isinstance(self.app, Operate)
        return self.app

    def compose(self) -> ComposeResult:
        yield TopPanel()
        yield self.footer()
        with Vertical(classes="box"):
            yield from self.asked()

    def footer(self) -> Panel:
        return Panel(self._footer, id="footer")

    def keys(self) -> Keys:
        """What means something in it now, beside STOP."""
        return self.KEYS

    def _footer(self, view: View, width: int, height: int) -> Sequence[Line]:
        told = self.operate.told_last
        return [line(said(told, "warn")) if told else dialog_line(self.keys(), shown_key(stop_key(self.operate, self)), width)]

    def asked(self) -> ComposeResult:
        raise NotImplementedError

    def update(self, view: View) -> None:
        """It may be asked before it has been composed."""
        for panel in self.query("TopPanel, #footer").results(Panel):
            panel.update()


class Confirm(Dialog):
    """Gives the name of the deed, where it is confirmed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]
    KEYS = (("← →", "the other button"), ("enter", "press it"), ("esc", "cancel"))

    def __init__(self, deed: Deed, whose: str = "") -> None:
        """`whose`: of which cell, where there are several."""
        super().__init__()
        self.deed, self.whose = deed, whose

    def asked(self) -> ComposeResult:
        whose = f"{fitted(self.whose, ROOM)}: " if self.whose else ""
        yield Static(Content(f"{whose}{self.deed.long}"), classes="title")
        yield Static(Content(self.deed.confirms))
        with Horizontal(classes="buttons"):
            yield Button("Cancel", id="cancel")
            yield Button(Content(self.deed.long.partition(":")[0]), id="do")

    def on_mount(self) -> None:
        self.query_one("#cancel").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(self.deed.name if event.button.id == "do" else None)


class Shelve(Dialog):
    """Gives `minutes reason`. `longest`: s that this terminal's role may shelve for."""

    KEYS = (("tab", "the other field"), ("enter", "shelve"), ("esc", "cancel"))

    def __init__(self, text: str, longest: float) -> None:
        super().__init__()
        self.text, self.longest = text, int(longest / 60)

    def asked(self) -> ComposeResult:
        yield Static(Content(fitted(f"Shelve: {self.text}", ROOM)), classes="title")
        yield Static(Content(f"For how many minutes (1 to {self.longest})?"))
        yield Input("30", restrict=r"[0-9]{0,5}", id="minutes")
        yield Static(Content("For which reason?"))
        yield Input(id="reason", max_length=LONGEST_REASON)
        yield Static("", id="wrong")

    def on_mount(self) -> None:
        self.query_one("#reason").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        minutes, reason = self.query_one("#minutes", Input).value, self.query_one("#reason", Input).value.strip()
        if not minutes or not 1 <= int(minutes) <= self.longest:
            self._refuse(f"between 1 and {self.longest} minutes")
        elif not reason:
            self._refuse("a reason, so that the next one at this screen knows")
        else:
            self.dismiss(f"{int(minutes)} {reason}")

    def _refuse(self, wanted: str) -> None:
        self.query_one("#wrong", Static).update(Content(f"Wanted: {wanted}."))


class Answering(Dialog):
    """One of the answers that there are to a question; the first one is to give none. Gives the answer."""

    KEYS = (CHOOSE, ("enter", "give it"), ("esc", "cancel"))

    def __init__(self, text: str, answers: Sequence[str]) -> None:
        super().__init__()
        self.text, self.answers = text, tuple(answers)

    def asked(self) -> ComposeResult:
        yield Static(Content(fitted(self.text, ROOM)), classes="title")
        yield OptionList(
            *(Content(fitted(answer, ROOM)) for answer in ("Cancel: answer nothing now", *self.answers)),
            id="answers",
            markup=False,
        )

    def on_mount(self) -> None:
        found = self.query_one(OptionList)
        found.highlighted = 0
        found.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.answers[event.option_index - 1] if event.option_index else None)


class Palette(Dialog):
    """Everything that can be done, by name; what cannot be done now says why. Gives the name of the deed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", show=False, priority=True),
        Binding("up", "choose(-1)", show=False, priority=True),
    ]
    KEYS = (CHOOSE, ("enter", "do it"), ("esc", "back"))

    def asked(self) -> ComposeResult:
        yield Input(placeholder="type a part of its name", id="wanted")
        yield OptionList(id="found", markup=False)

    def on_mount(self) -> None:
        self.query_one("#wanted").focus()
        self._find("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._find(event.value)

    def _find(self, wanted: str) -> None:
        """What can be done now comes first."""
        words, view = wanted.lower().split(), self.operate.view
        found = self.query_one(OptionList)
        found.clear_options()
        for deed, why in sorted(((deed, deed.why_not(view)) for deed in DEEDS), key=lambda one: one[1] is not None):
            if all(word in f"{deed.long} {deed.short}".lower() for word in words):
                key = shown_key(self.operate.keys[deed.name])
                found.add_option(
                    Option(Content(clean(f"{key:>3}  {deed.long}{'' if why is None else f'  (not now: {why})'}")), id=deed.name)
                )
        found.highlighted = 0 if found.option_count else None

    def action_choose(self, by: int) -> None:
        found = self.query_one(OptionList)
        if by > 0:
            found.action_cursor_down()
        else:
            found.action_cursor_up()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        found = self.query_one(OptionList)
        if found.highlighted is not None:
            self.dismiss(found.get_option_at_index(found.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


class Help(Dialog):
    """The page of what has the focus, then every key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter,question_mark", "dismiss", show=False)]
    KEYS = (("↑ ↓", "read on"), ("esc", "back"))

    def __init__(self, title: str, page: str) -> None:
        super().__init__()
        self.title_, self.page = title, page

    def asked(self) -> ComposeResult:
        yield Static(Content(clean(self.title_)), classes="title")
        with VerticalScroll():
            yield Static(Content("\n".join(self._rows())), id="page")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _rows(self) -> Sequence[str]:
        keys, view = self.operate.keys, self.operate.view
        rows = [*_paragraphs(self.page), "", "tab: the next region; up, down, page up, page down, home, end: along a list", ""]
        for deed in DEEDS:
            why = deed.why_not(view)
            key = f"{shown_key(keys[deed.name])}{' or ^x' if deed.name == 'stop' else ''}"
            rows.append(clean(f"{key:>8}  {deed.long}{'' if why is None else f'  (not now: {why})'}"))
        return rows


def _paragraphs(text: str) -> Sequence[str]:
    """Each as one row, which its box wraps at its own width."""
    return [row for part in text.split("\n\n") for row in (" ".join(part.split()), "")][:-1]
