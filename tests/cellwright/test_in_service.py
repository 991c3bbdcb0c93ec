"""Drivers in service, each in a process of its own: which runs have them, and a run that loses one and goes on."""

import os
import queue
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from cell.commands import RequestPlan
from cell.diagnostic import Outcome, Position, Span
from cell.driven_by import DrivenBy
from cell.events import CommandSent, Event, HoldRaised, LinkReported, PlanReleased, StateChanged, StepUnknown
from cell.released_plan import ReleasedPlan
from cell.run import RunSummary
from cell.scenario import Scenario
from cell.state import PlanningRequest
from cell_drivers.hosted import HostedSet
from cell_drivers.simulated.record_file import executions, read_record
from cellwright.cell_lock import CellLock, device_keys, holder, take
from cellwright.in_service import FASTEST, InService, drivers_in_service
from cellwright.running import run_spec
from controller.clock import RealClock
from controller.journal.folder import RunFolder, new_run
from controller.service import Message, post, read_message, serve
from planner.proof.release import release
from tests.cell_drivers.hosted.hosting import BOUNDS
from tests.cell_drivers.test_registry import plant
from tests.planner.proof.gantry import VERSIONS, planned, request

pytestmark = pytest.mark.xdist_group("hosted")
SPAN = Span("gantry.cell", Position(1, 1), Position(1, 1))
ONE_MOVE = 'use "gantry.cell"\nmove shaft to outfeed\n'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plant(tmp_path, "wrong", "wrong = tests.cell_drivers.hosted.misbehaving:driver")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def driven_by(asked: PlanningRequest, driver: str, address: str | None = None) -> PlanningRequest:
    robots = {"g1": replace(asked.cell.robots["g1"], driver=driver)}
    by = {"g1": DrivenBy(driver, address, asked.cell.robots["g1"].span)}
    return replace(asked, cell=replace(asked.cell, robots=robots, driven_by=by))


def in_service(asked: PlanningRequest, folder: Path, speed: float | None = None) -> InService:
    return drivers_in_service(asked, Scenario(), speed, folder, BOUNDS).expect()


@pytest.mark.parametrize("speed", [None, 2.0 * FASTEST])
def test_simulated_time_that_runs_as_fast_as_it_can_stays_in_one_process(speed: float | None, tmp_path: Path) -> None:
    found = in_service(request(), tmp_path, speed)
    assert (found.clock, found.is_simulated, found.record) == (None, True, None)
    assert found.drivers.virtual is not None


def test_a_simulated_world_at_the_speed_of_the_clock_has_a_process_and_a_record_of_its_own(tmp_path: Path) -> None:
    found = in_service(request(), tmp_path, 1.0)
    assert isinstance(found.drivers, HostedSet)
    assert (found.drivers.virtual, found.is_simulated) == (None, True)
    assert isinstance(found.clock, RealClock)
    assert found.record is not None
    found.drivers.close()
    assert len(list(read_record(found.record))) == 1


@pytest.mark.slow
def test_a_driver_that_does_not_come_up_is_told_with_its_place(site: Path) -> None:
    asked = driven_by(request(), "wrong", "raises when made")
    (found,) = drivers_in_service(asked, Scenario(), 1.0, site, BOUNDS).diagnostics
    assert (found.code, found.help) == ("E295", "no such address")
    assert found.spans
    (found,) = drivers_in_service(driven_by(request(), "wrong", "ends when made"), Scenario(), 1.0, site, BOUNDS).diagnostics
    assert found.code == "E288"
    assert "exit code 7" in found.help


class Served:
    """A run on the gantry in a thread: what it says is waited for."""

    def __init__(self, asked: PlanningRequest, made: InService, folder: RunFolder) -> None:
        self._inbox, self._outbox = queue.SimpleQueue[str](), queue.SimpleQueue[str]()
        plan = release(planned(asked).plan, asked, versions=VERSIONS).expect()
        self.events: list[Event] = []
        self.summary: RunSummary | None = None

        def control() -> None:
            spec, planner = run_spec("served", asked), Again(asked)
            serve(spec, plan, made.drivers, planner, folder, self._inbox, self._outbox, clock=made.clock)

        self._thread = Thread(target=control, daemon=True)
        self._thread.start()

    def until(self, wanted: Callable[[Message], bool], patience: float = 60.0) -> None:
        until = time.monotonic() + patience
        while (left := until - time.monotonic()) > 0.0:
            message = read_message(self._outbox.get(timeout=left))
            if isinstance(message, RunSummary):
                self.summary = message
            else:
                self.events.append(message)
            if wanted(message):
                return
        raise AssertionError(f"not within {patience:g} s: {self.events[-3:]}")

    def ask(self, what: str) -> None:
        post(self._inbox, what)  # type: ignore[arg-type]

    def end(self) -> RunSummary:
        self.until(lambda message: isinstance(message, RunSummary) and message.state in ("Complete", "Stopped"))
        self._thread.join()
        assert self.summary is not None
        return self.summary

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [event for event in self.events if isinstance(event, kind)]


class Again:
    """Plans as the first time, from what is observed."""

    def __init__(self, asked: PlanningRequest) -> None:
        self._asked = asked

    def replan(self, wanted: RequestPlan) -> Outcome[ReleasedPlan]:
        asked = replace(self._asked, state=wanted.state)
        return release(planned(asked).plan, asked, versions=VERSIONS)


@pytest.mark.slow
def test_a_run_in_service_comes_to_its_end_and_the_world_says_the_same(tmp_path: Path) -> None:
    asked = request(ONE_MOVE)
    made = in_service(asked, tmp_path, FASTEST)
    run = Served(asked, made, new_run(tmp_path / "runs", "served"))
    summary = run.end()
    assert (summary.state, summary.goals_met) == ("Complete", 1), summary.held_because
    assert made.record is not None
    begun = executions(read_record(made.record))
    sent = {event.command.id for event in run.of(CommandSent)}
    assert set(begun.values()) == {1}
    assert set(begun) <= sent


def test_a_driver_that_dies_on_its_way_holds_the_run_and_a_resume_brings_it_to_its_end(site: Path) -> None:
    asked = driven_by(request(ONE_MOVE), "wrong", f"dies on its first way {site / 'mark'}")
    made = in_service(asked, site, FASTEST)
    folder = new_run(site / "runs", "served")
    run = Served(asked, made, folder)
    run.until(lambda message: isinstance(message, HoldRaised))
    (held,) = run.of(HoldRaised)
    assert held.code == "R740"
    assert held.text == "g1: driver wrong: its process has ended: exit code 3"
    run.until(lambda message: isinstance(message, StateChanged) and message.after == "Held")
    assert run.of(StepUnknown)
    run.ask("resume")
    summary = run.end()
    assert summary.state == "Complete", summary.held_because
    sent = [event.command.id for event in run.of(CommandSent)]
    assert len(sent) == len(set(sent))
    assert any(not link.is_up for link in run.of(LinkReported))
    assert any(isinstance(event, LinkReported) and event.is_up for event in folder.events())
    assert len(run.of(PlanReleased)) == 2


@pytest.mark.slow
def test_a_drivers_process_holds_its_devices_as_long_as_it_is_there(site: Path) -> None:
    asked = driven_by(request(), "wrong", "is real")
    keys = device_keys("wrong", {"g1": "is real"}, asked.cell)
    lock = take(site, keys, "run-1")
    assert isinstance(lock, CellLock)
    made = drivers_in_service(asked, Scenario(), None, site, BOUNDS, lock).expect()
    for descriptor in lock.descriptors:
        os.close(descriptor)  # as when the controller is killed
    assert holder(site, keys) is not None
    assert isinstance(made.drivers, HostedSet)
    made.drivers.line.end()
    again = take(site, keys, "run-2", patience=60.0)
    assert isinstance(again, CellLock)
    again.release()


@pytest.mark.slow
def test_a_speed_is_refused_beside_real_devices_and_simulated_ones_keep_step_with_the_clock(site: Path) -> None:
    asked = driven_by(request(), "wrong", "is real")
    (found,) = drivers_in_service(asked, Scenario(), 2.0, site, BOUNDS).diagnostics
    assert found.code == "E289"
    others = {name: DrivenBy("sim", None, SPAN) for name in ("grip", "lathe", "gauge")}
    mixed = replace(asked, cell=replace(asked.cell, driven_by={**asked.cell.driven_by, **others}))
    made = in_service(mixed, site)
    assert (made.is_simulated, made.drivers.virtual) == (False, None)
    assert "g1" in made.real
    assert not made.real & others.keys()
    assert set(made.drivers.motion) == {"g1"}
    assert set(made.drivers.grippers) == {"grip"}
    made.drivers.close()
