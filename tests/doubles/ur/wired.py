"""Our driver and the double on wires that exist in memory only, in one time that tests let pass: no socket, no thread, no clock.

A wire is what TCP is: bytes arrive in order and unchanged, whole or in pieces, late or not any more. It can be cut (both ends are
told), be dead (nobody is told), held (nobody is told, and what is on its way comes later), and let through only so many bytes a
period.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from cell.device import CommandStatus, DeviceEvent, Trajectory
from cell.geometry import Array, frozen
from cell.motion_plan import Phase, Segment
from cell.robot import RobotModel
from cell_drivers.ur.connection import Channel
from cell_drivers.ur.identity import JOINTS
from cell_drivers.ur.robot import UrRobot
from tests.doubles.ur.controller import RUNNING, Controller
from tests.doubles.ur.faces import DashboardFace, RtdeFace, ScriptFace

SECOND = 1_000_000_000
HOME = np.radians([180.0, -110.0, 110.0, -90.0, -90.0, 0.0])
CHANNELS: tuple[Channel, ...] = ("rtde", "dashboard", "script")


@dataclass(slots=True)
class Wire:
    """One direction. `delay` periods; `share` bytes a period, None for all that is due."""

    delay: int = 0
    share: int | None = None
    is_dead: bool = False
    is_held: bool = False
    _way: list[tuple[int, bytes]] = field(default_factory=list)

    def put(self, data: bytes, now: int) -> None:
        if data and not self.is_dead:
            self._way.append((now + self.delay, data))

    def take(self, now: int) -> bytes:
        if self.is_held:
            return b""
        due = b"".join(data for when, data in self._way if when <= now)
        self._way = [(when, data) for when, data in self._way if when > now]
        if self.share is not None and len(due) > self.share:
            self._way.insert(0, (now, due[self.share :]))
            due = due[: self.share]
        return b"" if self.is_dead else due


class Wired:
    """A robot and its controller. `on_step` is called every period, before anything is carried."""

    def __init__(self, model: RobotModel, controller: Controller | None = None) -> None:
        self.model = model
        self.controller = controller if controller is not None else Controller(model, HOME)
        self.now = 0
        self.events: list[DeviceEvent] = []
        self.on_step: Callable[[Wired], None] = lambda wired: None
        self.accepts = True
        self.polls = True
        self.tamper: Callable[[Channel, bytes], bytes] = lambda channel, data: data
        self.clients: list[RtdeFace] = []
        self.up = {channel: Wire() for channel in CHANNELS}
        self.down = {channel: Wire() for channel in CHANNELS}
        self._faces: dict[Channel, RtdeFace | DashboardFace | ScriptFace] = {}
        self._count = 0
        self.robot = UrRobot("arm", model, lambda: self.now)
        self.robot.open()

    def renew(self) -> UrRobot:
        """A driver that knows nothing, as after a restart of our process."""
        self._hang_up()
        self.robot = UrRobot("arm", self.model, lambda: self.now)
        return self.robot

    # --- time ---

    def step(self) -> None:
        c = self.controller
        self.now += round(c.period * SECOND)
        self.on_step(self)
        c.step()
        if not self._faces and self.accepts and self.robot.connection.wants_sockets(self.now):
            self.connect()
        self._carry()
        if self._faces and self.robot.connection.stage not in ("greeting", "up"):
            self._hang_up()
        if c.tick % 5 == 0:
            self.robot.tick()
            if self.polls:
                self.events += self.robot.poll()

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / self.controller.period)):
            self.step()

    def until(self, holds: Callable[[], bool], longest: float = 20.0) -> None:
        for _ in range(round(longest / self.controller.period)):
            if holds():
                return
            self.step()
        raise AssertionError(f"not within {longest} s: {self.robot.connection.stage} {self.robot.connection.why}")

    # --- wires ---

    def connect(self) -> None:
        c = self.controller
        self._faces = {"rtde": RtdeFace(c, self.clients), "dashboard": DashboardFace(c), "script": ScriptFace(c)}
        for channel in CHANNELS:
            self.up[channel]._way.clear()
            self.down[channel]._way.clear()
        self.robot.connected()
        self.down["dashboard"].put(DashboardFace.hello, c.tick)
        self.down["script"].put(ScriptFace.hello, c.tick)

    def cut(self, why: str = "the connection was reset", arrives: float | None = None) -> None:
        """Both ends are told. `arrives` s later what was on its way to the controller still gets there."""
        late = [(channel, self.up[channel], self._faces[channel]) for channel in CHANNELS if self._faces]
        self._hang_up()
        self.robot.lost(why)
        if arrives is not None:
            self.wait(arrives)
            for _, wire, face in late:
                face.received(b"".join(data for _, data in wire._way))

    def _hang_up(self) -> None:
        rtde = self._faces.get("rtde")
        if isinstance(rtde, RtdeFace):
            rtde.close()
        self._faces = {}

    def _carry(self) -> None:
        tick = self.controller.tick
        for channel, data in self.robot.outgoing():
            self.up[channel].put(data, tick)
        for channel, face in tuple(self._faces.items()):
            self.down[channel].put(face.received(self.up[channel].take(tick)), tick)
            if not isinstance(face, DashboardFace):
                self.down[channel].put(face.stepped(), tick)
            if data := self.down[channel].take(tick):
                self.robot.received(channel, self.tamper(channel, data))

    # --- what a test asks ---

    def id(self) -> str:
        self._count += 1
        return f"c{self._count}"

    def bring_up(self) -> None:
        """Connected, powered, brakes released."""
        self.until(lambda: self.robot.connection.is_up)
        if self.controller.mode != RUNNING:
            self.finish(self._called(self.robot.activate))

    def _called(self, call: Callable[[str], None]) -> str:
        command = self.id()
        call(command)
        return command

    def begin(self, change: Array, command: str | None = None, slowly: float = 1.0) -> str:
        """Sends a motion by `change` (6,) rad."""
        named = command or self.id()
        trajectory = straight(self.model, self.controller.q, self.controller.q + change, slowly)
        self.robot.start(self.robot.prepare(named, trajectory))
        return named

    def finish(self, command: str, longest: float = 30.0) -> CommandStatus:
        self.until(lambda: self.robot.status(command).is_final, longest)
        return self.robot.status(command)

    def worst_step(self) -> float:
        """The largest setpoint step of any joint, as a share of its velocity limit times the period."""
        if not self.controller.steps:
            return 0.0
        allowed = self.model.velocity * self.controller.period
        return float(np.max(np.abs(np.stack(self.controller.steps)) / allowed))


def cb3(model: RobotModel) -> tuple[RobotModel, Controller]:
    """The arm as if it were the older series', whose period of 8 ms makes a quarter of the work."""
    older = replace(model, name=model.name.removesuffix("e"))
    return older, Controller(older, HOME, version=(3, 15, 4, 0))


def straight(model: RobotModel, start: Array, end: Array, slowly: float = 1.0) -> Trajectory:
    """A straight line in joint space, rest to rest, by four phases of constant jerk, as fast as every limit allows."""
    change = np.abs(np.asarray(end) - np.asarray(start))
    length = float(change.max())
    share = change / length
    moves = share > 0.0
    limits = (model.velocity[moves], model.acceleration[moves], model.jerk[moves])
    part = share[moves] * length
    # With jerk j and quarter time h: length 2 j h³, highest speed j h², highest acceleration j h.
    h = slowly * max(
        float(np.max(part / (2.0 * limits[0]))),
        float(np.max(np.sqrt(part / (2.0 * limits[1])))),
        float(np.max(np.cbrt(part / (2.0 * limits[2])))),
    )
    jerk = length / (2.0 * h**3)
    phases = tuple(Phase(h, sign * jerk) for sign in (1.0, -1.0, -1.0, 1.0))
    return Trajectory("a motion", JOINTS, (Segment(frozen([start, end]), length),), phases)
