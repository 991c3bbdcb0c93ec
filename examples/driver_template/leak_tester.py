"""The driver of the leak tester that leak_words.py registers: a station, its outcome, its event, beside the robots of dry_driver.

It measures nothing: what escapes it makes up from the scenario, so that a rehearsal of leak_testing/ shows every branch. Put
your device in the place of `_measured`; the order in which a station tells is the one that the run relies on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from dry_driver import DryCell
from dry_driver.numbered import Numbered
from leak_words import LEAK_TEST, LEAK_TESTER

from cell.device import (
    Capabilities,
    CommandStatus,
    FaultCleared,
    FaultRaised,
    MachineChanged,
    MachineState,
    Measured,
    OutcomeTold,
)
from cell.driver import Assembly
from cell.driver_errors import Refusal
from cell.equipment import Equipment
from cell.scenario import MachineAlarm, Reject, Scenario

LEAK = LEAK_TEST.tells[0]
TIGHT, LEAKING = LEAK.values


class Timeline(Protocol):
    """Virtual time, in ns. With a real device there is none: it takes its own time, and `poll` asks it."""

    def now(self) -> int: ...

    def after(self, seconds: float, act: Callable[[], None]) -> None: ...


class LeakTester(Numbered):
    """Asked for `leak`, it tells the flow that it measured, then the outcome, then that the command is done."""

    def __init__(self, tester: Equipment, timeline: Timeline, scenario: Scenario) -> None:
        super().__init__(tester.name, timeline.now)
        self.tester, self.timeline, self.scenario = tester, timeline, scenario
        self.running: str | None = None
        self.fault: str | None = None
        self._tests: Counter[str] = Counter()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            device=self.name, joints=(), feeding="none", rate=10.0, look_ahead=None, standstill={}, start_tolerance=0.0,
            max_age=0.5, on_link_loss="unknown", command_status=True, speed_scaling=False, device_clock=False, io_points=(),
            verified_against=("nothing: it tests no part",),
        )  # fmt: skip

    def last_state(self) -> MachineState:
        return self.state()

    def inspect(self, command: str, outcome: str) -> None:
        """Refused while it has a fault or runs; the same id again is a no-op."""
        if not self.takes(command, "inspect", outcome):
            return
        offer = next((offer for offer in self.tester.offers if offer.verb == LEAK_TEST.name), None)
        if offer is None or outcome != LEAK.name:
            raise self.refused(Refusal.NOT_OFFERED, command, outcome)
        if self.fault is not None:
            raise self.refused(Refusal.ALARM, command, self.fault)
        if self.running is not None:
            raise self.refused(Refusal.RUNNING, command, self.running)
        self._tests["begun"] += 1
        self._set(running=command)
        self.tell(command, CommandStatus("running", 0.0))
        self.timeline.after(offer.duration.longest, lambda: self._ends(command))

    def treat(self, command: str, verb: str) -> None:
        raise self.refused(Refusal.NOT_OFFERED, command, verb)

    def acknowledge(self, fault: str, operator: str) -> None:
        """The operator has filled the pump; twice is as good as once."""
        if fault == self.fault:
            self.fault = None
            self.news.append(FaultCleared(self.name, self.timeline.now(), fault))
            self._set(running=self.running)

    def stop(self) -> None:
        if self.running is not None:
            self._breaks_off(self.running, "stop")

    def state(self) -> MachineState:
        """A sample as of now. It has neither door nor clamp, and no switch that tells whether a part lies in it."""
        return MachineState(
            self.name, self.timeline.now(), door=None, clamp=None, running=self.running is not None,
            work=None if self.running is None else LEAK_TEST.name, fraction=None, occupied=None, alarm=self.fault,
        )  # fmt: skip

    def _ends(self, command: str) -> None:
        if self.running != command:  # broken off meanwhile
            return
        fault = self._fault()
        if fault is not None:
            self.fault = fault
            self.news.append(FaultRaised(self.name, self.timeline.now(), fault, f"{self.name} says {fault}"))
            self._breaks_off(command, fault)
            return
        flow, now = self._measured(), self.timeline.now()
        told = TIGHT if flow <= float(str(self.tester.attributes["limit"])) else LEAKING
        self._set(running=None)
        self.news.append(Measured(self.name, now, command, "flow", flow))
        self.news.append(OutcomeTold(self.name, now, command, LEAK.name, told))
        self.tell(command, CommandStatus("done"))

    def _measured(self) -> float:
        """m³/s at normal conditions. Yours asks the device; this one leaks where the scenario rejects the part."""
        self._tests["ended"] += 1
        limit = float(str(self.tester.attributes["limit"]))
        rejects = (d.nth for d in self.scenario.disturbances if isinstance(d, Reject))
        return 4.0 * limit if self._tests["ended"] in rejects else 0.25 * limit

    def _fault(self) -> str | None:
        """What breaks off this test: one of the events of its kind."""
        alarms = (d for d in self.scenario.disturbances if isinstance(d, MachineAlarm) and d.machine == self.name)
        return next((alarm.event or "alarm" for alarm in alarms if alarm.nth == self._tests["begun"]), None)

    def _breaks_off(self, command: str, why: str) -> None:
        """`why` says in a word what happened: one of the verb's events is that event."""
        self._set(running=None)
        self.tell(command, CommandStatus("aborted", None, why))

    def _set(self, running: str | None) -> None:
        self.running = running
        self.news.append(MachineChanged(self.name, self.timeline.now(), self.state()))


class LeakCell(DryCell):
    """A cell of robots, grippers and leak testers."""

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        mine = (e for e in assembly.cell.equipment.values() if e.kind == LEAK_TESTER.name and e.name in assembly.devices)
        self.testers = {e.name: LeakTester(e, self.timeline, assembly.scenario) for e in mine}
        self.stations = self.testers

    @property
    def devices(self) -> tuple[Numbered, ...]:
        return (*super().devices, *self.testers.values())


driver = LeakCell
