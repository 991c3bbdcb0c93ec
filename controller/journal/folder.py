"""Where runs live: `<state_dir>/runs/<run_id>/`, and what can be told of each, alive, over, or killed.

Law: reading never changes a run. A run whose controller is gone and that has no end in its journal was interrupted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cell.codec import CodecError, canonical, from_plain
from cell.dataclass import dataclass
from cell.events import Event
from cell.motion_plan import MotionPlan
from cell.run import RunSummary
from controller.journal.damage import Damage
from controller.journal.journal import FILE, JournalError, StoredJournal, legible
from controller.journal.replay import replay
from controller.run_state import RunState
from controller.summary import summary_of

RECORDING = "recording.mcap"
ALIVE = "controller.json"
SUMMARY = "summary.json"
MOST_NAMED = 4  # of the runs that a name may mean


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's folder. `id` is its name."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def recording(self) -> Path:
        return self.path / RECORDING

    def new_recording(self) -> Path:
        """Where the samples of another controller of the run go: a file of samples is never opened again."""
        number = 1 + sum(1 for _ in self.path.glob("recording*.mcap"))
        return self.recording if number == 1 else self.path / f"recording-{number}.mcap"

    def recordings(self) -> tuple[Path, ...]:
        """Those that there are, the first controller's first."""
        others = sorted(self.path.glob("recording-*.mcap"), key=lambda path: int(path.stem.rpartition("-")[2]))
        return tuple(path for path in (self.recording, *others) if path.is_file())

    def claim(self) -> None:
        """This process is the run's controller from now on. What an earlier one has said that it came to is said no more."""
        body = {"pid": os.getpid(), "started": _started(os.getpid())}
        (self.path / ALIVE).write_text(json.dumps(body), encoding="utf-8")
        (self.path / SUMMARY).unlink(missing_ok=True)

    def release(self, summary: RunSummary) -> None:
        """The run is over; `summary` is what it came to. Where the disk has no space for it the journal tells it again."""
        new = self.path / (SUMMARY + ".new")
        with suppress(OSError):
            new.write_text(canonical(replace(summary, pid=os.getpid())), encoding="utf-8")
            new.replace(self.path / SUMMARY)
        self.abandon()

    def abandon(self) -> None:
        """This process is the run's controller no longer, and the run is not over."""
        (self.path / ALIVE).unlink(missing_ok=True)

    def pid(self) -> int | None:
        """The controller's process while it lives. A process that merely has its number by now does not count."""
        try:
            body = json.loads((self.path / ALIVE).read_text(encoding="utf-8"))
            pid = int(body["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        started = _started(pid)
        return pid if started is not None and started == body.get("started") else None

    def journal(self) -> StoredJournal:
        """Raises JournalError."""
        return StoredJournal(self.path)

    def events(self) -> tuple[Event, ...]:
        """Raises JournalError."""
        return tuple(self.each_event())

    def each_event(self) -> Iterator[Event]:
        """The same, one after the other: a run of hours needs no more room than one of minutes. Raises JournalError."""
        journal = self.journal()
        try:
            yield from journal.events()
        finally:
            journal.close()

    def plans(self) -> Iterator[MotionPlan]:
        """In the order in which they were released. Raises JournalError."""
        journal = self.journal()
        try:
            yield from map(journal.plan, reversed(list(journal.plans_newest_first())))
        finally:
            journal.close()

    def damage(self) -> Damage | None:
        """What a bad disk did to the journal, None for nothing. Reads all of it. Raises JournalError."""
        journal = self.journal()
        try:
            return journal.damage()
        finally:
            journal.close()

    def state(self) -> RunState:
        """Folded from the newest snapshot. Raises JournalError."""
        journal = self.journal()
        try:
            with legible(self.path):
                return replay(journal)
        finally:
            journal.close()

    def written(self) -> float:
        """When anything was written here last, by the clock of the file system, s. Raises JournalError."""
        try:
            return max(file.stat().st_mtime for file in self.path.glob(f"{FILE}*"))
        except (OSError, ValueError) as cause:
            raise JournalError(f"there is no journal in {self.path}") from cause

    def summary(self) -> RunSummary:
        """Raises JournalError."""
        kept = self.kept()
        if kept is not None:
            return kept
        pid = self.pid()
        return replace(summary_of(self.state(), pid, is_alive=pid is not None), run_id=self.id)

    def kept(self) -> RunSummary | None:
        """What its controller has said at the end that it came to; None where none has, or another one goes on with it."""
        said = self._said()
        return None if said is None else replace(said, pid=None)

    def ended_by(self) -> int | None:
        """The process that has said so, which may not be over yet."""
        said = self._said()
        return None if said is None else said.pid

    def _said(self) -> RunSummary | None:
        try:
            found: RunSummary = from_plain(RunSummary, json.loads((self.path / SUMMARY).read_text(encoding="utf-8")))
        except (OSError, ValueError, CodecError):
            return None
        return replace(found, run_id=self.id)


def new_run(state_dir: Path, run_id: str) -> RunFolder:
    """Raises FileExistsError when there is a run of that name."""
    path = run_path(state_dir, run_id)
    path.mkdir(parents=True)
    return RunFolder(path)


def run_path(state_dir: Path, run_id: str) -> Path:
    return state_dir / "runs" / run_id


def run_folders(state_dir: Path) -> Iterator[RunFolder]:
    """All runs, the one that was begun last first: one that was gone on with since, or whose files were touched, is as old as it
    was."""
    runs = state_dir / "runs"
    found = [path for path in runs.iterdir() if (path / FILE).is_file()] if runs.is_dir() else []
    return (RunFolder(path) for path in sorted(found, key=_begun, reverse=True))


def _begun(path: Path) -> tuple[tuple[int, int, str], ...]:
    """A run is named by the moment, with a number behind that of another one of the same second."""
    return tuple((1, int(word), "") if word.isdecimal() else (0, 0, word) for word in path.name.split("-"))


def find_run(state_dir: Path, name: str | None) -> RunFolder:
    """The run of that name, or whose name starts so and no other's does; None: the newest. Raises JournalError."""
    folders = list(run_folders(state_dir))
    if name is None:
        if not folders:
            raise JournalError(f"there are no runs in {state_dir}")
        return folders[0]
    fitting = [f for f in folders if f.id == name] or [f for f in folders if f.id.startswith(name)]
    if not fitting:
        raise JournalError(f"no run is called {name!r}; `cellwright runs` lists them")
    if len(fitting) > 1:
        names = [folder.id for folder in fitting[:MOST_NAMED]]
        more = f" and {len(fitting) - MOST_NAMED} more" if len(fitting) > MOST_NAMED else ""
        raise JournalError(f"the names of {len(fitting)} runs begin with {name!r}: {', '.join(names)}{more}; write more of it")
    return fitting[0]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A run of which nothing can be told but `why`."""

    run_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Runs:
    """All runs, newest first. One that cannot be read is passed over, not everything else with it."""

    summaries: tuple[RunSummary, ...]
    unreadable: tuple[Unreadable, ...]


def all_runs(state_dir: Path) -> Runs:
    found: list[RunSummary] = []
    unreadable: list[Unreadable] = []
    for folder in run_folders(state_dir):
        try:
            found.append(folder.summary())
        except JournalError as cause:
            unreadable.append(Unreadable(folder.id, str(cause)))
    return Runs(tuple(found), tuple(unreadable))


def _started(pid: int) -> str | None:
    """When the process was started, in a form that no later process of that number shares; None: it does not live."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _alive_without_proc(pid)
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in ("Z", "X") else fields[18]


def _alive_without_proc(pid: int) -> str | None:
    if Path("/proc/self").exists():
        return None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return "alive"
