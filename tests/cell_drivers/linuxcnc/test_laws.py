"""The driver keeps every law of the kit, beside the double in virtual time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.driver import DriverSet
from cell.real_devices import RealDevices
from cell_drivers.conformance import Bench, Hooks, examine
from cell_drivers.conformance.bench import Nonsense
from cell_drivers.conformance.built_in import built_in
from cell_drivers.linuxcnc.robot import LinuxcncRobot
from tests.doubles.linuxcnc_arm import arm_model
from tests.doubles.linuxcnc_shell import LinuxcncDouble

ROBOT = "gantry"
"""As the kit's own cell calls its robot."""
BREACH = "somebody has pressed the emergency stop"


class Virtual:
    """The double's time, passed by whoever waits."""

    def __init__(self, double: LinuxcncDouble) -> None:
        self._double = double

    def now(self) -> int:
        return self._double.time.ns

    def next_event_time(self) -> int | None:
        return None

    def advance_to(self, time: int) -> None:
        self._double.time.ns = max(self._double.time.ns, time)


def double_cell(double: LinuxcncDouble, folder: Path) -> DriverSet:
    robot = LinuxcncRobot(ROBOT, double.model, folder, double.dial, double.time.now, double.time.wait)
    return RealDevices(motion={ROBOT: robot}, virtual=Virtual(double))  # type: ignore[arg-type]


@pytest.fixture
def bench(double: LinuxcncDouble, tmp_path: Path) -> Bench:
    def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
        double.cut()
        drivers.poll()

        def restore() -> None:
            double.is_reachable = True

        return restore

    def hush(drivers: DriverSet, device: str) -> Callable[[], None]:
        double.is_hushed = True

        def let_go() -> None:
            double.is_hushed = False

        return let_go

    def fault(drivers: DriverSet, device: str) -> str:
        double.errors.append(BREACH)
        return BREACH

    def answering(edited: Callable[[str], str]) -> Callable[[], None]:
        double.edit = edited

        def end() -> None:
            double.edit = lambda line: line

        return end

    def nonsense(drivers: DriverSet, device: str, what: Nonsense) -> Callable[[], None]:
        def edited(line: str) -> str:
            if what == "back in time" and line.startswith("TIME "):
                return f"TIME {4e9 - float(line[5:]):.6f}"
            return "JOINT_POS " + " ".join(["nan"] * 6) if what == "not finite" and line.startswith("JOINT_POS ") else line

        return answering(edited)

    def astray(drivers: DriverSet, device: str, by: float) -> Callable[[], None]:
        def edited(line: str) -> str:
            told = [float(word) for word in line.split()[1:]] if line.startswith("JOINT_POS ") else []
            return "JOINT_POS " + " ".join(f"{position + np.degrees(by):.6f}" for position in told) if told else line

        return answering(edited)

    assembly = replace(built_in("linuxcnc"), robots={ROBOT: arm_model()}, devices=frozenset({ROBOT}))
    hooks = Hooks(cut=cut, fault=fault, nonsense=nonsense, astray=astray, hush=hush)
    return Bench(lambda given: double_cell(double, tmp_path), assembly, hooks=hooks, stays=True, is_ideal=True)


@pytest.mark.slow
def test_every_law_is_kept_and_none_stays_untested(bench: Bench) -> None:
    statement = examine(bench)
    assert [(f.law.name, f.seen) for f in statement.of("failed")] == []
    assert [(f.law.name, f.seen) for f in statement.of("not tested")] == []
    assert len(statement.of("passed")) > 30
