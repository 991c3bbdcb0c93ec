"""The plan that was run last in a cell: of which runs it is, and that its texts are those of then."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import replace
from pathlib import Path

import pytest

from cell.codec import canonical
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id, write_plan
from cellwright.begun import Begun, write_begun
from cellwright.last_plan import FILE, LastPlan, last_plan, write_sources
from cellwright.plan_difference import difference
from cellwright.plan_inputs_difference import Sources
from cellwright.reading import read
from cellwright.start_file import FILE as START
from cellwright.start_file import VERSION, Start
from controller.journal.folder import RunFolder
from controller.journal.journal import plan_path
from tests.tui.operate.site import EXAMPLE, INTENT
from tests.tui.samples import PLAN

CELL = "/cells/a.cell"


def plan(number: int) -> MotionPlan:
    return with_plan_id(replace(PLAN, params=(("n", str(number)),)))


def ran(
    state: Path, name: str, what: MotionPlan, begun: Begun | None, folder: Path | None = None, is_manual: bool = False
) -> RunFolder:
    """A run's folder, as far as it is looked at."""
    path = state / "runs" / name
    path.mkdir(parents=True)
    (path / "journal.sqlite").touch()
    start = Start(VERSION, what.plan_id, str(folder or state), ".", INTENT, None, {}, 0, (), False, (), None, None, 1, is_manual)
    (path / START).write_text(canonical(start))
    plan_path(path, what.plan_id).write_text(write_plan(what))
    if begun is not None:
        write_begun(path, begun)
    return RunFolder(path)


def of(cell: str = CELL, is_simulated: bool = False) -> Begun:
    return Begun(None, None, is_simulated, (cell, "arm"))


def found(state: Path, is_simulated: bool = False) -> tuple[str, str] | None:
    last: LastPlan | None = last_plan(state, CELL, is_simulated)
    return None if last is None else (last.run_id, last.plan.plan_id)


def test_only_a_run_that_began_in_this_cell_and_on_such_devices_counts(tmp_path: Path) -> None:
    assert found(tmp_path) is None
    ran(tmp_path, "1", plan(1), of())
    ran(tmp_path, "2", plan(2), of(is_simulated=True))
    ran(tmp_path, "3", plan(3), of("/cells/b.cell"))
    ran(tmp_path, "4", plan(4), None)
    ran(tmp_path, "5", plan(5), of(), is_manual=True)
    assert found(tmp_path) == ("1", plan(1).plan_id)
    assert found(tmp_path, is_simulated=True) == ("2", plan(2).plan_id)


def test_it_is_the_newest_that_can_be_read(tmp_path: Path) -> None:
    for name in ("1", "2", "3"):
        ran(tmp_path, name, plan(int(name)), of())
    newest, *_ = sorted((tmp_path / "runs").iterdir(), reverse=True)
    assert found(tmp_path) == ("3", plan(3).plan_id)
    plan_path(newest, plan(3).plan_id).write_text("{")
    assert found(tmp_path) == ("2", plan(2).plan_id)


@pytest.mark.parametrize("mark", [b"", BOM_UTF8])
def test_a_line_that_was_changed_since_is_named_though_its_file_has_another_text_now(mark: bytes, tmp_path: Path) -> None:
    for name in (INTENT, "first_move.cell"):
        (tmp_path / name).write_bytes(mark + (EXAMPLE / name).read_bytes())
    before = made_from(tmp_path)
    folder = ran(tmp_path, "1", before, of(), tmp_path)
    write_sources(folder.path, read(INTENT, {}, folder=tmp_path).texts)
    changed = (tmp_path / INTENT).read_bytes().replace(b"to right", b"to left")
    (tmp_path / INTENT).write_bytes(changed)
    after, now = made_from(tmp_path), read(INTENT, {}, folder=tmp_path)
    last = last_plan(tmp_path, CELL, False)
    assert last is not None
    assert last.sources.cell is not None
    assert "to right" in last.sources.texts[INTENT]
    told = difference(last.plan, after, last.sources, Sources(now.texts, now.cell)).causes
    assert [(cause.kind, "right" in cause.was, "left" in cause.now) for cause in told] == [("intent", True, True)]


@pytest.mark.parametrize("kept", ["{", "[]", '{"a": 1}', None])
def test_without_its_texts_it_is_still_the_last(kept: str | None, tmp_path: Path) -> None:
    folder = ran(tmp_path, "1", plan(1), of(), tmp_path)
    if kept is not None:
        (folder.path / FILE).write_text(kept)
    last = last_plan(tmp_path, CELL, False)
    assert last is not None
    assert (dict(last.sources.texts), last.sources.cell) == ({}, None)


def made_from(folder: Path) -> MotionPlan:
    """A plan that says it was made from what stands there."""
    reading = read(INTENT, {}, folder=folder)
    assert reading.program is not None
    assert reading.cell is not None
    sources = tuple(sorted(dict(reading.program.sources).items()))
    return with_plan_id(replace(PLAN, sources=sources, cell_revision=reading.cell.revision))
