"""A run on record as a source: the scene after any of its events, forwards and backwards.

Law: it is the fold of live that makes each scene; every so many events one is kept, and what lies between is folded again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock, Thread

from cell.events import Asked, Event, StateChanged
from cell.jog import Jog
from controller.attached.messages import Role
from controller.journal.folder import RunFolder
from controller.journal.journal import JournalError, legible
from tui.defects import in_short
from tui.operate import scene as scenes
from tui.operate.ground import ground_of
from tui.operate.scene import Scene
from tui.operate.source import Stride
from tui.operate.sources import texts_of
from tui.operate.view import View

KEPT_EVERY = 200
"""Scenes share nearly all they hold, so a kept one costs little; between two there is nothing that a person would wait for."""


class Record:
    """The events of a run and the scene after each."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = tuple(events)
        self._kept = [Scene()]
        for scene in islice(self._folded(Scene()), KEPT_EVERY - 1, None, KEPT_EVERY):
            self._kept.append(scene)
        self._changes = [number for number, event in enumerate(self.events, 1) if isinstance(event, StateChanged)]

    def __len__(self) -> int:
        return len(self.events)

    def after(self, number: int) -> Scene:
        """The scene after event `number`; 0: before the first one."""
        found = self._kept[number // KEPT_EVERY]
        return scenes.all_taken(found, enumerate(self.events[found.seq : number], found.seq + 1))

    def moved(self, number: int, stride: Stride, by: int) -> int:
        if stride == "event":
            return min(max(1, number + by), len(self))
        if by > 0:
            return next((n for n in self._changes if n > number), len(self))
        return next((n for n in reversed(self._changes) if n < number), 1)

    def _folded(self, scene: Scene) -> Iterator[Scene]:
        for number, event in enumerate(self.events, 1):
            scene = scenes.taken(scene, number, event)
            yield scene


class RecordedRun:
    """Reads in a thread of its own; until it has, the view says so."""

    def __init__(self, folder: RunFolder, *, in_thread: bool = True, looks_round: bool = True, role: Role = "view") -> None:
        """`looks_round`: reads the files of the cell too, where they are still what they were."""
        self._folder, self._looks_round = folder, looks_round
        self._record: Record | None = None
        self._lock = Lock()
        self._view = View(link="record", note="reading the journal", run_id=folder.id, role=role)
        if in_thread:
            Thread(target=self._read, name="record", daemon=True).start()
        else:
            self._read()

    def newest(self) -> View:
        return self._view

    def move(self, stride: Stride, by: int) -> None:
        record, position = self._record, self._view.position
        if record is None or position is None:
            return
        with self._lock:
            self._view = _at(self._view, record, record.moved(position[0], stride, by))

    def ask(self, what: Asked) -> None:
        """Nothing can be asked of what is over."""

    def answer(self, question: str, answer: str) -> None:
        """Nor answered."""

    def hold_key(self, jog: Jog, is_held: bool) -> None:
        """Nor moved."""

    def let_go(self) -> None: ...

    def acknowledge(self, key: str) -> None:
        """What was acknowledged then is on record, and is not changed."""

    def shelve(self, key: str, seconds: float, reason: str) -> None: ...

    def unshelve(self, key: str) -> None: ...

    def reattach(self) -> None: ...

    def close(self) -> str:
        return ""

    def _read(self) -> None:
        """Whatever goes wrong is said: a thread that ends in silence would be reading for ever."""
        try:
            self._read_all()
        except Exception as defect:
            said = in_short(defect)
            with self._lock:
                self._view = replace(self._view, note=said, no_ground=said)

    def _read_all(self) -> None:
        try:
            with legible(self._folder.path):
                events = self._folder.events()
                damage = self._folder.damage()
                record = Record(events)
                last = record.after(len(record))
        except JournalError as cause:
            self._view = replace(self._view, note=str(cause))
            return
        note = "" if damage is None else f"{damage.text}; what is whole is shown"
        program = last.run.context.program if last.run.context is not None else None
        view = replace(self._view, note=note, texts=texts_of(self._folder, program), intent=_intent(last, self._folder))
        self._record = record
        self._view = _at(view, record, len(record)) if len(record) else replace(view, note=note or "the journal is empty")
        if self._looks_round:
            self._look_round(last)

    def _look_round(self, scene: Scene) -> None:
        """Takes longest, so everything else is shown before."""
        found = ground_of(self._folder, scene)
        ground, why = (None, found) if isinstance(found, str) else (found, "")
        with self._lock:
            self._view = replace(self._view, ground=ground, no_ground=why)


def _at(view: View, record: Record, number: int) -> View:
    return replace(view, scene=record.after(number), position=(number, len(record)))


def _intent(scene: Scene, folder: RunFolder) -> str:
    context = scene.run.context
    return context.program.sources[0][0] if context is not None and context.program.sources else folder.id
