"""RTDE's wire format: what is agreed on is read, and anything else is Malformed and nothing worse."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell_drivers.ur import rtde
from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.recipe import Recipe
from cell_drivers.ur.registers import INPUTS, OUTPUTS, Instruction, Mark, Report, Why
from cell_drivers.ur.rtde_session import RtdeSession, Stage
from tests.fuzz.wire.mutations import mutated
from tests.fuzz.wire.rtde import HANDSHAKE, SEEDS, one, sample

EVERY = Recipe(3, tuple((f"f{i}", kind) for i, kind in enumerate(rtde.TYPES)))
VALUES: rtde.Values = {
    "f0": True,
    "f1": 255,
    "f2": 2**32 - 1,
    "f3": 2**64 - 1,
    "f4": -(2**31),
    "f5": -1.5,
    "f6": (1.0, 2.0, 3.0),
    "f7": (1.0, 2.0, 3.0, 4.0, 5.0, 6.5),
    "f8": (-1, -2, -3, -4, -5, -6),
    "f9": (1, 2, 3, 4, 5, 6),
}


def streaming() -> RtdeSession:
    session = RtdeSession()
    session.received(b"".join(HANDSHAKE), 0)
    assert session.is_streaming
    return session


def test_requests_are_the_bytes_of_the_guide() -> None:
    assert rtde.request_version() == bytes.fromhex("0005560002")
    assert rtde.request_control_version() == bytes.fromhex("000376")
    assert (
        rtde.request_outputs(["timestamp", "actual_q"], 125.0) == b"\x00\x1dO" + struct.pack(">d", 125.0) + b"timestamp,actual_q"
    )
    assert rtde.request_inputs(["speed_slider_mask"]) == b"\x00\x14Ispeed_slider_mask"
    assert (rtde.request_start(), rtde.request_pause()) == (b"\x00\x03S", b"\x00\x03P")


def test_every_type_is_read_as_it_was_written() -> None:
    (package,) = rtde.Reader().feed(EVERY.write(VALUES))
    assert isinstance(package, rtde.DataPackage)
    assert EVERY.read(package) == VALUES


def test_packages_come_in_any_pieces() -> None:
    reader, stream = rtde.Reader(), b"".join(HANDSHAKE)
    found = [package for byte in stream for package in reader.feed(bytes([byte]))]
    assert found == list(rtde.Reader().feed(stream))
    assert found[1] == rtde.ControlVersion(5, 15, 0, 0)


def test_a_text_message_is_read() -> None:
    (said,) = rtde.Reader().feed(rtde.package_of(rtde.TEXT, b"\x05hello\x02me\x01"))
    assert said == rtde.TextMessage("hello", "me", 1)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x02V",  # smaller than its own header
        b"\x00\x04X\x00",  # a kind that nobody sends
        b"\xff\xffX",  # and it is not waited for
        b"\x00\x04V\x02",  # neither yes nor no
        b"\x00\x05V\x00\x02",  # a request, and not an answer
        b"\x00\x07v\x00\x00\x00\x05",
        b"\x00\x06M\x09ab",
        b"\x00\x07M\x01\xff\x00\x01",  # no text
        b"\x00\x06M\x00\x00\x04",  # no such level
        b"\x00\x03O",
        b"\x00\x08O\x01WORD",
        b"\x00\x03U",
    ],
)
def test_what_no_controller_sends_is_malformed(data: bytes) -> None:
    reader = rtde.Reader()
    with pytest.raises(Malformed):
        reader.feed(data)
    with pytest.raises(Malformed):
        reader.feed(HANDSHAKE[0])  # what follows garbage has no meaning


def test_a_reader_waits_for_the_rest() -> None:
    assert rtde.Reader().feed(HANDSHAKE[1][:-1]) == ()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_malformed(bad: float) -> None:
    session = streaming()
    with pytest.raises(Malformed, match="actual_q is not finite"):
        session.received(sample(1.0, actual_q=(0.0, bad, 0.0, 0.0, 0.0, 0.0)), 0)


def test_data_of_another_recipe_or_size_is_malformed() -> None:
    for package in (rtde.DataPackage(2, bytes(EVERY.layout.size)), rtde.DataPackage(3, bytes(EVERY.layout.size + 1))):
        with pytest.raises(Malformed):
            EVERY.read(package)
    with pytest.raises(Malformed, match="neither true nor false"):
        EVERY.read(rtde.DataPackage(3, b"\x02" + bytes(EVERY.layout.size - 1)))


# --- the session ---


def test_a_session_asks_in_order_and_then_takes_samples() -> None:
    session = RtdeSession()
    asked = [session.hello()]
    for answer in HANDSHAKE:
        asked.append(session.received(answer, 0)[0])
    assert [request[2:3] for request in asked] == [b"V", b"v", b"O", b"I", b"S", b""]
    _, (seen,) = session.received(sample(1.0), 77)
    assert (seen.time, seen.received) == (1_000_000_000, 77)


@pytest.mark.parametrize(
    ("number", "answer", "why"),
    [
        (0, b"\x00\x04V\x00", "does not speak version 2"),
        (2, HANDSHAKE[2].replace(b"VECTOR6D", b"VECTOR3D", 1), "actual_q is VECTOR3D"),
        (
            2,
            rtde.package_of(rtde.SETUP_OUTPUTS, b"\x01" + HANDSHAKE[2][4:].replace(b"DOUBLE", b"NOT_FOUND", 1)),
            "has no timestamp",
        ),
        (2, rtde.package_of(rtde.SETUP_OUTPUTS, b"\x01DOUBLE"), "1 types"),
        (
            3,
            rtde.package_of(rtde.SETUP_INPUTS, b"\x01" + HANDSHAKE[3][4:].replace(b"INT32", b"IN_USE", 1)),
            "another client writes",
        ),
        (4, b"\x00\x04S\x00", "does not start"),
        (1, HANDSHAKE[0], "VersionAnswer where CONTROLLER"),
    ],
)
def test_an_answer_that_does_not_fit_ends_the_session(number: int, answer: bytes, why: str) -> None:
    session = RtdeSession()
    session.received(b"".join(HANDSHAKE[:number]), 0)
    with pytest.raises(Malformed, match=why):
        session.received(answer, 0)
    assert session.stage is not Stage.STREAM


def test_data_before_it_was_asked_for_is_malformed() -> None:
    with pytest.raises(Malformed, match="before it was asked for"):
        RtdeSession().received(sample(1.0), 0)


@pytest.mark.parametrize("then", [1.0, 0.5])
def test_time_that_stands_or_runs_back_is_malformed(then: float) -> None:
    session = streaming()
    session.received(sample(1.0), 0)
    with pytest.raises(Malformed, match="time does not go on"):
        session.received(sample(then), 0)


@pytest.mark.parametrize(
    "odd",
    [{"robot_mode": 9}, {"safety_status": 0}, {"runtime_state": 6}, {"speed_scaling": 1.5}, {"output_int_register_38": 4}],
)
def test_a_word_that_no_controller_has_is_malformed(odd: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        streaming().received(sample(1.0, **odd), 0)


def test_registers_carry_an_instruction_and_a_report() -> None:
    recipe = Recipe(2, INPUTS)
    (package,) = rtde.Reader().feed(recipe.write(Instruction(7, Mark.of("c1").low, Why.QUICK, 0.25, 0.5).values()))
    assert isinstance(package, rtde.DataPackage)
    read = recipe.read(package)
    assert (read["input_int_register_36"], read["input_int_register_38"], read["speed_slider_mask"]) == (7, 2, 1)
    mark = Mark.of("c1")
    told = {"output_int_register_36": mark.high, "output_int_register_37": mark.low, "output_int_register_38": 3}
    told |= {"output_int_register_39": 1}
    report = Report.read({**told, "output_double_register_36": 0.4, "output_double_register_37": 0.0})
    assert (report.mark, report.why, report.s) == (mark, Why.HOLD, 0.4)


def test_marks_tell_ids_apart_and_are_never_nobody() -> None:
    marks = {Mark.of(f"run/{i}") for i in range(2000)}
    assert len(marks) == 2000
    assert all(mark.low for mark in marks)


# --- anything ---


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(SEEDS), st.binary(max_size=40)), max_size=6).map(b"".join))
def test_any_bytes_give_samples_or_malformed(data: bytes) -> None:
    one(data)


def test_mutated_messages_give_samples_or_malformed() -> None:
    for data in mutated(SEEDS, 800, seed=1):
        one(data)


def test_outputs_fit_into_one_package() -> None:
    assert Recipe(1, OUTPUTS).layout.size < 1000
