"""The shell's lines: read as they are, and nothing else is read as one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell_drivers.linuxcnc.dialogue import Dialogue
from cell_drivers.linuxcnc.malformed import Malformed
from cell_drivers.linuxcnc.shell import (
    GREETING,
    QUESTIONS,
    SETTINGS,
    Reading,
    answer_of,
    check_greeting,
    debugged,
    lines_of,
    reading_of,
)

SEEN = (  # what LinuxCNC 2.9.0~pre1 answered to QUESTIONS
    b"TIME 1795877145.095269\r\nJOINT_POS 180.000000 -110.000000 110.000000 -90.000000 -90.000000 0.000000\r\n"
    b"ABS_CMD_POS 180.000000 -110.000000 110.000000 -90.000000 -90.000000 0.000000\r\nPROGRAM_STATUS RUNNING\r\n"
    b"PROGRAM_LINE 26\r\nPROGRAM /srv/A b.ngc\r\nMODE AUTO\r\nMACHINE ON\r\nESTOP OFF\r\nJOINT_HOMED YES YES YES YES YES NO\r\n"
    b"FEED_OVERRIDE 100\r\nENABLE ON\r\n"
    b"ERROR can't do that (EMC_TASK_PLAN_RUN:507) in MDI mode\r\n"
)


def read(data: bytes) -> Reading:
    dialogue = Dialogue()
    dialogue.ask(QUESTIONS, 0)
    (exchange,) = dialogue.take(data, 0)
    return reading_of(exchange.answers)


def test_a_reading_is_read() -> None:
    reading = read(SEEN)
    assert reading.time == 1795877145.095269
    assert reading.joints == (180.0, -110.0, 110.0, -90.0, -90.0, 0.0)
    assert (reading.status, reading.line, reading.program) == ("running", 26, "/srv/A b.ngc")
    assert (reading.mode, reading.is_on, reading.is_estopped, reading.feed) == ("auto", True, False, 100)
    assert reading.homed == (True,) * 5 + (False,)
    assert reading.error == "can't do that (EMC_TASK_PLAN_RUN:507) in MDI mode"


def test_both_line_ends_are_read_and_a_part_of_a_line_is_held_back() -> None:
    assert lines_of(b"SET MOD", b"E ACK\n\rGET FOO NAK\r\n\r\nTI") == (("SET MODE ACK", "GET FOO NAK"), b"TI")


@pytest.mark.parametrize(
    ("request_", "line", "answer"),
    [
        ("hello EMC cellwright 1.0", "HELLO ACK EMCNETSVR 1.1", "EMCNETSVR 1.1"),
        ("hello EMC cellwright 1.0", "HELLO NAK", None),
        ("set mode auto", "SET MODE ACK", ""),
        ("set mode bogus", "SET MODE NAK", None),
        ("get foo", "GET FOO NAK", None),
        ("get error", "ERROR OK", "OK"),
    ],
)
def test_an_answer_is_read(request_: str, line: str, answer: str | None) -> None:
    assert answer_of(request_, line) == answer


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        ("set mode auto", "SET RUN ACK"),
        ("set mode auto", "SET MODE AC"),
        ("get time", "TIMES 1.000000"),
        ("get program", "PROGRAM_LINE 3"),
        ("hello EMC cellwright 1.0", "SSH-2.0-OpenSSH_9.2"),
    ],
)
def test_an_answer_to_something_else_is_none(request_: str, line: str) -> None:
    with pytest.raises(Malformed):
        answer_of(request_, line)


def test_an_answer_that_nobody_asked_for_is_a_breach() -> None:
    dialogue = Dialogue()
    dialogue.ask(("get time",), 0)
    with pytest.raises(Malformed, match="nothing was asked"):
        dialogue.take(b"TIME 1.000000\r\nTIME 1.000000\r\n", 0)


def test_what_the_shell_repeats_before_echo_is_off_is_passed_over() -> None:
    dialogue = Dialogue()
    dialogue.ask(SETTINGS, 0)
    said = b"rbose on\r\nset echo off\r\nset enable EMCTOO\r\nSET VERBOSE ACK\n\rSET ECHO ACK\n\rSET ENABLE ACK\n\r"
    (exchange,) = dialogue.take(said, 0)
    assert exchange.answers == ["", "", ""]


@pytest.mark.parametrize("told", [None, "EMCNETSVR 1.2", "EMCNETSVR"])
def test_another_greeting_is_refused(told: str | None) -> None:
    with pytest.raises(Malformed):
        check_greeting(told)


def test_what_a_debug_message_shows_is_read_with_what_the_controller_does_not_know() -> None:
    one, other = debugged("cellwright 7 2.900000 ######", 7, 2) or (0.0, 0.0)
    assert one == 2.9
    assert other != other
    assert debugged("cellwright 6 2.900000 0.000000", 7, 2) is None
    assert debugged("OK", 7, 2) is None


@pytest.mark.parametrize("number", ["nan", "inf", "1e3", "1.0", "٣.000000", "1.0000000", "-", ""])
def test_no_other_form_is_a_number(number: str) -> None:
    with pytest.raises(Malformed):
        read(SEEN.replace(b"1795877145.095269", number.encode()))


@given(st.binary(max_size=400), st.integers(0, len(SEEN)), st.integers(0, 60))
def test_whatever_comes_is_read_or_malformed(noise: bytes, at: int, cut: int) -> None:
    """Noise in the place of up to 60 bytes of a real answer."""
    for asked in (GREETING, SETTINGS, QUESTIONS):
        dialogue = Dialogue()
        dialogue.ask(asked, 0)
        try:
            for exchange in dialogue.take(SEEN[:at] + noise + SEEN[at + cut :], 0):
                if exchange.requests == QUESTIONS:
                    reading_of(exchange.answers)
        except Malformed:
            continue


@given(st.text("#0123456789.-einfa \u0663\t", max_size=40))
def test_whatever_is_shown_is_numbers_or_malformed_or_no_answer(text: str) -> None:
    for shown in (text, f"cellwright 7 {text}"):
        try:
            numbers = debugged(shown, 7, 2)
        except Malformed:
            continue
        assert numbers is None or len(numbers) == 2
