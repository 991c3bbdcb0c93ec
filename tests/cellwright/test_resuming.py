"""What stands in the way of going on with a run, and what somebody is told of it before they agree."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cell.run import PackState
from cellwright import resuming
from cellwright.begun import Begun
from cellwright.in_service import InService
from cellwright.refusal import Refusal
from cellwright.resuming import Found, Left, left_run, looked_at
from controller.journal.folder import RunFolder
from controller.run_state import NOTHING_YET, HoldReason, RunState
from controller.runner import Resumption, Runner
from tests.controller.tending import spec, world

ANY = cast(Any, SimpleNamespace(progress=lambda *given: None, seed=0, without=(), is_continuous=False))


class ReadsOn(Exception):
    pass


@pytest.mark.parametrize("name", ["run-1-copy", "kept"])
def test_a_copy_of_a_run_is_not_gone_on_with(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each of the two would be, and what is left be done twice."""
    state = replace(NOTHING_YET, run="run-1", progress=replace(NOTHING_YET.progress, plan=cast(Any, "plan")))

    def reads_on(*given: object) -> None:
        raise ReadsOn

    monkeypatch.setattr(resuming, "_left_off", lambda folder: SimpleNamespace(state=state, opened="opened", planned_from=None))
    monkeypatch.setattr(resuming, "read_begun", lambda path: Begun(None, None, True))
    monkeypatch.setattr(resuming, "request_for", reads_on)
    found = left_run(RunFolder(tmp_path / name), ANY, ANY, ANY)
    assert [(d.code, "copy of run run-1" in d.message) for d in found.diagnostics] == [("R765", True)]
    with pytest.raises(ReadsOn):
        left_run(RunFolder(tmp_path / "run-1"), ANY, ANY, ANY)


@pytest.mark.parametrize(
    ("was", "now", "is_told"), [("Stopping", "Stopped", True), ("Aborting", "Aborting", True), ("Execute", "Held", False)]
)
def test_in_a_run_of_before_a_stop_that_was_under_way_ends_first_and_that_is_told(
    was: PackState, now: PackState, is_told: bool
) -> None:
    before = SimpleNamespace(before=SimpleNamespace(state=replace(NOTHING_YET, pack=was)))
    found = Found(cast(Left, before), ANY, ANY, replace(NOTHING_YET, pack=now))
    assert ("resume once more" in (found.held_because or "")) is is_told


@pytest.mark.parametrize("now", ["Stopping", "Aborting", "Holding", "Held"])
def test_of_a_stop_that_was_under_way_the_same_is_told_whether_it_has_ended_yet_or_not(now: PackState) -> None:
    """Else whoever has agreed while a robot came to rest would be asked once more."""
    before = SimpleNamespace(before=SimpleNamespace(state=replace(NOTHING_YET, pack="Stopping")))
    trouble = replace(NOTHING_YET.trouble, holds_then=now in ("Stopping", "Aborting"), hold=HoldReason("R786", "it was", ()))
    assert Found(cast(Left, before), ANY, ANY, replace(NOTHING_YET, pack=now, trouble=trouble)).held_because == "R786 it was"


def test_what_devices_have_done_and_the_record_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    begins = Resumption(NOTHING_YET, ANY, (), 0, 0)
    monkeypatch.setattr(resuming, "_in_clock", lambda *given: begins)
    monkeypatch.setattr(Runner, "look", lambda runner, before: NOTHING_YET)
    monkeypatch.setattr(resuming, "sent_beyond", lambda drivers, state: ("lathe", "run-1/1.s4"))
    left = cast(Left, SimpleNamespace(before=begins, off=SimpleNamespace(times="times"), spec=spec()))
    with pytest.raises(Refusal, match=r"R765 lathe knows of run-1/1\.s4, which this record never sent"):
        looked_at(left, InService(world(), None, frozenset()))


def test_what_was_told_to_one_look_is_not_lost_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so not to the run that goes on from the last one."""
    begins = Resumption(NOTHING_YET, ANY, (), 0, 0)
    polls = iter("ab")

    def look(runner: Runner, before: Resumption) -> RunState:
        runner.heard = (*before.heard, cast(Any, next(polls)))
        return NOTHING_YET

    monkeypatch.setattr(resuming, "_in_clock", lambda *given: begins)
    monkeypatch.setattr(Runner, "look", look)
    left = cast(Left, SimpleNamespace(before=begins, off=SimpleNamespace(times="times"), spec=spec()))
    drivers = InService(world(), None, frozenset())
    first = looked_at(left, drivers)
    assert looked_at(left, drivers, first).before.heard == (*first.before.heard, "b") == ("a", "b")
