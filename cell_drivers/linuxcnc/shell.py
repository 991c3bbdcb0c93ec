"""The lines of linuxcncrsh, LinuxCNC's shell on TCP: bytes in, values out.

A request is a line, and so is its answer: `get x` is answered by `X …`, `set x …` by `SET X ACK` once `verbose` is on, and what
is refused by `… NAK`. Lines end in CR LF or, after some answers, LF CR. An answer is taken only where it names what was asked,
so one that was lost, doubled or changed on the way is not taken for another. Numbers have six digits after the point, and are
read only so: nan, inf and a cut number are no numbers. Degrees, as the controller has them.

Source: linuxcncrsh(1) of LinuxCNC 2.9, and what 2.9.0~pre1 (Debian 12) was seen to answer (tests/peers/test_linuxcnc_shell.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cell_drivers.linuxcnc.malformed import Malformed

VERSION = "1.1"
"""Of the shell, as its greeting says."""
LONGEST = 4096
"""Bytes of a line."""

GREETING = ("hello EMC cellwright 1.0",)
CONTROL = "set enable EMCTOO"
"""Takes control: the shell lets one link command, the one that asked for it last, and refuses all others."""
SETTINGS = ("set verbose on", "set echo off", CONTROL)
"""What follows the greeting. Until echo is off, the shell may repeat what it reads."""
QUESTIONS = (
    "get time", "get joint_pos", "get abs_cmd_pos", "get program_status", "get program_line", "get program", "get mode",
    "get machine", "get estop", "get joint_homed", "get feed_override", "get enable", "get error",
)  # fmt: skip
"""A reading: what is asked again and again, always all of it."""

Mode = Literal["manual", "auto", "mdi"]
Status = Literal["idle", "running", "paused"]
_NUMBER = re.compile(r"-?[0-9]{1,12}\.[0-9]{6}", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """`time` s of the controller's clock; `joints` and `commanded` in degrees, in its own order; `line` of `program` ("" none);
    `feed` override in percent; `is_ours`: this link may command; `error` is what it last complained of, "" for nothing."""

    time: float
    joints: tuple[float, ...]
    commanded: tuple[float, ...]
    status: Status
    line: int
    program: str
    mode: Mode
    is_on: bool
    is_estopped: bool
    homed: tuple[bool, ...]
    feed: int
    is_ours: bool
    error: str


def lines_of(held: bytes, fresh: bytes) -> tuple[tuple[str, ...], bytes]:
    """The whole lines in what was held back and what has come, and what is held back now. Empty lines are left out."""
    *whole, rest = re.split(rb"[\r\n]", held + fresh)
    if max(map(len, (*whole, rest))) > LONGEST:
        raise Malformed(f"a line is longer than {LONGEST} bytes")
    try:
        return tuple(line.decode("utf-8") for line in whole if line), rest
    except UnicodeDecodeError as cause:
        raise Malformed(f"no text: {cause.object[:40]!r}") from None


def answer_of(request: str, line: str) -> str | None:
    """What `line` answers to `request`, "" where it only says yes; None: it is refused."""
    verb, _, rest = request.partition(" ")
    subject = rest.partition(" ")[0].upper()
    match verb:
        case "hello":
            return _rest_of(line, "HELLO ACK", refusal="HELLO NAK")
        case "get":
            return _rest_of(line, subject, refusal=f"GET {subject} NAK")
        case _:
            return _rest_of(line, f"SET {subject} ACK", refusal=f"SET {subject} NAK")


def is_echo(requests: tuple[str, ...], line: str) -> bool:
    """Whether the shell repeats one of its settings, or the end of one: it repeats what one read gave it."""
    return requests == SETTINGS and any(request.endswith(line) for request in SETTINGS)


def check_greeting(told: str | None) -> None:
    """Raises Malformed where this is no shell that we know."""
    if told is None:
        raise Malformed("it refuses the greeting: another password is set")
    if told.split(" ")[-1] != VERSION:
        raise Malformed(f"its shell is of version {told.split(' ')[-1]}, not {VERSION}")


def reading_of(answers: Sequence[str | None]) -> Reading:
    """From the answers to QUESTIONS."""
    told = [answer for answer in answers if answer is not None]
    if len(told) != len(QUESTIONS):
        raise Malformed("it refuses to tell its state")
    time, joints, commanded, status, line, program, mode, machine, estop, homed, feed, enable, error = told
    reading = Reading(
        time=_number(time),
        joints=_numbers(joints),
        commanded=_numbers(commanded)[: len(joints.split())],
        status=_word(status, ("IDLE", "RUNNING", "PAUSED")),  # type: ignore[arg-type]
        line=_whole(line),
        program="" if program == "NONE" else program,
        mode=_word(mode, ("MANUAL", "AUTO", "MDI")),  # type: ignore[arg-type]
        is_on=_word(machine, ("ON", "OFF")) == "on",
        is_estopped=_word(estop, ("ON", "OFF")) == "on",
        homed=tuple(_word(word, ("YES", "NO")) == "yes" for word in homed.split()),
        feed=_whole(feed),
        is_ours=_word(enable, ("ON", "OFF")) == "on",
        error="" if error == "OK" else error,
    )
    if not len(reading.joints) == len(reading.homed) == len(reading.commanded):
        raise Malformed(f"{len(reading.joints)} joints stand somewhere, {len(reading.homed)} may be homed")
    return reading


def debugged(text: str, tag: int, count: int) -> tuple[float, ...] | None:
    """The `count` numbers that a message `cellwright TAG …` shows, nan for what the controller does not know. None where `text`
    is no such message."""
    words = text.split()
    if words[:2] != ["cellwright", str(tag)]:
        return None
    if len(words) != count + 2:
        raise Malformed(f"{count} numbers were asked for, got {' '.join(words[2:])}")
    return tuple(math.nan if set(word) == {"#"} else _number(word) for word in words[2:])


def _rest_of(line: str, begins: str, refusal: str) -> str | None:
    if line == refusal:
        return None
    if line != begins and not line.startswith(begins + " "):
        raise Malformed(f"expected {begins} …, got {line[:60]!r}")
    return line[len(begins) + 1 :].strip()


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise Malformed(f"no number: {text[:40]!r}")
    return float(text)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(_number(word) for word in text.split())


def _whole(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise Malformed(f"no whole number: {text[:40]!r}")
    return int(text)


def _word(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise Malformed(f"expected {' or '.join(words)}, got {text[:40]!r}")
    return text.lower()
