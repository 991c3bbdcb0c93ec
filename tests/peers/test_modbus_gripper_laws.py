"""The gripper's driver keeps every law of the kit, against registers that libmodbus serves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cell.driver import DriverSet
from cell_drivers.conformance import Bench, Hooks, examine
from cell_drivers.conformance.built_in import built_in
from cell_drivers.modbus_gripper import driver
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.waiting import until
from tests.peers.gripper_registers import NOTHING, compiled, mbpoll, started

pytestmark = pytest.mark.counterpart
INTERNAL = 0x0C


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with started(compiled(tmp_path), "tcp") as (_, port), ChaosRelay(("127.0.0.1", int(port)), Chaos(0, CALM)) as relay:

        def between(drivers: DriverSet, tool: str, hand: str, is_there: bool) -> None:
            mbpoll(int(port), 1500, 120 if is_there else NOTHING)

        def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
            relay.cut(refuses=True)
            return relay.heal

        def hush(drivers: DriverSet, device: str) -> Callable[[], None]:
            return relay.hold()

        def fault(drivers: DriverSet, device: str) -> str:
            mbpoll(int(port), 1501, INTERNAL)
            return "internal"

        mbpoll(int(port), 1000, 0x0100, 0, 0)
        until(lambda: mbpoll(int(port), 2000) == [0x3100], "the activation")
        address = f"modbus://127.0.0.1:{relay.port}?stroke=85"
        assembly = replace(built_in("modbus_gripper"), devices=frozenset({"grip"}), addresses={"grip": address})
        hooks = Hooks(cut=cut, fault=fault, between=between, hush=hush)
        yield Bench(driver, assembly, hooks=hooks, stays=True)


def test_every_law_is_kept_and_none_stays_untested(bench: Bench) -> None:
    statement = examine(bench)
    assert [(f.law.name, f.seen) for f in statement.of("failed")] == []
    assert [(f.law.name, f.seen) for f in statement.of("not tested")] == []
    assert len(statement.of("passed")) > 20
