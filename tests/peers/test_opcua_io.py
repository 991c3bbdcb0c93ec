"""The OPC UA driver against a server of node-opcua: doors, clamps, jobs, quality, time, and a server that goes and comes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cell.device import CommandStatus, DeviceEvent, FaultRaised, LinkChanged, OutcomeTold
from cell.driver_errors import LinkLost, Refusal, Refused, Stale
from cell_drivers.opcua_io.assembly import OpcUaDevices
from tests.cell_drivers.opcua_io.cell import assembly
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.waiting import until
from tests.peers.opcua_server import CELL, Server, Tags, opcua_server

pytestmark = pytest.mark.counterpart


LESS: Tags = {name: tag for name, tag in CELL.items() if name != "gauge.verdict"}
TYPED: Tags = {**CELL, "lathe.door.set": ("Double", 0.0)}
OTHERS: Tags = {
    f"{prefix}{name}": tag
    for prefix, tags in {"less.": LESS, "typed.": TYPED, "fixed.": CELL}.items()
    for name, tag in tags.items()
}
"""Cells beside the one that is meant: one lacks a tag, one has a tag of another type, one a tag that may not be written."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A start of node-opcua takes seconds, so most tests share one."""
    with opcua_server(tmp_path_factory.mktemp("opcua"), {**CELL, **OTHERS}, read_only=("fixed.lathe.door.set",)) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Server:
    """As it was at its start."""
    for tag, (_, value) in CELL.items():
        if not tag.endswith((".set", ".request")):
            shared.tell(tag=tag, value=value)
    for device in ("lathe", "gauge"):
        shared.tell(part=device, there=False)
    return shared


class Cell(OpcUaDevices):
    def __init__(self, address: str) -> None:
        super().__init__(assembly(address))
        self.events: list[DeviceEvent] = []
        self.lathe, self.gauge = self.machines["lathe"], self.stations["gauge"]

    def told(self, kind: type) -> list[DeviceEvent]:
        self.events += self.poll()
        return [event for event in self.events if isinstance(event, kind)]

    def says(self, signal: str, value: object) -> None:
        until(lambda: self.signals.read(signal).value == value, f"{signal} to be {value}")

    def ended(self, command: str, device: str = "lathe") -> CommandStatus:
        until(lambda: self.machines[device].status(command).state != "running", f"{command} to end")
        return self.machines[device].status(command)


@contextmanager
def opened(address: str) -> Iterator[Cell]:
    cell = Cell(address)
    cell.open()
    try:
        yield cell
    finally:
        cell.close()


def test_what_the_tags_say_is_known_when_it_is_open(server: Server) -> None:
    server.tell(part="gauge", there=True)
    with opened(server.address) as cell:
        assert (cell.lathe.state().door, cell.lathe.state().clamp, cell.lathe.state().running) == ("open", "open", False)
        assert cell.gauge.state().occupied is True
        assert {s: cell.signals.read(s).value for s in cell.signals.signals} == {
            "lathe.door": "open", "lathe.chuck": "open", "lathe.running": "stopped", "lathe.alarm": None,
            "lathe.occupied": "free", "gauge.verdict": None, "gauge.occupied": "occupied",
        }  # fmt: skip


def test_a_door_and_a_clamp_are_set_once_and_done_when_they_are_there(server: Server) -> None:
    with opened(server.address) as cell:
        before = len(server.tell(writes=True))
        for _ in range(3):
            cell.lathe.set_door("c1", is_open=False)
            cell.lathe.set_clamp("c2", is_closed=True)
        assert cell.lathe.state().door is None
        assert cell.ended("c1") == cell.ended("c2") == CommandStatus("done")
        assert (cell.lathe.state().door, cell.lathe.state().clamp) == ("closed", "closed")
        assert server.tell(writes=True)[before:] == [["lathe.door.set", "closed"], ["lathe.chuck.set", True]]


def test_a_program_runs_behind_a_closed_door_on_a_clamped_part(server: Server) -> None:
    with opened(server.address) as cell:
        for part, code in ((False, Refusal.NO_PART), (True, Refusal.NOT_CLAMPED)):
            server.tell(part="lathe", there=part)
            cell.says("lathe.occupied", "occupied" if part else "free")
            with pytest.raises(Refused) as refused:
                cell.lathe.program("c1", "OP10")
            assert refused.value.code is code
        cell.lathe.set_door("c2", is_open=False)
        cell.lathe.set_clamp("c3", is_closed=True)
        cell.ended("c2")
        cell.ended("c3")
        runs = server.tell(runs="lathe")
        cell.lathe.program("a run/1.s2", "OP10")
        cell.lathe.program("a run/1.s2", "OP10")
        assert (cell.lathe.state().running, cell.lathe.state().work) == (True, "OP10")
        assert cell.ended("a run/1.s2") == CommandStatus("done")
        assert server.tell(runs="lathe") == runs + 1


def test_two_cells_command_devices_of_their_own_at_one_server(server: Server) -> None:
    server.tell(part="gauge", there=True)
    whole = assembly(server.address)
    turning, gauging = (OpcUaDevices(replace(whole, devices=frozenset({name}))) for name in ("lathe", "gauge"))
    assert [sorted(cell.machines) for cell in (turning, gauging)] == [["lathe"], ["gauge"]]
    turning.open()
    gauging.open()
    try:
        gauging.stations["gauge"].inspect("of one", "verdict")
        turning.machines["lathe"].set_door("of the other", is_open=False)
        until(lambda: turning.machines["lathe"].status("of the other").state == "done", "the door")
        turning.close()
        until(lambda: gauging.stations["gauge"].status("of one").state == "done", "the verdict")
        gauging.stations["gauge"].inspect("and again", "verdict")
        until(lambda: gauging.stations["gauge"].status("and again").state == "done", "the second verdict")
        assert gauging.signals.read("gauge.verdict").value == "accept"
        news = gauging.poll()
        assert [event.is_up for event in news if isinstance(event, LinkChanged)] == [True], "the link went, or never came"
        assert not [event for event in news if isinstance(event, FaultRaised)]
    finally:
        turning.close()
        gauging.close()


def test_an_inspection_tells_its_outcome_before_it_is_done(server: Server) -> None:
    server.tell(part="gauge", there=True)
    with opened(server.address) as cell:
        cell.gauge.inspect("inspect 1", "verdict")
        assert cell.ended("inspect 1", "gauge") == CommandStatus("done")
        (told,) = cell.told(OutcomeTold)
        assert isinstance(told, OutcomeTold)
        assert (told.command, told.outcome, told.value) == ("inspect 1", "verdict", "accept")


# --- quality, time, types ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["Bad", "BadSensorFailure", "Uncertain", "UncertainLastUsableValue"])
def test_what_is_not_good_is_not_known(server: Server, code: str) -> None:
    with opened(server.address) as cell:
        server.tell(tag="lathe.door", value="closed", code=code)
        cell.says("lathe.door", None)
        assert "quality" in cell.signals.why_unknown("lathe.door")  # type: ignore[union-attr]
        assert cell.lathe.state().door is None
        server.tell(tag="lathe.door", value="closed")
        cell.says("lathe.door", "closed")


def test_a_source_time_that_goes_back_is_not_known_until_a_newer_one_comes(server: Server) -> None:
    with opened(server.address) as cell:
        server.tell(tag="lathe.door", value="closed", back=60)
        cell.says("lathe.door", None)
        assert "went back" in cell.signals.why_unknown("lathe.door")  # type: ignore[union-attr]
        server.tell(tag="lathe.door", value="closed")
        cell.says("lathe.door", "closed")


def test_a_word_that_is_none_of_the_fact_s_is_not_known(server: Server) -> None:
    with opened(server.address) as cell:
        server.tell(tag="lathe.door", value="ajar")
        cell.says("lathe.door", None)
        assert "open or closed is expected" in cell.signals.why_unknown("lathe.door")  # type: ignore[union-attr]


def test_an_alarm_is_a_fault_and_is_acknowledged(server: Server) -> None:
    with opened(server.address) as cell:
        server.tell(alarm="lathe", text="coolant is low")
        until(lambda: bool(cell.told(FaultRaised)), "the alarm")
        assert cell.lathe.state().alarm == "coolant is low"
        with pytest.raises(Refused, match="coolant is low"):
            cell.lathe.program("c1", "OP10")
        cell.lathe.acknowledge("alarm", "anna")
        until(lambda: cell.lathe.state().alarm is None, "the alarm to go")


# --- wrong servers -----------------------------------------------------------------------------------------------------


def cause(address: str) -> str:
    """With which it does not open."""
    cell = Cell(address)
    with pytest.raises(LinkLost) as lost:
        cell.open()
    with pytest.raises(Refused, match="not open"):
        cell.lathe.set_door("c1", is_open=False)
    return str(lost.value)


def test_a_server_without_the_namespace_is_not_the_one(server: Server) -> None:
    before = server.tell(writes=True)
    assert "no namespace 'urn:other'" in cause(server.address.replace("urn:example:cell", "urn:other"))
    assert server.tell(writes=True) == before


def test_a_server_without_a_tag_or_with_one_of_another_type_is_not_the_one(server: Server) -> None:
    assert cause(f"{server.address}&prefix=less.").endswith(";s=less.gauge.verdict")
    assert "lathe.door.set is Double where Boolean or String is expected" in cause(f"{server.address}&prefix=typed.")


def test_nobody_there_and_a_port_that_says_nothing_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert "no answer of an OPC UA server" in cause(f"opc.tcp://127.0.0.1:{port}?namespace=urn:example:cell")
    assert f"127.0.0.1:{port}" in cause(f"opc.tcp://127.0.0.1:{port}?namespace=urn:example:cell")


def test_a_tag_that_may_not_be_written_ends_the_command_with_the_server_s_word(server: Server) -> None:
    with opened(f"{server.address}&prefix=fixed.") as cell:
        cell.lathe.set_door("c1", is_open=False)
        status = cell.ended("c1")
        assert (status.state, status.why[:3]) == ("aborted", "Bad")


# --- the link ----------------------------------------------------------------------------------------------------------


def down(cell: Cell) -> str:
    """Why its link went down, "" while it did not."""
    return next((e.why for e in cell.told(LinkChanged) if isinstance(e, LinkChanged) and not e.is_up), "")


def through(relay: ChaosRelay, server: Server) -> str:
    return server.address.replace(str(server.port), str(relay.port))


def test_a_cut_link_loses_a_job_from_sight_and_the_plc_tells_it_after(server: Server) -> None:
    server.tell(part="gauge", there=True)
    with ChaosRelay(("127.0.0.1", server.port), Chaos(0, CALM)) as relay, opened(through(relay, server)) as cell:
        runs = server.tell(runs="gauge")
        cell.gauge.inspect("cut 1", "verdict")
        until(lambda: server.tell(runs="gauge") == runs + 1, "the job")
        relay.cut(refuses=True)
        until(lambda: cell.gauge.status("cut 1").state == "unknown", "the loss")
        until(lambda: down(cell) != "", "the news of it")
        assert all(cell.signals.read(s).value is None for s in cell.signals.signals)
        relay.heal()
        until(lambda: cell.gauge.status("cut 1").state == "done", "the reconciliation")
        assert [type(e) for e in cell.told(OutcomeTold)] == [OutcomeTold]
        assert server.tell(runs="gauge") == runs + 1


def test_a_server_that_goes_silent_is_stale_in_time_and_back_when_it_is_back(server: Server) -> None:
    with ChaosRelay(("127.0.0.1", server.port), Chaos(0, CALM)) as relay, opened(through(relay, server)) as cell:
        relay.silence()
        until(lambda: down(cell) != "", "the loss")
        with pytest.raises(Stale):
            cell.lathe.set_door("c1", is_open=False)
        relay.cut()
        relay.heal()
        cell.says("lathe.door", "open")


def test_a_server_whose_clock_goes_back_ends_the_conversation(tmp_path: Path) -> None:
    with opcua_server(tmp_path) as server, opened(server.address) as cell:
        server.tell(clock=-3600)
        until(lambda: "went back" in down(cell), "the loss")
        cell.says("lathe.door", "open")


def test_a_server_that_is_started_anew_is_met_anew(tmp_path: Path) -> None:
    with opcua_server(tmp_path) as server:
        port = server.port
        cell = Cell(server.address)
        cell.open()
        cell.says("lathe.door", "open")
    until(lambda: cell.signals.read("lathe.door").value is None, "the loss")
    with opcua_server(tmp_path, {**CELL, "lathe.door": ("String", "closed")}, port):
        cell.says("lathe.door", "closed")
        cell.close()
