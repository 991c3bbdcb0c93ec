"""The driver of examples/driver_template, as somebody who copies it wants it: it runs a cell and keeps the laws that it shows."""

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

import numpy as np
import pytest

from cell.commands import RequestPlan
from cell.device import (
    CommandChanged,
    CommandStatus,
    DeviceEvent,
    FaultCleared,
    FaultRaised,
    GripChanged,
    LinkChanged,
    StopKind,
    Trajectory,
)
from cell.devices import devices_of
from cell.diagnostic import Outcome
from cell.driver import Assembly, DriverSet, MotionDriver
from cell.driver_errors import Refusal, Refused
from cell.geometry import frozen
from cell.motion_plan import Phase, Segment
from cell.released_plan import ReleasedPlan
from cell.scenario import Scenario
from cell.standard_verbs import STANDARD
from cell.state import PlanningRequest
from cell_drivers.conformance import Bench, examine
from cell_drivers.conformance.built_in import built_in
from cellwright.reading import read
from cellwright.running import run_spec
from controller.rehearsal import rehearse
from planner.proof.release import release
from tests.planner.proof.gantry import VERSIONS, planned, request


@pytest.fixture(scope="module")
def template(repository: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository / "examples/driver_template"))
        yield importlib.import_module("dry_driver")


def test_what_stays_of_a_copy_needs_nothing_that_is_thrown_away(repository: Path) -> None:
    folder = repository / "examples/driver_template/dry_driver"
    yours = {"__init__", "dry_arm", "dry_works"}
    for file in folder.glob("*.py"):
        named = {node.module or "" for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)}
        assert file.stem in yours or not named & {f"dry_driver.{name}" for name in yours}, file.name


def whole(asked: PlanningRequest) -> Assembly:
    return Assembly(asked.cell, asked.robots, Scenario(), frozenset(devices_of(asked.cell)))


@pytest.fixture
def drivers(template: ModuleType) -> DriverSet:
    asked = request()
    found: DriverSet = template.driver(whole(asked))
    found.open()
    found.motion["g1"].activate("on")
    pass_time(found, 0.2)
    found.poll()
    return found


class Dry(Protocol):
    """A DryArm, in place of whose calls a test may put others."""

    scaling: float
    fault: str
    run: Callable[..., None]
    stop: Callable[[StopKind], None]
    scale: Callable[[float], None]
    samples: Callable[[], list[Any]]


class DryRobot(MotionDriver, Protocol):
    arm: Dry
    now: Callable[[], int]


def g1(drivers: DriverSet) -> DryRobot:
    return cast(DryRobot, drivers.motion["g1"])


def to(drivers: DriverSet, x: float) -> Trajectory:
    here = drivers.motion["g1"].state().q
    there = here + np.array([x, 0.0, 0.0, 0.0])
    phases = (Phase(1.0, 1.0), Phase(2.0, -1.0), Phase(1.0, 1.0))
    return Trajectory("m", ("x", "y", "z", "turn"), (Segment(frozen(np.stack([here, there])), 2.0),), phases)


def pass_time(drivers: DriverSet, seconds: float) -> None:
    assert drivers.virtual is not None
    drivers.virtual.advance_to(drivers.virtual.now() + round(1e9 * seconds))


class NoPlanner:
    """A run that goes well asks for no second plan."""

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        raise AssertionError(request.reason)


def test_it_runs_a_cell_to_its_end(template: ModuleType) -> None:
    """It drives no stations, so the cell has no gauge."""
    asked = request('use "gantry.cell"\nprocess shaft at lathe using OP10\nmove shaft to outfeed\n')
    equipment = {name: thing for name, thing in asked.cell.equipment.items() if name != "gauge"}
    asked = replace(asked, cell=replace(asked.cell, equipment=equipment))
    plan = release(planned(asked).plan, asked, versions=VERSIONS).expect()
    drivers = template.driver(whole(asked))
    summary = rehearse(run_spec("dry", asked), plan, drivers, NoPlanner()).summary
    assert (summary.state, summary.goals_met, summary.goals_total) == ("Complete", 2, 2), summary.held_because


def test_a_motion_is_prepared_started_once_and_done_when_its_time_is_over(drivers: DriverSet) -> None:
    robot = g1(drivers)
    trajectory = to(drivers, 0.3)
    prepared = robot.prepare("c1", trajectory)
    assert robot.prepare("c1", trajectory) == prepared
    robot.start(prepared)
    robot.start(prepared)
    pass_time(drivers, prepared.duration + 0.02)
    assert robot.state().q[0] == pytest.approx(trajectory.segments[0].control[1][0])
    assert robot.status("c1") == CommandStatus("done", 2.0)
    states = [e.status.state for e in drivers.poll() if isinstance(e, CommandChanged)]
    assert states == ["queued", "running", "done"]


def test_a_stop_drops_what_runs_and_a_motion_from_elsewhere_is_refused(drivers: DriverSet) -> None:
    robot = g1(drivers)
    elsewhere = to(drivers, 0.3)
    robot.start(robot.prepare("c1", elsewhere))
    pass_time(drivers, 1.0)
    robot.stop("hold")
    robot.stop("hold")
    pass_time(drivers, 60.0)
    assert robot.status("c1").state == "aborted"
    here = robot.state().q
    moved = Trajectory("m", elsewhere.joints, (Segment(frozen(elsewhere.segments[0].control + 0.5), 2.0),), elsewhere.phases)
    with pytest.raises(Refused) as refused:
        robot.prepare("c2", moved)
    assert refused.value.code is Refusal.START_DIFFERS
    assert robot.status("c2").state == "not seen"
    assert np.array_equal(robot.state().q, here)


def test_a_stop_that_another_thread_sends_ahead_of_the_motion_counts(drivers: DriverSet) -> None:
    robot = g1(drivers)
    here, run = robot.state().q, robot.arm.run

    def overtaken(*given: Any) -> None:
        robot.stop("hold")
        run(*given)

    robot.arm.run = overtaken
    robot.start(robot.prepare("c1", to(drivers, 0.3)))
    pass_time(drivers, 10.0)
    assert robot.status("c1").state == "aborted"
    assert np.array_equal(robot.state().q, here)


def test_a_link_that_is_lost_is_told_once_and_so_is_its_return(template: ModuleType) -> None:
    found = template.driver(built_in("dry"))
    found.open()
    cuts = (found.motion["gantry"].arm, found.machines["lathe"].works)

    def told() -> list[tuple[str, bool]]:
        news = list[tuple[str, bool]]()
        for _ in range(8):
            pass_time(found, 0.1)
            links = [event for event in found.poll() if isinstance(event, LinkChanged)]
            assert all(event.is_up or event.why.startswith("it has said nothing for 0.") for event in links)
            news += [(event.device, event.is_up) for event in links]
        return sorted(news)

    assert told() == []
    for link in cuts:
        link.is_cut = True
    assert told() == [("gantry", False), ("lathe", False)]
    for link in cuts:
        link.is_cut = False
    assert told() == [("gantry", True), ("lathe", True)]
    assert found.motion["gantry"].status("nobody's").state == "not seen"


def test_the_stop_that_is_said_again_behind_the_motion_is_the_one_that_was_asked_for(drivers: DriverSet) -> None:
    """A robot that has nothing to stop yet may let a `power` stop by as any other."""
    robot, said = g1(drivers), list[str]()
    run = robot.arm.run

    def overtaken(*given: Any) -> None:
        robot.stop("hold")
        robot.stop("power")
        said.clear()
        run(*given)

    robot.arm.run, robot.arm.stop = overtaken, said.append
    robot.start(robot.prepare("c1", to(drivers, 0.3)))
    assert said == ["hold", "power"]


@pytest.mark.parametrize(
    ("asked", "told", "state"),
    [(1 / 3, 0.33, "done"), (1 / 3, 0.35, "running"), (0.004, 0.0, "running"), (0.0, 0.01, "running"), (0.0, 0.0, "done")],
)
def test_a_robot_that_knows_whole_percents_is_scaled_when_it_tells_the_nearest(
    drivers: DriverSet, asked: float, told: float, state: str
) -> None:
    robot = g1(drivers)
    robot.arm.scale = lambda scaling: setattr(robot.arm, "scaling", told)
    robot.scale_speed("slower", asked)
    pass_time(drivers, 0.1)
    assert robot.status("slower").state == state


def test_what_a_stop_drops_while_its_points_are_reckoned_is_not_sent(drivers: DriverSet, monkeypatch: pytest.MonkeyPatch) -> None:
    robot = g1(drivers)
    module, sent = importlib.import_module("dry_driver.robot"), list[str]()
    reckoned, robot.arm.run = module.combined, lambda *given: sent.append(given[0])
    prepared = robot.prepare("c1", to(drivers, 0.3))

    def overtaken(*given: Any) -> Any:
        robot.stop("hold")
        return reckoned(*given)

    monkeypatch.setattr(module, "combined", overtaken)
    with pytest.raises(Refused) as refused:
        robot.start(prepared)
    assert (refused.value.code, robot.status("c1").state, sent) == (Refusal.NOT_PREPARED, "aborted", [])


def test_a_stop_goes_out_whatever_a_look_at_the_robot_comes_to(drivers: DriverSet) -> None:
    """Another thread may be in the middle of one, and the robot may be saying what nobody understands."""
    robot = g1(drivers)
    robot.prepare("c1", to(drivers, 0.3))
    sent, honest = list[str](), robot.arm.samples
    robot.arm.stop, robot.arm.samples = sent.append, lambda: [][0]
    robot.stop("quick")
    robot.arm.samples = honest
    assert (sent, robot.status("c1").state) == (["quick"], "aborted")


def test_a_robot_that_leaves_its_path_is_told_beside_its_setpoint_and_one_at_rest_is_not(drivers: DriverSet) -> None:
    """Where the setpoint were what is measured nothing would ever be seen beside it (R714)."""
    robot = g1(drivers)
    way, honest = to(drivers, 0.3), robot.arm.samples
    start, end = way.segments[0].control[:, 0]
    prepared = robot.prepare("c1", way)
    robot.start(prepared)
    robot.arm.samples = lambda: [replace(sample, q=sample.q + 0.2) for sample in honest()]
    pass_time(drivers, 0.5 * prepared.duration)
    seen = robot.state()
    assert seen.q - seen.setpoint == pytest.approx(0.2, abs=1e-3)
    assert start < seen.setpoint[0] < end
    (block,) = robot.readback()
    assert block.q - block.setpoint == pytest.approx(0.2, abs=1e-3)
    pass_time(drivers, prepared.duration)
    assert np.array_equal(robot.state().setpoint, robot.state().q)


def late(drivers: DriverSet, samples: Callable[[], list[Any]]) -> Callable[[], list[Any]]:
    """As an Arm tells it that stamps what it reads."""
    robot = g1(drivers)
    return lambda: [replace(sample, received=robot.now()) for sample in samples()]


@pytest.mark.parametrize("seconds", [1.0, 12.0])
def test_what_a_line_has_held_back_is_told_with_the_time_at_which_it_was_so(drivers: DriverSet, seconds: float) -> None:
    robot = g1(drivers)
    honest, held = robot.arm.samples, list[Any]()
    robot.state()
    pass_time(drivers, seconds)
    held += honest()
    robot.arm.samples = late(drivers, lambda: [held.pop(0)] if held else honest())
    ages = []
    while held:
        seen = robot.state()
        assert seen.received == pytest.approx(seen.device_time, abs=2e6 * seconds), "ns"
        ages.append(seen.received)
    assert len(ages) > 100
    pass_time(drivers, 0.1)
    assert robot.state().received > ages[-1]


def test_a_robot_whose_clock_has_stood_still_is_old_for_ten_seconds_and_then_believed(drivers: DriverSet) -> None:
    robot = g1(drivers)
    honest, gone = robot.arm.samples, 5_000_000_000
    robot.arm.samples = lambda: honest() and []
    pass_time(drivers, 5.0)
    robot.state()
    back = lambda: [replace(sample, device_time=sample.device_time - gone) for sample in honest()]  # noqa: E731
    robot.arm.samples = late(drivers, back)

    def age_after(seconds: float) -> float:
        for _ in range(round(seconds / 0.1)):
            pass_time(drivers, 0.1)
            robot.poll()
        return (robot.now() - robot.state().received) / 1e9

    assert age_after(4.5) == pytest.approx(5.0, abs=0.2), "that is as old as it may be"
    assert age_after(6.0) < 0.2


def test_a_setpoint_that_the_robot_tells_is_the_one_that_counts_and_has_to_be_finite(drivers: DriverSet) -> None:
    robot = g1(drivers)
    honest, told = robot.arm.samples, np.full(4, 0.7)
    robot.arm.samples = lambda: [replace(sample, setpoint=told) for sample in honest()]
    pass_time(drivers, 0.1)
    assert robot.state().setpoint == pytest.approx(told)
    told = np.full(4, np.nan)
    pass_time(drivers, 1.0)
    assert robot.state().setpoint == pytest.approx(0.7), "no sample: the state grows old"


def test_a_fault_is_told_refuses_whatever_moves_and_goes_when_an_operator_has_seen_to_it(drivers: DriverSet) -> None:
    robot = g1(drivers)
    way = to(drivers, 0.3)
    robot.arm.fault = "protective stop"
    pass_time(drivers, 0.1)
    assert [(event.fault, event.device) for event in drivers.poll() if isinstance(event, FaultRaised)] == [
        ("protective stop", "g1")
    ]
    assert (robot.state().faults, robot.state().mode) == (("protective stop",), "fault")
    for asked in (lambda: robot.prepare("c1", way), lambda: robot.activate("again")):
        with pytest.raises(Refused, match="protective stop") as refused:
            asked()
        assert refused.value.code is Refusal.ALARM
    robot.acknowledge("another", "ann")
    pass_time(drivers, 0.1)
    assert [event for event in drivers.poll() if isinstance(event, FaultCleared)] == []
    robot.acknowledge("protective stop", "ann")
    pass_time(drivers, 0.1)
    assert [event.fault for event in drivers.poll() if isinstance(event, FaultCleared)] == ["protective stop"]
    robot.prepare("c1", way)


def test_a_fault_that_follows_another_is_told_behind_its_end(drivers: DriverSet) -> None:
    """It has one state: who hears of the second knows that the first is over."""
    arm, told = g1(drivers).arm, list[DeviceEvent]()
    for fault in ("emergency stop", "protective stop"):
        arm.fault = fault
        pass_time(drivers, 0.1)
        told += drivers.poll()
    assert [(type(event), event.fault) for event in told if isinstance(event, FaultRaised | FaultCleared)] == [
        (FaultRaised, "emergency stop"),
        (FaultCleared, "emergency stop"),
        (FaultRaised, "protective stop"),
    ]


def test_the_same_id_for_something_else_is_refused(drivers: DriverSet) -> None:
    drivers.grippers["grip"].grip("c1", "a", None, 60.0)
    drivers.grippers["grip"].grip("c1", "a", None, 60.0)
    with pytest.raises(Refused) as refused:
        drivers.grippers["grip"].release("c1", "a")
    assert refused.value.code is Refusal.ID_REUSED


def test_a_hand_tells_that_it_holds_before_the_grip_is_done(drivers: DriverSet) -> None:
    drivers.grippers["grip"].grip("c1", "a", None, 60.0)
    pass_time(drivers, 5.0)
    assert [type(event) for event in drivers.poll()] == [CommandChanged, GripChanged, CommandChanged]
    assert drivers.grippers["grip"].state("a").grip == "held"


@pytest.mark.parametrize("ahead_of", ["reading", "begin"])
def test_a_stop_that_another_thread_sends_ahead_of_a_program_counts(template: ModuleType, ahead_of: str) -> None:
    found = template.driver(built_in("dry"))
    found.open()
    lathe = found.machines["lathe"]
    lathe.set_clamp("clamp", True)
    pass_time(found, 2.0)
    honest = getattr(lathe.works, ahead_of)

    def overtaken(*given: Any) -> Any:
        lathe.stop()
        return honest(*given)

    setattr(lathe.works, ahead_of, overtaken)
    lathe.program("c1", next(iter(lathe.works.durations)))
    setattr(lathe.works, ahead_of, honest)
    pass_time(found, 0.1)
    assert (lathe.state().running, lathe.status("c1").state) == (False, "aborted")


def test_a_silent_detector_says_occupied(drivers: DriverSet) -> None:
    assert drivers.people.is_occupied("anywhere", 0)


def test_it_keeps_every_law_of_the_kit(template: ModuleType) -> None:
    statement = examine(template.bench(built_in("dry")))
    assert [(f.law.name, f.device, f.seen) for f in statement.of("failed")] == []
    assert statement.conforms
    needs_hands = {finding.seen.split(" make ")[0] for finding in statement.of("not tested")}
    assert needs_hands == {
        "it stands in its pocket, where nothing is known of its jaws", "the bench cannot",
        "the bench cannot cut the link to grip", "the bench cannot cut the link to spare",
    }  # fmt: skip


def test_its_leak_tester_keeps_every_law_of_the_kit(template: ModuleType, repository: Path) -> None:
    words, tester = importlib.import_module("leak_words"), importlib.import_module("leak_tester")
    file = repository / "examples/driver_template/leak_testing/leak_test.cell"
    cell = read(str(file), {}, vocabulary=words.words(STANDARD)).cell
    assert cell is not None
    statement = examine(Bench(tester.driver, Assembly(cell, {}, Scenario(), frozenset({"bath"}))))
    assert [(f.law.name, f.device, f.seen) for f in statement.of("failed")] == []
    assert "an-outcome-is-told-before-done" in {finding.law.name for finding in statement.of("passed")}
