"""Which driver drives what, as the cell file says; and that nothing which it does not name is imported."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cell.devices import devices_of, kind_of
from cell.diagnostic import Position, Span
from cell.driven_by import DrivenBy
from cell.model import CellModel
from cell.scenario import Scenario
from cell.state import InHand
from cell.world_record import HeldBy
from cell_drivers.simulated import SimulatedCell
from cellwright.assignment import assigned
from cellwright.by_hand import hands_of, state_by_hand
from cellwright.open_drivers import REMEMBERED, missing_drivers, open_drivers
from tests.cell_drivers.test_registry import plant
from tests.intentlang.cells import cell_of
from tests.planner.proof.gantry import request

SECOND = """
import cell_drivers.simulated

def driver(assembly):
    if "nowhere" in assembly.addresses.values():
        raise ValueError("no such address: nowhere")
    return cell_drivers.simulated.driver(assembly)
"""


DEVICES = """
robot r {
  model "ur5e"
  driver ur
  address "rtde://192.0.2.4:30004"
  base (0 m, 0 m, 0 m)
}
tool g {
  in rack
  tcp (0 mm, 0 mm, 100 mm)
  mass 1 kg
  driver modbus
}
changer rack {
  at (1 m, 0 m, 0 m)
  stores g
  serves r
  driver io
}
station s {
  at (0 m, 1 m, 0 m)
  driver opcua
}
zone z {
  box from (0 m, 0 m, 0 m) to (1 m, 1 m, 1 m)
  driver opcua
}
person p {
  at s
  usually 5 s
  driver screen
}
"""


def at(line: int) -> Span:
    return Span("gantry.cell", Position(line, 1), Position(line, 9))


def two_drivers(cell: CellModel, **others: DrivenBy) -> CellModel:
    return replace(cell, driven_by=others)


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "the_second_driver.py").write_text(SECOND)
    (tmp_path / "the_unnamed_driver.py").write_text("raise AssertionError('imported')\n")
    plant(tmp_path, "second-driver", "second = the_second_driver:driver")
    plant(tmp_path, "unnamed-driver", "unnamed = the_unnamed_driver:driver")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "the_second_driver", raising=False)
    return tmp_path


def test_a_cell_with_one_driver_is_driven_by_it_as_a_whole() -> None:
    (part,) = assigned(request().cell).expect()
    assert part.driver == "sim"
    assert {"g1", "grip", "lathe", "gauge"} <= part.devices


def test_each_device_of_a_cell_with_several_drivers_says_which_one() -> None:
    cell = two_drivers(request().cell, grip=DrivenBy("second", "a://b", at(7)))
    outcome = assigned(cell)
    assert outcome.value is None
    assert {d.code for d in outcome.diagnostics} == {"E290"}
    lathe = next(d for d in outcome.diagnostics if "`lathe`" in d.message)
    assert "sim, second" in lathe.message
    assert len(lathe.spans) == 3  # where it is declared, and where each driver is named
    assert lathe.spans[2].start == Position(7, 1)


def test_devices_and_addresses_go_to_the_driver_that_is_named() -> None:
    cell = request().cell
    rest = {name: DrivenBy("second", None, at(9)) for name in ("lathe", "gauge")}
    cell = two_drivers(cell, grip=DrivenBy("second", "a://b", at(7)), **rest)
    sim, second = assigned(cell).expect()
    assert (sim.driver, sim.devices, dict(sim.addresses)) == ("sim", frozenset({"g1"}), {})
    assert (second.driver, second.devices) == ("second", frozenset({"grip", "lathe", "gauge"}))
    assert dict(second.addresses) == {"grip": "a://b"}


def test_only_drivers_that_the_cell_names_are_imported(planted: Path) -> None:
    asked = request()
    assert open_drivers(asked, Scenario()).is_ok
    assert "the_second_driver" not in sys.modules
    robots = {"g1": replace(asked.cell.robots["g1"], driver="second")}
    assert open_drivers(replace(asked, cell=replace(asked.cell, robots=robots)), Scenario()).is_ok
    assert "the_second_driver" in sys.modules
    assert "the_unnamed_driver" not in sys.modules


def test_a_simulated_world_begins_with_what_hands_are_said_to_hold() -> None:
    asked = request()
    hand, kind = hands_of(asked.cell)[0], next(iter(asked.cell.parts))
    state = state_by_hand(asked.cell, [(hand, kind)]).expect()
    (held,) = (part.id for part in state.parts if part.location == InHand(hand, 0))
    drivers = open_drivers(replace(asked, state=state), Scenario()).expect()
    assert isinstance(drivers, SimulatedCell)
    tool, _, own = hand.partition(".")
    assert drivers.grippers[tool].state(own).grip == "held"
    assert [part.id for part in drivers.record().parts if part.where == HeldBy(hand)] == [held]


def test_a_simulated_world_has_room_for_all_that_happened_only_where_the_run_has_an_end() -> None:
    def remembered(is_continuous: bool) -> int | None:
        drivers = open_drivers(replace(request(), is_continuous=is_continuous), Scenario()).expect()
        assert isinstance(drivers, SimulatedCell)
        return drivers.world.remembers

    assert remembered(False) is None
    assert remembered(True) == REMEMBERED


def test_an_address_that_the_driver_cannot_make_sense_of_is_told_with_its_place(planted: Path) -> None:
    asked = request()
    robots = {"g1": replace(asked.cell.robots["g1"], driver="second")}
    cell = replace(asked.cell, robots=robots, driven_by={"g1": DrivenBy("second", "nowhere", at(4))})
    (found,) = open_drivers(replace(asked, cell=cell), Scenario()).diagnostics
    assert (found.code, found.help) == ("E295", "no such address: nowhere")
    assert found.spans


def test_drivers_that_share_no_time_are_told(planted: Path) -> None:
    asked = request()
    others = {name: DrivenBy("second", None, at(9)) for name in ("grip", "lathe", "gauge")}
    cell = two_drivers(asked.cell, **others)
    (found,) = open_drivers(replace(asked, cell=cell), Scenario()).diagnostics
    assert found.code == "E296"


def test_every_driver_that_is_not_installed_is_told_once_with_all_its_places() -> None:
    others = {name: DrivenBy("nobody", None, at(k)) for k, name in enumerate(("grip", "lathe", "gauge"), 1)}
    found = missing_drivers(two_drivers(request().cell, **others))
    assert [(d.code, d.is_error, len(d.spans)) for d in found] == [("E291", False, 3)]


@pytest.mark.parametrize(
    ("driver", "told"),
    [
        ("ur", "`ur` drives robots, and `g` is a tool"),
        ("modbus_gripper", "`modbus_gripper` drives tools, and `r` is a robot"),
        ("opcua_io", "`opcua_io` drives equipment (machines, stations, fixtures, sensors and their like), and `g` is a tool"),
    ],
)
def test_what_falls_to_a_driver_that_does_not_drive_it_is_told_without_importing_it(driver: str, told: str) -> None:
    """Only the robot names one, so all is that one's."""
    cell = cell_of(DEVICES).expect()
    robots = {"r": replace(cell.robots["r"], driver=driver)}
    named = {"r": replace(cell.driven_by["r"], driver=driver)}
    loaded = {name for name in sys.modules if name.startswith(f"cell_drivers.{driver}")}
    found = {d.message: d for d in missing_drivers(replace(cell, robots=robots, driven_by=named))}
    assert told in found
    assert (found[told].code, found[told].is_error) == ("E295", False)
    assert ("what names none is the only driver's" in found[told].help) is (driver != "modbus_gripper"), "the robot names it"
    assert {name for name in sys.modules if name.startswith(f"cell_drivers.{driver}")} == loaded


@pytest.mark.parametrize(
    "text", ['DRIVES = ("tool", "robot", "coupling", "equipment", "person", "zone")', "", 'DRIVES = ("robots",)']
)
def test_a_driver_that_drives_it_or_does_not_say_so_is_asked_later(planted: Path, text: str) -> None:
    """A word that there is not tells nothing."""
    (planted / "the_second_driver.py").write_text(f"{SECOND}\n{text}\n")
    cell = request().cell
    robots = {"g1": replace(cell.robots["g1"], driver="second")}
    assert missing_drivers(replace(cell, robots=robots)) == ()
    assert "the_second_driver" not in sys.modules


def test_every_kind_of_device_has_a_word_that_a_driver_can_say() -> None:
    cell = cell_of(DEVICES).expect()
    kinds = {device: kind_of(cell, device) for device in devices_of(cell)}
    assert kinds == {"r": "robot", "r.coupling": "coupling", "g": "tool", "s": "equipment", "p": "person", "z": "zone"}
    with pytest.raises(KeyError):
        kind_of(cell, "nobody")


def test_driver_and_address_are_read_of_every_kind_of_device() -> None:
    cell = cell_of(DEVICES).expect()
    named = {part.driver: part.devices for part in assigned(cell).expect()}
    assert named == {
        "ur": {"r"}, "modbus": {"g"}, "io": {"r.coupling"}, "opcua": {"s", "z"}, "screen": {"p"}
    }  # fmt: skip
    assert cell.driven_by["r"].address == "rtde://192.0.2.4:30004"
