"""A run on record as a source: the scene after any of its events, forwards and backwards.

Law: it is the fold of live that makes each scene; every so many events one is kept, and what lies between is folded again.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock, Thread
from typing import TYPE_CHECKING

from cell.events import Asked, Event, StateChanged
from cell.jog import Jog
from cellwright.report.clock import timed, zeros
from controller.attached.messages import Role
from controller.figures.figures import Figures
from controller.journal.folder import RunFolder
from controller.journal.journal import JournalError, legible
from controller.tally import figures_of
from tui.defects import in_short
from tui.operate import scene as scenes
from tui.operate.ground import ground_of
from tui.operate.playing import Playing, seen_at
from tui.operate.positions import positions
from tui.operate.scene import Scene
from tui.operate.source import Source, Stride
from tui.operate.sources import texts_of
from tui.operate.view import View

if TYPE_CHECKING:
    from cellwright.report.keyframes import Track

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
        self.seconds = tuple(at for at, _ in timed(self.events))

    def __len__(self) -> int:
        return len(self.events)

    def after(self, number: int) -> Scene:
        """The scene after event `number`; 0: before the first one."""
        found = self._kept[number // KEPT_EVERY]
        return scenes.all_taken(found, enumerate(self.events[found.seq : number], found.seq + 1))

    def behind(self, scene: Scene, number: int) -> Scene:
        """The same, cheaper where `scene` is a little before it."""
        if not 0 <= number - scene.seq < KEPT_EVERY:
            return self.after(number)
        return scenes.all_taken(scene, enumerate(self.events[scene.seq : number], scene.seq + 1))

    def at(self, seconds: float) -> int:
        """The number of the newest event by then; the first one before it."""
        return max(1, bisect_right(self.seconds, seconds))

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

    def __init__(
        self,
        folder: RunFolder,
        *,
        in_thread: bool = True,
        looks_round: bool = True,
        role: Role = "view",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`looks_round`: reads the files of the cell and the samples too, where they are still what they were. `role`: that of
        who takes the run over, where nobody controls it. `clock`: by which it is played."""
        self._folder, self._looks_round = folder, looks_round
        self._clock = clock
        self._playing: Playing | None = None
        self._tracks: Mapping[str, Track] = {}
        self._figures: Figures | None = None
        self._record: Record | None = None
        self._lock = Lock()
        self._view = View(link="record", note="reading the journal", run_id=folder.id, role=role)
        if in_thread:
            Thread(target=self._read, name="record", daemon=True).start()
        else:
            self._read()

    def newest(self) -> View:
        record, playing = self._record, self._playing
        if record is not None and playing is not None:
            at = min(playing.moment(self._clock()), record.seconds[-1])
            if at == record.seconds[-1]:
                self._playing = None
            self._look_at(record, record.at(at), at)
        return self._view

    def drawn(self, view: View) -> None: ...

    def move(self, stride: Stride, by: int) -> None:
        """And it stands again, where it was played."""
        record, position = self._record, self._view.position
        if record is None or position is None:
            return
        self._playing = None
        number = record.moved(position[0], stride, by)
        self._look_at(record, number, record.seconds[number - 1])

    def play(self) -> None:
        """From its beginning, where it is at its end."""
        record, position = self._record, self._view.position
        if record is None or position is None:
            return
        if self._playing is not None:
            self._playing = None
            self._look_at(record, position[0], self._view.at or 0.0)
            return
        at = record.seconds[0] if position[0] == len(record) else self._view.at or 0.0
        self._playing = Playing(self._clock(), at)

    def hasten(self, by: int) -> None:
        if self._playing is not None:
            self._playing = self._playing.changed(self._clock(), by)

    def _look_at(self, record: Record, number: int, at: float) -> None:
        """At the moment `at`, by which event `number` is the newest."""
        playing = self._playing
        with self._lock:
            scene = record.behind(self._view.scene, number)
            motions = {robot: where.motion or "" for robot, where in positions(scene).items()}
            seen = {one.robot: one for one in seen_at(self._tracks, motions, at, scene.now)}
            speed = None if playing is None else playing.speed
            figures = self._figures if number == len(record) else None  # they are of the whole run
            by_now = scene.now + round((at - record.seconds[number - 1]) * 1e9)
            self._view = replace(
                self._view,
                scene=scene,
                position=(number, len(record)),
                seen=seen,
                at=at,
                by_now=by_now,
                playing=speed,
                figures=figures,
            )

    def ask(self, what: Asked) -> None:
        """Nothing can be asked of what is over."""

    def answer(self, question: str, answer: str) -> None:
        """Nor answered."""

    def hold_key(self, jog: Jog, is_held: bool) -> None:
        """Nor moved."""

    def let_go(self) -> None: ...

    def confirm(self, look: int) -> None:
        """Nor confirmed."""

    def look_again(self) -> None: ...

    def acknowledge(self, key: str) -> None:
        """What was acknowledged then is on record, and is not changed."""

    def shelve(self, key: str, seconds: float, reason: str) -> None: ...

    def unshelve(self, key: str) -> None: ...

    def reattach(self) -> None: ...

    def take_over(self) -> Source:
        from cellwright.taking_up import taken_up_and_greeted
        from tui.operate.live import LiveRun

        return LiveRun(self._folder, self._view.role, attach=taken_up_and_greeted)

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
        is_whole = damage is None  # else commands may have gone out that nobody can tell, and it is not gone on with
        view = replace(view, is_left=is_whole and last.run.may_go_on and self._folder.pid() is None)
        self._record = record
        if not len(record):
            self._view = replace(view, note=note or "the journal is empty")
            return
        self._view = view
        self._look_at(record, len(record), record.seconds[-1])
        if self._looks_round:
            self._look_round(record, last)

    def _look_round(self, record: Record, scene: Scene) -> None:
        """Takes longest, so everything else is shown before."""
        from cellwright.report.tracks import tracks_of

        self._tracks, self._figures = tracks_of(self._folder, zeros(record.events)), figures_of(record.events)
        found = ground_of(self._folder, scene)
        ground, why = (None, found) if isinstance(found, str) else (found, "")
        with self._lock:
            self._view = replace(self._view, ground=ground, no_ground=why)
        position, at = self._view.position, self._view.at
        if self._playing is None and position is not None and at is not None:
            self._look_at(record, position[0], at)


def _intent(scene: Scene, folder: RunFolder) -> str:
    context = scene.run.context
    return context.program.sources[0][0] if context is not None and context.program.sources else folder.id
