"""The gripper's words: what the maker's manual says they mean, and a typed error for everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell_drivers.modbus_gripper.registers import (
    FAULTS,
    NotAGripper,
    Request,
    Status,
    request_of,
    status_of,
    words_of,
)
from cell_drivers.modbus_gripper.scale import Scale
from tests.doubles.gripper_2f import Gripper2F

BYTE = st.integers(0, 255)
WORD = st.integers(0, 0xFFFF)


def test_a_held_part_as_the_manual_prints_it() -> None:
    """Its example: gOBJ 2, gSTA 3, gGTO, gACT; position request 255, stopped at 0xBD."""
    assert status_of((0xB900, 0x00FF, 0xBD00)) == Status(True, True, "activated", "stopped closing", 0, 255, 0xBD, 0.0)


def test_an_activation_as_the_manual_prints_it() -> None:
    assert words_of(Request(True, False, 0, 0, 0)) == (0x0100, 0x0000, 0x0000)
    assert words_of(Request(True, True, 0xFF, 0xFF, 0xFF)) == (0x0900, 0x00FF, 0xFFFF)
    assert status_of((0x1100, 0x0000, 0x0000)).activation == "activating"


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_of_the_manual_is_read(fault: int) -> None:
    assert status_of((0x3900, fault << 8, 0)).fault == fault


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((0x0000, 0x0000), "3 words"),
        ((0x0000, 0x0000, 0x0000, 0x0000), "3 words"),
        ((0x0000, 0x0000, 0x10000), "3 words"),
        ((-1, 0, 0), "3 words"),
        ((0x2100, 0, 0), "a bit"),
        ((0x0300, 0, 0), "a bit"),
        ((0x3901, 0, 0), "a bit"),
        ((0x3000, 0, 0), "without being enabled"),
        ((0x3900, 0x0100, 0), "a fault"),
    ],
)
def test_words_that_no_such_gripper_writes_are_refused(words: tuple[int, ...], why: str) -> None:
    with pytest.raises(NotAGripper, match=why):
        status_of(words)


@given(words=st.lists(st.one_of(WORD, st.integers(), st.floats(), st.none(), st.text()), max_size=5))
def test_whatever_comes_is_a_status_or_not_a_gripper(words: list[int]) -> None:
    try:
        status = status_of(words)
    except NotAGripper:
        return
    assert 0 <= status.position <= 255
    assert 0 <= status.requested <= 255
    assert status.fault == 0 or status.fault in FAULTS


@given(enabled=st.booleans(), goes=st.booleans(), position=BYTE, speed=BYTE, force=BYTE)
def test_a_request_is_read_as_it_was_written(enabled: bool, goes: bool, position: int, speed: int, force: int) -> None:
    request = Request(enabled, goes, position, speed, force)
    assert request_of(words_of(request)) == request


@pytest.mark.parametrize("value", [-1, 256])
def test_a_request_beyond_a_byte_cannot_be_made(value: int) -> None:
    with pytest.raises(ValueError, match="0 to 255"):
        Request(True, True, value)


def test_what_the_double_writes_is_read() -> None:
    now = [0.0]
    gripper = Gripper2F(1.0, clock=lambda: now[0])
    gripper.part = 100
    gripper.write(1000, list(words_of(Request(True, True, 255, 255, 0))))
    now[0] = 0.1
    assert status_of(gripper.read(2000, 3)).jaw == "moving"
    now[0] = 1.0
    held = status_of(gripper.read(2000, 3))
    assert (held.jaw, held.position, held.requested) == ("stopped closing", 100, 255)


# --- scale -------------------------------------------------------------------------------------------------------------

SCALE = Scale(0.085, 20.0, 235.0)


@given(width=st.floats(0.0, 0.085))
def test_a_width_comes_back_within_half_a_step(width: float) -> None:
    assert abs(SCALE.width(SCALE.position(width)) - width) <= 0.5 * 0.085 / 255 + 1e-12


@given(force=st.floats(20.0, 235.0))
def test_a_force_is_never_weaker_than_asked_and_less_than_a_step_stronger(force: float) -> None:
    sent = 20.0 + SCALE.force(force) * 215.0 / 255.0
    assert -1e-6 <= sent - force < 215.0 / 255.0


def test_the_ends_are_the_ends() -> None:
    assert [SCALE.position(0.085), SCALE.position(0.0), SCALE.position(None)] == [0, 255, 255]
    assert [SCALE.force(20.0), SCALE.force(235.0)] == [0, 255]


@pytest.mark.parametrize("beyond", [-0.001, 0.086, float("nan"), float("inf")])
def test_a_width_beyond_the_stroke_is_refused(beyond: float) -> None:
    with pytest.raises(ValueError, match="width"):
        SCALE.position(beyond)


@pytest.mark.parametrize("beyond", [19.9, 235.1, float("nan"), float("inf")])
def test_a_force_beyond_the_tool_is_refused(beyond: float) -> None:
    with pytest.raises(ValueError, match="force"):
        SCALE.force(beyond)
