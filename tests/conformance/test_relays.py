"""The kit's relays between a driver and its devices: what they carry, cut and hold back, and that none of them stays."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cell.driver import Assembly, DriverSet
from cell_drivers.conformance import Bench, over_relays
from cell_drivers.conformance.built_in import built_in
from cell_drivers.conformance.relay import Relay
from tests.doubles.waiting import PATIENCE, until


@pytest.fixture
def device() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.fixture
def relay(device: socket.socket) -> Iterator[Relay]:
    found = Relay(device.getsockname())
    yield found
    found.close()


def linked(relay: Relay, device: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(("127.0.0.1", relay.port), PATIENCE)
    return client, device.accept()[0]


def test_it_carries_both_ways_and_a_cut_resets_both_ends_until_it_is_restored(relay: Relay, device: socket.socket) -> None:
    client, at_device = linked(relay, device)
    client.sendall(b"MOVE")
    assert at_device.recv(9) == b"MOVE"
    at_device.sendall(b"S 1")
    assert client.recv(9) == b"S 1"
    restore = relay.cut()
    for end in (client, at_device):
        assert _is_gone(end)
    assert _is_turned_away(relay.port)
    restore()
    client, at_device = linked(relay, device)
    client.sendall(b"STOP")
    assert at_device.recv(9) == b"STOP"


def test_who_is_held_back_hears_and_is_heard_once_it_is_let_go(relay: Relay, device: socket.socket) -> None:
    client, at_device = linked(relay, device)
    let_go = relay.hold()
    at_device.sendall(b"S 1")
    client.sendall(b"STOP")
    assert at_device.recv(9) == b"STOP"
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.recv(9)
    let_go()
    client.settimeout(PATIENCE)
    assert client.recv(9) == b"S 1"


def test_a_side_that_closes_closes_the_other(relay: Relay, device: socket.socket) -> None:
    client, at_device = linked(relay, device)
    client.close()
    assert _is_gone(at_device)


def met(addresses: dict[str, str]) -> tuple[Bench, list[dict[str, str]]]:
    """A bench over relays, and the addresses that its driver meets."""
    seen: list[dict[str, str]] = []

    def driver(assembly: Assembly) -> DriverSet:
        seen.append(dict(assembly.addresses))
        return cast(DriverSet, SimpleNamespace(signals=SimpleNamespace(name="signals")))

    return over_relays(Bench(driver, replace(built_in("line"), addresses=addresses))), seen


def test_a_driver_meets_a_relay_before_each_place_and_every_other_address_as_it_is(device: socket.socket) -> None:
    place = f"127.0.0.1:{device.getsockname()[1]}"
    elsewhere = {"c": "serial:/dev/tty9", "d": "line://h:99999", "e": "line://[::1"}
    bench, seen = met({"a": f"line://{place}/x?slot=1", "b": f"line://me:word@{place}", **elsewhere})
    drivers = bench.make()
    bench.make()
    assert seen[0] == seen[1]
    port = seen[0]["b"].rpartition(":")[2]
    assert seen[0] == {"a": f"line://127.0.0.1:{port}/x?slot=1", "b": f"line://me:word@127.0.0.1:{port}", **elsewhere}
    assert port not in place
    client = socket.create_connection(("127.0.0.1", int(port)), PATIENCE)
    device.accept()
    assert bench.hooks.cut is not None
    with pytest.raises(KeyError):
        bench.hooks.cut(drivers, "c")
    bench.hooks.cut(drivers, "signals")
    assert _is_gone(client)


def test_hooks_that_a_bench_has_are_its_own() -> None:
    def cut(drivers: DriverSet, device: str) -> Any: ...

    bench, _ = met({})
    assert bench.hooks.cut is not None
    own = over_relays(replace(bench, hooks=replace(bench.hooks, cut=cut)))
    assert own.hooks.cut is cut


def test_none_of_them_stays_when_nobody_has_the_bench_any_more(device: socket.socket) -> None:
    before = set(threading.enumerate())
    bench, seen = met({"a": f"line://127.0.0.1:{device.getsockname()[1]}"})
    bench.make()
    port = int(seen[0]["a"].rpartition(":")[2])
    client = socket.create_connection(("127.0.0.1", port), PATIENCE)
    device.accept()
    del bench
    gc.collect()
    assert _is_gone(client)
    until(lambda: {thread for thread in threading.enumerate() if thread.name == "relay"} <= before, "its threads to end")
    assert _is_turned_away(port)


def _is_turned_away(port: int) -> bool:
    try:
        return _is_gone(socket.create_connection(("127.0.0.1", port), PATIENCE))
    except ConnectionError:
        return True


def _is_gone(end: socket.socket) -> bool:
    end.settimeout(PATIENCE)
    try:
        return end.recv(9) == b""
    except ConnectionError:
        return True
