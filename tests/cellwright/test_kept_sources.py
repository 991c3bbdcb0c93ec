"""The texts that a plan was made from: told as they were, also where their files were edited in place, and never as others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cellwright.kept_sources import keep_sources, sources_of
from cellwright.plan_difference import difference
from cellwright.plan_inputs_difference import THE_CELL, Cause
from cellwright.reading import read
from tests.tui.operate.site import EXAMPLE, INTENT
from tests.tui.samples import PLAN

CELL = "first_move.cell"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in (INTENT, CELL):
        (folder / name).write_bytes((EXAMPLE / name).read_bytes())
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def planned(project: Path, keeps: bool = True) -> MotionPlan:
    """A plan that says it was made from what stands there, its texts kept as `plan` keeps them."""
    reading = read(INTENT, {}, folder=project)
    assert reading.program is not None
    assert reading.cell is not None
    plan = with_plan_id(replace(PLAN, sources=reading.program.sources, cell_revision=reading.cell.revision))
    if keeps:
        keep_sources(plan, reading.texts, project.parent / "cache")
    return plan


def causes(project: Path, before: MotionPlan, after: MotionPlan) -> tuple[Cause, ...]:
    old, new = (sources_of(plan, project, project.parent / "cache") for plan in (before, after))
    return difference(before, after, old, new).causes


def entries(project: Path) -> list[Path]:
    return [path for path in (project.parent / "cache").rglob("*") if path.is_file()]


def test_a_line_that_was_edited_in_place_is_named(project: Path) -> None:
    before = planned(project)
    edit(project / INTENT, "to right", "to left")
    (cause,) = causes(project, before, planned(project))
    assert (cause.kind, cause.subject) == ("intent", f"{INTENT}:4")
    assert (cause.was, cause.now, cause.untold) == ("move block to right", "move block to left", ())


def test_a_fact_of_the_cell_that_was_edited_in_place_is_named(project: Path) -> None:
    before = planned(project)
    edit(project / CELL, "max_speed 1000 mm/s", "max_speed 700 mm/s")
    (cause,) = causes(project, before, planned(project))
    assert (cause.kind, cause.subject, cause.was, cause.now) == ("cell", "arm: max_speed", "1000 mm/s", "700 mm/s")


def test_it_is_named_too_where_both_have_been_edited_since_and_the_cell_cannot_be_read_now(project: Path) -> None:
    before = planned(project)
    edit(project / CELL, "max_speed 1000 mm/s", "max_speed 700 mm/s")
    edit(project / INTENT, "to right", "to left")
    after = planned(project)
    (project / INTENT).write_text("{")
    (project / CELL).unlink()
    assert [cause.subject for cause in causes(project, before, after)] == [f"{INTENT}:4", "arm: max_speed"]


def test_a_file_that_begins_with_a_mark_is_kept_too(project: Path) -> None:
    (project / INTENT).write_bytes(b"\xef\xbb\xbf" + (project / INTENT).read_bytes())
    before = planned(project)
    edit(project / INTENT, "to right", "to left")
    assert [cause.subject for cause in causes(project, before, planned(project))] == [f"{INTENT}:4"]


def emptied(entry: Path) -> None:
    entry.unlink()


def flipped(entry: Path) -> None:
    entry.write_bytes(entry.read_bytes()[:-1] + b" ")


def cut_short(entry: Path) -> None:
    entry.write_bytes(entry.read_bytes()[:40])


def a_folder(entry: Path) -> None:
    entry.unlink()
    entry.mkdir()


@pytest.mark.parametrize("damage", [emptied, flipped, cut_short, a_folder])
def test_without_what_was_kept_it_is_said_why_no_line_and_no_fact_is_named(damage: Callable[[Path], None], project: Path) -> None:
    before = planned(project)
    (entry,) = entries(project)
    damage(entry)
    edit(project / INTENT, "to right", "to left")
    edit(project / CELL, "max_speed 1000 mm/s", "max_speed 700 mm/s")
    line, fact = causes(project, before, planned(project, keeps=False))
    assert (line.subject, fact.subject) == (INTENT, THE_CELL)
    for cause, name in ((line, INTENT), (fact, CELL)):
        (why,) = cause.untold
        assert why.startswith(f"{name} has been edited since, and its text of then is not kept here")


def test_what_stands_there_unchanged_is_told_without_what_was_kept(project: Path) -> None:
    plan = planned(project, keeps=False)
    (project / INTENT).unlink()
    found = sources_of(plan, project, project.parent / "cache")
    assert (set(found.texts), set(found.untold)) == ({CELL}, {INTENT})
    assert found.untold[INTENT][0].startswith(f"{INTENT} is not there now, and ")
    assert found.cell is not None


def test_a_text_of_another_plan_is_not_taken_for_this_ones(project: Path) -> None:
    plan = planned(project, keeps=False)
    keep_sources(plan, {name: "other" for name, _ in plan.sources}, project.parent / "cache")
    for name in (INTENT, CELL):
        (project / name).unlink()
    found = sources_of(plan, project, project.parent / "cache")
    assert (dict(found.texts), found.cell) == ({}, None)


@pytest.mark.parametrize("name", ["../../x", "", "ab", "a" * 5000, "\0"])
def test_a_plan_may_call_itself_and_its_sources_anything(name: str, project: Path) -> None:
    plan = replace(planned(project), plan_id=name, sources=((f"{name}.intent", "0" * 64), (f"{name}.cell", "0" * 64)))
    found = sources_of(plan, project, project.parent / "cache")
    assert (dict(found.texts), found.cell) == ({}, None)


def test_a_cell_that_is_read_otherwise_here_is_told_as_that(project: Path) -> None:
    found = sources_of(replace(planned(project), cell_revision="of other words"), project, project.parent / "cache")
    assert found.cell is None
    assert "its files are what they were" in found.untold[THE_CELL][0]
