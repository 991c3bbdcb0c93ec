"""Records a run of the state folder: `python -m tests.journals RUN NAME`. It must replay, and then for ever."""

from __future__ import annotations

import argparse
import sys

from cellwright.folders import state_folder
from controller.journal.folder import find_run
from controller.journal.journal import JournalError
from controller.journal.replay import ReplayDiffers, verified
from tests.journals.packing import ENDING, FOLDER, packed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.journals", description="Records a run that must replay for ever.")
    parser.add_argument("run", help="its name, or the beginning of it")
    parser.add_argument("name", help="what the recording is called: the story that it tells, in words with hyphens")
    arguments = parser.parse_args()
    try:
        run = find_run(state_folder(), arguments.run)
        events = run.events()
        state = verified(events)
    except (JournalError, ReplayDiffers) as cause:
        sys.stderr.write(f"{cause.code}: {cause}\n")
        return 1
    path = FOLDER / f"{arguments.name}{ENDING}"
    path.write_bytes(packed(run))
    sys.stdout.write(f"{path.name}: {len(events)} events, {state.pack}, {path.stat().st_size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
