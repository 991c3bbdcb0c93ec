"""A journal that was put back from before: devices know of commands that it never sent. The run's own journal has all of them,
whenever its controller was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Literal

import pytest

from cell.command_book import LEAST_REMEMBERED, NOT_SEEN
from cell.device import CommandStatus, Prepared
from cell.driver import DriverSet
from cell.events import Asked, HoldRaised
from cell_drivers.simulated import SimulatedCell
from cell_drivers.simulated.robot_face import RobotFace
from controller import inquiry
from controller.inquiry import UNSAID, sent_beyond
from controller.journal.replay import fold
from controller.plan_index import device_of
from tests.crash.crashing import STOPS, End, Point, faults, killed_at, ran, resumed, undisturbed
from tests.crash.killing import WHENS, Cord, Kept, Killed, When
from tests.crash.mute import mute
from tests.crash.stories import Tending

STORY = Tending()


@cache
def plain() -> End:
    return undisturbed(STORY)


def left_at(share: float, when: When) -> tuple[SimulatedCell, Kept]:
    return killed_at(STORY, Point(round(share * plain().writes), when))


def told_of(world: SimulatedCell, journal: Kept, without: int = 0) -> tuple[str, str] | None:
    """By a record that lacks its last writes."""
    rows = journal.rows[: len(journal.rows) - without]
    return sent_beyond(world, fold([event for row in rows for event in row]))


@pytest.mark.parametrize("when", WHENS)
def test_a_record_that_lacks_what_was_done_since_is_seen_and_a_whole_one_is_right(when: When) -> None:
    for share in (0.3, 0.7):
        world, journal = left_at(share, when)
        assert told_of(world, journal) is None, share
        assert told_of(world, journal, without=8) is not None, share


def powered(world: SimulatedCell, run: str, commands: int, number: int) -> None:
    next(iter(world.motion.values())).activate(f"{run}/activate.{commands + 3}")


def opened(world: SimulatedCell, run: str, commands: int, number: int) -> None:
    next(iter(world.machines.values())).set_door(f"{run}/{number + 1}.s7", True)


@pytest.mark.parametrize("meanwhile", [powered, opened])
def test_who_has_gone_on_meanwhile_is_seen_by_the_power_that_he_gave_and_by_his_plan(
    meanwhile: Callable[[SimulatedCell, str, int, int], None],
) -> None:
    world, journal = left_at(0.5, "after its effect")
    state = fold(journal.events)
    meanwhile(world, state.run, state.trouble.commands, state.progress.number)
    assert sent_beyond(world, state) is not None


def test_where_no_device_can_tell_nothing_is_seen() -> None:
    world, journal = left_at(0.5, "after its effect")
    mute(*world.drivers)(world)
    assert told_of(world, journal, without=8) is None


def test_who_does_not_answer_is_not_waited_for_once_for_each_command(monkeypatch: pytest.MonkeyPatch) -> None:
    world, journal = left_at(0.5, "after its effect")
    asked = Counter[str]()

    def unanswered(drivers: DriverSet, name: str, command: str) -> CommandStatus:
        asked[name] += 1
        return CommandStatus("unknown")

    monkeypatch.setattr(inquiry, "_known", unanswered)
    assert told_of(world, journal, without=8) is None
    assert max(asked.values()) == UNSAID
    assert set(asked) >= {*world.motion, *world.machines}


@pytest.mark.parametrize("unanswered", [UNSAID - 1, UNSAID])
def test_who_does_not_answer_at_once_is_asked_again(monkeypatch: pytest.MonkeyPatch, unanswered: int) -> None:
    world, journal = left_at(0.5, "after its effect")
    asked = Counter[str]()

    def late(drivers: DriverSet, name: str, command: str) -> CommandStatus:
        asked[name] += 1
        return CommandStatus("unknown" if asked[name] <= unanswered else "done")

    monkeypatch.setattr(inquiry, "_known", late)
    assert (told_of(world, journal) is not None) is (unanswered < UNSAID)


@pytest.mark.parametrize("state", ["queued", "aborted"])
def test_a_robot_that_was_told_a_way_and_not_to_go_knows_of_nothing_that_was_done(
    monkeypatch: pytest.MonkeyPatch, state: Literal["queued", "aborted"]
) -> None:
    """Whoever went on with the run told it again, under the same id; or stopped it first."""
    world, journal = left_at(0.5, "after its effect")
    left = fold(journal.events)
    monkeypatch.setattr(inquiry, "_next_plan", lambda drivers, state: ())
    monkeypatch.setattr(inquiry, "_next_activations", lambda drivers, state: ())
    monkeypatch.setattr(inquiry, "_status", lambda device, command: CommandStatus(state))
    found = sent_beyond(world, left)
    assert found is not None
    assert found[0] not in world.motion


@pytest.mark.parametrize("state", ["running", "done", "aborted"])
def test_power_that_a_robot_was_given_beyond_the_record_is_of_somebody_whatever_became_of_it(
    monkeypatch: pytest.MonkeyPatch, state: Literal["running", "done", "aborted"]
) -> None:
    world, journal = left_at(0.5, "after its effect")
    monkeypatch.setattr(inquiry, "_next_steps", lambda state: ())
    monkeypatch.setattr(inquiry, "_next_plan", lambda drivers, state: ())
    monkeypatch.setattr(inquiry, "_status", lambda device, command: CommandStatus(state))
    found = sent_beyond(world, fold(journal.events))
    assert found is not None
    assert found[0] in world.motion


@pytest.mark.parametrize("most", [3, LEAST_REMEMBERED])
def test_each_device_is_asked_for_as_many_of_its_next_steps_as_it_has_to_know_of(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    world, journal = left_at(0.3, "after its effect")
    state, (robot,), asked = fold(journal.events), world.motion, list[str]()
    number, plan = f"{state.run}/{state.progress.number}.", state.progress.plan
    assert plan is not None
    ahead = [step for step in plan.steps.values() if step.id not in state.progress.status and device_of(step.action) == robot]
    assert 3 < len(ahead) < LEAST_REMEMBERED

    def not_seen(drivers: DriverSet, name: str, command: str) -> CommandStatus:
        asked.extend([command] if name == robot and command.startswith(number) else [])
        return NOT_SEEN

    monkeypatch.setattr(inquiry, "LEAST_REMEMBERED", most)
    monkeypatch.setattr(inquiry, "_known", not_seen)
    assert sent_beyond(world, state) is None
    assert asked == [f"{number}{step.id}" for step in ahead[:most]]


@pytest.mark.parametrize("how", STOPS)
def test_a_run_goes_on_whose_robot_was_told_a_way_and_then_to_stop(monkeypatch: pytest.MonkeyPatch, how: Asked) -> None:
    """Its controller was killed between the two; whoever went on with the run has stopped it before anything moved."""
    world, journal = told_and_not_to_go(monkeypatch, 4)
    (robot,), told = world.motion, fold(journal.events)
    (command,) = (command for command, flight in told.progress.flights.items() if flight.device == robot)
    kept = {STORY.plan.motion_plan.plan_id: STORY.plan}
    resumed(STORY, world, journal, Cord(), kept, stops_at=(1, how))
    assert world.motion[robot].status(command).state == "aborted"
    assert sent_beyond(world, fold(journal.events)) is None
    state, _ = resumed(STORY, world, journal, Cord(), kept)
    assert list(faults(End(tuple(journal.events), state, world.record(), 0), plain())) == []
    assert [event.code for event in journal.events if isinstance(event, HoldRaised)] == ["R760", "R786"]


def told_and_not_to_go(monkeypatch: pytest.MonkeyPatch, number: int) -> tuple[SimulatedCell, Kept]:
    """At the motion of that number."""
    goes, begun, cord = RobotFace.start, count(1), Cord()

    def start(robot: RobotFace, prepared: Prepared) -> None:
        if next(begun) == number:
            cord.is_cut = True
            raise Killed
        goes(robot, prepared)

    world = STORY.world()
    with monkeypatch.context() as patched:
        patched.setattr(RobotFace, "start", start)
        _, journal, _ = ran(STORY, world, cord, {})
    return world, journal
