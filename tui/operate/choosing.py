"""The runs on record of this cell, to choose one: under the three lines, with STOP one key away as under every dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.operate.dialogs import ROOM, Dialog
from tui.operate.lines import fitted
from tui.operate.on_record import Kept, Listing, came_to
from tui.operate.over import RecordOver

if TYPE_CHECKING:
    from tui.operate.app import Operate

PERIOD: Final = 0.1  # s between two looks at which are known by now


def choose(app: Operate) -> None:
    """The record that somebody chooses is shown over the run that the screens are attached to."""
    if app.records_of is None:
        app.tell("runs: these screens know of none")
        return
    records = app.records_of()

    def chosen(run_id: str | None) -> None:
        found = None if run_id is None else records.opened(run_id)
        if isinstance(found, str):
            app.tell(f"runs: {found}")
        elif found is not None:
            live = app.source.live if isinstance(app.source, RecordOver) else app.source
            app.source = RecordOver(live, found)
            app.action_deed("overview")

    app.push_screen(Choosing(records.of_cell(app.view.attached.run_id)), chosen)


class Choosing(Dialog):
    """Gives the name of a run."""

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self.listing = listing
        self._rows: tuple[Kept, ...] = ()

    def asked(self) -> ComposeResult:
        yield Static("Runs on record of this cell, the newest first", classes="title")
        yield OptionList(id="runs", markup=False)
        yield Static("", id="note")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._look()
        self.set_interval(PERIOD, self._look)

    def on_unmount(self) -> None:
        self.listing.end()

    def _look(self) -> None:
        """Rows come at the end alone, so the cursor stays where it is."""
        note, rows, found = self.listing.note, self.listing.rows, self.query_one(OptionList)
        for row in rows[len(self._rows) :]:
            found.add_option(Option(Content(row_text(row)), id=row.run_id))
        if rows and found.highlighted is None:
            found.highlighted = 0
        self._rows = rows
        self.query_one("#note", Static).update(Content(fitted(note or ("" if rows else "there is none yet"), ROOM)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if self._rows[event.option_index].summary is not None:
            self.dismiss(event.option.id)


def row_text(row: Kept) -> str:
    """When, what, how it ended; what is damaged is said with its reason."""
    said = "cannot be read" if row.summary is None else came_to(row.summary)
    held = "" if row.summary is None or row.summary.held_because is None else f", held: {row.summary.held_because}"
    damage = f"{': ' if row.summary is None else '; damaged: '}{row.damage}" if row.damage else ""
    return fitted(f"{row.run_id}  {fitted(row.what, 24)}  {said}{damage}{held}", ROOM)
