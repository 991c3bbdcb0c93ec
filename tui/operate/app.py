"""The operator's application: it shows the newest view of a source, and asks of the source what an operator wants.

Law: it is a client. It decides nothing about the run, keeps nothing alive, and its end ends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import AwaitMount, Widget
from textual.widgets import ContentSwitcher

from cell.events import Asked
from controller.attached.permits import longest_shelf, may_not_be_shelved
from tui.operate.cells import Cell, Several
from tui.operate.deeds import BY_NAME, DEEDS, EVERYWHERE, Deed, shown_key
from tui.operate.lines import Line, Look, fitted, line, said
from tui.operate.opening import SCREENS, page
from tui.operate.over import RecordOver
from tui.operate.page import Page
from tui.operate.panel import ListPanel, Panel
from tui.operate.panels.footer import footer_line
from tui.operate.requests import INSTEAD
from tui.operate.source import Source
from tui.operate.themes import GREY, THEMES, looks_of
from tui.operate.too_small import is_too_small, small_lines
from tui.operate.top_lines import name_behind
from tui.operate.top_panel import TopPanel
from tui.operate.view import View, open_questions

if TYPE_CHECKING:
    from tui.operate.dialogs import Dialog
    from tui.operate.editing.desk import Desk
    from tui.operate.editing.page import IntentPage
    from tui.operate.on_record import Records

EDITS: Final = ("save", "fix", "changes", "reload", "keep")
FORMS: Final = ("small", "wide", "tall")
PERIOD: Final = 0.05  # s between two looks at what is new
AT_FIRST: Final = 0.01  # s between two while nothing is known yet
_ASKS: Final[Mapping[str, Asked]] = {
    "stop": "quick stop",
    "hold": "hold",
    "finish": "finish",
    "normal_stop": "stop",
    "abort": "abort",
    "clear": "clear",
    "manual": "manual",
    "production": "production",
}


class Operate(App[str]):
    """`keys` gives each deed its key. Ends with what is to be said in the terminal afterwards."""

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(EVERYWHERE, "deed('stop')", "STOP", priority=True, show=False),
        *(Binding(deed.key, f"deed('{deed.name}')", deed.short, show=False, id=deed.name) for deed in DEEDS),
    ]

    def __init__(
        self,
        source: Source,
        keys: Mapping[str, str] | None = None,
        theme: str = GREY,
        has_colour: bool | None = None,
        cells: Several | None = None,
        desk_of: Callable[[str], Desk] | None = None,
        records: Callable[[], Records] | None = None,
    ) -> None:
        """`cells`: those to choose from; `source` is the one of them that is shown first. `desk_of` gives that of a run, at which
        its text is edited. `records`: the runs on record, one of which may be shown over the source."""
        super().__init__()
        self.records_of = records
        self._cells, self._desk_of = cells, desk_of
        self._text_page: IntentPage | None = None
        self._desks: dict[str, Desk] = {}
        self.cells_seen: tuple[Cell, ...] = () if cells is None else cells.newest()
        self._seen_unheard: set[str] = set()
        self.told_last = ""
        self.source = source
        self.view: View = source.newest()
        own = dict(keys or {})
        self.keys: Mapping[str, str] = {deed.name: own.get(deed.name, deed.key) for deed in DEEDS}
        self._is_coloured = not self.no_color if has_colour is None else has_colour
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.set_keymap(own)

    @property
    def looks(self) -> Mapping[Look, Style]:
        return looks_of(self.theme, self._is_coloured)

    # --- what is shown ---

    def compose(self) -> ComposeResult:
        yield TopPanel()
        yield Panel(lambda view, width, height: small_lines(self.size.width, self.size.height, width), id="small")
        first = "overview" if len(self.cells_seen) < 2 else "cells"
        with ContentSwitcher(initial=first, id="pages"):
            yield page(first)
        yield Panel(self._footer, id="footer")

    def on_mount(self) -> None:
        self.view = self.source.newest()  # of what has come while all of this was made the first picture tells already
        self._fit(self.size)
        self._focus_page()
        self.call_after_refresh(self.source.drawn, self.view)  # of a run that stands still nothing new may ever come
        self._first_looks = self.set_interval(AT_FIRST, self._look_at_first)
        self.set_interval(PERIOD, self.look)

    def _look_at_first(self) -> None:
        """What has happened so far is shown as soon as it is there."""
        self.look()
        if self.view.link != "loading":
            self._first_looks.stop()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def look(self) -> None:
        """Shows what is new."""
        view, cells = self.source.newest(), () if self._cells is None else self._cells.newest()
        if view is not self.view or cells is not self.cells_seen:
            self.view, self.cells_seen = view, cells
            self.call_after_refresh(self.source.drawn, view)
            self._seen_unheard &= {cell.run_id for cell in cells if cell.view.unheard}
            self._seen_unheard |= {view.attached.run_id} if view.unheard else set()
            self.show()
        if self._text_page is not None:
            self._text_page.look()

    def desk(self) -> Desk | None:
        """That of the run that is shown."""
        run_id = self.view.run_id
        if run_id not in self._desks and self._desk_of is not None:
            self._desks[run_id] = self._desk_of(run_id)
        return self._desks.get(run_id)

    def on_unmount(self) -> None:
        for desk in self._desks.values():
            desk.close()

    def attach(self, run_id: str) -> None:
        """Shows another of the cells."""
        if self._cells is not None and run_id != self.view.run_id:
            self.source = self._cells.source(run_id)
        self.look()

    @property
    def whose(self) -> str:
        """The cell that STOP means, where that is not told by itself: there are several, or a record is shown over it."""
        alone = "" if self.view.behind is None else name_behind(self.view.behind)
        run_id = self.view.attached.run_id
        return next((c.name for c in self.cells_seen if c.run_id == run_id), alone) if len(self.cells_seen) > 1 else alone

    @property
    def unheard(self) -> str:
        """That a stop was not acknowledged: of the cell that is shown, or of another one that was left before, by its name. Who
        has gone there has seen it; it stands in the list then, and hides no alarm of another cell for ever."""
        others = (cell for cell in self.cells_seen if cell.view.unheard and cell.run_id not in self._seen_unheard)
        theirs = (f"{fitted(cell.name, 14)}: {cell.view.unheard.partition(':')[0]}. {INSTEAD}" for cell in others)
        return self.view.unheard or next(theirs, "")

    def show(self) -> None:
        main, *dialogs = self.screen_stack
        for panel in main.walk_children(Panel):
            if panel.is_on_screen or isinstance(panel, TopPanel):
                panel.update()
        for dialog in dialogs:
            cast("Dialog", dialog).update(self.view)

    def get_default_screen(self) -> Screen[None]:
        """Has its classes from the beginning: else all that it holds is given its styles once more for each."""
        return Screen(id="_default", classes=" ".join(_fitting(self.size)))

    def refresh_css(self, animate: bool = True) -> None:
        """Before there is a screen its sheet has not been read yet: that is done once, in the colours that were chosen."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def _fit(self, size: Size) -> None:
        main, fitting = self.screen_stack[0], _fitting(size)
        before = frozenset(main.classes)
        for name in FORMS:
            main.set_class(name in fitting, name, update=False)
        if main.classes != before:
            main.update_node_styles()

    # --- what is done ---

    def action_deed(self, name: str) -> None:
        self.tell("")
        deed = BY_NAME[name]
        if not self._can(deed):
            return
        if deed.confirms:
            from tui.operate.dialogs import Confirm

            self.push_screen(Confirm(deed, self.whose), partial(self._confirmed, deed))
        else:
            self._do(deed)

    def _confirmed(self, deed: Deed, answer: str | None) -> None:
        """What can be done may have changed while somebody thought."""
        if answer is not None and self._can(deed):
            self._do(deed)

    def _can(self, deed: Deed) -> bool:
        """Says why not."""
        why = deed.why_not(self.view)
        if why is not None:
            self.tell(f"{deed.short}: {why}")
            if deed.name == "stop" and self.view.attached.link == "lost":
                self.source.ask("quick stop")  # that it was not sent is told above every alarm, and stays
                self.look()
        return why is None

    def _do(self, deed: Deed) -> None:
        if deed.name in _ASKS:
            self.source.ask(_ASKS[deed.name])
            if self.whose:
                self.tell(f"{deed.short}: asked of {self.whose}, run {self.view.attached.run_id}")
        elif deed.name in SCREENS:
            if deed.name == "cells":  # the one under its cursor is the one that is shown
                self._do_to_live()
            self._turn_to(deed.name)
        elif deed.name in EDITS:
            self._edit(deed)
        else:
            getattr(self, f"_do_{deed.name}")()
        self.look()

    def tell(self, text: str) -> None:
        """In the last line, until the next key: why nothing came of one."""
        self.told_last = text
        for screen in self.screen_stack:
            for footer in screen.query("#footer").results(Panel):
                footer.update()

    def _footer(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [line(said(self.told_last, "warn"))] if self.told_last else [self._usual_footer(view, width)]

    def _usual_footer(self, view: View, width: int) -> Line:
        is_typed_in = self._text_page is not None and self._text_page.is_typed_in
        return footer_line(view, self.keys, width, self._pages.current or "", is_typed_in)

    @property
    def _pages(self) -> ContentSwitcher:
        return self.screen_stack[0].query_one("#pages", ContentSwitcher)

    def _turn_to(self, name: str) -> None:
        pages = self._pages
        if any(made.id == name for made in pages.children):
            pages.current = name
            self._focus_page()
            return
        new = page(name)
        mounted = pages.mount(new)
        pages.current = name
        self.call_next(self._opened, new, mounted)

    async def _opened(self, new: Page, mounted: AwaitMount) -> None:
        """For the first time."""
        await mounted
        if new.id == "intent":
            self._text_page = cast("IntentPage", new)
        self._focus_page()

    def _edit(self, deed: Deed) -> None:
        if self._text_page is None:
            self.tell(f"{deed.short}: open the intent first")
        else:
            self._text_page.do(deed.name)

    def _focus_page(self) -> None:
        page = self._pages.visible_content
        assert isinstance(page, Page)
        page.opened()
        self.show()

    def _do_resume(self) -> None:
        from tui.operate.agreeing import Agreeing

        self.push_screen(Agreeing(), self._agreed)

    def _agreed(self, answer: str | None) -> None:
        """What was agreed to is what was shown: a look that is not the newest one is refused."""
        from tui.operate.agreeing import HELD

        if answer is None or not self._can(BY_NAME["resume"]):
            return
        if answer == HELD:
            self.source.ask("resume")
        else:
            self.source.confirm(int(answer))
        self.look()

    def action_look_again(self) -> None:
        if self.view.looked is not None:
            self.source.look_again()

    def _do_answer(self) -> None:
        from tui.operate.dialogs import Answering

        question = open_questions(self.view)[0]
        self.push_screen(Answering(question.text, question.answers), partial(self._answered, question.id))

    def _answered(self, question: str, answer: str | None) -> None:
        """Somebody else may have answered meanwhile; then the controller refuses this one, and that is shown."""
        if answer is not None:
            self.source.answer(question, answer)
            self.look()

    def _do_acknowledge(self) -> None:
        key = self._alarm()
        if key is not None:
            self.source.acknowledge(key)

    def _do_shelve(self) -> None:
        alarm = self.view.scene.alarms.listed.get(self._alarm() or "")
        if alarm is None:
            self.tell("shelve: no alarm is chosen that is in sight")
        elif alarm.shelved_until is not None:
            self.source.unshelve(alarm.cause.key)
        elif (why := may_not_be_shelved(alarm)) is not None:
            self.tell(f"shelve: {why}")
        else:
            from tui.operate.dialogs import Shelve

            self.push_screen(Shelve(alarm.cause.text, longest_shelf(self.view.role)), partial(self._shelved, alarm.cause.key))

    def _shelved(self, key: str, answer: str | None) -> None:
        if answer is not None:
            minutes, _, reason = answer.partition(" ")
            self.source.shelve(key, 60.0 * int(minutes), reason)
            self.look()

    def _alarm(self) -> str | None:
        """The one under the cursor; elsewhere the top one."""
        focused = self.focused
        if isinstance(focused, ListPanel) and focused.id == "alarm_list":
            return focused.chosen
        top = self.view.scene.alarms.top
        return top.cause.key if top is not None else None

    def _do_back(self) -> None:
        self.source.move("event", -1)

    def _do_forward(self) -> None:
        self.source.move("event", 1)

    def _do_back_far(self) -> None:
        self.source.move("state", -1)

    def _do_forward_far(self) -> None:
        self.source.move("state", 1)

    def _do_play(self) -> None:
        self.source.play()

    def _do_faster(self) -> None:
        self.source.hasten(1)

    def _do_slower(self) -> None:
        self.source.hasten(-1)

    def _do_records(self) -> None:
        from tui.operate.choosing import choose

        choose(self)

    def _do_to_live(self) -> None:
        if isinstance(self.source, RecordOver):
            self.source = self.source.live
            self.look()

    def _do_take_over(self) -> None:
        self.source = self.source.take_over()

    def _do_reattach(self) -> None:
        self.source.reattach()

    def _do_jump(self) -> None:
        """The regions of the page, in the order of the tab key."""
        from tui.operate.jumping import Jump

        found = self.screen.query("Panel, TextArea").results(Widget)
        there = [widget for widget in found if widget.can_focus and widget.is_on_screen and widget.size.area]

        def jumped(answer: str | None) -> None:
            if answer is not None:
                self.set_focus(there[int(answer)])
                self.show()

        self.push_screen(Jump([widget.region for widget in there], self.size, self.keys["stop"]), jumped)

    def _do_help(self) -> None:
        from tui.operate.dialogs import Help

        focused = self.focused
        title, about = getattr(focused, "title", ""), getattr(focused, "help_page", "")
        self.push_screen(Help(f"Help: {title or 'the screens'}", about))

    def _do_palette(self) -> None:
        from tui.operate.dialogs import Palette

        self.push_screen(Palette(), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self.action_deed(name)

    async def action_quit(self) -> None:
        """Ctrl-Q, which Textual has for it, leaves no more quickly than our key does."""
        self.action_deed("detach")

    def action_help_quit(self) -> None:
        """Ctrl-C, which ends other programs, and which `run` and `attach` take for a stop."""
        self.tell(f"{shown_key(self.keys['detach'])} leaves, and ends nothing; {shown_key(self.keys['stop'])} asks for a stop")

    def _do_detach(self, is_sure: bool = False) -> None:
        if not is_sure and self._text_page is not None and self._text_page.is_unsaved:
            from tui.operate.dialogs import Confirm

            deed = replace(BY_NAME["detach"], confirms="A text is changed and not saved: what was typed is lost.")
            self.push_screen(Confirm(deed), lambda answer: self._do_detach(True) if answer is not None else None)
            return
        run = self.view.attached
        self.exit(f"The run goes on. Next: cellwright operate {run.run_id}" if run.link == "live" else "")


def _fitting(size: Size) -> frozenset[str]:
    """The forms of the screen that go by its size."""
    fits = (is_too_small(size.width, size.height), size.width >= 110, size.height >= 36)
    return frozenset(name for name, is_so in zip(FORMS, fits, strict=True) if is_so)
