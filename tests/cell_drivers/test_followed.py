"""A tool of the simulated world on a robot that another driver moves: it closes where that robot is, and where nobody knows that
it decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pytest

from cell.device import CommandChanged, CommandStatus, DeviceEvent, FaultCleared, FaultRaised, Measured, RobotState
from cell.devices import devices_of
from cell.driver import Assembly, Follower
from cell.driver_errors import Refusal, Refused, Stale
from cell.geometry import Array, frozen
from cell.model import CellModel
from cell.scenario import Disturbance, GripLost, Scenario
from cell.world_record import Fallen, HeldBy, RestsIn
from cell_drivers.composed import ComposedSet, Share
from cell_drivers.conformance.built_in import built_in
from cell_drivers.simulated import SimulatedCell
from cell_drivers.simulated.face import LOST
from cell_drivers.simulated.followed import MAX_AGE
from cell_drivers.simulated.timeline import nanoseconds
from tests.cell_drivers.gantry import HOME, gantry_cell, gantry_model, over, straight

ROBOT = frozenset({"g1"})
STEP = nanoseconds(0.02)
UP = np.array([0.0, 0.0, 0.3, 0.0])
PART = "shaft#1"


E = TypeVar("E", bound=DeviceEvent)


@dataclass
class Foreign:
    """The gantry cell: its robot in a world of its own, as another driver's, and the rest in the world under test. Both clocks go
    together, and everything is polled every 20 ms, as in service. `is_cut`: the robot's driver tells nothing new."""

    disturbances: tuple[Disturbance, ...] = ()
    cell: CellModel = field(default_factory=gantry_cell)
    is_cut: bool = False
    events: list[DeviceEvent] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        rest = frozenset(devices_of(self.cell)) - ROBOT
        self.robots = SimulatedCell(Assembly(self.cell, {"g1": gantry_model()}, Scenario(), ROBOT))
        scenario = Scenario(0, self.disturbances)
        self.world = SimulatedCell(Assembly(self.cell, {"g1": gantry_model()}, scenario, rest))
        self.whole = ComposedSet(self.cell, (Share("world", rest, self.world), Share("robots", ROBOT, self.robots)))
        self.whole.open()
        self.robot, self.grip, self.lathe = (self.whole.motion["g1"], self.whole.grippers["grip"], self.whole.machines["lathe"])
        self.robot.activate(self.id())
        self.wait(0.2)

    def id(self) -> str:
        self.count += 1
        return f"c{self.count}"

    def wait(self, seconds: float) -> None:
        self.until(lambda: False, seconds)

    def until(self, claim: Callable[[], bool], longest: float = 60.0) -> bool:
        for _ in range(round(longest * 1e9 / STEP)):
            if claim():
                return True
            if not self.is_cut:
                self.robots.advance_to(self.robots.now() + STEP)
            self.world.advance_to(self.world.now() + STEP)
            self.events += self.whole.poll()
            if not self.is_cut and self.robots.now() < self.world.now():
                self.robots.advance_to(self.world.now())
        return claim()

    def ended(self, device: object, command: str) -> CommandStatus:
        assert self.until(lambda: device.status(command).is_final)  # type: ignore[attr-defined]
        found: CommandStatus = device.status(command)  # type: ignore[attr-defined]
        return found

    def move(self, q: Array) -> str:
        command = self.id()
        self.robot.start(self.robot.prepare(command, straight(self.robot.state().q, q)))
        assert self.ended(self.robot, command).state == "done"
        self.wait(0.1)
        return command

    def close(self) -> str:
        command = self.id()
        self.grip.grip(command, "a", None, 60.0)
        return command

    def open(self) -> str:
        command = self.id()
        self.grip.release(command, "a")
        return command

    def picked(self) -> None:
        self.move(over("infeed[1]"))
        assert self.ended(self.grip, self.close()).state == "done"
        assert self.where() == HeldBy("grip.a")

    def cut(self) -> None:
        """And long enough ago for the robot to be lost."""
        self.is_cut = True
        self.wait(0.6)

    def where(self) -> object:
        return next(part.where for part in self.world.record().parts if part.id == PART)

    @property
    def hand(self) -> object:
        return self.grip.state("a").grip

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def violations(self) -> list[str]:
        return [found.text for found in self.world.record().violations]


def test_a_part_is_carried_by_a_robot_that_another_driver_moves() -> None:
    foreign = Foreign()
    foreign.picked()
    way = foreign.move(over("infeed[1]") + UP)
    foreign.move(over("outfeed[2]") + UP)
    foreign.move(over("outfeed[2]"))
    assert foreign.ended(foreign.grip, foreign.open()).state == "done"
    assert foreign.where() == RestsIn("outfeed[2]")
    record = foreign.world.record()
    assert record.violations == ()
    assert [(effect.device, effect.part) for effect in record.of("gripped")] == [("grip", PART)]
    of_way = [effect.what for effect in record.effects if effect.command == way]
    assert of_way == ["motion started", "motion ended"]
    assert list(foreign.world.motion) == []


def test_it_closes_on_nothing_where_the_robot_is_not_at_a_part() -> None:
    foreign = Foreign()
    foreign.move(over("infeed[1]") + np.array([0.0, 0.004, 0.0, 0.0]))
    assert foreign.ended(foreign.grip, foreign.close()).state == "done"
    assert foreign.hand == "empty"
    assert foreign.where() == RestsIn("infeed[1]")


def test_where_the_robot_was_never_seen_nothing_is_gripped() -> None:
    foreign = Foreign()
    alone = SimulatedCell(Assembly(foreign.cell, {"g1": gantry_model()}, Scenario(), frozenset({"grip"})))
    alone.open()
    with pytest.raises(Stale, match="nobody tells where g1 is"):
        alone.grippers["grip"].grip("c", "a", None, 60.0)
    assert alone.grippers["grip"].status("c").state == "not seen"
    assert alone.grippers["grip"].state("a").grip == "open"  # of its jaws all is known
    alone.grippers["grip"].release("d", "a")  # and they are open
    assert alone.grippers["grip"].status("d").state == "done"


def test_a_robot_that_is_lost_before_the_jaws_have_closed_aborts_the_grip_with_a_fault() -> None:
    foreign = Foreign()
    foreign.move(over("infeed[1]"))
    foreign.is_cut = True
    foreign.wait(0.3)
    command = foreign.close()
    assert foreign.ended(foreign.grip, command) == CommandStatus("aborted", None, LOST)
    (fault,) = foreign.of(FaultRaised)
    assert (fault.device, fault.fault, fault.text) == ("grip", LOST, "nobody tells where g1 is")
    assert foreign.grip.state("a").faults == (LOST,)
    assert foreign.hand is None
    assert foreign.where() == RestsIn("infeed[1]")
    foreign.grip.acknowledge(LOST, "anna")  # its cause is not gone
    foreign.wait(0.1)
    assert foreign.of(FaultCleared) == []
    with pytest.raises(Stale):
        foreign.close()


def test_after_the_robot_is_seen_again_an_operator_acknowledges_and_the_part_is_gripped() -> None:
    foreign = Foreign()
    foreign.move(over("infeed[1]"))
    foreign.is_cut = True
    foreign.wait(0.3)
    foreign.ended(foreign.grip, foreign.close())
    foreign.is_cut = False
    foreign.wait(0.1)
    with pytest.raises(Refused) as refused:
        foreign.close()
    assert refused.value.code is Refusal.ALARM
    foreign.grip.acknowledge(LOST, "anna")
    foreign.grip.acknowledge(LOST, "anna")
    foreign.wait(0.1)
    assert [event.device for event in foreign.of(FaultCleared)] == ["grip"]
    assert foreign.grip.state("a").faults == ()
    assert foreign.ended(foreign.grip, foreign.close()).state == "done"
    assert (foreign.hand, foreign.where()) == ("held", HeldBy("grip.a"))


def test_a_part_stays_in_the_hand_of_a_robot_that_is_lost() -> None:
    foreign = Foreign()
    foreign.picked()
    foreign.move(over("infeed[1]") + UP)
    foreign.cut()
    with pytest.raises(Stale):
        foreign.open()
    foreign.wait(5.0)
    assert (foreign.hand, foreign.where(), foreign.world.record().violations) == ("held", HeldBy("grip.a"), ())


def test_a_robot_that_is_lost_while_the_jaws_open_keeps_its_part() -> None:
    foreign = Foreign()
    foreign.picked()
    foreign.is_cut = True
    foreign.wait(0.3)
    assert foreign.ended(foreign.grip, foreign.open()) == CommandStatus("aborted", None, LOST)
    assert (foreign.hand, foreign.where()) == ("held", HeldBy("grip.a"))


def test_what_is_to_fall_on_the_way_falls_where_the_robot_then_is() -> None:
    foreign = Foreign((GripLost("grip", 1, "on the way"),))
    foreign.picked()
    foreign.move(over("infeed[1]") + 3.0 * UP)
    where = foreign.where()
    assert isinstance(where, Fallen)
    assert where.why == "lost on the way"
    assert 0.1 < where.xyz[2] < 1.0
    assert foreign.hand == "empty"


def test_what_is_to_fall_does_not_fall_where_nobody_knows() -> None:
    foreign = Foreign((GripLost("grip", 1, "on the way"),))
    foreign.picked()
    foreign.is_cut = True
    foreign.wait(0.4)
    foreign.world.follow(replace(foreign.robot.state(), received=foreign.world.now() - nanoseconds(0.3), command="late"))
    foreign.wait(3.0)
    assert foreign.where() == HeldBy("grip.a")
    assert foreign.world.record().of("fell") == ()
    foreign.is_cut = False
    foreign.wait(0.1)
    foreign.move(over("infeed[1]") + UP)
    assert isinstance(foreign.where(), Fallen)


def test_jaws_that_move_while_the_robot_does_are_a_violation() -> None:
    foreign = Foreign()
    foreign.robot.start(foreign.robot.prepare("away", straight(foreign.robot.state().q, over("infeed[1]") + UP)))
    foreign.wait(0.2)
    foreign.ended(foreign.grip, foreign.close())
    assert [found.text for found in foreign.world.record().violations] == ["hand a closes while the robot moves"]


INSIDE = frozen((1.0, 0.0, 0.3, 0.0))


@pytest.mark.parametrize(
    ("at", "is_cut", "told"),
    [
        (frozen(HOME), False, []),
        (INSIDE, False, ["the door closes on g1"]),
        (frozen(HOME), True, ["the door closes while nobody knows where g1 is"]),
        (INSIDE, True, ["the door closes while nobody knows where g1 is"]),
    ],
)
def test_a_door_knows_where_the_robot_is_or_that_nobody_does(at: Array, is_cut: bool, told: list[str]) -> None:
    foreign = Foreign()
    foreign.lathe.set_door("open", True)
    foreign.ended(foreign.lathe, "open")
    if at is INSIDE:
        foreign.move(at)
    if is_cut:
        foreign.cut()
    foreign.lathe.set_door("close", False)
    assert foreign.ended(foreign.lathe, "close").state == "done"
    assert [found.text for found in foreign.world.record().violations] == told


def test_a_robot_that_goes_in_behind_a_closed_door_is_a_violation() -> None:
    foreign = Foreign()
    there, back = foreign.move(INSIDE), foreign.move(frozen(HOME))
    told = "g1 is inside inside_lathe while the door of lathe is closed"
    violations = foreign.world.record().violations
    assert [(found.device, found.command, found.text) for found in violations] == [("g1", there, told), ("g1", back, told)]


def test_a_clamp_does_not_say_what_it_holds_where_a_part_may_be() -> None:
    foreign = Foreign()
    foreign.picked()
    foreign.cut()
    foreign.lathe.set_clamp("clamp", True)
    assert foreign.ended(foreign.lathe, "clamp") == CommandStatus("aborted", None, LOST)
    assert foreign.lathe.state().clamp is None
    foreign.is_cut = False
    foreign.wait(0.1)
    foreign.lathe.set_clamp("again", True)
    assert foreign.ended(foreign.lathe, "again").state == "done"
    assert foreign.lathe.state().clamp == "closed"


def test_a_station_is_not_calibrated_where_a_part_may_be() -> None:
    cell = gantry_cell()
    gauge = cell.equipment["gauge"]
    offers = (*gauge.offers, replace(gauge.offers[0], verb="calibrate"))
    foreign = Foreign(cell=replace(cell, equipment={**cell.equipment, "gauge": replace(gauge, offers=offers)}))
    foreign.cut()
    foreign.whole.stations["gauge"].treat("empty-handed", "calibrate")
    foreign.ended(foreign.whole.stations["gauge"], "empty-handed")
    foreign.is_cut = False
    foreign.wait(0.1)
    foreign.picked()
    foreign.cut()
    with pytest.raises(Stale):
        foreign.whole.stations["gauge"].treat("c", "calibrate")


def changed(state: RobotState, **other: object) -> RobotState:
    return replace(state, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "no_sighting",
    [
        lambda state: changed(state, received=state.received + 1, q=state.q * float("nan")),
        lambda state: changed(state, received=state.received + 1, q=state.q + 0.5, qd=state.qd + float("inf")),
        lambda state: changed(state, received=state.received + 1, q=state.q[:3] + 0.5),
        lambda state: changed(state, received=state.received - 1, q=state.q + 0.5),
        lambda state: changed(state, received=state.received + 2 * MAX_AGE, q=state.q + 0.5),
        lambda state: changed(state, received=state.received + 1, device="nobody", q=state.q + 0.5),
    ],
)
def test_what_cannot_be_is_no_sighting(no_sighting: Callable[[RobotState], RobotState]) -> None:
    foreign = Foreign()
    foreign.move(over("infeed[1]"))
    foreign.is_cut = True
    state = replace(foreign.robot.state(), received=foreign.world.now())
    foreign.world.follow(state)
    foreign.world.follow(no_sighting(state))
    assert foreign.ended(foreign.grip, foreign.close()).state == "done"
    assert foreign.hand == "held"
    foreign.wait(1.0)
    with pytest.raises(Stale):  # nor was anything of it kept for later
        foreign.open()


def test_what_happens_before_a_sighting_happens_where_the_robot_was_before() -> None:
    """A process that was not let run for a while reads all that has come before it lets its time pass."""
    foreign = Foreign()
    foreign.move(over("infeed[1]"))
    foreign.is_cut = True
    command, state = foreign.close(), foreign.robot.state()
    closes = foreign.world.now() + nanoseconds(foreign.world.grippers["grip"]._grip_time)
    for later in (closes - 1, closes + 1):
        q = state.q if later < closes else state.q + 0.1
        foreign.world.follow(replace(state, received=later, q=frozen(q)))
    foreign.world.advance_to(closes + STEP)
    assert foreign.grip.status(command).state == "done"
    assert foreign.hand == "held"


def test_a_coupling_moves_only_where_its_robot_is_known() -> None:
    assembly = built_in("sim")
    rest = assembly.devices - {"gantry"}
    world = SimulatedCell(replace(assembly, devices=rest))
    world.open()
    coupling, state = world.couplings["gantry"], SimulatedCell(assembly).motion["gantry"].state()
    with pytest.raises(Stale):
        coupling.uncouple("before", "grip")
    world.follow(state)
    world.advance_to(STEP)
    coupling.uncouple("c", "grip")
    world.advance_to(nanoseconds(10.0))
    assert coupling.status("c") == CommandStatus("aborted", None, LOST)
    assert coupling.state().tool == "grip"
    assert world.record().violations == ()
    assert world.record().mounts["grip"] == "gantry"


class Seen:
    """Drivers as another process has them: what was seen last is there at once. Each poll sees what is `coming`."""

    def __init__(self, inner: SimulatedCell) -> None:
        self.inner = inner
        self.robots_seen: tuple[RobotState, ...] = ()
        self.coming: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def poll(self) -> tuple[DeviceEvent, ...]:
        if self.coming:
            self.robots_seen = (replace(self.inner.motion["g1"].state(), received=self.coming.pop(0)),)
        return ()


class Hearing(SimulatedCell):
    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self.followed_to: list[tuple[RobotState, int]] = []
        self.polls = 0

    def follow(self, state: RobotState) -> None:
        self.followed_to.append((state, self.polls))

    def poll(self) -> tuple[DeviceEvent, ...]:
        self.polls += 1
        return super().poll()


def test_who_follows_is_told_each_new_state_once_before_it_is_polled_and_nobody_is_asked() -> None:
    cell = gantry_cell()
    rest = frozenset(devices_of(cell)) - ROBOT
    robots = Seen(SimulatedCell(Assembly(cell, {"g1": gantry_model()}, Scenario(), ROBOT)))
    world = Hearing(Assembly(cell, {"g1": gantry_model()}, Scenario(), rest))
    assert isinstance(world, Follower)
    assert (world.follows, robots.inner.follows) == (ROBOT, frozenset())
    whole = ComposedSet(cell, (Share("world", rest, world), Share("robots", ROBOT, robots)))  # type: ignore[arg-type]
    whole.poll()
    assert world.followed_to == []
    robots.coming = [7, 7, 8]
    for _ in range(4):
        whole.poll()
    assert [(heard.received, polls) for heard, polls in world.followed_to] == [(7, 1), (8, 3)]


def test_events_say_first_what_is_lost_and_then_that_the_command_has_ended() -> None:
    foreign = Foreign()
    foreign.is_cut = True
    foreign.wait(0.3)
    command = foreign.close()
    foreign.ended(foreign.grip, command)
    told = [event for event in foreign.events if isinstance(event, FaultRaised | CommandChanged) and event.device == "grip"]
    assert isinstance(told[-2], FaultRaised)
    assert isinstance(told[-1], CommandChanged)


def test_a_motion_that_is_seen_before_its_command_is_one_motion() -> None:
    foreign = Foreign()
    foreign.is_cut = True
    state, world = foreign.robot.state(), foreign.world
    for speed, command in ((0.2, None), (0.3, "c"), (0.2, "c"), (0.1, None), (0.0, None), (0.3, "d"), (0.3, "e"), (0.0, None)):
        world.advance_to(world.now() + STEP)
        world.follow(replace(state, received=world.now(), qd=np.full(4, speed), command=command))
    told = [(effect.what, effect.command) for effect in world.record().effects if effect.device == "g1"]
    assert told == [
        ("motion started", ""), ("motion ended", "c"), ("motion started", "d"), ("motion ended", "d"), ("motion started", "e"),
        ("motion ended", "e"),
    ]  # fmt: skip


def test_a_fastener_is_driven_only_where_its_robot_is_known() -> None:
    cell = gantry_cell()
    driver = replace(cell.tools["grip"], drives=("shaft",))
    foreign = Foreign(cell=replace(cell, tools={"grip": driver}))
    foreign.picked()
    foreign.is_cut = True
    foreign.grip.drive("c", "a", 2.0)
    assert foreign.ended(foreign.grip, "c") == CommandStatus("aborted", None, LOST)
    assert (foreign.hand, foreign.where()) == ("held", HeldBy("grip.a"))
    assert foreign.of(Measured) == []
    with pytest.raises(Stale):
        foreign.grip.drive("d", "a", 2.0)
    assert foreign.grip.status("d").state == "not seen"
