"""A machine over TCP on the template: what its protocol says, in some thirty lines, and every law of the kit."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cell.driver import Assembly, DriverSet
from cell_drivers.conformance import LAWS, Bench, Hooks, Law, over_relays
from cell_drivers.conformance.built_in import built_in
from cell_drivers.conformance.laws import machining, returning
from tests.conformance.by_the_clock import examined
from tests.doubles.line_mill import LineMill
from tests.doubles.waiting import until

UNTOLD = {"-": None}


@pytest.fixture(scope="module")
def over_tcp(repository: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository / "examples/driver_template"))
        yield importlib.import_module("dry_driver.over_tcp")


@pytest.fixture
def mill() -> Iterator[LineMill]:
    with LineMill() as running:
        yield running


def works(over_tcp: ModuleType, age: float) -> Any:
    reading = importlib.import_module("dry_driver.machine").Reading

    class MillWorks(over_tcp.TcpWorks):  # type: ignore[misc,name-defined]  # of a folder to be copied, which mypy does not read
        scheme = "mill"
        rate, max_age = 50.0, age
        verified_against = ("a double of our own",)

        def take(self, incoming: Any) -> Any:
            match incoming.line().split():
                case ["B", command, became]:
                    return command, became.replace("_", " ")
                case ["R", door, clamp, program, part, alarm]:
                    return reading(
                        self.now(), UNTOLD.get(door, door), UNTOLD.get(clamp, clamp), program.strip("-"), None,
                        part == "occupied", alarm.strip("-"),
                    )  # fmt: skip
            raise ValueError("no line of a mill")

        def ask(self, command: str) -> None:
            self.say(f"ASK {command}\n".encode())

        def move(self, leaf: str, goal: str) -> None:
            self.say(f"MOVE {leaf} {goal}\n".encode())

        def begin(self, command: str, program: str) -> None:
            self.say(f"BEGIN {command} {program}\n".encode())

        def halt(self) -> None:
            self.say(b"HALT\n")

        def clear(self) -> None:
            self.say(b"CLEAR\n")

    return MillWorks


def bench(over_tcp: ModuleType, mill: LineMill, age: float = 0.4) -> Bench:
    """`age` s: how old its state may be."""
    drivers_of, mill_works = importlib.import_module("dry_driver.drivers").drivers_of, works(over_tcp, age)

    def driver(assembly: Assembly) -> DriverSet:
        found: DriverSet = drivers_of(assembly, works=mill_works)
        return found

    def fault(drivers: DriverSet, device: str) -> str:
        if device not in drivers.machines:
            raise KeyError(device)
        mill.alarm = "coolant"
        return "alarm"

    def part(drivers: DriverSet, device: str, is_there: bool) -> None:
        mill.part = "occupied" if is_there else "free"

    assembly = replace(built_in("mill"), devices=frozenset({"lathe"}), addresses={"lathe": f"mill://127.0.0.1:{mill.port}"})
    return over_relays(Bench(driver, assembly, hooks=Hooks(fault=fault, part=part), stays=True))


def kept(bench: Bench, laws: tuple[Law, ...]) -> None:
    statement = examined(bench, laws)
    assert [(finding.law.name, finding.device, finding.seen) for finding in statement.of("failed")] == []
    assert statement.of("passed")


def test_it_tells_and_is_told_over_a_real_socket(over_tcp: ModuleType, mill: LineMill) -> None:
    beside = bench(over_tcp, mill, age=1.0)  # a busy machine is no mill that is silent
    kept(beside, (machining.machine_states_are_fresh, machining.an_unknown_program_is_refused))
    drivers = beside.make()
    drivers.open()
    try:
        lathe: Any = drivers.machines["lathe"]
        lathe.stop()
        until(lambda: lathe.works.became("nobody's") == "not seen", "an answer")
        assert lathe.status("nobody's").state == "unknown"
        until(lambda: {"ASK nobody's", "HALT"} <= set(mill.heard), "what was said to arrive")
    finally:
        drivers.close()


@pytest.mark.long
def test_its_link_comes_back_by_itself(over_tcp: ModuleType, mill: LineMill) -> None:
    laws = (returning.a_machines_lost_link_comes_back_by_itself, returning.a_lost_link_of_signals_comes_back_by_itself)
    kept(bench(over_tcp, mill), laws)


@pytest.mark.slow
def test_it_keeps_every_law_of_the_kit(over_tcp: ModuleType, mill: LineMill) -> None:
    kept(bench(over_tcp, mill), LAWS)
