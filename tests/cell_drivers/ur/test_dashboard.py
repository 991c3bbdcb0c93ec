"""The dashboard's lines: an answer belongs to its request, a refusal is an answer, and anything else is Malformed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell_drivers.ur.dashboard import ANSWERS, Answer, Dialogue, LineReader, Request, read_answer
from cell_drivers.ur.malformed import Malformed
from tests.fuzz.wire.dashboard import ANSWERS as LINES
from tests.fuzz.wire.dashboard import GREETING, SEEDS, one
from tests.fuzz.wire.mutations import mutated


def greeted(*requests: Request) -> Dialogue:
    dialogue = Dialogue()
    dialogue.ask(*requests)
    assert dialogue.outgoing() == b"", "nothing is said before the greeting"
    dialogue.received(GREETING)
    return dialogue


def test_every_request_has_an_answer_that_is_read() -> None:
    assert set(ANSWERS) == set(Request)
    for request, line in zip(Request, LINES, strict=True):
        assert read_answer(request, line.decode().strip()).value is not None, request


def test_one_request_is_under_way_at_a_time() -> None:
    dialogue = greeted(Request.MODEL, Request.SERIAL)
    assert dialogue.outgoing() == b"get robot model\n"
    assert dialogue.outgoing() == b""
    assert dialogue.received(b"UR1") == ()
    assert dialogue.received(b"0\r\n") == (Answer(Request.MODEL, "UR10", "UR10"),)
    assert dialogue.outgoing() == b"get serial number\n"


def test_what_is_urgent_goes_first_and_once() -> None:
    dialogue = greeted(Request.MODE)
    dialogue.ask_first(Request.STOP)
    dialogue.ask_first(Request.STOP)
    assert dialogue.outgoing() == b"stop\n"
    dialogue.ask_first(Request.STOP)
    dialogue.received(b"Stopped\n")
    assert dialogue.outgoing() == b"robotmode\n"


@pytest.mark.parametrize("line", ["Failed to execute: power on", "could not understand: 'power on'", "Command is not allowed"])
def test_a_refusal_is_an_answer_without_a_value(line: str) -> None:
    assert read_answer(Request.POWER_ON, line) == Answer(Request.POWER_ON, None, line)


@pytest.mark.parametrize(
    ("request_", "line"),
    [(Request.MODEL, "Robotmode: RUNNING"), (Request.MODE, "RUNNING"), (Request.POWER_ON, ""), (Request.REMOTE, "perhaps")],
)
def test_an_answer_to_something_else_is_malformed(request_: Request, line: str) -> None:
    with pytest.raises(Malformed, match="does not answer"):
        read_answer(request_, line)


def test_a_line_that_nobody_asked_for_is_malformed() -> None:
    with pytest.raises(Malformed, match="nobody asked"):
        greeted().received(b"Powering on\n")


def test_who_does_not_greet_as_a_dashboard_is_none() -> None:
    with pytest.raises(Malformed, match="greet"):
        Dialogue().received(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize("data", [b"x" * 1100, b"\xff\xfe\n", b"Robot\x07mode\n"])
def test_a_line_that_is_no_line_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        LineReader().feed(data)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(SEEDS), st.binary(max_size=30), st.text(max_size=20).map(str.encode))).map(b"".join))
def test_any_bytes_give_answers_or_malformed(data: bytes) -> None:
    one(data)


def test_mutated_lines_give_answers_or_malformed() -> None:
    for data in mutated(SEEDS, 800, seed=1):
        one(data)
