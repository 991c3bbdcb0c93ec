"""The OPC UA driver keeps every law of the kit, against a server of node-opcua."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cell.driver import DriverSet
from cell_drivers.conformance import Bench, Hooks, examine
from cell_drivers.conformance.bench import Nonsense
from cell_drivers.opcua_io import driver
from tests.cell_drivers.opcua_io.cell import assembly
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.waiting import until
from tests.peers.opcua_server import opcua_server

pytestmark = pytest.mark.counterpart


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with opcua_server(tmp_path, job=1.0) as server, ChaosRelay(("127.0.0.1", server.port), Chaos(0, CALM)) as relay:

        def part(drivers: DriverSet, device: str, is_there: bool) -> None:
            server.tell(part=device, there=is_there)
            word = "occupied" if is_there else "free"
            until(lambda: drivers.signals.read(f"{device}.occupied").value == word, f"the part of {device}")

        def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
            relay.cut(refuses=True)
            return relay.heal

        def hush(drivers: DriverSet, device: str) -> Callable[[], None]:
            return relay.hold()

        def fault(drivers: DriverSet, device: str) -> str:
            if device != "lathe":
                raise KeyError(device)
            server.tell(alarm=device, text="coolant is low")
            until(lambda: drivers.machines["lathe"].state().alarm is not None, "the alarm")
            return "alarm"

        def nonsense(drivers: DriverSet, device: str, what: Nonsense) -> Callable[[], None]:
            """None of its tags counts, so none of them can be no number."""
            if (device, what) != ("signals", "back in time"):
                raise KeyError(device)
            server.tell(tag="gauge.occupied", value=False, back=3600.0)
            return lambda: server.tell(tag="gauge.occupied", value=False) and None

        address = server.address.replace(str(server.port), str(relay.port))
        hooks = Hooks(cut, fault, part=part, nonsense=nonsense, hush=hush)
        yield Bench(driver, assembly(address), hooks=hooks, stays=True)


def test_every_law_is_kept_and_none_stays_untested(bench: Bench) -> None:
    statement = examine(bench)
    assert [(f.law.name, f.device, f.seen) for f in statement.of("failed")] == []
    untested = {(f.law.name, f.device) for f in statement.of("not tested")}
    faultless = {("a-fault-is-told-and-acknowledged", "gauge"), ("a-fault-is-told-and-acknowledged", "signals")}
    assert untested == faultless | {("what-is-not-finite-is-not-known", "signals")}
    assert len(statement.of("passed")) > 40
