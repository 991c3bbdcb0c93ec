"""A run of real devices is not gone on with behind another one that has worked in its cell, or with a device of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from cell.commands import Subject
from cell.events import RunOpened
from cellwright.begun import Begun, read_begun, write_begun
from cellwright.following import followed_by
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder, new_run
from controller.run_state import NOTHING_YET
from tests.controller.tending import spec

CELL, ROBOT = "/cells/bay.cell", "192.0.2.7:30004 (driver ur)"
REAL = Begun(None, None, False, (CELL, ROBOT))
FIRST, SECOND = "20261129-070000", "20261129-071500"


def opened(run: str, revision: str) -> RunOpened:
    given = spec(run_id=run)
    return RunOpened(0, Subject(run), "2026-11-29T07:00:00Z", "", "real", revision, given.context, given.state)


def began(state_dir: Path, run: str, begun: Begun, revision: str = "one") -> RunFolder:
    folder = new_run(state_dir, run)
    write_begun(folder.path, begun)
    journal = DiskJournal(folder.path, run)
    journal.append((opened(run, revision),), NOTHING_YET, is_durable=True)
    journal.close()
    return folder


@pytest.mark.parametrize(
    ("since", "revision", "is_told"),
    [
        (REAL, "one", True),
        (REAL, "two", True),
        (replace(REAL, drives=("/cells/copy.cell", ROBOT)), "two", True),
        (replace(REAL, drives=()), "one", True),
        (replace(REAL, drives=("/cells/other.cell", "192.0.2.8:30004 (driver ur)")), "two", False),
        (replace(REAL, is_simulated=True), "one", False),
    ],
    ids=["the same", "its file changed and put back", "another file for its robot", "of before", "another cell", "simulated"],
)
def test_a_later_run_in_its_cell_or_with_a_device_of_it_is_found(
    since: Begun, revision: str, is_told: bool, tmp_path: Path
) -> None:
    first = began(tmp_path, FIRST, REAL)
    later = began(tmp_path, SECOND, since, revision)
    found = followed_by(first, REAL, opened(FIRST, "one"))
    assert (None if found is None else found.id) == (later.id if is_told else None)
    assert followed_by(later, since, opened(SECOND, revision)) is None, "an earlier one has not followed it"


def test_what_a_run_of_before_has_left_is_read(tmp_path: Path) -> None:
    (tmp_path / "begun.json").write_text('{"type":"Begun","world":null,"record":null,"is_simulated":false}')
    assert read_begun(tmp_path) == Begun(None, None, False)


def test_how_fast_the_time_of_simulated_devices_goes_is_kept(tmp_path: Path) -> None:
    begun = Begun(None, None, True, (CELL,), 0.5)
    write_begun(tmp_path, begun)
    assert read_begun(tmp_path) == begun
