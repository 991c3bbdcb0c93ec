"""What an integrator's own tests put on the bench: the devices that a cell file gives to a driver, at the address of a double."""

from pathlib import Path

import pytest

from cellwright.driver_bench import assembly_of

CELL = """robot r1 {
  model "ur5e"
  driver acme
  address "acme://192.0.2.7:7000"
  base (0 mm, 0 mm, 0 mm)
}
robot r2 {
  model "ur5e"
  driver sim
  base (2000 mm, 0 mm, 0 mm)
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.cell"
    path.write_text(CELL, "utf-8")
    return path


def test_it_is_what_the_cell_file_gives_to_the_driver(file: Path) -> None:
    found = assembly_of(file, "acme")
    assert found.devices == {"r1"}
    assert found.addresses == {"r1": "acme://192.0.2.7:7000"}
    assert set(found.cell.robots) == {"r1", "r2"}
    assert found.robots["r1"].chain.joint_names[0] == "shoulder_pan_joint"


def test_a_double_is_met_at_its_own_address(file: Path) -> None:
    assert assembly_of(file, "acme", {"r1": "acme://127.0.0.1:4242"}).addresses == {"r1": "acme://127.0.0.1:4242"}


def test_a_device_of_another_driver_has_no_address_here(file: Path) -> None:
    with pytest.raises(ValueError, match="gives `acme` r1, and not r2"):
        assembly_of(file, "acme", {"r2": "acme://127.0.0.1:4242"})


def test_a_driver_that_the_file_does_not_name_is_told_with_those_that_it_names(file: Path) -> None:
    with pytest.raises(ValueError, match=r"E295 .* gives no device to `acne`; it names acme, sim"):
        assembly_of(file, "acne")


def test_what_is_wrong_in_the_file_is_told_with_its_line(file: Path) -> None:
    file.write_text(CELL.replace("  base (0 mm", "  bass (0 mm"), "utf-8")
    with pytest.raises(ValueError, match=r"two\.cell:[15]: E\d+ "):
        assembly_of(file, "acme")
    with pytest.raises(OSError, match="none"):
        assembly_of(file.with_name("none.cell"), "acme")
