"""The process that checks a draft, or plans from it: `python -m tui.operate.editing.bench FOLDER`, the folder that of a run.

Law: it reads as the run's own files were read, and writes nothing but its answers. It is the last to be given a core: a run goes
on beside it.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from cell.motion_plan import MotionPlan
from cell.plan_file import LARGEST_TEXT, read_plan
from cellwright.at_hand import asked_and_answered, receive, send, unpickled
from cellwright.file_bytes import read_regular
from cellwright.not_covered import not_planned
from cellwright.reading import Reading, read
from cellwright.start_file import Start, read_start
from controller.journal.folder import RunFolder
from controller.journal.journal import plan_path
from tui.operate.editing.messages import Checked, Draft, Getting, Said, Tried

COMMAND: Final = ("-m", "tui.operate.editing.bench")
NICE: Final = 10


def main(words: list[str]) -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the terminal is the screens'
    requests, answers = asked_and_answered()
    os.nice(NICE)
    folder = RunFolder(Path(words[0]))
    start = read_start(folder).expect()
    with suppress(EOFError, BrokenPipeError):
        while True:
            draft = unpickled(receive(requests), Draft)
            assert isinstance(draft, Draft)
            _say(answers, _tried(folder, start, draft, answers) if draft.is_planned else _checked(start, draft))
    return 0


def _say(answers: IO[bytes], said: Said) -> None:
    send(answers, pickle.dumps(said))


def _reading(start: Start, text: str | None) -> Reading:
    """Raises OSError. `text` None: as the file is."""
    drafts = {} if text is None else {start.file: text}
    return read(start.file, start.settings, start.cell, folder=Path(start.working, start.folder), drafts=drafts)


def _checked(start: Start, draft: Draft) -> Checked:
    try:
        reading = _reading(start, draft.text)
        return Checked(draft.number, (*reading.diagnostics, *not_planned(reading, start.orders)))
    except OSError as cause:
        return Checked(draft.number, (), _said(cause))


def _tried(folder: RunFolder, start: Start, draft: Draft, answers: IO[bytes]) -> Tried:
    from cellwright.session import make_plan, release_plan, request_for
    from cellwright.workshop import open_workshop

    workshop = open_workshop(lambda stage, done, of: _say(answers, Getting(stage, done, of)), start.jobs)
    try:
        before = _begun_with(folder, start)
        reading = _reading(start, draft.text)
        asked = request_for(reading, workshop, start.seed, None, frozenset(start.without), start.orders, start.is_continuous)
        if asked.value is None:
            return Tried(draft.number, asked.diagnostics)
        made = make_plan(asked.value, workshop)
        if made.value is None:
            return Tried(draft.number, (*asked.diagnostics, *made.diagnostics))
        proved = release_plan(made.value, asked.value, workshop)
        if proved.value is None:
            return Tried(draft.number, (*asked.diagnostics, *proved.diagnostics))
        tried = Tried(draft.number, (*asked.diagnostics, *proved.diagnostics))
        return tried if before is None else _beside(tried, before, made.value, _reading(start, draft.before), reading)
    except OSError as cause:
        return Tried(draft.number, (), problem=_said(cause))


def _begun_with(folder: RunFolder, start: Start) -> MotionPlan | None:
    path = plan_path(folder.path, start.plan_id)
    return read_plan(read_regular(str(path), LARGEST_TEXT).content.decode("utf-8", "replace"), str(path)).value


def _beside(tried: Tried, before: MotionPlan, after: MotionPlan, was: Reading, now: Reading) -> Tried:
    from cellwright.plan_difference import difference
    from cellwright.plan_inputs_difference import Sources
    from cellwright.same_sources import same_cell, same_texts

    old, new = (Sources(same_texts(plan, r), same_cell(plan, r)) for plan, r in ((before, was), (after, now)))
    return replace(
        tried,
        difference=difference(before, after, old, new),
        makespan=after.tasks.bounds.makespan,
        makespan_before=before.tasks.bounds.makespan,
    )


def _said(cause: OSError) -> str:
    return f"{cause.filename}: {cause.strerror}" if cause.filename else str(cause)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
