"""The runs that go on on this machine, each as a source of its own: what there is to choose from where nobody has named one.

Law: a cell in the list is folded as a cell alone is; there is no second opinion of what it does. To look asks nothing of any.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from threading import Event, Lock, Thread
from typing import Final, Protocol

from cell.dataclass import dataclass
from controller.attached.messages import Role
from controller.journal.folder import RunFolder, run_folders
from tui.operate.live import LiveRun
from tui.operate.source import Source
from tui.operate.view import View

PERIOD: Final = 1.0  # s between two looks at which runs go on
MOST: Final = 32
"""Each is a line to a controller, and a thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """`name` is the cell's, or the run's where two are called so."""

    run_id: str
    name: str
    view: View


class Several(Protocol):
    """What the application knows of the runs that there are to choose from."""

    def newest(self) -> tuple[Cell, ...]: ...

    def source(self, run_id: str) -> Source: ...


class Cells:
    """`newest` gives the same value again as long as nothing is new."""

    def __init__(self, state_dir: Path, role: Role, first: RunFolder) -> None:
        """`first` is there in any case, and is the one that is attended to."""
        self._state_dir, self._role = state_dir, role
        self._sources: dict[str, LiveRun] = {first.id: LiveRun(first, role)}
        self._lock, self._closed = Lock(), Event()
        self._attended = first.id
        self._seen: tuple[Cell, ...] = ()
        self.look()
        Thread(target=self._watch, name="cells", daemon=True).start()

    def source(self, run_id: str) -> LiveRun:
        """From now on that one is attended to: where its robots are is told. One that has just made way is not."""
        with self._lock:
            if run_id in self._sources:
                self._attended = run_id
            found = self._sources[self._attended]
        found.attend()
        return found

    def newest(self) -> tuple[Cell, ...]:
        """By name."""
        with self._lock:
            views = {run_id: source.newest() for run_id, source in self._sources.items()}
        if {cell.run_id for cell in self._seen} != views.keys() or any(
            views[cell.run_id] is not cell.view for cell in self._seen
        ):
            self._seen = _named(views)
        return self._seen

    def look(self) -> None:
        """For runs that have begun since. One that is over stays where it is, as long as there is room."""
        for folder in run_folders(self._state_dir):
            if self._closed.is_set():
                return
            if folder.id not in self._sources and folder.pid() is not None:
                if not self._has_room():
                    return
                source = LiveRun(folder, self._role, is_attended=False)
                with self._lock:
                    self._sources[folder.id] = source

    def _has_room(self) -> bool:
        """A run that goes on can be stopped only where it is shown: what is over makes way for it, the first that came first."""
        if len(self._sources) < MOST:
            return True
        with self._lock:
            over = (run_id for run_id, one in self._sources.items() if one.newest().link == "over" and run_id != self._attended)
            gone = self._sources.pop(next(over, ""), None)
        if gone is not None:
            gone.close()
        return gone is not None

    def close(self) -> str:
        """What is to be said afterwards in the terminal; "" for nothing."""
        self._closed.set()
        with self._lock:
            unheard = [f"{run_id}: {text}" for run_id, source in self._sources.items() if (text := source.close())]
        return "  ".join(unheard)

    def _watch(self) -> None:
        while not self._closed.wait(PERIOD):
            with suppress(OSError):  # a folder that somebody takes away meanwhile; the next look sees the others
                self.look()


def _named(views: Mapping[str, View]) -> tuple[Cell, ...]:
    names = {run_id: cell_name(view) for run_id, view in views.items()}
    taken = list(names.values())
    found = (Cell(run_id, name if name and taken.count(name) == 1 else run_id, views[run_id]) for run_id, name in names.items())
    return tuple(sorted(found, key=lambda cell: (names[cell.run_id], cell.run_id)))


def cell_name(view: View) -> str:
    """As its file is called; "" where that is not known yet."""
    context = view.scene.run.context
    files = () if context is None else (name for name, _ in context.program.sources if name.endswith(".cell"))
    return next((PurePath(file).stem for file in files), "")
