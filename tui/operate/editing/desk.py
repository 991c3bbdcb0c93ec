"""What is known of the text that a run was made from while somebody edits it: one frozen value, the newest of which is shown.

Law: nothing here waits: files are read and written by a thread, a draft is checked and planned by processes beside. Editing
changes nothing of a run that goes on; what is saved is for the next one.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread

from controller.journal.folder import RunFolder
from tui.differences import difference
from tui.operate.editing.asked import Asked
from tui.operate.editing.line_ends import with_ends_of
from tui.operate.editing.messages import Checked, Draft, Getting, Said, Tried
from tui.operate.editing.on_disk import Conflict, OnDisk, read_text, write_text
from tui.remaining import Remaining, left_in_words


@dataclass(frozen=True, slots=True)
class Known:
    """`disk`: the text as it was last read or written here; None: `note` says why there is none. `loaded` counts how often it was
    read to be edited. `getting`: how far a plan from the draft is, "" where none is under way. `conflict`: what another has made
    of the file, as a difference from what was read; "" where nobody has."""

    disk: OnDisk | None = None
    loaded: int = 0
    note: str = "reading the text"
    checked: Checked | None = None
    getting: str = ""
    tried: Tried | None = None
    conflict: str = ""


class Desk:
    """`newest` is the same value again as long as nothing is new."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._known = Known()
        self._theirs: OnDisk | None = None
        self._before: str | None = None
        self._lock = Lock()
        self._remaining = Remaining(time.monotonic)
        self._checking = Asked(folder.path, self._take)
        self._planning = Asked(folder.path, self._take)
        self._errands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        Thread(target=self._run, name="desk", daemon=True).start()
        self._errands.put(self._load)

    def newest(self) -> Known:
        return self._known

    def check(self, number: int, text: str) -> None:
        self._checking.ask(Draft(number, text, self._before))

    def plan(self, number: int, text: str) -> None:
        self._change(lambda known: replace(known, getting="what would change: reading", tried=None))
        self._planning.ask(Draft(number, text, self._before, is_planned=True))

    def end_plan(self) -> None:
        """Nor is one wanted that was made."""
        self._planning.end()
        self._change(lambda known: replace(known, getting="", tried=None))

    def save(self, text: str) -> None:
        self._errands.put(lambda: self._save(text))

    def load_again(self) -> None:
        """The text as it stands in the file, in place of the draft."""
        self._errands.put(self._load)

    def keep_mine(self) -> None:
        """What another has written has been seen; the next time the draft is written over it."""

        def keep(known: Known) -> Known:
            return known if self._theirs is None else replace(known, disk=self._theirs, conflict="", note="")

        self._change(keep)

    def close(self) -> None:
        self._errands.put(None)
        self._checking.close()
        self._planning.close()

    # --- the thread ---

    def _run(self) -> None:
        while (errand := self._errands.get()) is not None:
            errand()

    def _load(self) -> None:
        found = self._of_the_run() if self._known.disk is None else read_text(self._known.disk.name, self._known.disk.path)
        if isinstance(found, str):
            self._change(lambda known: replace(known, note=found))
            return
        if self._before is None:
            self._before = found.text
        self._change(lambda known: replace(known, disk=found, loaded=known.loaded + 1, note="", conflict="", tried=None))

    def _of_the_run(self) -> OnDisk | str:
        from cellwright.start_file import read_start

        start = read_start(self._folder)
        if start.value is None:
            return "how this run was begun is not known here, so neither is its text"
        return read_text(start.value.file, Path(start.value.working, start.value.folder, start.value.file))

    def _save(self, text: str) -> None:
        had = self._known.disk
        if had is None:
            return
        came = write_text(had, with_ends_of(had.text, text))
        match came:
            case OnDisk():
                self._change(lambda known: replace(known, disk=came, conflict="", note=f"{came.name} is saved"))
            case Conflict(now=theirs):
                self._theirs = theirs
                told = difference(had.name, had.text, theirs.text, "by another")
                self._change(lambda known: replace(known, conflict=told, note="not saved: another has changed the file"))
            case _:
                self._change(lambda known: replace(known, note=came))

    def _take(self, said: Said) -> None:
        match said:
            case Checked():
                self._change(lambda known: replace(known, checked=said))
            case Getting(stage=stage, done=done, of=of):
                left = left_in_words(self._remaining.of(stage, done, of))
                amount = f" {done} of {of}" if of else ""
                told = f"what would change: {stage}{amount}{', ' + left if left else ''}"
                self._change(lambda known: replace(known, getting=told))
            case Tried():
                self._change(lambda known: replace(known, tried=said, getting=""))

    def _change(self, change: Callable[[Known], Known]) -> None:
        with self._lock:
            self._known = change(self._known)
