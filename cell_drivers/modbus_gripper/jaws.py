"""What a gripper's words mean for its hand, its commands and its faults: samples and calls in, requests and events out. Pure.

Law: the hand is what the newest sample shows and never what was asked. A command is over when two samples in a row show where the
jaws came to rest, under the request that was made for it. With the link everything that was under way is lost from sight: its
outcome is unknown, and what was not written yet is dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from cell.command_book import CommandBook
from cell.device import (
    CommandChanged,
    CommandStatus,
    DeviceEvent,
    FaultCleared,
    FaultRaised,
    GripChanged,
    GripKind,
    GripperState,
    LinkChanged,
)
from cell_drivers.modbus_gripper.registers import BY_ITSELF, FAULTS, Jaw, Request, Status

NOT_ACTIVATED = "not_activated"
NOT_ACTIVATED_TEXT = "its jaws are not activated; Resume activates them, and they go through their whole stroke"
OPEN_BELOW = 16
"""gPO of open jaws: 3 as a rule, more with long fingers."""
ACTIVATING = 10_000_000_000
"""ns that an activation may take: it is declared at some seconds."""

Waking = Literal["clearing", "activating", "opening", "stopped"]


@dataclass(slots=True)
class Order:
    """A command under way. `is_taken`: the gripper shows its request. `rested`: what had stopped the jaws one sample before.
    `stop`: what stops it was asked for, or is on its way, which the next sample shows to have been written."""

    command: str
    request: Request
    is_taken: bool = False
    rested: Jaw | None = None
    stop: Literal["asked", "sent"] | None = None


class Jaws:
    def __init__(self, name: str, hand: str, stroke: float) -> None:
        self.name, self.hand, self.stroke = name, hand, stroke
        self.commands = CommandBook(name)
        self.events: deque[DeviceEvent] = deque()
        self.status: Status | None = None
        self.fault: tuple[str, str] | None = None
        self.is_up = False
        self.why_down = ""
        self.time = 0
        self._order: Order | None = None
        self._pending: Request | None = None
        self._touched: bool | None = None
        self._grip: GripKind | None = None
        self._waking: tuple[Waking, int] | None = None
        self._is_adrift = True
        """What sends the jaws is not known, or was lost from sight, and they were not seen at rest since. A hand that holds is at
        rest, also where its part gives way."""

    # --- what is asked; the caller has refused what is to be refused ---

    @property
    def running(self) -> str | None:
        """The command under way."""
        return None if self._order is None else self._order.command

    @property
    def is_ready(self) -> bool:
        """Whether its jaws are activated, and nothing that it says stands in the way."""
        return self.status is not None and self.status.activation == "activated" and self._waking is None and self.fault is None

    def begin(self, command: str, asked: tuple[object, ...], request: Request, now: int) -> None:
        self.commands.take(command, asked, CommandStatus("running"))
        self._order, self._pending = Order(command, request), request
        self._touched, self._is_adrift = None, False
        self._settle(None, now)
        self.events.append(CommandChanged(self.name, now, command, CommandStatus("running")))

    def already(self, command: str, asked: tuple[object, ...], now: int) -> None:
        """What is asked for is so."""
        self.commands.take(command, asked, CommandStatus("done"))
        self.events.append(CommandChanged(self.name, now, command, CommandStatus("done")))

    def stop(self, now: int) -> None:
        """Jaws that move stand still, also where their command was lost from sight; what is held is held. What was begun ends
        once that is written: jaws that do not hear of it go on. An activation goes no further than the gripper by itself
        takes it, and has to be acknowledged anew."""
        if self._waking is not None:
            step, until = self._waking
            self._waking, self._pending = ("stopped", until), None
            if step == "opening" and self.status is not None:
                self._pending = Request(True, False, self.status.requested)
        if self._order is not None and self.status is not None and self._order.stop is None:
            has_begun = self._pending is not self._order.request
            self._pending, self._order.stop = Request(True, False, self.status.requested), "asked"
            if not has_begun:
                self._end(CommandStatus("aborted", None, "stop"), now)
        elif self._is_adrift and self._waking is None and self.is_up and self.status is not None and self.status.is_moving:
            self._pending = Request(True, False, self.status.requested)

    def acknowledge(self, fault: str, now: int) -> None:
        """Activates, where that is what the fault asks for. A fault that is not there is a no-op."""
        if self.fault is None or self.fault[0] != fault or self.status is None or not self.is_up or self._is_waking:
            return
        if fault == NOT_ACTIVATED or (self.status.fault and self.status.fault not in BY_ITSELF):
            self._waking, self._pending = ("clearing", now + ACTIVATING), Request(False, False)

    @property
    def _is_waking(self) -> bool:
        """An activation goes on, which nobody has stopped."""
        return self._waking is not None and self._waking[0] != "stopped"

    def take_pending(self) -> Request | None:
        """What is to be written now. Asked for behind a fresh sample only."""
        pending, self._pending = self._pending, None
        if self._order is not None and self._order.stop == "asked":
            self._order.stop = "sent"
        return pending

    def take_stop(self) -> Request | None:
        """A stop that was not written yet, where no answer comes behind which it could be: jaws may be moving."""
        is_stopped = self._waking is None or self._waking[0] == "stopped"
        if self._order is not None:
            is_stopped = self._order.stop == "asked"
        return self.take_pending() if is_stopped else None

    # --- what is seen ---

    def seen(self, status: Status, now: int) -> None:
        """A fresh sample."""
        self.status, self.time = status, now
        self._wake(status, now)
        self._tell_fault(self._fault_of(status), now)
        if not self.is_up:
            self.is_up = True
            self.events.append(LinkChanged(self.name, now, True))
        self._follow(status, now)

    def lost(self, why: str, now: int) -> None:
        """No samples any more, and why. What was under way has an unknown outcome; nothing is written when the link is back."""
        self._pending, self._waking, self._is_adrift = None, None, True
        self.why_down = why
        if self._order is not None:
            self._end(CommandStatus("unknown"), now)
        if self.is_up:
            self.is_up = False
            self.events.append(LinkChanged(self.name, now, False, why))

    def forget(self, now: int) -> None:
        """The driver is closed. What was under way is lost from sight; nobody is told of a link that was given up on purpose."""
        self._pending, self._waking, self.is_up, self.fault, self._is_adrift = None, None, False, None, True
        if self._order is not None:
            self._end(CommandStatus("unknown"), now)

    def state(self) -> GripperState:
        width = None if self.status is None else self.stroke * (1.0 - self.status.position / 255.0)
        faults = () if self.fault is None else (self.fault[0],)
        return GripperState(self.name, self.hand, self.time, self._grip, self._touched, width, faults)

    # --- parts of these ---

    def _follow(self, status: Status, now: int) -> None:
        order, grip = self._order, _grip_of(status)
        if order is None:
            self._is_adrift = self._is_adrift and status.is_moving
            if grip == "empty" and self._grip == "held":
                self._touched = True  # it slipped away
            elif grip == "held":
                self._touched = True
            self._settle(grip, now)
            return
        if self.fault is not None or order.stop == "sent":
            self._settle(grip, now)
            self._end(CommandStatus("aborted", None, self.fault[0] if self.fault is not None else "stop"), now)
            return
        self._touched = self._touched or grip == "held" or None
        is_shown = status.goes and status.requested == order.request.position
        if order.is_taken and not is_shown:
            self._settle(None, now)
            self._end(CommandStatus("aborted", None, "not ours"), now)
        elif is_shown:
            order.is_taken = True
            self._arrive(order, status, grip, now)

    def _arrive(self, order: Order, status: Status, grip: GripKind | None, now: int) -> None:
        """Two samples agree, so that what stopped the jaws is of this request and not of the one before."""
        before, order.rested = order.rested, None if status.jaw == "moving" else status.jaw
        if order.rested is None or before != order.rested:
            return
        if grip == "empty":
            self._touched = bool(self._touched)
        is_meant = grip is not None and (grip == "open") is (order.request.position == 0)
        self._settle(grip, now)
        self._end(CommandStatus("done") if is_meant else CommandStatus("aborted", None, "jam"), now)

    def _end(self, status: CommandStatus, now: int) -> None:
        assert self._order is not None
        command, stop, self._order = self._order.command, self._order.stop, None
        if stop == "asked" and status.state == "done":
            self._pending = None  # it arrived before it was written, and what it holds it holds
        self.commands.change(command, status)
        self.events.append(CommandChanged(self.name, now, command, status))

    def _settle(self, grip: GripKind | None, now: int) -> None:
        if grip == "open":
            self._touched = None
        if grip != self._grip:
            self._grip = grip
            self.events.append(GripChanged(self.name, now, self.state()))

    def _wake(self, status: Status, now: int) -> None:
        """One step of an activation on each sample: taken back, seen to be, asked for again, seen to be done. Then the jaws are
        sent to where they are open: of jaws that were sent nowhere the gripper does not tell what they hold."""
        if self._waking is None or not self._is_waking:
            return
        step, until = self._waking
        if step == "clearing" and not status.is_enabled:
            self._waking, self._pending = ("activating", until), Request(True, False)
        elif step == "activating" and status.activation == "activated":
            self._waking, self._pending = ("opening", until), Request(True, True)
        elif (step == "opening" and status.goes and status.jaw != "moving") or now > until:
            self._waking = None

    def _fault_of(self, status: Status) -> tuple[str, str] | None:
        """The one that stands in the way: the jaws' own, then that they are not activated."""
        if status.fault and FAULTS[status.fault][0] != NOT_ACTIVATED:
            word, text = FAULTS[status.fault]
            return word, f"{text} (gFLT {status.fault:#04x})"
        return None if status.activation == "activated" and self._waking is None else (NOT_ACTIVATED, NOT_ACTIVATED_TEXT)

    def _tell_fault(self, fault: tuple[str, str] | None, now: int) -> None:
        """One at a time: the old one is gone before the new one is there."""
        if fault == self.fault:
            return
        if self.fault is not None and (fault is None or fault[0] != self.fault[0]):
            self.events.append(FaultCleared(self.name, now, self.fault[0]))
        if fault is not None and (self.fault is None or fault[0] != self.fault[0]):
            self.events.append(FaultRaised(self.name, now, *fault))
        self.fault = fault


def _grip_of(status: Status) -> GripKind | None:
    """What the hand is by one sample; None while it moves, and where the words do not tell. Where jaws were sent nowhere gOBJ
    tells nothing: those that stand open, and were asked for nothing else, are open."""
    if status.activation != "activated":
        return None
    if not status.goes:
        return "open" if status.requested == 0 and status.position <= OPEN_BELOW else None
    match status.jaw:
        case "stopped closing":
            return "held"
        case "arrived":
            if status.requested == 0:
                return "open" if status.position <= OPEN_BELOW else None
            return "empty"
        case "moving" | "stopped opening":
            return None
