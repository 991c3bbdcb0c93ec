"""A `GripperDriver`: every call looks at the newest sample, refuses or is taken, and returns; link.py does the rest.

Law: nothing is taken on a state older than `max_age`, before the jaws are activated, or while a fault is there. Opening the
driver neither moves nor activates: an activation moves the jaws, so an operator asks for it (decision 0135).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cell.command_book import NOT_SEEN
from cell.device import Capabilities, CommandStatus, DeviceEvent, GripperState
from cell.driver_errors import LinkLost, Refusal, Refused, Stale
from cell_drivers.modbus_gripper.address import Address
from cell_drivers.modbus_gripper.jaws import Jaws
from cell_drivers.modbus_gripper.link import PERIOD, Link
from cell_drivers.modbus_gripper.registers import HIGHEST, Request, Status
from cell_drivers.modbus_gripper.scale import Scale

MAX_AGE = 0.5  # s
FIRST_SAMPLE = 1.0  # s that `open` waits for one, so that whoever looks at once sees something
SECOND = 1e9
UNKNOWN = CommandStatus("unknown")
VERIFIED = (
    "libmodbus 3.1.6 serving the registers (TCP; RTU on a pseudo-terminal behind a serial server), mbpoll 1.4.11",
    "a double of our own (TCP, RTU over TCP)",
    "no gripper of Robotiq, and no serial line",
)


class ModbusGripper:
    """One tool with one hand."""

    def __init__(
        self, name: str, hand: str, address: Address, scale: Scale, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._name, self._hand, self._address, self._scale, self._clock = name, hand, address, scale, clock
        self._jaws = Jaws(name, hand, scale.stroke)
        self._lock = threading.Lock()
        self._link: Link | None = None

    @property
    def name(self) -> str:
        return self._name

    def capabilities(self) -> Capabilities:
        return Capabilities(
            device=self._name,
            joints=(),
            feeding="none",
            rate=1.0 / (2.0 * PERIOD),
            look_ahead=None,
            standstill={"hold": 0.2, "quick": 0.2, "power": 0.2},
            start_tolerance=0.0,
            max_age=MAX_AGE,
            on_link_loss="finishes its buffer",
            command_status=False,
            speed_scaling=False,
            device_clock=False,
            io_points=(),
            verified_against=VERIFIED,
        )

    def open(self) -> None:
        if self._link is None:
            self._link = Link(self._address, self)
            self._link.start()
            self._link.first.wait(FIRST_SAMPLE)
            self._refuse_silence()

    def _refuse_silence(self) -> None:
        """Raises LinkLost with the cause where nothing has been seen, and the driver is not open then."""
        with self._lock:
            is_up, state = self._jaws.is_up, self._jaws.state()
            cause = self._jaws.why_down or f"{self._address}: nothing was seen"
        if not is_up:
            self.close()
            raise LinkLost(self._name, None, self._clock(), cause, state)

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.end()
            with self._lock:
                self._jaws.forget(self._clock())

    def heartbeat(self) -> None:
        """The gripper watches for its samples being asked for."""

    def status(self, command: str) -> CommandStatus:
        """The registers carry no ids: of what this driver has not sent itself, nobody knows."""
        with self._lock:
            found = self._jaws.commands.status(command)
            return UNKNOWN if found is NOT_SEEN else found

    def acknowledge(self, fault: str, operator: str) -> None:
        with self._lock:
            self._jaws.acknowledge(fault, self._clock())
        self._wake()

    def poll(self) -> tuple[DeviceEvent, ...]:
        with self._lock:
            news = tuple(self._jaws.events)
            self._jaws.events.clear()
            return news

    def state(self, hand: str) -> GripperState:
        with self._lock:
            self._refuse_hand(None, hand)
            return self._jaws.state()

    # --- calls ---

    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        with self._lock:
            asked = ("grip", hand, width, force)
            if not self._takes(command, hand, asked):
                return
            request = self._request(command, lambda: (self._scale.position(width), self._scale.force(force)))
            self._refuse_unready(command)
            if self._jaws.state().grip == "held":
                self._jaws.already(command, asked, self._clock())
                return
            self._jaws.begin(command, asked, request, self._clock())
        self._wake()

    def release(self, command: str, hand: str) -> None:
        with self._lock:
            asked = ("release", hand)
            if not self._takes(command, hand, asked):
                return
            self._refuse_unready(command)
            if self._jaws.state().grip == "open":
                self._jaws.already(command, asked, self._clock())
                return
            self._jaws.begin(command, asked, self._request(command, lambda: (0, 0)), self._clock())
        self._wake()

    def drive(self, command: str, hand: str, torque: float) -> None:
        with self._lock:
            raise self._refused(Refusal.NOT_OFFERED, command, "it drives nothing")

    def stop(self) -> None:
        with self._lock:
            self._jaws.stop(self._clock())
        self._wake()

    # --- for the link's thread ---

    def seen(self, status: Status) -> Request | None:
        with self._lock:
            self._jaws.seen(status, self._clock())
            return self._jaws.take_pending()

    def unheard(self) -> Request | None:
        with self._lock:
            is_fresh = self._clock() - self._jaws.time <= MAX_AGE * SECOND
            return self._jaws.take_stop() if is_fresh else None

    def lost(self, why: str) -> None:
        with self._lock:
            self._jaws.lost(why, self._clock())

    # --- small print ---

    def _wake(self) -> None:
        if self._link is not None:
            self._link.wake()

    def _takes(self, command: str, hand: str, asked: tuple[object, ...]) -> bool:
        """Whether it is new. Raises Refused where the driver is not open, or has no such hand, or knows the id otherwise."""
        if self._link is None:
            raise self._refused(Refusal.NOT_OPEN, command)
        is_new = self._jaws.commands.is_new(command, asked, self._clock())
        self._refuse_hand(command, hand)
        return is_new

    def _request(self, command: str, scaled: Callable[[], tuple[int, int]]) -> Request:
        try:
            position, force = scaled()
        except ValueError as cause:
            raise self._refused(Refusal.OUT_OF_RANGE, command, str(cause)) from None
        return Request(True, True, position, max(1, round(HIGHEST * self._address.speed)), force)

    def _refuse_unready(self, command: str) -> None:
        jaws, now = self._jaws, self._clock()
        age = (now - jaws.time) / SECOND
        if not jaws.is_up or age > MAX_AGE:
            cause = f": {jaws.why_down}" if jaws.why_down and not jaws.is_up else ""
            raise Stale(self._name, command, now, f"its last state is older than {MAX_AGE:g} s{cause}", jaws.state())
        if not jaws.is_ready:
            raise self._refused(Refusal.NOT_ACTIVE, command, jaws.fault[1] if jaws.fault is not None else "")
        if jaws.running is not None:
            raise self._refused(Refusal.BUSY, command, jaws.running)

    def _refuse_hand(self, command: str | None, hand: str) -> None:
        if hand != self._hand:
            raise self._refused(Refusal.UNKNOWN_NAME, command, f"no hand {hand!r}, there is {self._hand!r}")

    def _refused(self, code: Refusal, command: str | None, detail: str = "") -> Refused:
        return Refused(code, self._name, command, self._clock(), detail, self._jaws.state())
