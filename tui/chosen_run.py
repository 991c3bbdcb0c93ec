"""Which run is meant: the named one, or the newest that can be read; what is passed over is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from controller.journal.folder import RunFolder, find_run, run_folders
from controller.journal.journal import JournalError
from tui.speech import printable, say

T = TypeVar("T")


def chosen(state_dir: Path, name: str | None, read: Callable[[RunFolder], T]) -> T:
    """What `read` makes of the run. Raises JournalError where it can make nothing of it, or of any."""
    if name is not None:
        return read(find_run(state_dir, name))
    folders = list(run_folders(state_dir))
    for folder in folders:
        try:
            return read(folder)
        except JournalError as cause:
            say(printable(f"passed over run {folder.id}: {cause}"))
    raise JournalError(f"there are no runs in {state_dir}{' that can be read' if folders else ''}")


def living(name: str | None) -> RunFolder:
    """The run of that name, or the newest whose controller lives. Raises JournalError where there is none."""
    from cellwright.folders import state_folder

    if name is not None:
        return find_run(state_folder(), name)
    found = next((folder for folder in run_folders(state_folder()) if folder.pid() is not None), None)
    if found is None:
        waits = next((one for folder in run_folders(state_folder()) if (one := _awaited(folder))), None)
        raise JournalError(waits or _none_goes_on(next(run_folders(state_folder()), None)))
    return found


def controlled(name: str | None) -> RunFolder:
    """The same, to watch it or ask it something: not before it is confirmed, where somebody is about to go on with it."""
    folder = living(name)
    if (waits := _awaited(folder)) is not None:
        raise JournalError(waits)
    return folder


def _none_goes_on(newest: RunFolder | None) -> str:
    if newest is None or newest.kept() is not None:
        return "no run goes on; `cellwright runs` lists those on record"
    from cellwright.begun import read_begun

    begun = read_begun(newest.path)
    is_left = begun is not None and begun.is_left_behind
    then = "`cellwright resume` goes on with it" if is_left else "it cannot be gone on with"
    return f"no run goes on: the controller of run {newest.id}, the newest, is gone; {then}"


def _awaited(folder: RunFolder) -> str | None:
    from cellwright.one_controller import awaited

    waits = awaited(folder)
    return None if waits is None else f"{waits.message}; {waits.help}"
