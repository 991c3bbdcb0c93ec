"""What was asked of the shell and not answered yet: answers come in the order of the requests. Pure: bytes in, bytes out.

Law: an answer to nothing, or to something else, is a breach; the link is let go of and everything begins anew.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from cell_drivers.linuxcnc.malformed import Malformed
from cell_drivers.linuxcnc.shell import answer_of, is_echo, lines_of


@dataclass(slots=True)
class Exchange:
    """`requests` that went out together at `sent` ns, and what they were answered so far. `unseen` ns of the time since then
    nobody looked: an answer may have lain here as long."""

    requests: tuple[str, ...]
    sent: int
    unseen: int = 0
    answers: list[str | None] = field(default_factory=list)


class Dialogue:
    def __init__(self) -> None:
        self.outbox = bytearray()
        self._open: deque[Exchange] = deque()
        self._held = b""
        self._heard, self._unseen = 0, 0

    @property
    def is_waiting(self) -> bool:
        return bool(self._open)

    def waited(self, now: int) -> int:
        """ns that the oldest requests that are not all answered were waited for; 0 where there are none."""
        return now - self._open[0].sent - self._open[0].unseen if self._open else 0

    def silent(self, now: int) -> int:
        """ns of them in which not one line came. Answers come line by line, the next one often not before we have taken the one
        before: whoever looks seldom makes them last."""
        if not self._open or self._heard <= self._open[0].sent:
            return self.waited(now)
        return now - self._heard - self._unseen

    def unanswered(self, now: int) -> str:
        """Which request that is, and when it went out. Raises IndexError where there is none."""
        oldest = self._open[0]
        return f"{oldest.requests[len(oldest.answers)]!r} of {(now - oldest.sent) / 1e9:.2f} s ago"

    def leave_unseen(self, ns: int) -> None:
        """For so long nobody looked."""
        self._unseen += ns
        for exchange in self._open:
            exchange.unseen += ns

    def ask(self, requests: tuple[str, ...], now: int) -> Exchange:
        exchange = Exchange(requests, now)
        self._open.append(exchange)
        self.outbox += "".join(f"{request}\r\n" for request in requests).encode()
        return exchange

    def take(self, fresh: bytes, now: int) -> tuple[Exchange, ...]:
        """The exchanges that are complete now, in order. Raises Malformed."""
        lines, self._held = lines_of(self._held, fresh)
        if lines:
            self._heard, self._unseen = now, 0
        ended = list[Exchange]()
        for line in lines:
            if not self._open:
                raise Malformed(f"nothing was asked that {line[:60]!r} would answer")
            exchange = self._open[0]
            if is_echo(exchange.requests, line):
                continue
            exchange.answers.append(answer_of(exchange.requests[len(exchange.answers)], line))
            if len(exchange.answers) == len(exchange.requests):
                ended.append(self._open.popleft())
        return tuple(ended)
