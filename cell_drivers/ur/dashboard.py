"""The dashboard's lines: a request is a line, and so is its answer. Bytes in, values out, and no socket.

Law: one request at a time is under way, and its answer is the next line; so an answer always belongs to a known request. What an
answer has to look like stands beside its request; any other is `Malformed`, but a refusal, which is an answer like others.
Source: Universal Robots, "Dashboard Server e-Series" (port 29999).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cell_drivers.ur.malformed import Malformed

LONGEST_LINE = 1024
"""Bytes. No answer of a dashboard is nearly as long."""


class Request(StrEnum):
    POWER_ON = "power on"
    POWER_OFF = "power off"
    BRAKE_RELEASE = "brake release"
    STOP = "stop"
    UNLOCK = "unlock protective stop"
    MODE = "robotmode"
    SAFETY = "safetystatus"
    MODEL = "get robot model"
    SERIAL = "get serial number"
    VERSION = "PolyscopeVersion"
    REMOTE = "is in remote control"


GREETING = re.compile(r"Connected: Universal Robots Dashboard Server\s*")

ANSWERS: dict[Request, re.Pattern[str]] = {
    Request.POWER_ON: re.compile(r"Powering on"),
    Request.POWER_OFF: re.compile(r"Powering off"),
    Request.BRAKE_RELEASE: re.compile(r"Brake releasing"),
    Request.STOP: re.compile(r"Stopped"),
    Request.UNLOCK: re.compile(r"Protective stop releasing"),
    Request.MODE: re.compile(r"Robotmode: (\w{1,40})"),
    Request.SAFETY: re.compile(r"Safetystatus: (\w{1,60})"),
    Request.MODEL: re.compile(r"(UR\d{1,2}e?)"),
    Request.SERIAL: re.compile(r"(\w{1,40})"),
    Request.VERSION: re.compile(r"(?:URSoftware|PolyScope)? ?(\d{1,3}\.\d{1,3}\.\d{1,3}(?:\.\d{1,9})?)(?: .*)?"),
    Request.REMOTE: re.compile(r"(true|false)", re.IGNORECASE),
}
REFUSALS = re.compile(
    r"(?i:failed to execute|cannot|could not|error|command is not allowed|not allowed|no |unknown|not |unable).*"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is what the line tells ("" where the request was to act), None where it was refused; `line` as it came."""

    request: Request
    value: str | None
    line: str


def request_line(request: Request) -> bytes:
    return f"{request.value}\n".encode("ascii")


def read_answer(request: Request, line: str) -> Answer:
    """Raises Malformed for what neither answers the request nor refuses it."""
    found = ANSWERS[request].fullmatch(line)
    if found is not None:
        return Answer(request, found.group(1) if found.groups() else "", line)
    if REFUSALS.match(line):
        return Answer(request, None, line)
    raise Malformed("dashboard", f"{line[:60]!r} does not answer {request.value!r}")


class LineReader:
    """Cuts a stream into lines without their ends."""

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, received: bytes) -> tuple[str, ...]:
        """Raises Malformed for a line that is too long, or no text, or has something in it that no text has."""
        self._left += received
        *whole, rest = bytes(self._left).split(b"\n")
        self._left = bytearray(rest)
        if any(len(line) > LONGEST_LINE for line in (*whole, rest)):
            raise Malformed("dashboard", f"a line of more than {LONGEST_LINE} bytes")
        return tuple(_decoded(line) for line in whole)


def _decoded(line: bytes) -> str:
    try:
        text = line.rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError as why:
        raise Malformed("dashboard", f"a line that is no text: {line[:16].hex()}") from why
    if not text.isprintable():
        raise Malformed("dashboard", f"a line that cannot be printed: {line[:16].hex()}")
    return text.strip()


class Dialogue:
    """Requests and their answers, in order: `ask` queues, `outgoing` gives what to send now."""

    def __init__(self) -> None:
        self._lines = LineReader()
        self._asked: list[Request] = []
        self._is_greeted = False
        self._sent: Request | None = None

    @property
    def is_idle(self) -> bool:
        return self._sent is None and not self._asked

    @property
    def under_way(self) -> Request | None:
        return self._sent

    def ask(self, *requests: Request) -> None:
        self._asked.extend(requests)

    def ask_first(self, request: Request) -> None:
        """Before whatever else waits, once."""
        if request is not self._sent and request not in self._asked:
            self._asked.insert(0, request)

    def outgoing(self) -> bytes:
        if not self._is_greeted or self._sent is not None or not self._asked:
            return b""
        self._sent = self._asked.pop(0)
        return request_line(self._sent)

    def received(self, data: bytes) -> tuple[Answer, ...]:
        """Raises Malformed, also for a line that nobody asked for."""
        found = list[Answer]()
        for line in self._lines.feed(data):
            if not self._is_greeted:
                if not GREETING.fullmatch(line):
                    raise Malformed("dashboard", f"it does not greet as a dashboard does: {line[:60]!r}")
                self._is_greeted = True
            elif self._sent is None:
                raise Malformed("dashboard", f"a line that nobody asked for: {line[:60]!r}")
            else:
                found.append(read_answer(self._sent, line))
                self._sent = None
        return tuple(found)
