"""The address of a gripper in a cell file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell_drivers.modbus_gripper.address import Address, address_of


def test_an_address_says_where_and_how_far() -> None:
    assert address_of("modbus://192.0.2.9:5020?unit=3&stroke=140&speed=50") == Address("192.0.2.9", 5020, "tcp", 3, 0.14, 0.5)
    assert address_of("modbus+rtu://gripper?stroke=85") == Address("gripper", 502, "rtu", 9, 0.085, 1.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no address"),
        ("opc.tcp://host?stroke=85", "no address"),
        ("modbus://?stroke=85", "no address"),
        ("modbus://host/9?stroke=85", "no address"),
        ("modbus://host:port?stroke=85", "expected like"),
        ("modbus://host:99999?stroke=85", "expected like"),
        ("modbus://host", "does not say stroke"),
        ("modbus://host?stroke=0", "stroke is 1 to 500"),
        ("modbus://host?stroke=nan", "stroke is 1 to 500"),
        ("modbus://host?stroke=85&unit=248", "unit is 0 to 247"),
        ("modbus://host?stroke=85&unit=1.5", "whole number"),
        ("modbus://host?stroke=85&speed=0", "speed is 1 to 100"),
        ("modbus://host?stroke=85&slave=9", "slave is not known"),
    ],
)
def test_an_address_that_makes_no_sense_says_what_was_expected(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        address_of(text)


@given(text=st.text() | st.text().map(lambda text: f"modbus://{text}"))
def test_whatever_is_written_is_an_address_or_a_value_error(text: str) -> None:
    try:
        address_of(text)
    except ValueError:
        return
