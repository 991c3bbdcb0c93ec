"""A run that its controller has left, taken up by another one: the lock of the run first, so that no two go on with it."""

from __future__ import annotations

from cell.diagnostic import Diagnostic
from cellwright.cell_lock import Holder, take
from cellwright.folders import state_folder
from cellwright.one_controller import alive, run_key, waits
from cellwright.service import NotReached, Run, resume_run
from controller.attached.messages import Role, Welcome
from controller.journal.folder import RunFolder

GREETED_WITHIN = 60.0  # s


def taken_up(folder: RunFolder, jobs: int | None = None, role: Role = "engineer") -> Run | Diagnostic:
    """Its new controller looks at the devices and waits for a confirmation; or why there is none. Raises OSError."""
    lock = take(state_folder(), (run_key(folder),), folder.id)
    if isinstance(lock, Holder):
        return alive(folder) or waits(folder, lock)
    if (lives := alive(folder)) is not None:
        lock.release()
        return lives
    return resume_run(folder, lock, jobs, role)


def taken_up_and_greeted(folder: RunFolder, role: Role, after: int) -> Run:
    """The same, once the controller has said who it is; `after` is of no use before it has looked. Raises NotReached, OSError."""
    run = taken_up(folder, role=role)
    if isinstance(run, Diagnostic):
        raise NotReached(f"{run.code} {run.message}")
    for message in run.client.messages(GREETED_WITHIN):
        if isinstance(message, Welcome):
            run.welcome = message
            return run
        if message is None:
            break
    word = run.client.last_word
    run.leave()
    raise NotReached(f"{word.code} {word.reason}".strip() if word is not None else "the new controller does not answer")
